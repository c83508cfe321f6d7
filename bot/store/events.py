"""Keeps the events that came in: sealed until handled, then their ids alone for a set time."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, exists, func, select, update

from bot.channels.channel import Received
from bot.store.databases import Unopenable
from bot.store.prepared import Prepared, unless_there
from bot.store.tables import inbox, stamp, unstamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


_LONGEST_PAUSE = timedelta(minutes=10)
"""No event is put off for that long at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that is being handled, how often that failed before, and when it came in."""

    number: int
    event: Received
    tries: int
    received: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many events wait to be handled, since when the oldest does, and how many were given up."""

    count: int
    oldest: datetime | None
    given_up: int


_INSIDE = tuple(field.name for field in fields(Received))
_earlier = inbox.alias("earlier")
_blocked = exists().where(
    (_earlier.c.line == inbox.c.line)
    & _earlier.c.handled.is_(None)
    & (
        (_earlier.c.place < inbox.c.place)
        | ((_earlier.c.place == inbox.c.place) & (_earlier.c.number < inbox.c.number))
    )
)
# What came in later than now did so before the clock was set back; and no event is put off for longer than minutes.
_due = (
    (inbox.c.due <= bindparam("at")) | (inbox.c.received > bindparam("at")) | (inbox.c.due > bindparam("not_so_late"))
)
_TAKE = (
    select(inbox.c.number, inbox.c.sealed, inbox.c.tries, inbox.c.received)
    .where(inbox.c.handled.is_(None) & _due & inbox.c.channel.in_(bindparam("channels", expanding=True)) & ~_blocked)
    .order_by(inbox.c.number)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
)
_STORE = Prepared(
    {
        name: put.returning(inbox.c.number)
        for name, put in unless_there(inbox, "event", "number", "handled", "fault").items()
    }
)
_HANDLED = Prepared(
    update(inbox)
    .where(inbox.c.number == bindparam("which"))
    .values(handled=bindparam("at"), sealed=None, place="", fault=bindparam("why"))
)


class StoredEvents:
    """The inbox, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def store(self, events: Sequence[Received], at: datetime) -> list[bool]:
        """Commit some events at once; tell for each whether it is new."""
        if not events:
            return []
        rows = [self._row(event, at) for event in events]
        with self._units.begin() as connection:
            return [bool(_STORE.rows(connection, row)) for row in rows]

    def take(self, channels: Sequence[str], at: datetime, room: int) -> list[Taken]:
        """Give the next events to handle, of as many lines, held against other processes until the unit ends."""
        late = stamp(at + _LONGEST_PAUSE)
        wanted = {"at": stamp(at), "not_so_late": late, "channels": list(channels), "room": room}
        with self._units.reading() as connection:
            rows = connection.execute(_TAKE, wanted).all()
        found = []
        for row in rows:
            try:
                inside = self._master.unwrap(row.sealed)
            except Unopenable as error:
                self.handled([row.number], at, fault=type(error).__name__)
                continue
            found.append(Taken(row.number, Received(**json.loads(inside)), row.tries, unstamp(row.received)))
        return found if found or not rows else self.take(channels, at, room)

    def handled(self, numbers: Sequence[int], at: datetime, fault: str | None = None) -> None:
        """Note that events are done with, and erase their content; `fault` names the error where one was given up."""
        done = [{"which": number, "at": stamp(at), "why": fault} for number in numbers]
        if done:
            with self._units.one() as connection:
                _HANDLED.do_all(connection, done)

    def failed(self, number: int, tries: int, at: datetime, due: datetime) -> None:
        """Note that handling an event failed, and when it is to be tried again."""
        received = case((inbox.c.received > stamp(at), stamp(at)), else_=inbox.c.received)
        with self._units.one() as connection:
            connection.execute(
                update(inbox)
                .where((inbox.c.number == number) & inbox.c.handled.is_(None))
                .values(tries=tries, due=stamp(due), received=received)
            )

    def purge(self, before: datetime) -> None:
        """Let go of the ids of events that were handled before a time."""
        with self._units.begin() as connection:
            connection.execute(delete(inbox).where(inbox.c.handled < stamp(before)))

    def waiting(self) -> Waiting:
        """Count what waits."""
        with self._units.reading() as connection:
            count, oldest = connection.execute(
                select(func.count(), func.min(inbox.c.received)).where(inbox.c.handled.is_(None))
            ).one()
            given_up = connection.execute(select(func.count()).where(inbox.c.fault.is_not(None))).scalar_one()
        return Waiting(count, unstamp(oldest) if oldest else None, given_up)

    def _row(self, event: Received, at: datetime) -> dict[str, object]:
        now = stamp(at)
        return {
            "channel": event.channel,
            "event": self._lookup.of("event", event.channel, event.event),
            "line": self._lookup.of("line", event.channel, event.line),
            "place": event.place,
            "sealed": self._master.wrap(json.dumps({name: getattr(event, name) for name in _INSIDE}).encode()),
            "received": now,
            "due": now,
            "tries": 0,
        }
