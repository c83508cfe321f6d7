"""Loads a school's contacts from contacts.yaml, strictly: every mistake is said with its line and how to mend it."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from knowledge.contacts import DAYS, WAITS, Contacts, Outside, Period, Person
from knowledge.model import KINDS, ROLES
from knowledge.reading import Field, Problem, Problems, did_you_mean, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from knowledge.contacts import Hours
    from knowledge.reading import Entry

OUTSIDE = ("lado", "childrens-social-care", "out-of-hours")
NEEDED = ("head", "dsl", "chair")
"""The roles that the floor of every routing may need, so somebody has to hold each."""

_ADDRESSES = {
    "slack": (re.compile(r"[UW][A-Z0-9]{6,}"), "Write the member id, such as U0123ABCD"),
    "telegram": (re.compile(r"\d{5,}"), "Write the number of the account, such as 123456789"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Write an address such as head@school.example.org"),
}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def load_contacts(path: Path) -> dict[str, Contacts]:
    """Load one contacts file, or every one in a folder, by school; raises PackError with every problem."""
    problems = Problems()
    found: dict[str, Contacts] = {}
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        root = read_file(file, problems)
        if root is None:
            continue
        contacts = _contacts(root)
        if contacts.school in found:
            problems.add(root, f"{contacts.school} has contacts in another file too", "Keep one of the two")
        found[contacts.school] = contacts
    if not found and not problems.found:
        problems.found.append(Problem(path, 1, "there are no contacts here", "Put a contacts.yaml there"))
    problems.raise_any()
    return found


def _contacts(root: Field) -> Contacts:
    row = root.entry(
        required=["school", "hours", "terms", "people", "outside"],
        optional=["timezone", "waits", "remind_after", "keeps_years"],
    )
    people: tuple[Person, ...] = row.read("people", _people, ())
    held = {role for person in people for role in person.roles}
    if missing := [role for role in NEEDED if role not in held]:
        root.problems.add(root, f"nobody holds {', '.join(missing)}", "Add somebody with that role under people")
    return Contacts(
        school=row.read("school", Field.text, ""),
        zone=ZoneInfo(row.read("timezone", _timezone, "Europe/London")),
        hours=row.read("hours", _hours, {}),
        terms=row.read("terms", _periods, ()),
        people=people,
        outside=row.read("outside", _outside, {}),
        waits={**WAITS, **row.read("waits", _waits, {})},
        remind_after=row.read("remind_after", Field.whole_number, 3),
        keeps_years=row.read("keeps_years", _years, {}),
    )


def _waits(where: Field) -> dict[str, int]:
    row: Entry = where.entry(required=(), optional=list(WAITS))
    return {name: row.read(name, Field.whole_number, WAITS[name]) for name in WAITS if name in row}


def _years(where: Field) -> dict[str, int]:
    row: Entry = where.entry(required=(), optional=list(KINDS))
    return {name: row.read(name, Field.whole_number, 0) for name in KINDS if name in row}


def _timezone(where: Field) -> str:
    value = where.text()
    if value in available_timezones():
        return value
    if value:
        where.problems.add(where, f"{value} is not a timezone", "Write one such as Europe/London")
    return "Europe/London"


def _people(where: Field) -> tuple[Person, ...]:
    found: list[Person] = []
    whose: dict[tuple[str, str], str] = {}
    for key, value in where.pairs():
        person = _person(key, value)
        found.append(person)
        for channel, address in person.channels if person.left is None else ():
            other = whose.setdefault((channel, address.casefold()), person.label)
            if other != person.label:
                # Somebody who is left out of a report would read what the other one is told.
                key.problems.add(
                    key,
                    f"{person.label} is reached in the same place as {other}",
                    "Give each of them a place of their own, or put all roles of one person under one label",
                )
    return tuple(found)


def _person(key: Field, value: Field) -> Person:
    row = value.entry(required=["roles", "channels"], optional=["hours", "away", "left", "names"])
    roles: tuple[str, ...] = row.read("roles", lambda f: f.some_of(ROLES), ())
    allowed = {f"{role}{end}" for role in roles for end in ("", *(f"-{n}" for n in range(1, 21)))}
    if roles and key.name not in allowed:
        key.problems.add(
            key,
            f"{key.name} is not a label without a name",
            f"Write a role and a number, such as {roles[0]}-1",
        )
    return Person(
        label=key.name,
        roles=roles,
        channels=row.read("channels", _channels, ()),
        hours=row.read("hours", _hours, None),
        away=row.read("away", _periods, ()),
        left=row.read("left", _day, None),
        names=row.read("names", Field.texts, ()),
    )


def _channels(where: Field) -> tuple[tuple[str, str], ...]:
    found = []
    for item in where.items():
        for key, value in item.pairs():
            if key.name not in _ADDRESSES:
                key.problems.add(key, f"{key.name} is not a channel", did_you_mean(key.name, _ADDRESSES))
                continue
            pattern, mend = _ADDRESSES[key.name]
            address = value.text()
            if address and not pattern.fullmatch(address):
                value.problems.add(value, f"this is not how {key.name} reaches anybody", mend)
            found.append((key.name, address))
    if not found and not where.problems.found:
        where.problems.add(where, "this person can't be reached", "Name a channel under channels")
    return tuple(found)


def _hours(where: Field) -> Hours:
    found = {}
    for key, value in where.pairs():
        if key.name not in DAYS:
            key.problems.add(key, f"{key.name} is not a day", did_you_mean(key.name, DAYS))
            continue
        match = _HOURS.fullmatch(value.text())
        start, end = _times(match.groups()) if match else (time(), time())
        if not start < end:
            value.problems.add(value, f"{key.name} has no hours", 'Write them such as "08:00-16:30"')
        found[key.name] = (start, end)
    return found


def _times(groups: Iterable[str]) -> tuple[time, time]:
    a, b, c, d = map(int, groups)
    return time(a, b), time(c, d)


def _periods(where: Field) -> tuple[Period, ...]:
    found = []
    for item in where.items():
        row: Entry = item.entry(required=["from", "to"])
        first, last = row.read("from", _day, None), row.read("to", _day, None)
        if first and last:
            if last < first:
                item.problems.add(item, "this ends before it begins", "Put the earlier day under from")
            found.append(Period(first, last))
    return tuple(found)


def _day(where: Field) -> date | None:
    value = where.text()
    try:
        return date.fromisoformat(value)
    except ValueError:
        if value:
            where.problems.add(where, f"{where.name} is not a day: {value}", "Write one such as 2026-09-03")
    return None


def _outside(where: Field) -> dict[str, Outside]:
    found = {}
    entry = where.entry(required=OUTSIDE)
    for name in OUTSIDE:
        if name in entry:
            found[name] = entry.read(name, _body, None)
    return {name: body for name, body in found.items() if body}


def _body(where: Field) -> Outside | None:
    row = where.entry(required=["name", "reach", "checked", "checked_by"])
    return Outside(
        name=row.read("name", Field.text, ""),
        reach=row.read("reach", Field.text, ""),
        checked=row.read("checked", Field.day, ""),
        checked_by=row.read("checked_by", Field.text, ""),
    )
