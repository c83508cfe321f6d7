"""Measures how many reports the store takes, with how many commits, and how long 200 reporters at once wait.

`make bench-reports` prints the tables. Everything stands on a SQLite file with synchronous=FULL, and a bare sqlite3
that writes the same bytes in as many rows and commits runs beside it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine as Database
from sqlalchemy import event

from bot.channels.channel import Delivery, Received
from bot.inbox import TOGETHER
from bot.index import load_or_learn
from bot.opening import now, open_store
from bot.packs import folders_of, load
from bot.settings import Settings
from bot.store.deliveries import Outcome
from handlers.ports import Draft, NewCase
from knowledge.answering.engine import Engine
from knowledge.routing import Urgency
from knowledge.topics.library import load_concerns
from tests.bench.rush import AT_ONCE, CHANNEL, SCHOOL, WORDS, of_a_rush

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.opening import Store

REPORTS = 240
ROUNDS = 3
_ANSWERS = {
    "danger": "no",
    "kind": "grooming",
    "who": "outsider",
    "safe": "yes",
    "what": WORDS,
    "when": "since last week",
    "where": "in a game",
    "reach": "",
}
_REPLY = "Where did it happen? Say the app, the game or the place. " * 6
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
        school=SCHOOL,
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
        channel=CHANNEL,
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
            Received(CHANNEL, f"{person} {step}", person, f"{step:04d}", {"from": person, "text": WORDS, "step": step})
            for person in people
        ]
        store.events.store(events, at)
        with store.units.unit():
            taken = store.events.take([CHANNEL], at, len(people))
            for one in taken:
                with store.units.begin():
                    self._answer(one.event.payload["from"], one.event.payload["step"])
            store.events.handled([one.number for one in taken], at)
        leased = store.deliveries.turn(self._outcomes, [CHANNEL], at, at + timedelta(seconds=20), len(people))
        self._outcomes = [Outcome(one.number) for one in leased]

    def _answer(self, person: str, step: int) -> None:
        draft = self._store.drafts.current(person, person)
        if draft is None:
            draft = Draft(f"draft of {person}", SCHOOL, {}, now(), role="parent", channel=CHANNEL)
        if step > len(_ANSWERS):
            self._send(person)
        else:
            answers = dict(list(_ANSWERS.items())[:step])
            self._store.drafts.keep(person, person, replace(draft, answers=answers, touched=now()))
        self._store.deliveries.promise([Delivery(CHANNEL, f"{person} {step}", person, {"text": _REPLY})], now())

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


def _at(times: Sequence[float], percent: int) -> str:
    return f"{1000 * statistics.quantiles(times, n=100)[percent - 1]:.0f}"


def main() -> None:
    """Print what was measured."""
    cores, busy = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(  # noqa: T201
        f"{datetime.now(UTC):%d %B %Y}, {cores} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, synchronous=FULL, load {busy:.1f} at the start\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        print("| store | reports/s | commits a report | rows a report | CPU ms a report | bare sqlite3 | ratio |")  # noqa: T201
        print("|---|---|---|---|---|---|---|")  # noqa: T201
        for row in of_the_store(Path(folder)):
            print(row, flush=True)  # noqa: T201
    _print_rushes()


def _print_rushes() -> None:
    model = load_or_learn()
    engine = Engine(load([folders_of()[SCHOOL]], model.topics), model, load_concerns())
    rows = []
    for name, pauses in (("who pause", True), ("who answer in no time at all", False)):
        with tempfile.TemporaryDirectory() as folder:
            rush, peer = of_a_rush(Path(folder), engine, pauses=pauses)
        print(  # noqa: T201
            f"\n{AT_ONCE} reporters at once {name}: {AT_ONCE / rush.seconds:.0f} reports/s, "
            f"{rush.commits / AT_ONCE:.1f} commits and {1000 * rush.cpu / AT_ONCE:.1f} ms of CPU a report "
            f"(the peer: {AT_ONCE / peer.seconds:.0f} and {1000 * peer.cpu / AT_ONCE:.1f})",
            flush=True,
        )
        sent = "a report is confirmed" if pauses else "a report is confirmed, all sent in one moment"
        for what, times, peers in (
            ("a message is safe and the platform is told", rush.safe, peer.safe),
            ("a message is answered", rush.answered, peer.answered),
            (sent, rush.confirmed, peer.confirmed),
        ):
            rows.append(f"| {name} | {what} | {_at(times, 50)} | {_at(times, 99)} | {_at(peers, 99)} |")
    print("\n| 200 at once | milliseconds until | p50 | p99 | p99 of bare sqlite3 |\n|---|---|---|---|---|")  # noqa: T201
    print("\n".join(rows))  # noqa: T201


if __name__ == "__main__":
    main()
