"""Measures how many reports the store takes, with how many commits, and how long 200 reporters at once wait.

`make bench-reports` prints the tables. Everything stands on a SQLite file with synchronous=FULL, and a bare sqlite3
that writes the same bytes in as many rows and commits runs beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine as Database
from sqlalchemy import event

from bot.app import contacts_of, now, open_store, world_in
from bot.channels.channel import Delivery, Pace, Received
from bot.dispatch import dispatch
from bot.inbox import TOGETHER
from bot.index import load_or_learn
from bot.packs import folders_of, load
from bot.run import Running
from bot.settings import Settings
from bot.store.deliveries import Outcome
from handlers.message import Message
from handlers.ports import Draft, NewCase
from knowledge.answering.engine import Engine
from knowledge.model import Audience
from knowledge.routing import Urgency
from knowledge.topics.library import load_concerns
from tests.handlers.telling import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.app import Store

REPORTS = 240
AT_ONCE = 200
ROUNDS = 3
_SCHOOL = "st-peters"
_CHANNEL = "telegram"
_WORDS = (
    "A man whom she met in a game asks my daughter every night where she lives, and to keep it between the two of them."
)
_ANSWERS = {
    "danger": "no",
    "kind": "grooming",
    "who": "outsider",
    "safe": "yes",
    "what": _WORDS,
    "when": "since last week",
    "where": "in a game",
    "reach": "",
}
_SCRIPT = (
    *("report", "no", "Somebody is getting too close to a child online", "No, somebody outside the school", "yes"),
    *(_WORDS, "since last week", "in a game", "skip", "send"),
)
_REPLY = "Where did it happen? Say the app, the game or the place. " * 6
_SENT = "Receipt code"
_SEALED = re.compile("[xX]'[0-9A-Fa-f]*'")


class Written:
    """Sees what SQLite itself is told: for each commit in which something was written, the size of each row."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []

    def connected(self, connection: sqlite3.Connection, _: object) -> None:
        """Look over the shoulder of a connection."""
        rows: list[int] = []

        def told(statement: str) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                # SQLite writes a sealed value out as two letters a byte.
                rows.append(len(statement) - sum(len(found) - 2 for found in _SEALED.findall(statement)) // 2)
            elif statement == "COMMIT":
                if rows:
                    self.commits.append(rows.copy())
                rows.clear()

        connection.set_trace_callback(told)


def _written(do: Callable[[Storing], None], before: Callable[[Storing], None]) -> list[list[int]]:
    """Give what a way of storing writes, seen in a store of its own."""
    written = Written()
    event.listen(Database, "connect", written.connected)
    try:
        with tempfile.TemporaryDirectory() as folder, open_store(Settings(_env_file=None, data=Path(folder))) as store:
            storing = Storing(store)
            before(storing)
            written.commits.clear()
            do(storing)
    finally:
        event.remove(Database, "connect", written.connected)
    return written.commits


@dataclass(frozen=True)
class Row:
    """What one way of storing came to: reports in a second, commits and CPU a report, and the bare peer beside it."""

    name: str
    a_second: float
    commits: float
    rows: float
    milliseconds: float
    peer: float

    def __str__(self) -> str:
        """Say it as a row of a table."""
        return (
            f"| {self.name} | {self.a_second:.0f} | {self.commits:.2f} | {self.rows:.0f} | {self.milliseconds:.2f} "
            f"| {self.peer:.0f} | {self.a_second / self.peer:.2f} |"
        )


def _case(person: str, draft: Draft, at: datetime) -> NewCase:
    return NewCase(
        draft=draft.id,
        school=_SCHOOL,
        role="parent",
        kind="grooming",
        about=("outsider",),
        child_at_risk=True,
        urgency=Urgency.TODAY,
        answers=draft.answers,
        readers=("dsl", "head"),
        excluded=(),
        signposts=("childrens-social-care",),
        ring=(),
        trial=False,
        channel=_CHANNEL,
        person=person,
        conversation=person,
        at=at,
        people=("dsl-1", "head-1"),
    )


class Storing:
    """Does with the store what inbox, handlers and outbox do for a report, without thinking about it."""

    def __init__(self, store: Store) -> None:
        self._store, self._outcomes, self._made = store, list[Outcome](), 0

    def people(self, count: int) -> list[str]:
        """Give so many reporters who never reported before."""
        self._made += count
        return [f"reporter-{number}" for number in range(self._made - count, self._made)]

    def whole(self, people: Sequence[str], together: int) -> None:
        """Report: begin, answer each step, send; so many people answer in one commit."""
        for start in range(0, len(people), together):
            for step in range(len(_ANSWERS) + 2):
                self._message(people[start : start + together], step)

    def answered(self, people: Sequence[str]) -> None:
        """Begin and answer each step, but don't send."""
        for start in range(0, len(people), TOGETHER):
            for step in range(len(_ANSWERS) + 1):
                self._message(people[start : start + TOGETHER], step)

    def send(self, people: Sequence[str], together: int) -> None:
        """Send what was answered."""
        for start in range(0, len(people), together):
            with self._store.units.unit():
                for person in people[start : start + together]:
                    with self._store.units.begin():
                        self._send(person)

    def _message(self, people: Sequence[str], step: int) -> None:
        """Take one message of each: commit them, answer them in one commit, and send what was promised."""
        store, at = self._store, now()
        events = [
            Received(
                _CHANNEL, f"{person} {step}", person, f"{step:04d}", {"from": person, "text": _WORDS, "step": step}
            )
            for person in people
        ]
        store.events.store(events, at)
        with store.units.unit():
            taken = store.events.take([_CHANNEL], at, len(people))
            for one in taken:
                with store.units.begin():
                    self._answer(one.event.payload["from"], one.event.payload["step"])
            store.events.handled([one.number for one in taken], at)
        leased = store.deliveries.turn(self._outcomes, [_CHANNEL], at, at + timedelta(seconds=20), len(people))
        self._outcomes = [Outcome(one.number) for one in leased]

    def _answer(self, person: str, step: int) -> None:
        draft = self._store.drafts.current(person, person)
        if draft is None:
            draft = Draft(f"draft of {person}", _SCHOOL, {}, now(), role="parent", channel=_CHANNEL)
        if step > len(_ANSWERS):
            self._send(person)
        else:
            answers = dict(list(_ANSWERS.items())[:step])
            self._store.drafts.keep(person, person, replace(draft, answers=answers, touched=now()))
        self._store.deliveries.promise([Delivery(_CHANNEL, f"{person} {step}", person, {"text": _REPLY})], now())

    def _send(self, person: str) -> None:
        draft = self._store.drafts.current(person, person)
        assert draft is not None
        self._store.cases.send(_case(person, draft, now()))
        self._store.memory.keep(person, person, "sent", {"draft": draft.id}, now() + timedelta(hours=1))


def bare(folder: Path, commits: Sequence[Sequence[int]]) -> float:
    """Insert as many bytes in as many rows and commits with nothing but sqlite3; give the seconds."""
    file = folder / "bare.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").close()
        database.execute("CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, sealed BLOB)")
        began = time.perf_counter()
        for rows in commits:
            database.execute("BEGIN IMMEDIATE")
            for size in rows:
                database.execute("INSERT INTO kept (sealed) VALUES (?)", (os.urandom(size),))
            database.execute("COMMIT")
        return time.perf_counter() - began


