"""Hears that somebody asks for a report in a few words of their own, without telling yet what happened."""

from __future__ import annotations

import re

_FIRST = r"(?:please|pls|hi|hello|hey|i think)"
_WISH = (
    r"(?:(?:can|could|may) i(?: please)?|(?:i|we)(?: just)? (?:want|need|would like|have|ought) to"
    r"|(?:i|we|id|i d) ?(?:d )?like to|i wan+a|let me)"
)
_TELL = r"(?:report|reprot|raise|make|file|submit|log|tell (?:you|someone|somebody|the school)(?: about)?)"
_SORT = r"(?:a|an|my|some|the|safeguarding|child protection|low[- ]level|serious|big)"
_WHAT = (
    r"(?:report|concerns?|worry|worries|something|sum ?thing|sth|smth|issue|incident|problem|somebody|someone"
    r"|bullying|bullies|abuse)"
)
_WORRY = r"(?:concerns?|worry|worries)(?: about (?:a|an|my|the|our|another|one of (?:my|the|our)) [a-z]+)?"
_LAST = r"(?:to report|please|pls|thanks|now)"
_ASKED = re.compile(
    rf"(?:{_FIRST} )*(?:(?:{_WISH} )?{_TELL}(?: {_SORT})* {_WHAT}|(?:i have|ive got|i got)(?: {_SORT})* {_WORRY}"
    rf"|reporting|(?:safeguarding|low[- ]level) (?:concern|report))(?: {_LAST})*"
)


def asked_in(text: str) -> bool:
    """Tell whether a text asks for a report and for nothing else: "I need to report bullying", not "who do I tell?"."""
    words = " ".join(text.lower().replace("'", "").replace("’", "").split()).strip(".!? ")
    return _ASKED.fullmatch(words) is not None
