"""Keeps the events that came in: sealed until handled, then their ids alone for a set time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.channel import Received
from bot.store.databases import Unopenable
from bot.store.tables import inbox, stamp, unstamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that is being handled, and how often that failed before."""

    number: int
    event: Received
    tries: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many events wait to be handled, since when the oldest does, and how many were given up."""

    count: int
    oldest: datetime | None
    given_up: int


class StoredEvents:
    """The inbox, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def store(self, events: Sequence[Received], at: datetime) -> list[bool]:
        """Commit some events at once; tell for each whether it is new."""
        with self._units.begin() as connection:
            put = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(inbox)
            once = put.on_conflict_do_nothing(index_elements=["event"]).returning(inbox.c.number)
            return [connection.execute(once, self._row(event, at)).first() is not None for event in events]

    def take(self, channels: Sequence[str], at: datetime) -> Taken | None:
        """Give the next event to handle, held against other processes until the unit under way ends."""
        earlier = inbox.alias("earlier")
        blocked = exists().where(
            (earlier.c.line == inbox.c.line)
            & earlier.c.handled.is_(None)
            & (
                (earlier.c.place < inbox.c.place)
                | ((earlier.c.place == inbox.c.place) & (earlier.c.number < inbox.c.number))
            )
        )
        query = (
            select(inbox)
            .where(inbox.c.handled.is_(None) & (inbox.c.due <= stamp(at)) & inbox.c.channel.in_(channels) & ~blocked)
            .order_by(inbox.c.number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._units.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        try:
            inside = self._master.unwrap(row.sealed)
        except Unopenable as error:
            self.handled(row.number, at, fault=type(error).__name__)
            return self.take(channels, at)
        return Taken(row.number, Received(**json.loads(inside)), row.tries)

    def handled(self, number: int, at: datetime, fault: str | None = None) -> None:
        """Note that an event is done with, and erase its content; `fault` names the error where it was given up."""
        with self._units.begin() as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.number == number)
                .values(handled=stamp(at), sealed=None, place="", fault=fault)
            )

    def failed(self, number: int, tries: int, due: datetime) -> None:
        """Note that handling an event failed, and when it is to be tried again."""
        with self._units.begin() as connection:
            connection.execute(
                update(inbox)
                .where((inbox.c.number == number) & inbox.c.handled.is_(None))
                .values(tries=tries, due=stamp(due))
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
        return {
            "channel": event.channel,
            "event": self._lookup.of("event", event.channel, event.event),
            "line": self._lookup.of("line", event.channel, event.line),
            "place": event.place,
            "sealed": self._master.wrap(json.dumps(asdict(event)).encode()),
            "received": stamp(at),
            "due": stamp(at),
            "tries": 0,
        }
