"""Loads a school's contacts: its people without their names, how and when to reach them, and help outside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from knowledge.model import KINDS, ROLES
from knowledge.reading import Field, Problem, Problems, did_you_mean, read_file
from knowledge.routing import Staffing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from knowledge.reading import Entry

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OUTSIDE = ("lado", "childrens-social-care", "out-of-hours")
NEEDED = ("head", "dsl", "chair")
"""The roles that the floor of every routing may need, so somebody has to hold each."""

WAITS = {"now": 10, "today": 60, "soon": 240}

_ADDRESSES = {
    "slack": (re.compile(r"[UW][A-Z0-9]{6,}"), "Write the member id, such as U0123ABCD"),
    "telegram": (re.compile(r"\d{5,}"), "Write the number of the account, such as 123456789"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Write an address such as head@school.example.org"),
}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, the first and the last of them included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day <= self.last


Hours = dict[str, tuple[time, time]]


@dataclass(frozen=True, slots=True)
class Person:
    """One person by a label without a name, with the roles they hold and their channels in order.

    `names` are what people call them; they serve to find them in a report and are shown to nobody.
    """

    label: str
    roles: tuple[str, ...]
    channels: tuple[tuple[str, str], ...]
    hours: Hours | None = None
    away: tuple[Period, ...] = ()
    left: date | None = None
    names: tuple[str, ...] = ()

    def there(self, day: date) -> bool:
        """Tell whether they are at work on a day, going by their own days, absences and leaving."""
        gone = self.left is not None and day >= self.left
        works = self.hours is None or DAYS[day.weekday()] in self.hours
        return works and not gone and not any(period.holds(day) for period in self.away)


@dataclass(frozen=True, slots=True)
class Outside:
    """A body outside the school, with the day on which its details were last checked."""

    name: str
    reach: str
    checked: str
    checked_by: str

    @property
    def line(self) -> str:
        """Say in one line who it is and how to reach it."""
        return f"{self.name}: {self.reach}"


@dataclass(frozen=True, slots=True)
class Contacts:
    """One school's contacts, whole."""

    school: str
    zone: ZoneInfo
    hours: Hours
    terms: tuple[Period, ...]
    people: tuple[Person, ...]
    outside: dict[str, Outside]
    waits: dict[str, int] = field(default_factory=lambda: dict(WAITS))
    """Minutes in which a report has to be opened, by its urgency, before somebody is told again."""
    remind_after: int = 3
    """School days after which a case that nobody has touched reminds whoever has it."""
    keeps_years: dict[str, int] = field(default_factory=dict)
    """Years after closing, by kind of report, after which somebody is asked whether it is erased; else it is kept."""

    def is_open(self, at: datetime) -> bool:
        """Tell whether the school is open at a time: in its hours, on a day of term."""
        here = at.astimezone(self.zone)
        hours = self.hours.get(DAYS[here.weekday()])
        in_term = any(term.holds(here.date()) for term in self.terms)
        return hours is not None and in_term and hours[0] <= here.time() < hours[1]

    def school_days(self, since: datetime, at: datetime) -> int:
        """Count the school days that began after one time, up to another."""
        day, last, count = since.astimezone(self.zone).date(), at.astimezone(self.zone).date(), 0
        while day < last:
            day += timedelta(days=1)
            count += DAYS[day.weekday()] in self.hours and any(term.holds(day) for term in self.terms)
        return count

    def staffing(self, at: datetime) -> Staffing:
        """Say who holds which role, and which roles nobody fills on that day at the school."""
        day = at.astimezone(self.zone).date()
        present = [p for p in self.people if p.left is None or day < p.left]
        held_by = {role: frozenset(p.label for p in present if role in p.roles) for role in ROLES}
        there = {role for p in present if p.there(day) for role in p.roles}
        return Staffing(
            frozenset(ROLES) - there,
            {role: people for role, people in held_by.items() if people},
            frozenset(p.label for p in present if not p.there(day)),
        )

    def holders(self, roles: Iterable[str], at: datetime, never: Iterable[str] = ()) -> tuple[str, ...]:
        """Give the labels of everybody who holds one of some roles and hasn't left, in the order of the roles."""
        day = at.astimezone(self.zone).date()
        never = frozenset(never)
        present = [p for p in self.people if (p.left is None or day < p.left) and p.label not in never]
        return tuple(dict.fromkeys(p.label for role in roles for p in present if role in p.roles))


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
    held = {role for person in people for role in person.roles if person.left is None}
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
