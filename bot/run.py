"""Runs the channels: opens each, receives, handles and sends until told to end, or until something breaks for good."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from bot import inbox, outbox
from bot.channels.channel import Unusable
from bot.delivery import Watch
from bot.store.databases import StoreError
from bot.weekly import Weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.app import Store
    from bot.casepage.server import CasePage
    from bot.channels.channel import Channel
    from handlers.ports import World

_log = logging.getLogger(__name__)

_SWITCH = 0.0005
"""Seconds after which a thread that answers a question lets the one go on that speaks with the platforms."""
_HEARTBEAT = 60.0
_PURGE = 3600.0
_LAST_WORDS = 3.0
"""Seconds in which what is being handled may be finished after a signal, and again as many for what is being sent."""
_LIMIT = 9.5
"""Seconds after a signal by which the process is gone whatever happens; everything promised is in the store."""


async def serve(
    store: Store,
    world: World,
    channels: Sequence[Channel],
    tell: Callable[[str], None],
    page: CasePage | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; raises Unusable where a channel or the store can't be used, or no more."""
    sys.setswitchinterval(_SWITCH)
    running = Running(store, world, channels, tell, page)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.told_to_end)
    await running.run()


class Running:
    """The bot at work."""

    def __init__(
        self,
        store: Store,
        world: World,
        channels: Sequence[Channel],
        tell: Callable[[str], None],
        page: CasePage | None = None,
    ) -> None:
        self._store, self._world, self._channels, self._tell = store, world, channels, tell
        self._page = page
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        by_name = {channel.name: channel for channel in channels}
        self.outbox = outbox.Outbox(store.deliveries, by_name, world.clock, self._broken)
        self.watch = Watch(store, world, by_name, self.outbox.wake, self._broken)
        self.weekly = Weekly(store, world, by_name, self.outbox.wake, self._broken)
        self.inbox = inbox.Inbox(store, world, by_name, self.outbox.wake, self._broken)

    def told_to_end(self) -> None:
        """End cleanly, and in time even where something hangs."""
        watchdog = threading.Timer(_LIMIT, os._exit, (1,))
        watchdog.daemon = True
        watchdog.start()
        self.end()

    def end(self) -> None:
        """End cleanly."""
        if not self._over.done():
            self._over.set_result(None)

    def _broken(self, why: str) -> None:
        if not self._over.done():
            self._over.set_exception(Unusable(why))

    async def run(self) -> None:
        """Open the channels, and work until told to end."""
        tasks: list[asyncio.Task[None]] = []
        try:
            for channel in self._channels:
                self._tell(await channel.open())
            tasks = [
                asyncio.create_task(work)
                for work in (
                    self.inbox.run(),
                    self.outbox.run(),
                    self.watch.run(),
                    self.weekly.run(),
                    self._beat(),
                    self._purge(),
                )
            ]
            for task in tasks:
                task.add_done_callback(self._noticed)
            for channel in self._channels:
                await channel.listen(self.inbox.receive)
            if self._page:
                self._tell(await self._page.open())
            self._tell("Ask First is running. Ctrl-C ends it.")
            await self._over
            await self._finish(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._page:
                await self._page.close()
            await asyncio.gather(*(channel.close() for channel in self._channels), return_exceptions=True)

    async def _finish(self, tasks: list[asyncio.Task[None]]) -> None:
        """Receive no more, then handle and send what is in hand."""
        self._tell("Ending …")
        await asyncio.gather(*(channel.stop() for channel in self._channels))
        handling, sending, *_ = tasks
        self.inbox.end()
        self.watch.end()
        self.weekly.end()
        await asyncio.wait([handling], timeout=_LAST_WORDS)
        self.outbox.end()
        await asyncio.wait([sending], timeout=_LAST_WORDS)

    def _noticed(self, task: asyncio.Task[None]) -> None:
        """End loudly where a part of the bot has ended by itself."""
        if not task.cancelled() and (error := task.exception()):
            _log.error("a part of the bot failed: %s", type(error).__name__)
            self._broken(f"the bot ends, since a part of it failed ({type(error).__name__})")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            for channel in self._channels:
                try:
                    await channel.heartbeat()
                except Unusable as error:
                    self._broken(str(error))

    async def _purge(self) -> None:
        while True:
            now = self._world.clock()
            try:
                await asyncio.to_thread(self._store.events.purge, now - inbox.KEPT)
                await asyncio.to_thread(self._store.deliveries.purge, now - outbox.KEPT)
            except StoreError as error:
                _log.warning("what is done with could not be let go of, trying again in an hour: %s", error)
            await asyncio.sleep(_PURGE)
