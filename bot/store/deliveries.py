"""Keeps what is promised to be sent: sealed until sent, leased while a process has it in hand, never forgotten."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.channel import Delivery
from bot.store.databases import Unopenable
from bot.store.tables import outbox, stamp, unstamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


NO_ANSWER = "tried for"
"""Begins the reason where something was given up because no answer came in time."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery in hand, when it was promised, and how often it was tried before."""

    number: int
    delivery: Delivery
    made: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: sent, refused (`given_up` says why), or to be tried again at `due`."""

    number: int
    due: datetime | None = None
    given_up: str | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Deliveries that nobody got, by channel and reason, with the newest day."""

    channel: str
    why: str
    count: int
    newest: datetime


class StoredDeliveries:
    """The outbox, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def promise(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Promise to send these; what was promised before is left as it is."""
        with self._units.begin() as connection:
            put = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(outbox)
            once = put.on_conflict_do_nothing(index_elements=["key"])
            for delivery in deliveries:
                connection.execute(once, self._row(delivery, at))

    def turn(
        self, outcomes: Sequence[Outcome], channels: Sequence[str], at: datetime, until: datetime, room: int
    ) -> list[Leased]:
        """Note what became of the deliveries in hand, and lease the next ones, in one commit."""
        with self._units.begin() as connection:
            for outcome in outcomes:
                self._note(connection, outcome, at)
            return self._lease(connection, channels, at, until, room) if room else []

    def next_due(self, channels: Sequence[str], after: datetime) -> datetime | None:
        """Say when something becomes due that isn't yet."""
        with self._units.reading() as connection:
            due = connection.execute(
                select(func.min(outbox.c.due)).where(
                    outbox.c.done.is_(None) & (outbox.c.due > stamp(after)) & outbox.c.channel.in_(channels)
                )
            ).scalar()
        return unstamp(due) if due else None

    def given_up(self) -> list[GivenUp]:
        """List what was given up and that somebody should see."""
        with self._units.reading() as connection:
            rows = connection.execute(
                select(outbox.c.channel, outbox.c.given_up, func.count().label("count"), func.max(outbox.c.done))
                .where(outbox.c.given_up.is_not(None) & ~outbox.c.optional)
                .group_by(outbox.c.channel, outbox.c.given_up)
                .order_by(outbox.c.channel, outbox.c.given_up)
            ).all()
        return [GivenUp(channel, why, count, unstamp(newest)) for channel, why, count, newest in rows]

    def refused(self, channel: str, key: str) -> bool:
        """Tell whether the platform will not take what was promised under a key."""
        query = select(outbox.c.given_up).where(outbox.c.key == self._lookup.of("delivery", channel, key))
        with self._units.reading() as connection:
            why = connection.execute(query).scalar()
        return why is not None and not str(why).startswith(NO_ANSWER)

    def repeats(self) -> int:
        """Count the sends that may have been a second one, because it wasn't known whether the first arrived."""
        with self._units.reading() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(outbox.c.repeats), 0))).scalar_one())

    def waiting(self) -> int:
        """Count what is still to be sent."""
        with self._units.reading() as connection:
            return int(connection.execute(select(func.count()).where(outbox.c.done.is_(None))).scalar_one())

    def stuck(self, before: datetime) -> list[str]:
        """Name the channels on which something has waited, in spite of tries, since before a time."""
        with self._units.reading() as connection:
            return list(
                connection.execute(
                    select(outbox.c.channel)
                    .where(outbox.c.done.is_(None) & (outbox.c.tries > 0) & (outbox.c.made < stamp(before)))
                    .distinct()
                    .order_by(outbox.c.channel)
                ).scalars()
            )

    def purge(self, before: datetime) -> None:
        """Let go of what was done with before a time."""
        with self._units.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.done < stamp(before)))

    def _note(self, connection: Connection, outcome: Outcome, at: datetime) -> None:
        if outcome.due is not None:
            values = {"due": stamp(outcome.due), "leased": None}
        else:
            values = {"done": stamp(at), "leased": None, "sealed": None, "given_up": outcome.given_up}
        connection.execute(
            update(outbox).where((outbox.c.number == outcome.number) & outbox.c.done.is_(None)).values(values)
        )

    def _lease(
        self, connection: Connection, channels: Sequence[str], at: datetime, until: datetime, room: int
    ) -> list[Leased]:
        earlier = outbox.alias("earlier")
        blocked = exists().where(
            (earlier.c.line == outbox.c.line) & earlier.c.done.is_(None) & (earlier.c.number < outbox.c.number)
        )
        rows = connection.execute(
            select(outbox)
            .where(
                outbox.c.done.is_(None)
                & (outbox.c.due <= stamp(at))
                & or_(outbox.c.leased.is_(None), outbox.c.leased <= stamp(at))
                & outbox.c.channel.in_(channels)
                & ~blocked
            )
            .order_by(outbox.c.number)
            .limit(room)
            .with_for_update(skip_locked=True)
        ).all()
        leased = []
        for row in rows:
            try:
                inside = self._master.unwrap(row.sealed)
            except Unopenable as error:
                self._note(connection, Outcome(row.number, given_up=str(error)), at)
                continue
            # A lease that ran out was held by a process that died, perhaps after it had sent.
            again = row.leased is not None
            connection.execute(
                update(outbox)
                .where(outbox.c.number == row.number)
                .values(leased=stamp(until), tries=row.tries + 1, repeats=row.repeats + again)
            )
            leased.append(Leased(row.number, Delivery(**json.loads(inside)), unstamp(row.made), row.tries))
        return leased

    def _row(self, delivery: Delivery, at: datetime) -> dict[str, object]:
        inside = {**asdict(delivery), "due": None}
        return {
            "channel": delivery.channel,
            "key": self._lookup.of("delivery", delivery.channel, delivery.key),
            "line": self._lookup.of("line", delivery.channel, delivery.line),
            "sealed": self._master.wrap(json.dumps(inside).encode()),
            "made": stamp(at),
            "due": stamp(delivery.due or at),
            "tries": 0,
            "repeats": 0,
            "optional": delivery.optional,
        }
