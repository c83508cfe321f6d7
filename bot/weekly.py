"""Sends the weekly tips: what is due is promised to the outbox and put off to next week, in one transaction."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.store.databases import StoreError
from handlers import subscribe, tips

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.app import Store
    from bot.channels.channel import Channel, Delivery
    from handlers.ports import Subscription, World

_log = logging.getLogger(__name__)

_IDLE = 20.0
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)


class Weekly:
    """Sends what is due, for as long as it runs."""

    def __init__(
        self,
        store: Store,
        world: World,
        channels: Mapping[str, Channel],
        promised: Callable[[], None],
        broken: Callable[[str], None],
    ) -> None:
        """Take `promised`, told when there is something to send, and `broken`, told when the store fails for good."""
        self._store, self._world, self._channels = store, world, channels
        self._promised, self._broken = promised, broken
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Let `run` return."""
        self._ending.set()

    async def run(self) -> None:
        """Send what is due until `end` is called."""
        failed = 0
        while not self._ending.is_set():
            wait = _IDLE
            try:
                if await asyncio.to_thread(self.turn):
                    self._promised()
                    wait = 0.0
                failed = 0
            except StoreError as error:
                if failed == len(_PAUSES):
                    self._broken(str(error))
                    return
                _log.warning("the store failed, trying again: %s", error)
                wait, failed = _PAUSES[failed], failed + 1
            try:
                await asyncio.wait_for(self._ending.wait(), wait)
            except TimeoutError:
                continue

    def turn(self) -> bool:
        """See to one subscription that is due; tell whether there was one."""
        now = self._world.clock()
        with self._store.units.unit():
            due = self._store.subscriptions.take(list(self._channels), now)
            if due is None:
                return False
            self._see_to(due, now)
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
