"""Recognises circumstances in a policy's own words: permissions, people, places, times, devices, purposes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.importing.patterns import load, pattern, plain
from knowledge.model import Condition, Verdict

EXCLUSIVE = ("device", "network", "account", "time", "place")
"""Kinds of circumstance of which one value rules out another."""
_WORKING_DAY = re.compile(r"\b(?:school|working) (?:day|hours)\b")


@cache
def _circumstances() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((tag, re.compile(words)) for tag, words in load("exceptions")["circumstances"].items())


@dataclass(frozen=True, slots=True)
class Tag:
    """A circumstance that a text names, where it stands, and for a permission who gives it."""

    name: str
    start: int
    end: int
    giver: str = ""

    @property
    def kind(self) -> str:
        """Give the kind of circumstance, such as "time"."""
        return self.name.split(".")[0]


def tags_in(text: str) -> list[Tag]:
    """Give the circumstances that a text names, in the order in which they stand."""
    low = plain(text)
    found = [Tag(tag, m.start(), m.end()) for tag, words in _circumstances() if (m := words.search(low))]
    names = {tag.name for tag in found}
    found = [t for t in found if not (t.name == "time.working" and "time.outside_hours" in names and _inside(t, found))]
    return sorted(found + _givers(text, low), key=lambda t: t.start)


def _inside(tag: Tag, others: list[Tag]) -> bool:
    return any(o is not tag and o.start <= tag.start and tag.end <= o.end for o in others)


def _givers(text: str, low: str) -> list[Tag]:
    match = re.search(load("exceptions")["permission"], low)
    if not match:
        return []
    near = low[max(0, match.start() - 60) : match.end() + 70]
    start = max(0, match.start() - 60)
    found: list[Tag] = []
    for tag, words in load("exceptions")["givers"].items():
        giver = re.search(words, near)
        if not giver:
            continue
        if tag in ("permission.subject", "permission.school") and found:
            continue
        name = text[start + giver.start() : start + giver.end()] if tag == "permission.head" else ""
        found.append(Tag(tag, match.start(), match.end(), _giver(text, name)))
    return found


def _giver(text: str, word: str) -> str:
    """Give the giver's whole title as the document prints it, with "the" before it."""
    if not word:
        return "the headteacher"
    offices = [text[m.start() : m.end()] for m in pattern("audience", "office").finditer(plain(text))]
    title = next((office for office in offices if word.lower() in office.lower()), word)
    return (
        "the headteacher"
        if title.lower() in ("head", "heads", "manager", "lead", "office", "leader")
        else f"the {title}"
    )


def asked(tags: list[Tag], words: str) -> str:
    """Put circumstances as one yes-or-no question; `words` are the document's, asked about where no tag fits."""
    if not tags:
        return str(load("exceptions")["otherwise"]["ask"]).format(words=words)
    asks = [str(load("exceptions")["questions"][tag.name]).format(giver=tag.giver) for tag in tags]
    first, *rest = [ask.rstrip("?") for ask in dict.fromkeys(asks)]
    return "".join([first, *(f", and {more[0].lower()}{more[1:]}" for more in rest)]) + "?"


def condition_of(tags: list[Tag], words: str, unsaid: Verdict) -> Condition:
    """Make a condition of circumstances that must all be shown."""
    names = frozenset(tag.name for tag in tags) or {load("exceptions")["otherwise"]["tag"]}
    return Condition(frozenset(names), asked(tags, words), unsaid)


def about_of(text: str) -> tuple[str, ...]:
    """Give the circumstances that a rule is confined to."""
    found = [t.name for t in tags_in(text) if t.kind in EXCLUSIVE or t.name == "purpose.private"]
    if "time.working" in found:
        found.append("time.lesson")
        if _WORKING_DAY.search(plain(text)) and "time.break" not in found:
            found.append("time.break")
    return tuple(dict.fromkeys(found))
