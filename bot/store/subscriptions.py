"""Keeps who gets a tip every week: sealed, under a keyed hash of the person, with the time of the next."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from bot.store.databases import Unopenable
from bot.store.tables import stamp, subscriptions
from handlers.ports import Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units

_log = logging.getLogger(__name__)

_PAUSE = timedelta(hours=1)
"""How long one is left alone that could not be seen to."""


class StoredSubscriptions:
    """The Subscriptions of handlers.ports, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def of(self, person: str) -> Subscription | None:
        """Give a person's subscription, or None."""
        query = select(subscriptions).where(subscriptions.c.person == self._hash(person))
        with self._units.reading() as connection:
            row = connection.execute(query).one_or_none()
        return self._read(row) if row else None

    def keep(self, subscription: Subscription) -> None:
        """Keep it in place of the person's one before."""
        row = {
            "channel": subscription.channel,
            "sealed": self._master.wrap(json.dumps({**asdict(subscription), "due": ""}).encode()),
            "due": stamp(subscription.due),
        }
        person = self._hash(subscription.person)
        with self._units.begin() as connection:
            changed = connection.execute(update(subscriptions).where(subscriptions.c.person == person).values(row))
            if changed.rowcount == 0:
                connection.execute(insert(subscriptions).values(person=person, **row))

    def drop(self, person: str) -> None:
        """End it, where there is one."""
        with self._units.begin() as connection:
            connection.execute(delete(subscriptions).where(subscriptions.c.person == self._hash(person)))

    def take(self, channels: Sequence[str], at: datetime) -> Subscription | None:
        """Give one that is due, held against other processes until the unit under way ends."""
        query = (
            select(subscriptions)
            .where((subscriptions.c.due <= stamp(at)) & subscriptions.c.channel.in_(channels))
            .order_by(subscriptions.c.due)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._units.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        try:
            return self._read(row)
        except Unopenable:
            _log.error("a subscription can't be opened, trying again in an hour")
            self._put_off(row.person, at)
            return self.take(channels, at)

    def put_off(self, person: str, at: datetime) -> None:
        """Leave one alone for a while that could not be seen to; the others go on."""
        self._put_off(self._hash(person), at)

    def _put_off(self, hashed: str, at: datetime) -> None:
        with self._units.begin() as connection:
            connection.execute(
                update(subscriptions).where(subscriptions.c.person == hashed).values(due=stamp(at + _PAUSE))
            )

    def _read(self, row: Row[tuple[object, ...]]) -> Subscription:
        inside = json.loads(self._master.unwrap(row.sealed))
        return Subscription(**{**inside, "due": datetime.fromisoformat(row.due)})

    def _hash(self, person: str) -> str:
        return self._lookup.of("person", person)