@dataclass(frozen=True)
class Way:
    """One way of storing reports: what is done for some people, and what stands there already when it begins."""

    name: str
    do: Callable[[Storing, list[str]], None]
    before: Callable[[Storing, list[str]], None] = lambda *_: None


WAYS = (
    Way("the send alone, one a commit", lambda storing, people: storing.send(people, 1), Storing.answered),
    Way(
        f"the send alone, {TOGETHER} a commit", lambda storing, people: storing.send(people, TOGETHER), Storing.answered
    ),
    Way("a whole report, one reporter at a time", lambda storing, people: storing.whole(people, 1)),
    Way(f"a whole report, {TOGETHER} reporters at a time", lambda storing, people: storing.whole(people, TOGETHER)),
)


def of_the_store(folder: Path) -> Iterator[Row]:
    """Measure the store alone; each round runs the peer on the same bytes just after."""
    with open_store(Settings(_env_file=None, data=folder)) as store:
        storing = Storing(store)
        storing.whole(storing.people(TOGETHER), TOGETHER)
        for way in WAYS:
            few = [f"somebody-{number}" for number in range(TOGETHER)]
            written = _written(
                lambda other, way=way, few=few: way.do(other, few),
                lambda other, way=way, few=few: way.before(other, few),
            )
            rounds = [_round(way, storing, folder, written) for _ in range(ROUNDS)]
            yield sorted(rounds, key=lambda row: row.a_second)[len(rounds) // 2]


def _round(way: Way, storing: Storing, folder: Path, written: list[list[int]]) -> Row:
    people = storing.people(REPORTS)
    way.before(storing, people)
    began, cpu = time.perf_counter(), time.process_time()
    way.do(storing, people)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peer = REPORTS / bare(folder, written * (REPORTS // TOGETHER))
    commits, rows = len(written) / TOGETHER, sum(map(len, written)) / TOGETHER
    return Row(way.name, REPORTS / seconds, commits, rows, 1000 * cpu / REPORTS, peer)


class Free:
    """A platform that costs nothing: what is sent is there at once."""

    name = _CHANNEL
    pace = Pace(0, 0)

    def __init__(self) -> None:
        self.receive: Callable[[Received], Any] | None = None
        self.listening = asyncio.Event()
        self.replies: dict[str, asyncio.Queue[str]] = {}

    async def open(self) -> str:
        """Say as what this is connected."""
        return "nothing"

    async def listen(self, receive: Any) -> None:
        """Receive what the reporters say."""
        self.receive = receive
        self.listening.set()

    def answer(self, received: Received, world: Any) -> list[Delivery]:
        """Answer with the bare words."""
        said, who = received.payload["text"], received.line
        message = Message(_CHANNEL, received.event, who, who, _SCHOOL, Audience.PARENT, world.clock(), text=said)
        return [self._write(who, received.event, dispatch(message, world))]

    def sorry(self, received: Received) -> list[Delivery]:
        """Say sorry."""
        return [Delivery(_CHANNEL, f"sorry {received.event}", received.line, {"to": received.line, "text": "sorry"})]

    def tell(self, _school: str, whom: str, reply: Any) -> list[Delivery]:
        """Tell a lead."""
        return [self._write(whom, "", reply)]

    def _write(self, whom: str, key: str, reply: Any) -> Delivery:
        words = [line for card in reply.cards for line in (card.headline, *card.lines)]
        step = reply.form.next_field if reply.form else None
        return Delivery(_CHANNEL, key, whom, {"to": whom, "text": "\n".join([*words, step.ask if step else ""])})

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


@dataclass
class Rush:
    """What 200 reporters at once met: seconds until each message was safe, was answered, and was confirmed."""

    safe: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    commits: int = 0


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


async def _rush(store: Store, world: Any) -> Rush:
    rush, channel = Rush(), Free()
    running = Running(store, world, [channel], lambda _: None)
    work = asyncio.create_task(running.run())
    await channel.listening.wait()
    ready = asyncio.Barrier(AT_ONCE)

    async def reports(who: str) -> None:
        assert channel.receive is not None
        replies = channel.replies[who] = asyncio.Queue()
        for step, line in enumerate(_SCRIPT):
            # Nobody's words are another's, so that nothing is answered from what is remembered.
            text = f"{_WORDS} She knows it as {who}." if line == _WORDS else line
            if text == "send":
                await ready.wait()
            said = time.perf_counter()
            await channel.receive(Received(_CHANNEL, f"{who} {step}", who, f"{step:04d}", {"text": text}))
            rush.safe.append(time.perf_counter() - said)
            reply = await replies.get()
            waited = time.perf_counter() - said
            rush.answered.append(waited)
            if text == "send":
                rush.confirmed.append(waited)
                assert _SENT in reply, reply

    with _committed() as commits:
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(reports(f"reporter-{number}") for number in range(AT_ONCE)))
        rush.seconds, rush.cpu = time.perf_counter() - began, time.process_time() - cpu
    rush.commits = len(commits)
    running.end()
    await work
    return rush


def of_a_rush(folder: Path) -> Rush:
    """Measure 200 reporters at once, through the real inbox, handlers, store and outbox."""
    settings = Settings(_env_file=None, data=folder, contacts=CONTACTS)
    with open_store(settings) as store:
        model = load_or_learn()
        engine = Engine(load([folders_of()[_SCHOOL]], model.topics), model, load_concerns())
        world = world_in(store, engine, contacts_of(settings), now, settings)
        return asyncio.run(_rush(store, world))


def _at(times: Sequence[float], percent: int) -> str:
    return f"{1000 * statistics.quantiles(times, n=100)[percent - 1]:.0f}"


def main() -> None:
    """Print what was measured."""
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(  # noqa: T201
        f"{datetime.now(UTC):%d %B %Y}, {cores} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, synchronous=FULL, load {load:.1f} at the start\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        print("| store | reports/s | commits a report | rows a report | CPU ms a report | bare sqlite3 | ratio |")  # noqa: T201
        print("|---|---|---|---|---|---|---|")  # noqa: T201
        for row in of_the_store(Path(folder)):
            print(row, flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        rush = of_a_rush(Path(folder))
    print(f"\n{AT_ONCE} reporters at once: {AT_ONCE / rush.seconds:.0f} reports/s, ", end="")  # noqa: T201
    print(f"{rush.commits / AT_ONCE:.1f} commits and {1000 * rush.cpu / AT_ONCE:.1f} ms of CPU a report\n")  # noqa: T201
    print("| milliseconds until | p50 | p99 |\n|---|---|---|")  # noqa: T201
    for name, times in (
        ("a message is safe and the platform is told", rush.safe),
        ("a message is answered", rush.answered),
        ("a report is confirmed, all sent in one moment", rush.confirmed),
    ):
        print(f"| {name} | {_at(times, 50)} | {_at(times, 99)} |")  # noqa: T201


if __name__ == "__main__":
    main()
