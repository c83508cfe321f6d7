"""Keeps what is wrong until it is mended, and counts what somebody tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.prepared import Prepared, put
from bot.store.tables import alarms, stamp, tries, unstamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

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


_MINE = (tries.c.who == bindparam("whose")) & (tries.c.kind == bindparam("which"))
_OVER = Prepared(delete(tries).where(tries.c.until <= bindparam("now")))
_COUNT = Prepared(select(tries.c.count).where(_MINE))
_FIRST = put(tries)
_ONE_MORE = Prepared(update(tries).where(_MINE).values(count=tries.c.count + 1))


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
                self._raise(connection, name, self._clock())
        return sorted(wanted - there)

    def raised(self) -> list[Alarm]:
        """Give what is wrong now."""
        with self._units.reading() as connection:
            rows = connection.execute(select(alarms).order_by(alarms.c.since)).all()
        return [Alarm(row.name, unstamp(row.since)) for row in rows]

    def announce(self, school: str, label: str, what: str, at: datetime) -> None:
        """Note a change of contacts, to be told to the leads."""
        with self._units.begin() as connection:
            self._raise(connection, f"{_CHANGED}{school} {label} {what} {stamp(at)}", at)

    @staticmethod
    def _raise(connection: Connection, name: str, at: datetime) -> None:
        """Write one down that another process may write down just then, too."""
        put = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(alarms)
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
        now, mine = self._clock(), {"whose": self._lookup.of("try", kind, who), "which": kind}
        with self._units.begin() as connection:
            _OVER.do(connection, {"now": stamp(now)})
            counted = _COUNT.rows(connection, mine)
            if not counted:
                first = {"who": mine["whose"], "kind": kind, "count": 1, "until": stamp(now + lasts)}
                connection.execute(_FIRST, first)
                return True
            _ONE_MORE.do(connection, mine)
        return bool(counted[0][0] < most)

    def right(self, kind: str, who: str) -> None:
        """Take a try back that was right, so that only wrong ones count."""
        mine = (tries.c.who == self._lookup.of("try", kind, who)) & (tries.c.kind == kind) & (tries.c.count > 0)
        with self._units.begin() as connection:
            connection.execute(update(tries).where(mine).values(count=tries.c.count - 1))
