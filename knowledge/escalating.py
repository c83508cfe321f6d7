"""Says who is told of a report next, and when: again, on the next channel, the next person, until somebody has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from knowledge.routing import Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from knowledge.contacts import Contacts, Person

ALONE = 4
"""The wave with which the reporter is told that nobody has opened it, and whom to ring."""
_LONGEST = timedelta(hours=24)
_AT_MOST = timedelta(days=3)
"""Even in the holidays, nobody waits longer than this for the next wave."""
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Notice:
    """One person to tell, on one of their channels."""

    label: str
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Wave:
    """Everybody who is told at one time; `joining` may read the case only from now on."""

    notices: tuple[Notice, ...]
    joining: tuple[str, ...] = ()
    reporter_too: bool = False


def wave(number: int, contacts: Contacts, readers: Sequence[str], next_in_line: Sequence[str], at: datetime) -> Wave:
    """Give the wave of a number, 0 the first; only people who hold a contact now are told."""
    people = {person.label: person for person in contacts.people}
    mine = [people[label] for label in readers if label in people]
    there = [person for person in mine if contacts.there(person, at)]
    others = [people[label] for label in next_in_line if label in people and label not in readers]
    joining = tuple(person.label for person in others)
    if not there or number >= ALONE:
        # Nobody is at work, or nobody has opened it: everybody, wherever they are.
        everybody = tuple(notice for person in (*mine, *others) for notice in _all(person))
        return Wave(everybody, joining, reporter_too=not there or number == ALONE)
    if number <= 1:
        return Wave(tuple(_on(person, 0) for person in there))
    if number == 2:  # noqa: PLR2004 -- the third wave
        away = [person for person in mine if person not in there]
        return Wave((*(_on(person, 1) for person in there), *(_on(person, 0) for person in away)))
    return Wave((*(_on(person, 2) for person in there), *(_on(person, 0) for person in others)), joining)


def next_wave(number: int, urgency: Urgency, contacts: Contacts, at: datetime) -> datetime:
    """Say when the wave after a number is due, if nobody has opened it by then."""
    wait = timedelta(minutes=contacts.waits[urgency.value])
    if number >= ALONE:
        grown = wait * int(2 ** min(number - ALONE + 1, 10))
        return at + max(wait, min(grown, _LONGEST))
    return at + wait if urgency is not Urgency.SOON else _in_school_hours(wait, contacts, at)


def _in_school_hours(wait: timedelta, contacts: Contacts, at: datetime) -> datetime:
    when, left = at, wait
    while left > timedelta() and when - at < _AT_MOST:
        step = min(_STEP, left)
        if contacts.is_open(when):
            left -= step
        when += step
    return when


def _on(person: Person, number: int) -> Notice:
    channel, address = person.channels[min(number, len(person.channels) - 1)]
    return Notice(person.label, channel, address)


def _all(person: Person) -> tuple[Notice, ...]:
    return tuple(Notice(person.label, channel, address) for channel, address in person.channels)
