"""The faults of the storm: what the bot needs fails for a while, until the bot has felt it and for some time after."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.storm.reports import LEADS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bot.postgres import Postgres
    from tests.storm.clock import Clock
    from tests.storm.disk import Disk
    from tests.storm.in_slack import StormSlack
    from tests.storm.lives import Lives
    from tests.storm.outside import Outside

_PATIENCE = 20.0
"""Seconds in which the bot has to feel a fault."""
_QUIET = 90.0
"""Seconds in which everything that was said has to come in."""
_AFTER = 1.5
"""Seconds for which a fault goes on once it was felt."""
_DAY = 24 * 60
MAIN, KEYS = "askfirst.db", "askfirst-keys.db"


@dataclass
class Faults:
    """Brings about each fault by its name; `felt` counts how often the bot felt it."""

    folder: Path
    data: Path
    outside: Outside
    slack: StormSlack
    lives: Lives
    clock: Clock
    disk: Disk | None
    server: Postgres | None
    felt: dict[str, int] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Give the faults that can be brought about here, in order."""
        on_sqlite = [] if self.server else ["main locked", "keys locked", "main read-only", "keys read-only"]
        on_sqlite += [] if self.server else ["main full", "no byte can be written"]
        on_server = ["server stopped"] if self.server else []
        return [
            *("none", "answers lost", "platform down for a day", "Slack down for a day", "mail down for a day"),
            *("a lead refused for good", "clock set on by a day and back", "clock set back"),
            *on_sqlite,
            *on_server,
            *(["disk full"] if self.disk else []),
        ]

    async def blow(self, name: str) -> None:
        """Bring one about."""
        if name == "none":
            return
        what, _, how = name.partition(" ")
        if name.startswith(("main ", "keys ")):
            await self._database(name, MAIN if what == "main" else KEYS, how)
        else:
            await {
                "answers lost": self._answers_lost,
                "platform down for a day": self._platform_down,
                "Slack down for a day": self._slack_down,
                "mail down for a day": self._mail_down,
                "a lead refused for good": self._lead_refused,
                "clock set on by a day and back": self._clock_on_and_back,
                "clock set back": self._clock_back,
                "no byte can be written": self._no_byte,
                "server stopped": self._server_stopped,
                "disk full": self._disk_full,
            }[name](name)

    async def _database(self, name: str, file: str, how: str) -> None:
        fault = self.folder / f"fault.{file}"
        fault.write_text(how)
        with contextlib.ExitStack() as stack:
            stack.callback(fault.unlink)
            if how == "locked":
                held = stack.enter_context(contextlib.closing(sqlite3.connect(self.data / file, timeout=30)))
                held.isolation_level = None
                held.execute("BEGIN IMMEDIATE")
            await self._until_felt(name, self._complaints)

    async def _answers_lost(self, name: str) -> None:
        self.outside.gives_no_answer = True
        await self._until_felt(name, self.outside.withheld.total)
        self.outside.gives_no_answer = False

    async def _platform_down(self, name: str) -> None:
        self.outside.down = True
        await self._until_felt(name, lambda: self.outside.turned_away)
        await self._a_day()
        self.outside.down = False

    async def _slack_down(self, name: str) -> None:
        self.slack.down = True
        await self._until_felt(name, lambda: self.slack.turned_away)
        await self._a_day()
        self.slack.down = False

    async def _mail_down(self, name: str) -> None:
        self.outside.mail_down()
        await self._until_felt(name, self._complaints)
        await self._a_day()
        self.outside.mail_up()

    async def _lead_refused(self, name: str) -> None:
        """Refuse one lead until everything that came in meanwhile is in somebody else's hand."""
        self.outside.gone.add(LEADS["head-1"])
        await self._until_felt(name, lambda: self.outside.refused)
        mine = [report for report in self.outside.people.reports.values() if not report.in_somebodys_hand]
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self.outside.people.waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        for _ in range(6):
            if all(one.in_somebodys_hand or one.never_opened for one in mine):
                break
            self.clock.jump(61)
            await asyncio.sleep(1.2)
        self.outside.gone.clear()

    async def _clock_on_and_back(self, name: str) -> None:
        await asyncio.sleep(1)
        self.clock.jump(_DAY)
        await asyncio.sleep(2)
        self.clock.jump(-_DAY)
        self.felt[name] = 1

    async def _clock_back(self, name: str) -> None:
        await asyncio.sleep(1)
        self.clock.jump(-30)
        self.felt[name] = 1

    async def _no_byte(self, name: str) -> None:
        """Let the system refuse every byte that the bot writes to a file, in each of its lives."""
        await self._until_felt(name, self._complaints, again=self._limit)
        if pid := self.lives.pid:
            _limit(pid, resource.RLIM_INFINITY)

    def _limit(self) -> None:
        if pid := self.lives.pid:
            _limit(pid, 0)

    async def _server_stopped(self, name: str) -> None:
        assert self.server
        await asyncio.to_thread(self.server.down)
        await self._until_felt(name, self._complaints)
        await asyncio.to_thread(self.server.up)

    async def _disk_full(self, name: str) -> None:
        assert self.disk
        disk = self.disk
        try:
            await self._until_felt(name, self._complaints, again=lambda: self._fill(disk))
        finally:
            disk.empty()
        if self.server:
            await asyncio.to_thread(self.server.up)

    def _fill(self, disk: Disk) -> None:
        """Fill the disk to the last byte, SQLite's logs emptied first, in which there may be room for long."""
        for file in () if self.server else (MAIN, KEYS):
            with (
                contextlib.suppress(sqlite3.Error),
                contextlib.closing(sqlite3.connect(self.data / file, timeout=0)) as it,
            ):
                it.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        disk.fill()

    async def _a_day(self) -> None:
        """Let a day pass once everything that was said has come in, so that nobody is amid a report."""
        until = time.monotonic() + _QUIET
        while not self.outside.quiet and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(_AFTER)
        for _ in range(2):
            self.clock.jump(_DAY / 2)
            await asyncio.sleep(_AFTER)

    def _complaints(self) -> int:
        return self.lives.complaints

    async def _until_felt(self, name: str, count: Callable[[], int], again: Callable[[], None] = lambda: None) -> None:
        """Wait until a fault is felt, with more to do for the bot meanwhile, then a little longer; count it."""
        before, began = count(), time.monotonic()
        more = began + 2
        while count() == before and time.monotonic() < began + _PATIENCE:
            again()
            if time.monotonic() > more:
                self.lives.one_more()
                more += 2
            await asyncio.sleep(0.1)
        until = time.monotonic() + _AFTER
        while time.monotonic() < until:
            again()
            await asyncio.sleep(0.1)
        self.felt[name] = self.felt.get(name, 0) + count() - before


def _limit(pid: int, most: int) -> None:
    """Limit how long a file may be that a process writes; what it writes beyond fails, as on a full disk."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
