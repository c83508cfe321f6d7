"""Measures how long 200 reporters at once wait, through the real inbox, handlers, store and outbox.

Beside it runs a peer that thinks nothing, seals nothing and looks nothing up: it commits what comes in, tells so,
commits an answer to each in groups as large, and gives it, with nothing but sqlite3 and one thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine as Database
from sqlalchemy import event

from bot.app import contacts_of, world_in
from bot.channels.channel import Delivery, Pace, Received
from bot.dispatch import dispatch
from bot.inbox import TOGETHER
from bot.opening import now, open_store
from bot.run import SWITCH, Running
from bot.settings import Settings
from handlers.message import Message
from knowledge.model import Audience
from tests.handlers.telling import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from bot.opening import Store
    from handlers.ports import World
    from knowledge.answering.engine import Engine

    Receive = Callable[[Received], Awaitable[object]]

AT_ONCE = 200
SCHOOL = "st-peters"
CHANNEL = "telegram"
WORDS = (
    "A man whom she met in a game asks my daughter every night where she lives, and to keep it between the two of them."
)
_SCRIPT = (
    *("report", "no", "Somebody is getting too close to a child online", "No, somebody outside the school", "yes"),
    *(WORDS, "since last week", "in a game", "skip", "send"),
)
_SENT = "Receipt code"
_PAUSE = (0.5, 3.5)
"""Seconds between a reply and the next answer: quicker than anybody reads a question and types."""


@dataclass
class Rush:
    """What 200 reporters at once met: seconds until each message was safe, was answered, and was confirmed."""

    safe: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    commits: int = 0


class Free:
    """A platform that costs nothing: what is sent is there at once."""

    name = CHANNEL
    pace = Pace(0, 0)

    def __init__(self) -> None:
        self.receive: Receive | None = None
        self.listening = asyncio.Event()
        self.replies: dict[str, asyncio.Queue[str]] = {}

    async def open(self) -> str:
        """Say as what this is connected."""
        return "nothing"

    async def listen(self, receive: Receive) -> None:
        """Receive what the reporters say."""
        self.receive = receive
        self.listening.set()

    def answer(self, received: Received, world: World) -> list[Delivery]:
        """Answer with the bare words."""
        said, who = received.payload["text"], received.line
        message = Message(CHANNEL, received.event, who, who, SCHOOL, Audience.PARENT, world.clock(), text=said)
        return [self._write(who, received.event, dispatch(message, world))]

    def sorry(self, received: Received) -> list[Delivery]:
        """Say sorry."""
        return [Delivery(CHANNEL, f"sorry {received.event}", received.line, {"to": received.line, "text": "sorry"})]

    def tell(self, _school: str, whom: str, reply: Any) -> list[Delivery]:
        """Tell a lead."""
        return [self._write(whom, "", reply)]

    def _write(self, whom: str, key: str, reply: Any) -> Delivery:
        words = [line for card in reply.cards for line in (card.headline, *card.lines)]
        step = reply.form.next_field if reply.form else None
        return Delivery(CHANNEL, key, whom, {"to": whom, "text": "\n".join([*words, step.ask if step else ""])})

    async def send(self, payload: Any) -> None:
        """Let a reporter see their reply."""
        if queue := self.replies.get(payload["to"]):
            queue.put_nowait(payload["text"])

    async def heartbeat(self) -> None:
        """Nothing dies here."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def close(self) -> None:
        """Nothing to close."""


