"""Tells which paragraphs deserve no clause, and why: titles, contents, addresses, bare laws, signatures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing.document import Kind
from knowledge.importing.patterns import pattern
from knowledge.importing.strength import independent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.importing.document import Passage

_LONGEST_LETTER = 20
_LONG_LEAD = 14
_VERB = re.compile(
    r"\b(is|are|was|were|be|been|has|have|had|must|should|will|may|can|shall|do|does|not|no|use|uses|ensure|report|keep|applies|apply|means|includes?|agrees?|responsible|review\w*)\b",
    re.IGNORECASE,
)


def reasons(passages: Sequence[Passage]) -> dict[str, str]:
    """Give for each paragraph that needs no clause why, by its reference."""
    found: dict[str, str] = _letters(passages)
    front = _front(passages)
    seen: set[tuple[str, str, str]] = set()
    for at, passage in enumerate(passages):
        following = passages[at + 1] if at + 1 < len(passages) else None
        reason = _reason(passage, following, first=at < front)
        key = (passage.lead_in.lower(), passage.text.lower(), passage.heading.lower())
        if reason is None and key in seen:
            reason = "repeated"
        seen.add(key)
        if reason:
            found.setdefault(passage.ref, reason)
    return found


def _letters(passages: Sequence[Passage]) -> dict[str, str]:
    """Give the paragraphs of model letters: from "Dear …" to "Yours …"."""
    found: dict[str, str] = {}
    for at, passage in enumerate(passages):
        if passage.text.lower().startswith("dear "):
            for end in range(at + 1, min(at + _LONGEST_LETTER, len(passages))):
                if re.match(r"(?:yours|kind regards|best wishes)", passages[end].text.lower()):
                    found.update({p.ref: "letter" for p in passages[at : end + 1]})
                    break
    return found


def _front(passages: Sequence[Passage]) -> int:
    """Give how many paragraphs belong to the cover: those before the first that is a sentence."""
    for at, passage in enumerate(passages):
        if len(passage.text.split()) > 7 and passage.text.rstrip().endswith((".", ":", ";")):  # noqa: PLR2004
            return at
    return 0


def _reason(passage: Passage, following: Passage | None, *, first: bool) -> str | None:  # noqa: PLR0911 -- a ladder of cases
    text = passage.text.strip()
    words = text.split()
    if pattern("layout", "contents_heading").search(passage.heading) or pattern("layout", "contents_line").search(text):
        return "contents"
    if not re.search(r"[A-Za-z]{2}", text):
        return "page-furniture"
    if pattern("exempting", "letter").search(text):
        return "letter"
    if pattern("exempting", "signature").search(text):
        return "page-furniture"
    if (passage.introduces or (text.endswith(":") and len(words) < _LONG_LEAD)) and _only_leads(passage, following):
        return "lead-in"
    if len(words) < 25 and pattern("exempting", "contact").search(text) and not passage.lead_in:  # noqa: PLR2004
        return "contact-details"
    if pattern("exempting", "history").search(text):
        return "history"
    return _bare(passage, text, words, first=first)


def _bare(passage: Passage, text: str, words: list[str], *, first: bool) -> str | None:
    if _is_law(passage, text):
        return "legal-list"
    if passage.kind is Kind.ROW:
        return "title" if not passage.header and not _says(text) else None
    if pattern("exempting", "worth_keeping").search(text):
        return None
    if first and not passage.lead_in and not text.endswith((".", ";")):
        return "title"
    if not passage.lead_in and len(words) < 7 and not text.endswith((".", ";", ":")) and not _says(text):  # noqa: PLR2004
        return "title" if passage.kind is Kind.PARAGRAPH else None if len(words) > 2 else "fragment"  # noqa: PLR2004
    return None


def _says(text: str) -> bool:
    if re.match(r"(?:(?:not|never|no) \w+|\w+ing) \w+ \w+", text, re.IGNORECASE) and not text.istitle():
        return True
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 3]  # noqa: PLR2004
    if words and all(word[0].isupper() for word in words) and not pattern("exempting", "worth_keeping").search(text):
        return False
    return bool(_VERB.search(text)) or bool(pattern("exempting", "worth_keeping").search(text))


def _only_leads(passage: Passage, following: Passage | None) -> bool:
    """Tell whether a lead-in says nothing by itself, or nothing that its items don't carry."""
    body = passage.text.rstrip(" :-–—")
    if following and len(body.split()) > 5 and independent(following.text, body):  # noqa: PLR2004
        return False
    if len(body.split()) >= _LONG_LEAD and _VERB.search(body) and not pattern("exempting", "leads_only").search(body):
        return False
    return not re.search(r"[.!?]\s+[A-Z]", body) and passage.kind is not Kind.ROW


def _is_law(passage: Passage, text: str) -> bool:
    if len(text.split()) > 22 or (_VERB.search(text) and not re.search(r"\b(act|regulation)", text, re.IGNORECASE)):  # noqa: PLR2004
        return False
    leads = pattern("exempting", "legal_lead").search(f"{passage.lead_in} {passage.heading}")
    return bool(leads and passage.kind is Kind.ITEM and pattern("exempting", "legal_list").search(text))
