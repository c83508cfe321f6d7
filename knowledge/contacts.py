"""A school's contacts: its people by labels, how and when each is reached, and who is there at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from knowledge.model import ROLES
from knowledge.routing import Staffing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_CLOSED = 60
"""Days after which a school without a further day of term counts as one that says no hours."""
WAITS = {"now": 10, "today": 60, "soon": 240}


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

    def holds(self, day: date) -> bool:
        """Tell whether they still hold their roles on a day: whoever leaves does so until the day before."""
        return self.left is None or day < self.left

    def there(self, day: date) -> bool:
        """Tell whether they are at work on a day, going by their own days, absences and leaving."""
        works = self.hours is None or DAYS[day.weekday()] in self.hours
        return works and self.holds(day) and not any(period.holds(day) for period in self.away)


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

    def next_open(self, at: datetime) -> datetime:
        """Give the first time from then on at which the school is open, or that time itself where it isn't for long."""
        here = at.astimezone(self.zone)
        for days in range(_LONG_CLOSED):
            day = here.date() + timedelta(days=days)
            if hours := self.hours.get(DAYS[day.weekday()]):
                begins = max(here, datetime.combine(day, hours[0], self.zone))
                if self.is_open(begins):
                    return begins.astimezone(at.tzinfo)
        return at

    def school_days(self, since: datetime, at: datetime) -> int:
        """Count the school days that began after one time, up to another."""
        day, last, count = since.astimezone(self.zone).date(), at.astimezone(self.zone).date(), 0
        while day < last:
            day += timedelta(days=1)
            count += DAYS[day.weekday()] in self.hours and any(term.holds(day) for term in self.terms)
        return count

    def there(self, person: Person, at: datetime) -> bool:
        """Tell whether somebody is at work at a time; while the school is closed it is the day alone that counts."""
        here = at.astimezone(self.zone)
        if not person.there(here.date()):
            return False
        if person.hours is None or not self.is_open(at):
            return True
        begins, ends = person.hours[DAYS[here.weekday()]]
        return begins <= here.time() < ends

    def staffing(self, at: datetime) -> Staffing:
        """Say who holds which role, which roles nobody fills at that time, and who is away."""
        present = self._present(at)
        held_by = {role: frozenset(p.label for p in present if role in p.roles) for role in ROLES}
        away = frozenset(p.label for p in present if not self.there(p, at))
        there = {role for p in present if p.label not in away for role in p.roles}
        return Staffing(frozenset(ROLES) - there, {role: people for role, people in held_by.items() if people}, away)

    def holders(self, roles: Iterable[str], at: datetime, never: Iterable[str] = ()) -> tuple[str, ...]:
        """Give the labels of everybody who holds one of some roles and hasn't left, in the order of the roles."""
        present, never = self._present(at), frozenset(never)
        return tuple(
            dict.fromkeys(p.label for role in roles for p in present if role in p.roles and p.label not in never)
        )

    def shared_places(self, day: date) -> tuple[tuple[str, str], ...]:
        """Give each pair of people, by label, who are reached in one place on a day: one would read the other's."""
        whose: dict[tuple[str, str], str] = {}
        places = [
            (p.label, channel, address.casefold())
            for p in self.people
            if p.holds(day)
            for channel, address in p.channels
        ]
        pairs = ((whose.setdefault((channel, address), label), label) for label, channel, address in places)
        return tuple(dict.fromkeys((first, second) for first, second in pairs if first != second))

    def _present(self, at: datetime) -> tuple[Person, ...]:
        day = at.astimezone(self.zone).date()
        return tuple(person for person in self.people if person.holds(day))