class Bare:
    """The peer: keeps what comes in and an answer to each with nothing but sqlite3, both before it says so."""

    def __init__(self, folder: Path) -> None:
        self.replies: dict[str, asyncio.Queue[str]] = {}
        self._file = folder / "bare.db"
        self._thread = ThreadPoolExecutor(1)
        self._pending: list[tuple[Received, asyncio.Future[None]]] = []
        self._waiting: list[Received] = []
        self._came = asyncio.Event()

    async def receive(self, received: Received) -> None:
        """Keep an event, and return when that is safe."""
        safe: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((received, safe))
        self._came.set()
        await safe

    async def run(self) -> None:
        """Keep and answer until cancelled."""
        keep = asyncio.get_running_loop().run_in_executor
        database = await keep(self._thread, self._open)
        while True:
            await self._came.wait()
            self._came.clear()
            while self._pending or self._waiting:
                batch, self._pending = self._pending, []
                await keep(self._thread, self._commit, database, [str(one.payload) for one, _ in batch])
                for one, safe in batch:
                    safe.set_result(None)
                    self._waiting.append(one)
                group, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await keep(self._thread, self._commit, database, [_SENT * 30 for _ in group])
                for one in group:
                    self.replies[one.line].put_nowait(_SENT)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").close()
        database.execute("CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, said TEXT)")
        return database

    @staticmethod
    def _commit(database: sqlite3.Connection, said: list[str]) -> None:
        if said:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO kept (said) VALUES (?)", [(one,) for one in said])
            database.execute("COMMIT")


@contextlib.contextmanager
def _committed() -> Iterator[list[None]]:
    """Give a list that grows with each commit."""
    commits: list[None] = []

    def committed(_: object) -> None:
        commits.append(None)

    event.listen(Database, "commit", committed)
    try:
        yield commits
    finally:
        event.remove(Database, "commit", committed)


async def _rush(receive: Receive, all_replies: dict[str, asyncio.Queue[str]], *, pauses: bool) -> Rush:
    """Let 200 report at once; without pauses they answer in no time, and wait for each other before they send."""
    rush, ready = Rush(), asyncio.Barrier(AT_ONCE)
    chance = random.Random(1)  # noqa: S311 -- the same pauses each time

    async def says(who: str, step: int, line: str) -> float:
        # Nobody's words are another's, so that nothing is answered from what is remembered.
        text = f"{WORDS} She knows it as {who}." if line == WORDS else line
        said = time.perf_counter()
        await receive(Received(CHANNEL, f"{who} {step}", who, f"{step:04d}", {"text": text}))
        rush.safe.append(time.perf_counter() - said)
        reply = await all_replies[who].get()
        assert line != "send" or _SENT in reply, reply
        return time.perf_counter() - said

    async def reports(who: str) -> None:
        all_replies[who] = asyncio.Queue()
        for step, line in enumerate(_SCRIPT):
            if pauses:
                await asyncio.sleep(chance.uniform(*_PAUSE))
            elif line == "send":
                await ready.wait()
            times = rush.confirmed if line == "send" else rush.answered
            times.append(await says(who, step, line))

    with _committed() as commits:
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(reports(f"reporter-{number}") for number in range(AT_ONCE)))
        rush.seconds, rush.cpu = time.perf_counter() - began, time.process_time() - cpu
    rush.commits = len(commits)
    return rush


async def _through_the_bot(store: Store, world: World, *, pauses: bool) -> Rush:
    channel = Free()
    running = Running(store, world, [channel], lambda _: None)
    work = asyncio.create_task(running.run())
    await channel.listening.wait()
    assert channel.receive is not None
    rush = await _rush(channel.receive, channel.replies, pauses=pauses)
    running.end()
    await work
    return rush


async def _through_the_peer(folder: Path, *, pauses: bool) -> Rush:
    bare = Bare(folder)
    work = asyncio.create_task(bare.run())
    rush = await _rush(bare.receive, bare.replies, pauses=pauses)
    work.cancel()
    return rush


def of_a_rush(folder: Path, engine: Engine, *, pauses: bool) -> tuple[Rush, Rush]:
    """Measure 200 reporters at once: of the bot, and of the peer on the same machine just after."""
    sys.setswitchinterval(SWITCH)  # as the bot does when it runs
    settings = Settings(_env_file=None, data=folder, contacts=CONTACTS)
    with open_store(settings) as store:
        world = world_in(store, engine, contacts_of(settings), now, settings)
        rush = asyncio.run(_through_the_bot(store, world, pauses=pauses))
    return rush, asyncio.run(_through_the_peer(folder, pauses=pauses))
