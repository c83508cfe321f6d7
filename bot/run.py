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
from bot.connecting import Connecting
from bot.delivery import Watch
from bot.pages import Pages
from bot.rounds import Rounds
from bot.store.databases import StoreError
from bot.weekly import Weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from bot.casepage.server import CasePage
    from bot.channels.channel import Channel
    from bot.opening import Store
    from handlers.ports import World

_log = logging.getLogger(__name__)

SWITCH = 0.0005
"""Seconds after which a thread that answers a question lets the one go on that speaks with the platforms."""
_PURGE = 3600.0
_REST = 2.0
"""Seconds after which is looked for what is due for cases."""
_WEEKLY_REST = 20.0
_PAGES_REST = 15.0
_LAST_WORDS = 2.5
"""Seconds for each step of the end: to receive no more, to finish what is handled, and what is being sent."""
_LETTING_GO = 1.0
"""Seconds in which is noted what could not be sent in time, and the network is let go of."""
_LIMIT = 9.0
"""Seconds after a signal by which the process is gone whatever happens; everything promised is in the store."""


async def serve(
    store: Store,
    world: World,
    channels: Sequence[Channel],
    tell: Callable[[str], None],
    page: CasePage | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; raises Unusable where a channel or the store can't be used, or no more."""
    sys.setswitchinterval(SWITCH)
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
        self._connecting = Connecting(channels, tell, self._joined, self._broken)
        connected = self._connecting.connected
        self.outbox = outbox.Outbox(store.deliveries, connected, world.clock, self._broken)
        self.weekly = Weekly(store, world, by_name)
        watch = Watch(store, world, by_name, self._connecting.down)
        self._rounds = [
            Rounds(watch.turn, self.outbox.wake, self._broken, rest=_REST),
            Rounds(self.weekly.turn, self.outbox.wake, self._broken, rest=_WEEKLY_REST),
            Rounds(Pages(store, world, by_name).turn, self.outbox.wake, self._broken, rest=_PAGES_REST),
        ]
        self.inbox = inbox.Inbox(store, world, connected, self.outbox.wake, self._broken)

    def told_to_end(self) -> None:
        """End cleanly, and in time even where something hangs."""
        watchdog = threading.Timer(_LIMIT, _leave)
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

    def _joined(self) -> None:
        """See to what waited for a channel."""
        self.inbox.wake()
        self.outbox.wake()

    async def run(self) -> None:
        """Connect the channels, and work until told to end."""
        tasks: list[asyncio.Task[None]] = []
        try:
            if await self._before_the_end(self._connecting.open(self.inbox.receive)):
                tasks = self._at_work()
                if self._page:
                    self._tell(await self._page.open())
                if await self._before_the_end(self._connecting.listen(self.inbox.receive)):
                    self._joined()
                    self._tell("Ask First is running. Ctrl-C ends it.")
            await self._over
            await self._finish(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, self._connecting.end(), return_exceptions=True)
            closing = [channel.close() for channel in self._channels]
            if self._page:
                closing.append(self._page.close())
            await asyncio.gather(*closing, return_exceptions=True)

    def _at_work(self) -> list[asyncio.Task[None]]:
        """Begin all that works for as long as the bot runs: what is handled and sent first, then the rounds."""
        rounds = [one.run() for one in self._rounds]
        tasks = [
            asyncio.create_task(work)
            for work in (self.inbox.run(), self.outbox.run(), *rounds, self._connecting.beat(), self._purge())
        ]
        for task in tasks:
            task.add_done_callback(self._noticed)
        return tasks

    async def _before_the_end(self, work: Coroutine[None, None, None]) -> bool:
        """Do something unless the bot is to end before; tell whether it was done."""
        task = asyncio.create_task(work)
        await asyncio.wait({task, self._over}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return False

    async def _finish(self, tasks: list[asyncio.Task[None]]) -> None:
        """Receive no more, then handle and send what is in hand."""
        self._tell("Ending …")
        for rounds in self._rounds:
            rounds.end()
        await self._connecting.end()
        stopping = [asyncio.ensure_future(channel.stop()) for channel in self._channels]
        if self._page:
            stopping.append(asyncio.ensure_future(self._page.close()))
        if stopping:
            await asyncio.wait(stopping, timeout=_LAST_WORDS)
        if not tasks:
            return
        handling, sending, *others = tasks
        self.inbox.end()
        await asyncio.wait([handling, *others[: len(self._rounds)]], timeout=_LAST_WORDS)
        self.outbox.end()
        await asyncio.wait([sending], timeout=_LAST_WORDS)
        self.outbox.let_go()
        await asyncio.wait([sending], timeout=_LETTING_GO)

    def _noticed(self, task: asyncio.Task[None]) -> None:
        """End loudly where a part of the bot has ended by itself."""
        if not task.cancelled() and (error := task.exception()):
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            _log.error("a part of the bot failed: %s", type(error).__name__)
            self._broken(f"the bot ends, since a part of it failed ({type(error).__name__})")

    async def _purge(self) -> None:
        while True:
            now = self._world.clock()
            try:
                await asyncio.to_thread(self._store.events.purge, now - inbox.KEPT)
                await asyncio.to_thread(self._store.deliveries.purge, now - outbox.KEPT)
            except StoreError as error:
                _log.warning("what is done with could not be let go of, trying again in an hour: %s", error)
            await asyncio.sleep(_PURGE)


def _leave() -> None:
    """End at once, since something hangs; SQLite and PostgreSQL undo what is half done."""
    _log.warning("something hangs, so the bot ends without it; the next start does what is left")
    sys.stdout.flush()
    os._exit(0)
