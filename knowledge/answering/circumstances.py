"""Tells what a message shows: people, devices, networks, places, times, and permission given or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.model import Audience

if TYPE_CHECKING:
    from knowledge.answering.lexicon import Lexicon

_YOUNG = 16
_ADULT = 18
_RELATED = frozenset({"person.own_relation", "person.close_relation"})
_UNRELATED = re.compile(
    r"\b(not|isnt|arent|none|no|never|nobody|werent|wasnt|aint) (\w+ ){0,3}"
    r"(related|relation|relative|relatives|family)\b"
)
_AGE = re.compile(
    r"\b(?:shes|hes|theyre|she is|he is|is|aged|now|turned|just|age)\s+(?:about |only |now |nearly )?(\d{1,2})\b"
)
_GROWN_UP = re.compile(r"\b(uni|university|grown up|adult|years ago|married)\b")
_STILL_YOUNG = re.compile(r"\b(secondary|high school|year 7|yr 7|year 8|last (year|july))\b")


def circumstances_of(words: list[str], role: Audience | None, lexicon: Lexicon) -> frozenset[str]:
    """Give the circumstances that a message shows, as tags such as "time.break" or "refused.head".

    `words` are plain; `role` is who asks: a teacher's "my son" is family, a parent's their own child.
    """
    found = lexicon.circumstances.outermost(words)
    text = " ".join(words)
    related = found & _RELATED
    found -= related
    unrelated = _UNRELATED.search(text)
    if related and not unrelated:
        if role in (Audience.PARENT, Audience.PUPIL):
            found.add("person.own_child")
        else:
            found.add("person.family")
            if "person.close_relation" in related:
                found.add("person.close_family")
    elif unrelated:
        found |= {"not.person.family", "not.person.close_family"}
    if "person.former_pupil" in found:
        ages = [int(age) for age in _AGE.findall(text)]
        if any(age >= _ADULT for age in ages) or _GROWN_UP.search(text):
            found.add("person.adult_former_pupil")
        elif any(age < _YOUNG for age in ages) or _STILL_YOUNG.search(text):
            found.add("person.young_former_pupil")
    found |= lexicon.permissions.shown_in(words, text)
    return frozenset(found)
