"""What came in: committed before the platform is told, handled once, and never lost between the two."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.app import Store
    from bot.channels.channel import Channel, Received
    from bot.store.events import Taken
    from handlers.ports import World

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between the tries of a commit that fails; after the last one the process ends."""
_TRIES = 5
_PAUSE = timedelta(seconds=2)
"""How long an event whose handling failed waits; doubled each time."""
_LULL = 0.02
"""Seconds without a new event after which a rush is over."""
_FEW = 5
"""So many events at once are no rush."""
_LONGEST_RUSH = 1.0
"""Seconds after which events are handled although more come in."""
_IDLE = 2.0
"""Seconds after which is looked for what another process left."""
KEPT = timedelta(days=7)
"""How long the ids of handled events are kept; no platform repeats an event later than that."""


class Inbox:
    """Commits events in groups, and handles them one after the other in a thread of its own."""

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
        self._pending: list[tuple[Received, asyncio.Future[bool]]] = []
        self._rush, self._latest, self._rushing = 0.0, 0.0, 0
        self._arrived, self._work = asyncio.Event(), asyncio.Event()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="inbox")
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

    async def run(self) -> None:
        """Commit and handle until `end` is called."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._commit_all())
            tasks.create_task(self._handle_all())
        self._threads.shutdown()

    def end(self) -> None:
        """Let `run` return once what is being handled is done."""
        self._ending = True
        self._arrived.set()
        self._work.set()

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
        fresh = await self._tried(lambda: self._store.events.store(events, self._world.clock()))
        for (_, waiting), new in zip(batch, fresh, strict=True):
            if not waiting.done():
                waiting.set_result(new)
        self._work.set()

    async def _handle_all(self) -> None:
        while not self._ending:
            self._work.clear()
            await self._give_way()
            if await self._tried(self._handle_next):
                self._promised()
                continue
            try:
                await asyncio.wait_for(self._work.wait(), _IDLE)
            except TimeoutError:
                continue

    async def _give_way(self) -> None:
        """Let a rush of events be committed before any is handled; the platforms wait to hear that they arrived."""
        now = asyncio.get_running_loop().time
        while self._rushing > _FEW and now() - self._latest < _LULL and now() - self._rush < _LONGEST_RUSH:  # noqa: ASYNC110 -- for a lull
            await asyncio.sleep(_LULL / 2)

    async def _tried(self, what: Callable[[], _T]) -> _T:
        """Do something with the store in a thread, again where it fails; where it fails for good, never return."""
        for pause in (*PAUSES, None):
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, what)
            except StoreError as error:
                if pause is None:
                    self._broken(str(error))
                else:
                    _log.warning("the store failed, trying again: %s", error)
                    await asyncio.sleep(pause)
        forever: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        return await forever

    def _handle_next(self) -> bool:
        """Handle one event within one transaction; tell whether there was one."""
        now = self._world.clock()
        taken = None
        try:
            with self._store.units.unit():
                taken = self._store.events.take(list(self._channels), now)
                if taken is None:
                    return False
                deliveries = self._channels[taken.event.channel].answer(taken.event, self._world)
                self._store.deliveries.promise(deliveries, now)
                self._store.events.handled(taken.number, now)
        except StoreError:
            raise
        except Exception as error:
            if taken is None:
                raise
            self._failed(taken, error, now)
        return True

    def _failed(self, taken: Taken, error: Exception, now: datetime) -> None:
        """Put an event off, or give it up after the last try and say sorry; its words are never logged."""
        tries, name = taken.tries + 1, type(error).__name__
        if tries < _TRIES:
            _log.warning("a %s event failed (%s), try %d", taken.event.channel, name, tries)
            self._store.events.failed(taken.number, tries, now + _PAUSE * 2**taken.tries)
            return
        _log.error("a %s event was given up after %d tries (%s)", taken.event.channel, tries, name)
        with self._store.units.unit():
            self._store.deliveries.promise(self._channels[taken.event.channel].sorry(taken.event), now)
            self._store.events.handled(taken.number, now, fault=name)
