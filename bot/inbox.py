"""What came in: committed before the platform is told, handled once, and never lost between the two."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from bot.channels.channel import NotYet
from bot.rounds import Rounds, tried
from bot.store.databases import StoreError, Unopenable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.channels.channel import Channel, Received
    from bot.opening import Store
    from bot.store.events import Taken
    from handlers.ports import World

_log = logging.getLogger(__name__)

_TRIES = 5
_PAUSE = timedelta(seconds=2)
"""How long an event whose handling failed waits; doubled each time."""
_NOT_YET, _LONGEST_NOT_YET = timedelta(seconds=2), timedelta(seconds=15)
"""How long an event waits that can't be handled yet: longer, the older it is."""
PATIENCE = timedelta(hours=48)
"""How long it is put off; from then on each try counts."""
_LULL = 0.02
"""Seconds without a new event after which a rush is over."""
_FEW = 5
"""So many events at once are no rush."""
_LONGEST_RUSH = 1.0
"""Seconds after which events are handled although more come in."""
TOGETHER = 24
"""So many events are handled in one commit at most."""
LONG = 0.25
"""Seconds after which no other event is handled in the same commit, since whatever else is to be kept waits for it."""
_IDLE = 2.0
"""Seconds after which is looked for what another process left."""
KEPT = timedelta(days=7)
"""How long the ids of handled events are kept; no platform repeats an event later than that."""


class Inbox:
    """Commits events in groups, and handles them in groups, one after the other in a thread of its own."""

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
        self._broken = broken
        self._pending: list[tuple[Received, asyncio.Future[bool]]] = []
        self._rush, self._latest, self._rushing = 0.0, 0.0, 0
        self._arrived = asyncio.Event()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="inbox")
        self._handling = Rounds(
            self._handle_next, promised, broken, rest=_IDLE, first=self._give_way, threads=self._threads
        )
        self._ending = False

    async def receive(self, event: Received) -> bool:
        """Commit an event and return when that is safe; False for one that came before.

        Where the store fails for good this never returns, so that nobody acknowledges what isn't kept.
        """
        fresh: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pending.append((event, fresh))
        now = asyncio.get_running_loop().time()
        if now - self._latest > _LULL:
            self._rush, self._rushing = now, 0
        self._latest, self._rushing = now, self._rushing + 1
        self._arrived.set()
        return await fresh

    def wake(self) -> None:
        """Say that there may be something to handle."""
        self._handling.wake()

    async def run(self) -> None:
        """Commit and handle until `end` is called."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._commit_all())
            tasks.create_task(self._handling.run())
        self._threads.shutdown()

    def end(self) -> None:
        """Let `run` return once what is being handled is done."""
        self._ending = True
        self._arrived.set()
        self._handling.end()

    async def _commit_all(self) -> None:
        while not self._ending or self._pending:
            await self._arrived.wait()
            if not self._ending:
                self._arrived.clear()
            batch, self._pending = self._pending, []
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Received, asyncio.Future[bool]]]) -> None:
        events = [event for event, _ in batch]
        fresh = await tried(lambda: self._store.events.store(events, self._world.clock()), self._broken, self._threads)
        for (_, waiting), new in zip(batch, fresh, strict=True):
            if not waiting.done():
                waiting.set_result(new)
        self._handling.wake()

    async def _give_way(self) -> None:
        """Let a rush of events be committed before any is handled; the platforms wait to hear that they arrived."""
        now = asyncio.get_running_loop().time
        while self._rushing > _FEW and now() - self._latest < _LULL and now() - self._rush < _LONGEST_RUSH:  # noqa: ASYNC110 -- for a lull
            await asyncio.sleep(_LULL / 2)

    def _handle_next(self) -> bool:
        """Handle the next events within one transaction, in which each can fail alone; tell whether there were any."""
        now = self._world.clock()
        with self._store.units.unit():
            taken = self._store.events.take(list(self._channels), now, TOGETHER)
            done, end = list[int](), monotonic() + LONG
            for one in taken:
                if self._answered(one, now):
                    done.append(one.number)
                if monotonic() > end:
                    break
            self._store.events.handled(done, now)
        return bool(taken)

    def _answered(self, taken: Taken, now: datetime) -> bool:
        """Answer one event; where that fails, undo what came of it, and tell so."""
        try:
            with self._store.units.begin():
                deliveries = self._channels[taken.event.channel].answer(taken.event, self._world)
                self._store.deliveries.promise(deliveries, now)
        except StoreError as error:
            if not isinstance(error, Unopenable):
                raise
            self._failed(taken, error, now)
            return False
        except NotYet as error:
            age = now - taken.received
            if age > PATIENCE:
                self._failed(taken, error, now)
            else:
                pause = max(_NOT_YET, min(age / 4, _LONGEST_NOT_YET))
                self._store.events.failed(taken.number, taken.tries, now, now + pause)
            return False
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one event, the others go on
            self._failed(taken, error, now)
            return False
        return True

    def _failed(self, taken: Taken, error: Exception, now: datetime) -> None:
        """Put an event off, or give it up after the last try and say sorry; its words are never logged."""
        tries, name = taken.tries + 1, type(error).__name__
        if tries < _TRIES:
            _log.warning("a %s event failed (%s), try %d", taken.event.channel, name, tries)
            self._store.events.failed(taken.number, tries, now, now + _PAUSE * 2**taken.tries)
            return
        _log.error("a %s event was given up after %d tries (%s)", taken.event.channel, tries, name)
        try:
            sorry = self._channels[taken.event.channel].sorry(taken.event)
        except Exception as fault:  # noqa: BLE001 -- nobody else waits for one to whom it can't even be said
            _log.error("nobody could be told of it (%s)", type(fault).__name__)
            sorry = ()
        self._store.deliveries.promise(sorry, now)
        self._store.events.handled([taken.number], now, fault=name)
