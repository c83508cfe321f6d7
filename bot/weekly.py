"""Sends the weekly tips: what is due is promised to the outbox and put off to next week, in one transaction."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.store.databases import StoreError
from handlers import subscribe, tips

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.channels.channel import Channel, Delivery
    from bot.opening import Store
    from handlers.ports import Subscription, World

_log = logging.getLogger(__name__)


class Weekly:
    """Sends what is due; each step is one transaction."""

    def __init__(
        self,
        store: Store,
        world: World,
        channels: Mapping[str, Channel],
    ) -> None:
        self._store, self._world, self._channels = store, world, channels

    def turn(self) -> bool:
        """See to one subscription that is due; tell whether there was one."""
        now = self._world.clock()
        due = None
        try:
            with self._store.units.unit():
                due = self._store.subscriptions.take(list(self._channels), now)
                if due is None:
                    return False
                self._see_to(due, now)
        except StoreError:
            raise
        except Exception as error:
            if due is None:
                raise
            _log.error("a weekly tip can't be written (%s), trying again in an hour", type(error).__name__)
            self._store.subscriptions.put_off(due.person, now)
        return True

    def _see_to(self, due: Subscription, now: datetime) -> None:
        if quiet_until := subscribe.waits_until(due, now, self._world):
            self._store.subscriptions.keep(replace(due, due=quiet_until))
            return
        if due.last and self._store.deliveries.refused(due.channel, f"{_key(due.person, due.last)} 0"):
            # Whoever blocked the bot wants no more of these.
            self._store.subscriptions.drop(due.person)
            return
        reply = tips.weekly(due, self._world)
        found: list[Delivery] = list(self._channels[due.channel].tell(due.school, due.person, reply))
        this = due.due.isoformat()
        key = _key(due.person, this)
        keyed = [replace(delivery, key=f"{key} {number}", optional=True) for number, delivery in enumerate(found)]
        self._store.deliveries.promise(keyed, now)
        self._store.subscriptions.keep(replace(due, due=subscribe.next_due(due, now, self._world), last=this))


def _key(person: str, due: str) -> str:
    return f"weekly {person} {due}"
