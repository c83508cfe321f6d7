"""Keeps what is promised to be sent: sealed until sent, leased while a process has it in hand, never forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, exists, func, or_, select, update

from bot.channels.channel import Delivery
from bot.store.databases import Unopenable
from bot.store.prepared import Prepared, unless_there
from bot.store.tables import outbox, stamp, unstamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


NO_ANSWER = "tried for"
"""Begins the reason where something was given up because no answer came in time."""
_LONGEST_LEASE = timedelta(hours=1)
"""No lease is that long, so one that seems to be was given before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery in hand, when it was promised, and how often it was tried before."""

    number: int
    delivery: Delivery
    made: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: sent, refused (`given_up` says why), or to be tried again at `due`.

    `unsure` says that it may have arrived though no answer came, so that the next try counts as a repeat.
    """

    number: int
    due: datetime | None = None
    given_up: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Deliveries that nobody got, by channel and reason, with the newest day."""

    channel: str
    why: str
    count: int
    newest: datetime


_INSIDE = tuple(field.name for field in fields(Delivery) if field.name not in ("due", "about"))
_earlier = outbox.alias("earlier")
_blocked = exists().where(
    (_earlier.c.line == outbox.c.line) & _earlier.c.done.is_(None) & (_earlier.c.number < outbox.c.number)
)
_free = or_(
    outbox.c.leased.is_(None), outbox.c.leased <= bindparam("at"), outbox.c.leased > bindparam("too_long")
) & outbox.c.number.not_in(bindparam("in_hand", expanding=True))
_NEXT = (
    select(outbox)
    .where(
        outbox.c.done.is_(None)
        & (
            (outbox.c.due <= bindparam("at"))
            | (outbox.c.made > bindparam("at"))
            # Tried before, it waits for a pause that was begun before the clock was set back.
            | ((outbox.c.tries > 0) & (outbox.c.due > bindparam("too_long")))
        )
        & _free
        & outbox.c.channel.in_(bindparam("channels", expanding=True))
        & ~_blocked
    )
    .order_by(outbox.c.number)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
)
_PROMISE = Prepared(unless_there(outbox, "key", "number", "leased", "done", "given_up"))
_THIS = outbox.c.number == bindparam("which")
_LEASE = Prepared(
    update(outbox).where(_THIS).values(leased=bindparam("until"), tries=bindparam("tried"), repeats=bindparam("twice"))
)
_DONE = Prepared(
    update(outbox)
    .where(_THIS & outbox.c.done.is_(None))
    .values(done=bindparam("at"), leased=None, sealed=None, given_up=bindparam("why"))
)
_AGAIN = Prepared(
    update(outbox)
    .where(_THIS & outbox.c.done.is_(None))
    # Made is never later than now, even where the clock was set back: it would be due at once, forever.
    .values(
        due=bindparam("when"),
        leased=bindparam("until"),
        made=case((outbox.c.made > bindparam("at"), bindparam("at")), else_=outbox.c.made),
    )
)
_DUE = select(func.min(outbox.c.due)).where(
    outbox.c.done.is_(None)
    & (outbox.c.due > bindparam("after"))
    & outbox.c.channel.in_(bindparam("channels", expanding=True))
)


class StoredDeliveries:
    """The outbox, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def promise(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Promise to send these; what was promised before is left as it is."""
        if not deliveries:
            return
        rows = [self._row(delivery, at) for delivery in deliveries]
        with self._units.one() as connection:
            _PROMISE.do_all(connection, rows)

    def turn(
        self,
        outcomes: Sequence[Outcome],
        channels: Sequence[str],
        at: datetime,
        until: datetime,
        room: int,
        *,
        in_hand: Sequence[int] = (),
    ) -> list[Leased]:
        """Note what became of the deliveries in hand, and lease the next ones, in one commit.

        `in_hand` are those of this process, which it never takes again however the clock jumps.
        """
        with self._units.begin() as connection:
            self._note(connection, outcomes, at)
            return self._lease(connection, channels, at, until, room, in_hand=in_hand) if room else []

    def waits(self, about: str) -> bool:
        """Tell whether something about this is promised and not sent yet."""
        query = select(outbox.c.number).where((outbox.c.about == self._about(about)) & outbox.c.done.is_(None)).limit(1)
        with self._units.reading() as connection:
            return connection.execute(query).first() is not None

    def withdraw(self, about: Iterable[str], at: datetime) -> None:
        """Send nothing any more about these but what a process has in hand."""
        free = outbox.c.leased.is_(None) | (outbox.c.leased <= stamp(at))
        mine = outbox.c.about.in_([self._about(what) for what in about])
        with self._units.begin() as connection:
            connection.execute(
                update(outbox).where(mine & outbox.c.done.is_(None) & free).values(done=stamp(at), sealed=None)
            )

    def take_back(self, at: datetime) -> int:
        """End every lease, and count them; only for a process that knows that no other one is at work."""
        with self._units.begin() as connection:
            return connection.execute(
                update(outbox).where(outbox.c.done.is_(None) & (outbox.c.leased > stamp(at))).values(leased=stamp(at))
            ).rowcount

    def next_due(self, channels: Sequence[str], after: datetime) -> datetime | None:
        """Say when something becomes due that isn't yet."""
        with self._units.reading() as connection:
            due = connection.execute(_DUE, {"after": stamp(after), "channels": list(channels)}).scalar()
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

    def refusing(self, channel: str, lines: Sequence[str], since: datetime) -> list[str]:
        """Give those of some lines in which the platform refused for good what was sent last, not before a time."""
        keyed = {self._lookup.of("line", channel, line): line for line in lines}
        newest = (
            select(func.max(outbox.c.number))
            .where(outbox.c.line.in_(keyed) & outbox.c.done.is_not(None) & (outbox.c.tries > 0))
            .group_by(outbox.c.line)
        )
        refused = outbox.c.given_up.is_not(None) & outbox.c.given_up.not_like(f"{NO_ANSWER}%")
        refused &= outbox.c.done >= stamp(since)
        with self._units.reading() as connection:
            query = select(outbox.c.line).where(outbox.c.number.in_(newest) & refused)
            return [keyed[line] for line in connection.execute(query).scalars()]

    def repeats(self) -> int:
        """Count the sends that may have been a second one, because it wasn't known whether the first arrived."""
        with self._units.reading() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(outbox.c.repeats), 0))).scalar_one())

    def waiting(self) -> int:
        """Count what is still to be sent."""
        with self._units.reading() as connection:
            return int(connection.execute(select(func.count()).where(outbox.c.done.is_(None))).scalar_one())

    def overdue(self, before: datetime) -> int:
        """Count what should have been sent before a time."""
        late = outbox.c.done.is_(None) & (outbox.c.due < stamp(before)) & (outbox.c.made < stamp(before))
        with self._units.reading() as connection:
            return int(connection.execute(select(func.count()).where(late)).scalar_one())

    def stuck(self, before: datetime, running: Sequence[str]) -> list[str]:
        """Name the channels on which something has waited since before a time: in spite of tries, or not running."""
        left = (outbox.c.tries > 0) | (outbox.c.channel.not_in(running) & (outbox.c.due < stamp(before)))
        with self._units.reading() as connection:
            return list(
                connection.execute(
                    select(outbox.c.channel)
                    .where(outbox.c.done.is_(None) & left & (outbox.c.made < stamp(before)))
                    .distinct()
                    .order_by(outbox.c.channel)
                ).scalars()
            )

    def purge(self, before: datetime) -> None:
        """Let go of what was done with before a time."""
        with self._units.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.done < stamp(before)))

    def _note(self, connection: Connection, outcomes: Sequence[Outcome], at: datetime) -> None:
        now = stamp(at)
        done = [{"which": o.number, "at": now, "why": o.given_up} for o in outcomes if o.due is None]
        again = [
            {"which": o.number, "at": now, "when": stamp(o.due), "until": now if o.unsure else None}
            for o in outcomes
            if o.due is not None
        ]
        _DONE.do_all(connection, done)
        _AGAIN.do_all(connection, again)

    def _lease(
        self,
        connection: Connection,
        channels: Sequence[str],
        at: datetime,
        until: datetime,
        room: int,
        *,
        in_hand: Sequence[int],
    ) -> list[Leased]:
        wanted = {
            "at": stamp(at),
            "too_long": stamp(at + _LONGEST_LEASE),
            "in_hand": list(in_hand),
            "channels": list(channels),
            "room": room,
        }
        rows = connection.execute(_NEXT, wanted).all()
        leased, held, ends = [], list[dict[str, object]](), stamp(until)
        for row in rows:
            try:
                inside = self._master.unwrap(row.sealed)
            except Unopenable as error:
                self._note(connection, [Outcome(row.number, given_up=str(error))], at)
                continue
            # A lease that ran out was held by a process that died, perhaps after it had sent.
            again = row.leased is not None
            held.append({"which": row.number, "until": ends, "tried": row.tries + 1, "twice": row.repeats + again})
            leased.append(Leased(row.number, Delivery(**json.loads(inside)), unstamp(row.made), row.tries))
        _LEASE.do_all(connection, held)
        return leased

    def _row(self, delivery: Delivery, at: datetime) -> dict[str, object]:
        inside = {name: getattr(delivery, name) for name in _INSIDE}
        now = stamp(at)
        return {
            "channel": delivery.channel,
            "key": self._lookup.of("delivery", delivery.channel, delivery.key),
            "line": self._lookup.of("line", delivery.channel, delivery.line),
            "sealed": self._master.wrap(json.dumps(inside).encode()),
            "made": now,
            "due": stamp(delivery.due) if delivery.due else now,
            "tries": 0,
            "repeats": 0,
            "optional": delivery.optional,
            "about": self._about(delivery.about) if delivery.about else None,
        }

    def _about(self, what: str) -> str:
        return self._lookup.of("about", what)
