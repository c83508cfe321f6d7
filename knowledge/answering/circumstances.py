"""Tells what a message shows: people, devices, networks, places, times, and permission given or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.answering.matching import compiled
from knowledge.model import Audience

if TYPE_CHECKING:
    from knowledge.answering.lexicon import Lexicon, Shape

_YOUNG = 16
_ADULT = 18
_RELATED = frozenset({"person.own_relation", "person.close_relation", "person.children_relation"})
FAMILY = frozenset({"person.family", "person.close_family"})
_CLOSE = frozenset({"person.close_relation", "person.children_relation"})
_UNRELATED = re.compile(
    r"\b(not|isnt|arent|none|no|never|nobody|werent|wasnt|aint) (\w+ ){0,3}"
    r"(related|relation|relative|relatives|family)\b"
)
_AGE = re.compile(
    r"\b(?:shes|hes|theyre|whos|who is|she is|he is|is|aged|now|turned|just|age)\s+"
    r"(?:about |only |now |nearly )?(\d{1,2})\b"
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
    if _UNRELATED.search(text):
        found |= {"not.person.family", "not.person.close_family"}
    elif related:
        found |= _related(related, role)
    if "person.former_pupil" in found:
        found |= _how_old(text)
    found |= lexicon.permissions.shown_in(words, text)
    for shape in lexicon.shapes:
        if _holds(shape, text, found):
            found.discard(shape.instead_of)
            found.add(shape.shows)
    return frozenset(found)


def _related(relations: set[str], role: Audience | None) -> set[str]:
    """Tell what somebody's own relations are to the school."""
    if role in (Audience.PARENT, Audience.PUPIL):
        return {"person.own_child"} if "person.children_relation" in relations else set()
    return {"person.family"} if relations.isdisjoint(_CLOSE) else {"person.family", "person.close_family"}


def _how_old(text: str) -> set[str]:
    ages = [int(age) for age in _AGE.findall(text)]
    if any(age >= _ADULT for age in ages) or _GROWN_UP.search(text):
        return {"person.adult_former_pupil"}
    if any(age < _YOUNG for age in ages) or _STILL_YOUNG.search(text):
        return {"person.young_former_pupil"}
    return set()


def _holds(shape: Shape, text: str, found: set[str]) -> bool:
    """Tell whether the words have a shape, beside what they show already."""
    if shape.beside and shape.beside not in found:
        return False
    if shape.where_no and any(tag.startswith(f"{shape.where_no}.") for tag in found):
        return False
    says = any(compiled(pattern).search(text) for pattern in shape.says)
    return says and not any(compiled(pattern).search(text) for pattern in shape.unless)
