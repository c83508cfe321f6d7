"""The lives of the bot under the storm: begun again whenever it is dead, each with a death that was planned for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.storm.steps import NOBODY_OPENS, SOMEBODY_OPENS, STEPS

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.storm.clock import Clock
    from tests.storm.outside import Outside

_COMPLAINTS = ("the store failed", "StoreError", "SetUpProblem", "gave no answer", "will not take")
"""What the bot says on its standard error when something that it needs fails."""
_BY_ITSELF = 0.3
"""Seconds before the bot is started again where it ended by itself, as whoever looks after services waits."""


@dataclass(frozen=True)
class Death:
    """How a life is to end: at a named step reached for the so-manieth time, or after so many seconds."""

    step: str = ""
    count: int = 1
    seconds: float = 0.0


@dataclass
class Lives:
    """Starts the bot again and again until told to end."""

    folder: Path
    outside: Outside
    clock: Clock
    settings: dict[str, str]
    plan: deque[Death]
    one_more: Callable[[], object]
    """Lets somebody report something who had not yet."""
    sabotage: str = ""
    patience: float = 60.0
    """Seconds in which a named step has to come."""
    own_leases: bool = False
    """Whether what a dead process had in hand is let go of only after a while."""
    deaths: Counter[str] = field(default_factory=Counter)
    not_reached: Counter[str] = field(default_factory=Counter)
    ended_by_itself: int = 0
    complaints: int = 0
    """How often the bot said that something which it needs failed."""

    def __post_init__(self) -> None:
        self.intake = asyncio.Lock()
        """Held while reports come in, so that no hours pass amid them but where that is the fault."""
        self.pid: int | None = None
        """The process that runs now."""

    async def run(self) -> None:
        """Start the bot whenever it is dead, until this is cancelled."""
        pipe = asyncio.subprocess.PIPE
        nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.storm.bot_process", str(self.folder)),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            limit=2**20,
        )
        listening = asyncio.create_task(self._listen(nursery))
        try:
            while True:
                await self._live(nursery)
        finally:
            nursery.kill()
            await asyncio.gather(nursery.wait(), listening)

    def last_words(self) -> list[str]:
        """Give the last lines of what the bot said on its standard error."""
        log = self.folder / "bot.log"
        return log.read_text(errors="replace").splitlines()[-12:] if log.exists() else []

    async def _listen(self, nursery: asyncio.subprocess.Process) -> None:
        """Write the bot's standard error down, which no full disk keeps it from, and count its complaints."""
        assert nursery.stderr is not None
        with (self.folder / "bot.log").open("ab") as log:
            async for line in nursery.stderr:
                log.write(line)
                self.complaints += any(words in line.decode(errors="replace") for words in _COMPLAINTS)

    async def _live(self, nursery: asyncio.subprocess.Process) -> None:
        """Live one life, and count its end."""
        death = self.plan.popleft() if self.plan else Death()
        self.outside.life += 1
        self.outside.polled.clear()
        pid = self.pid = await self._begin(nursery, death)
        dying, polled = asyncio.create_task(_ended(nursery)), asyncio.create_task(self.outside.polled.wait())
        try:
            # A life is counted from when the bot is there, however long its machine takes to start it.
            await asyncio.wait((dying, polled), return_when=asyncio.FIRST_COMPLETED)
            with self._provoked("" if dying.done() else death.step) as begun:
                # What a step needs may have to wait for a fault to be over.
                waiting = asyncio.create_task(begun.wait())
                await asyncio.wait((dying, waiting), timeout=self.patience, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if begun.is_set():
                    limit = self.patience if death.step else death.seconds or None
                    await asyncio.wait((dying,), timeout=limit)
            self._count(dying.result() if dying.done() else None, death, begun=begun.is_set())
        finally:
            self.pid = None
            polled.cancel()
            if not dying.done():
                os.kill(pid, signal.SIGKILL)
        if await dying != -signal.SIGKILL:
            await asyncio.sleep(_BY_ITSELF)
        if self.own_leases:
            self.clock.jump(0.5)

    async def _begin(self, nursery: asyncio.subprocess.Process, death: Death) -> int:
        """Have a bot begin its life; give its process id."""
        life: dict[str, Any] = {"step": death.step, "count": death.count, "sabotage": self.sabotage}
        life |= {"address": self.outside.address(), "settings": self.settings}
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write(json.dumps(life).encode() + b"\n")
        return int(await nursery.stdout.readline())

    def _count(self, code: int | None, death: Death, *, begun: bool) -> None:
        """Count an end: `code` is what the process ended with, None where it lives still and is killed now."""
        if code is None and not begun:
            self.deaths["at random"] += 1
            self.plan.append(death)  # it comes once the fault is over for which it had to wait
        elif code is None and death.step:
            self.not_reached[death.step] += 1
        elif code is None:
            self.deaths["at random"] += 1
        elif code == -signal.SIGKILL:
            self.deaths[death.step] += 1
        else:  # what it needs had failed; its death is planned for the next one
            self.ended_by_itself += 1
            if death.step or death.seconds:
                self.plan.appendleft(death)

    @contextlib.contextmanager
    def _provoked(self, step: str) -> Iterator[asyncio.Event]:
        """Bring about what a step needs, for as long as it has not come; give what is set once that has begun."""
        begun = asyncio.Event()
        if not step:
            begun.set()
            yield begun
            return
        people, task = self.outside.people, asyncio.create_task(self._provoke(step, begun))
        before = people.opens
        try:
            yield begun
        finally:
            task.cancel()
            people.opens = before

    async def _provoke(self, step: str, begun: asyncio.Event) -> None:
        assert step in STEPS
        people = self.outside.people
        if step in NOBODY_OPENS:
            people.opens = "none"
            self.one_more()
            async with self.intake:
                while people.waiting():  # noqa: ASYNC110 -- what is awaited is seen from outside alone
                    await asyncio.sleep(0.1)
                begun.set()
                while True:
                    self.clock.jump(61)
                    await asyncio.sleep(0.7)
        begun.set()
        if step in SOMEBODY_OPENS:
            people.opens = "all"
        while True:
            self.one_more()
            await asyncio.sleep(2)


async def _ended(nursery: asyncio.subprocess.Process) -> int:
    """Wait for the end of the life that runs now, and give its code."""
    assert nursery.stdout is not None
    return int(await nursery.stdout.readline() or -signal.SIGKILL)
