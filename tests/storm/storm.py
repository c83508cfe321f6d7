"""Storms the bot: kill -9 at each named step and at random, with faults, and a ledger that is written from outside.

`make storm` prints where the ledger is, its last line, and what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.opening import open_store
from bot.settings import Settings
from knowledge.contact_loader import load_contacts
from tests.storm.clock import Clock
from tests.storm.disk import small_disk
from tests.storm.faults import Faults
from tests.storm.in_slack import StormSlack
from tests.storm.ledger import judged, read, sum_up
from tests.storm.lives import Death, Lives
from tests.storm.outside import Outside
from tests.storm.people import People
from tests.storm.reports import DSL_IN_SLACK, LEADS, Report
from tests.storm.sabotage import SABOTAGE
from tests.storm.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.postgres import Postgres
    from tests.storm.disk import Disk

_CONTACTS = Path(__file__).with_name("contacts.yaml")
_HOUR = 61


@dataclass
class Storm:
    """One storm on one database: so many reports, so many deaths at each named step and at random, and some faults.

    `faults` are named in Faults.names; None is every one. What the storm itself writes stands in `folder`, what the
    bot writes in `data`, which may be on a disk that gets full.
    """

    folder: Path
    reports: int = 1000
    kills_a_step: int = 2
    random_kills: int = 40
    faults: tuple[str, ...] | None = None
    data: Path | None = None
    server: Postgres | None = None
    disk: Disk | None = None
    seed: int = 5
    sabotage: str = ""
    steps: tuple[str, ...] = tuple(STEPS)
    patience: float = 60.0
    calms_in: float = 180.0
    """Seconds in which what was said has to be answered, and what is left in the end to be in somebody's hand."""

    def __post_init__(self) -> None:
        self._data = self.data or self.folder / "data"
        for folder in (self.folder, self._data):
            folder.mkdir(parents=True, exist_ok=True)
        self._given = {"data": str(self._data), "contacts": str(_CONTACTS)}
        if self.server:
            self._given["database"] = self.server.fresh()
        self._settings = Settings(**self._given, _env_file=None)
        self._clock = Clock(self.folder)
        self._people = People(self.seed)
        self._numbers = iter(range(1, self.reports + 1))
        self._beyond = itertools.count(self.reports + 1)
        """For a planned death that needs one more report when all have come in."""
        self._stuck = ""
        """Amid what people waited in vain, so that the storm was ended there."""

    async def run(self) -> dict[str, Any]:
        """Storm, write the ledger, and give its last line."""
        began = time.monotonic()
        self._enrol()
        outside = Outside(self._people)
        with StormSlack() as slack:
            slack.of(outside)
            await outside.begin()
            given = {"smtp_host": "127.0.0.1", "smtp_port": str(outside.mail_port), "smtp_security": "none"}
            given |= {**self._given, **slack.settings()}
            lives = Lives(
                self.folder, outside, self._clock, given, self._plan(), self._one_more, self.sabotage, self.patience,
                own_leases=self.server is not None,
            )  # fmt: skip
            faults = Faults(self.folder, self._data, outside, slack, lives, self._clock, self.disk, self.server)
            try:
                # Where a part of the storm itself fails there is nothing to wait for.
                async with asyncio.TaskGroup() as tasks:
                    beside = [tasks.create_task(lives.run()), tasks.create_task(self._press(slack))]
                    await self._rounds(faults, lives)
                    if not self._stuck:
                        await self._calm(lives)
                    for task in beside:
                        task.cancel()
            finally:
                await outside.end()
        self._people.wrong += [f"Slack would not take it: {one}" for one in slack.violations]
        return self._ledger(outside, lives, faults, time.monotonic() - began)

    def _plan(self) -> deque[Death]:
        """Plan the deaths: each named step in turn, those at random between them."""
        at = random.Random(self.seed)  # noqa: S311 -- a storm that can be repeated
        named = [
            Death(step, 1 if number == 1 else at.randint(1, 4))
            for number in range(1, self.kills_a_step + 1)
            for step in self.steps
        ]
        unnamed = [Death(seconds=at.uniform(0.5, 3.0)) for _ in range(self.random_kills)]
        every = len(named) // max(1, len(unnamed)) + 1
        plan = list[Death]()
        for number, death in enumerate(named, start=1):
            plan.append(death)
            if number % every == 0 and unnamed:
                plan.append(unnamed.pop())
        return deque([*plan, *unnamed])

    def _enrol(self) -> None:
        with open_store(self._settings, self._clock) as store:
            store.leads.meet(load_contacts(_CONTACTS))
            for label, account in LEADS.items():
                assert store.leads.enrol(store.leads.code("st-peters", label) or "", "telegram", account)
            slack = f"T00000001/{DSL_IN_SLACK}"
            assert store.leads.enrol(store.leads.code("st-peters", "dsl-1") or "", "slack", slack)

    def _one_more(self) -> Report:
        report = Report(next(self._numbers, None) or next(self._beyond))
        self._people.tells(report)
        return report

    async def _rounds(self, faults: Faults, lives: Lives) -> None:
        """Let reports come in, a share of them amid each fault; some are kept for what the planned deaths need."""
        names = faults.names() if self.faults is None else self.faults
        kept = min(len(lives.plan), self.reports // 3)
        share = (self.reports - kept) // len(names)
        for name in names:
            async with lives.intake:
                mine = [self._one_more() for _ in range(share)]
                await faults.blow(name)
                # Not for whatever reports come in beside, since there is always another one for a planned death.
                if not await self._until(lambda mine=mine: not any(report.waits for report in mine)):
                    self._stuck = name
                    return
            self._clock.jump(_HOUR + 4)
            await asyncio.sleep(1.5)

    async def _calm(self, lives: Lives) -> None:
        """Let every planned death come and everybody else report, and time pass until each is in somebody's hand."""
        while left := len(lives.plan):
            if not await self._until(lambda left=left: len(lives.plan) < left, self.calms_in + self.patience):
                self._stuck = "the planned deaths"
                return
        async with lives.intake:
            while (number := next(self._numbers, None)) is not None:
                self._people.tells(Report(number))
            if not await self._until(lambda: not self._people.waiting()):
                self._stuck = "the last reports"
                return
        self._people.opens = "all"
        until = time.monotonic() + self.calms_in
        while time.monotonic() < until and not all(one.in_somebodys_hand for one in self._people.reports.values()):
            self._clock.jump(_HOUR)
            await asyncio.sleep(1.2)
        await asyncio.sleep(1)

    async def _until(self, done: Callable[[], bool], patience: float = 0) -> bool:
        """Wait until something is done; tell whether it was done in time."""
        until = time.monotonic() + (patience or self.calms_in)
        while not done() and time.monotonic() < until:  # noqa: ASYNC110 -- what is awaited is seen from outside alone
            await asyncio.sleep(0.1)
        return done()

    async def _press(self, slack: StormSlack) -> None:
        while True:
            slack.press_again()
            await asyncio.sleep(0.5)

    def _ledger(self, outside: Outside, lives: Lives, faults: Faults, seconds: float) -> dict[str, Any]:
        """Write a line for each report, and one that sums them up."""
        rows, whole = read(self._settings, self._clock, self._people)
        summary = {
            **sum_up(rows, whole, outside),
            **whole,
            "stuck": f"{self._stuck}; the bot's last words: {lives.last_words()}" if self._stuck else "",
            "deaths": lives.deaths.total(),
            "deaths_by_step": dict(lives.deaths),
            "steps_not_reached": dict(lives.not_reached),
            "ended_by_itself": lives.ended_by_itself,
            "faults_felt": faults.felt,
            "faults_not_felt": [name for name, count in faults.felt.items() if not count],
            "seconds": round(seconds),
            "database": "postgresql" if self.server else "sqlite",
        }
        with (self.folder / "ledger.jsonl").open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in (*rows, summary))
        return summary


def main() -> int:
    """Storm as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=40, help="how many at random, beside those at each named step")
    parser.add_argument("--kills-a-step", type=int, default=2)
    parser.add_argument("--fault", action="append", help="one fault alone, as often as given; without it every one")
    parser.add_argument("--sabotage", default="", choices=["", *SABOTAGE], help="break the bot on purpose")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk"))
        server = None
        if given.postgresql:
            from tests.bot.postgres import Postgres  # noqa: PLC0415 -- it needs the wheel

            server = Postgres(folder / "disk" / "postgresql")
            stack.callback(server.stop)
        storm = Storm(
            folder, given.reports, given.kills_a_step, given.kills, tuple(given.fault) if given.fault else None,
            folder / "disk" / "storm", server, disk, given.seed, given.sabotage,
        )  # fmt: skip
        summary = asyncio.run(storm.run())
    print(folder / "ledger.jsonl", f"{platform.python_version()}, {os.cpu_count()} CPUs")  # noqa: T201
    print(json.dumps(summary))  # noqa: T201
    wrong = judged(summary)
    print("\n".join(wrong) or "Nothing was lost, doubled, forgotten or shown to the wrong person.")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
