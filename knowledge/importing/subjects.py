"""Names people in a policy's words, and tells who the subject of a sentence is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from knowledge.importing.patterns import load, pattern, plain
from knowledge.model import Audience

People = frozenset[Audience]
EVERYBODY: People = frozenset(Audience)
ADULTS: People = frozenset({Audience.STAFF, Audience.GOVERNOR, Audience.VISITOR})


class Doer(StrEnum):
    """What sort of doer a sentence has before its verb."""

    PEOPLE = "people"
    SCHOOL = "school"
    OFFICE = "office"
    THING = "thing"
    STANDS_IN = "stands_in"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who does what a sentence says, and which people that are.

    `generic` where anybody is meant, `wide` where staff at large are ("staff", not "teachers" or "leaders").
    """

    doer: Doer
    people: People = frozenset()
    generic: bool = False
    wide: bool = True


@cache
def _names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (who, re.compile(r"\b(?:" + "|".join(words) + r")(?!\w)")) for who, words in load("audience")["people"].items()
    )


def named(text: str) -> People:
    """Give the people whom a text names anywhere."""
    low = pattern("audience", "trainees").sub("visitor ", pattern("audience", "of_staff").sub("", plain(text)))
    found: set[Audience] = set()
    for who, words in _names():
        if who == "adults" and words.search(low):
            found |= ADULTS
        elif who != "everyone" and words.search(low):
            found.add(Audience(who))
    if Audience.STAFF in found and re.search(r"\bparent governors?\b", low) and not re.search(r"\bparents\b", low):
        found.discard(Audience.PARENT)
    return frozenset(found)


def first_named(text: str) -> People:
    """Give the people whom a text names first, with those joined to them by "and", "or" or a stroke."""
    low = pattern("audience", "trainees").sub("visitor ", pattern("audience", "of_staff").sub("", plain(text)))
    starts = [m.start() for who, words in _names() if who != "everyone" and (m := words.search(low))]
    if not starts:
        return frozenset()
    run = pattern("audience", "run").match(low[min(starts) :])
    return named(run[0]) if run else frozenset()


def subject_of(before: str) -> Subject:
    """Tell who the subject is, from the words of a clause that stand before its verb."""
    low = pattern("audience", "trainees").sub(
        "visitor ", pattern("audience", "of_staff").sub("", plain(before).strip(" \"'“”‘’•-"))
    )
    low = pattern("audience", "openers").sub("", low).strip()
    if not low:
        return Subject(Doer.NONE)
    head = low
    cut = pattern("audience", "cut").search(f" {low}")
    if cut and cut.start() > 0:
        head = low[: cut.start() - 1]
    head = pattern("audience", "trail").sub("", pattern("audience", "trail").sub("", head)).strip()
    if pattern("audience", "pronouns").search(head):
        return Subject(Doer.STANDS_IN)
    if pattern("audience", "school").search(head):
        return Subject(Doer.SCHOOL)
    last = None if re.match(r"(?!during)\w+ing \w", head) else _last_person(head)
    if last is not None:
        everyone = last == "everyone"
        people = named(head) or (named(low) if everyone else frozenset())
        office = pattern("audience", "office").search(head) is not None
        if office and Audience.GOVERNOR in people:
            people |= {Audience.STAFF}
        if people or everyone:
            return Subject(
                Doer.PEOPLE, people, everyone, bool(pattern("audience", "at_large").search(head)) and not office
            )
    if pattern("audience", "office").search(head):
        governors = frozenset({Audience.GOVERNOR}) & named(head)
        return Subject(Doer.PEOPLE, governors | {Audience.STAFF}, wide=False) if governors else Subject(Doer.OFFICE)
    return Subject(Doer.THING, named(head))


def _last_person(head: str) -> str | None:
    """Give who stands last in a noun phrase, if it ends in people and they are not an attribute ("staff phones")."""
    best: tuple[int, int, str] | None = None
    for who, words in _names():
        for match in words.finditer(head):
            key = (match.end(), -match.start(), who)
            if head[match.end() : match.end() + 2].lstrip("s").startswith("'"):
                continue
            if best is None or key[:2] > best[:2]:
                best = key
    if best is None or not pattern("audience", "after_people").match(head[best[0] :]):
        return None
    office = max((m.end() for m in pattern("audience", "office").finditer(head)), default=-1)
    if office >= best[0]:
        return None
    return best[2]


def of_heading(text: str) -> People:
    """Give whom a heading speaks to ("Use of phones by staff"), not those whom it is about ("Photos of pupils")."""
    low = pattern("audience", "heading_object").sub(
        "", re.sub(r"\byour (?:own )?child(?:ren)?(?:'s)?\b", "parents", plain(text))
    )
    if re.search(r"\b(?:training|safety|welfare|protection|safeguarding|images?|photos?|photographs?|voice) of\b", low):
        low = re.sub(r"\bof\b.*$", "", low)
    people = named(low)
    return EVERYBODY if not people and re.search(r"\b(?:everyone|whole school community|all users)\b", low) else people
