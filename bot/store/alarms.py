"""Keeps what is wrong until it is mended, and counts what somebody tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import alarms, stamp, tries, unstamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.store.sealing import Lookup
    from bot.store.units import Units

_LIMITS = {
    "code": (10, timedelta(hours=1)),
    "enrol": (5, timedelta(hours=1)),
    "report": (20, timedelta(days=1)),
    "factor": (10, timedelta(hours=1)),
    "lead's factor": (30, timedelta(hours=1)),
    "link": (5, timedelta(hours=1)),
}
"""How often somebody may try what, and after how long the count begins anew.

Whoever tries is who is stopped, so that nobody's wrong tries lock somebody else out. Codes of sixteen signs hold 80
bits and can't be guessed at all. The six digits of a second factor are tried only with a link that was sent to its
lead, five times a link, ten times from one place and thirty times for one lead: in a whole day of it, less than one
chance in three hundred.
"""
_CHANGED = "contact "


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong, and since when."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change of contacts that the leads are not told of yet, and when it was noticed."""

    school: str
    label: str
    what: str
    at: datetime


class StoredAlarms:
    """The alarms, the announcements and the Tries of handlers.ports, in the database."""

    def __init__(self, units: Units, lookup: Lookup, clock: Callable[[], datetime]) -> None:
        self._units, self._lookup, self._clock = units, lookup, clock

    def set(self, kind: str, names: Iterable[str]) -> list[str]:
        """Say what of one kind is wrong now; give what is new."""
        wanted = {f"{kind} {name}"[:200] for name in names}
        with self._units.begin() as connection:
            there = set(connection.execute(select(alarms.c.name).where(alarms.c.name.startswith(f"{kind} "))).scalars())
            for name in there - wanted:
                connection.execute(delete(alarms).where(alarms.c.name == name))
            for name in wanted - there:
                connection.execute(insert(alarms).values(name=name, since=stamp(self._clock())))
        return sorted(wanted - there)

    def raised(self) -> list[Alarm]:
        """Give what is wrong now."""
        with self._units.reading() as connection:
            rows = connection.execute(select(alarms).order_by(alarms.c.since)).all()
        return [Alarm(row.name, unstamp(row.since)) for row in rows]

    def announce(self, school: str, label: str, what: str, at: datetime) -> None:
        """Note a change of contacts, to be told to the leads."""
        with self._units.begin() as connection:
            put = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(alarms)
            name = f"{_CHANGED}{school} {label} {what} {stamp(at)}"
            connection.execute(put.on_conflict_do_nothing(index_elements=["name"]), {"name": name, "since": stamp(at)})

    def announcements(self) -> list[Announcement]:
        """Give the changes of contacts that are not told of yet, and let go of them."""
        mine = alarms.c.name.startswith(_CHANGED)
        with self._units.begin() as connection:
            rows = connection.execute(select(alarms).where(mine).order_by(alarms.c.since)).all()
            connection.execute(delete(alarms).where(mine))
        found = [(row.name.removeprefix(_CHANGED).split(" "), unstamp(row.since)) for row in rows]
        return [Announcement(words[0], words[1], words[2], at) for words, at in found]

    def allowed(self, kind: str, who: str) -> bool:
        """Tell whether there is one more try, and count it."""
        most, lasts = _LIMITS[kind]
        now, hashed = self._clock(), self._lookup.of("try", kind, who)
        mine = (tries.c.who == hashed) & (tries.c.kind == kind)
        with self._units.begin() as connection:
            connection.execute(delete(tries).where(tries.c.until <= stamp(now)))
            count = connection.execute(select(tries.c.count).where(mine)).scalar()
            if count is None:
                connection.execute(insert(tries).values(who=hashed, kind=kind, count=1, until=stamp(now + lasts)))
                return True
            connection.execute(update(tries).where(mine).values(count=count + 1))
        return bool(count < most)

    def right(self, kind: str, who: str) -> None:
        """Take a try back that was right, so that only wrong ones count."""
        mine = (tries.c.who == self._lookup.of("try", kind, who)) & (tries.c.kind == kind) & (tries.c.count > 0)
        with self._units.begin() as connection:
            connection.execute(update(tries).where(mine).values(count=tries.c.count - 1))
