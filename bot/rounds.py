"""Does what is due, in a thread; where the store fails it is tried again, and where it fails for good that is told."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Executor

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries of something that the store fails at; after the last one the process ends."""


async def tried(what: Callable[[], _T], broken: Callable[[str], None], threads: Executor | None = None) -> _T:
    """Do something with the store in a thread, again where it fails.

    Where it fails for good, tell `broken` why and never return, so that nobody takes for kept what isn't.
    """
    for pause in (*PAUSES, None):
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, what)
        except StoreError as error:
            if pause is None:
                broken(str(error))
            else:
                _log.warning("the store failed, trying again: %s", error)
                await asyncio.sleep(pause)
    forever: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
    return await forever


class Rounds:
    """One round after the other for as long as there is something due, then a rest until it is woken or time is up."""

    def __init__(
        self,
        turn: Callable[[], bool],
        done: Callable[[], None],
        broken: Callable[[str], None],
        *,
        rest: float,
        first: Callable[[], Awaitable[None]] | None = None,
        threads: Executor | None = None,
    ) -> None:
        """Take what one round does, which says whether something was due, and `done`, told each time when it was.

        `broken` is told when the store fails for good; `rest` is in seconds; `first` is waited for before each round.
        """
        self._turn, self._done, self._broken = turn, done, broken
        self._rest, self._first, self._threads = rest, first, threads
        self._woken = asyncio.Event()
        self._ending = False

    def wake(self) -> None:
        """Say that something may be due."""
        self._woken.set()

    def end(self) -> None:
        """Let `run` return after the round under way."""
        self._ending = True
        self._woken.set()

    async def run(self) -> None:
        """Go round until `end` is called."""
        while not self._ending:
            self._woken.clear()
            if self._first:
                await self._first()
            if await tried(self._turn, self._broken, self._threads):
                self._done()
                continue
            try:
                async with asyncio.timeout(self._rest):  # wait_for swallows a cancel that comes with what it waits for
                    await self._woken.wait()
            except TimeoutError:
                continue
