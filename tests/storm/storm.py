"""Storms the bot: kill -9 at each named step and at random, with faults, and a ledger that is written from outside.

`make storm` prints where the ledger is, and its last line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bot.app import open_store
from bot.settings import Settings
from knowledge.contacts import load_contacts
from tests.storm.bot_process import STEPS
from tests.storm.outside import LEADS, SCRIPTS, Outside, Report

_SORTS = tuple(SCRIPTS)
_CONTACTS = """
school: st-peters
hours:
  {{mon: "00:00-23:59", tue: "00:00-23:59", wed: "00:00-23:59", thu: "00:00-23:59", fri: "00:00-23:59",
  sat: "00:00-23:59", sun: "00:00-23:59"}}
terms: [{{from: 2020-01-01, to: 2040-12-31}}]
waits: {{now: 10, today: 60, soon: 60}}
people:
  head-1: {{roles: [head, head-of-school], channels: [{{telegram: {head}}}]}}
  dsl-1: {{roles: [dsl], channels: [{{telegram: {dsl}}}]}}
  deputy-dsl-1: {{roles: [deputy-dsl], channels: [{{telegram: {deputy}}}]}}
  chair-1: {{roles: [chair], channels: [{{email: chair@governors.example.org}}, {{telegram: {chair}}}]}}
outside:
  lado: {{name: LADO, reach: 01632 960001, checked: 2026-11-20, checked_by: nobody}}
  childrens-social-care: {{name: Care, reach: 01632 960002, checked: 2026-11-20, checked_by: nobody}}
  out-of-hours: {{name: Nights, reach: 01632 960003, checked: 2026-11-20, checked_by: nobody}}
"""
FAULTS = ("none", "locked", "read-only", "full", "platform down", "mail down for a day", "clock set back")
_PATIENCE = 180.0


@dataclass
class Storm:
    """One storm on one database."""

    folder: Path
    reports: int
    rounds: int
    random_kills: int
    kills_a_step: int = 1
    database: str = ""
    seed: int = 5

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._minutes = 0.0
        self.kills: dict[str, int] = {}
        self.restarts = 0
        given = {"data": str(self.folder), "contacts": str(self.folder / "contacts.yaml"), "database": self.database}
        (self.folder / "settings.json").write_text(json.dumps(given))
        written = _CONTACTS.format(**{label.split("-")[0]: account for label, account in LEADS.items()})
        (self.folder / "contacts.yaml").write_text(written)
        self.settings = Settings(**given, _env_file=None)
        self._jump(0)
        self._plan = [(step, number) for number in range(1, self.kills_a_step + 1) for step in STEPS]
        self._ending = False

    def _clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=self._minutes)

    def _jump(self, minutes: float) -> None:
        self._minutes += minutes
        fresh = self.folder / "minutes.new"
        fresh.write_text(str(self._minutes))
        fresh.replace(self.folder / "minutes")

    async def run(self) -> dict[str, Any]:
        """Storm, write the ledger, and give its last line."""
        began = time.monotonic()
        self._enrol()
        self.outside = Outside(self.seed)
        address = await self.outside.begin()
        keeping = asyncio.create_task(self._keep_alive(address))
        numbers = list(range(1, self.reports + 1))
        share = -(-len(numbers) // self.rounds)
        try:
            for number in range(self.rounds):
                for one in numbers[number * share : (number + 1) * share]:
                    self.outside.tells(Report(one, _SORTS[one % len(_SORTS)]))
                await self._with_fault(FAULTS[number % len(FAULTS)])
                await self._until(lambda: all(r.confirmed for r in self._here() if r.sort != "left"))
                self._jump(65)
                await asyncio.sleep(2.5)
            await self._calm()
        finally:
            self._ending = True
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self.outside.end()
        return self._ledger(time.monotonic() - began)

    def _here(self) -> list[Report]:
        return list(self.outside.reports.values())

    def _enrol(self) -> None:
        with open_store(self.settings, self._clock) as store:
            store.leads.meet(load_contacts(self.folder / "contacts.yaml"))
            for label, account in LEADS.items():
                assert store.leads.enrol(store.leads.code("st-peters", label) or "", "telegram", account)

    async def _keep_alive(self, address: str) -> None:
        """Start the bot whenever it is dead: with a step to die at, then to be killed at random, then for good."""
        at_random = self.random_kills
        while not self._ending:
            step, count, kill_after = "", 0, None
            if self._plan:
                step, number = self._plan.pop(0)
                count = self.outside.random.randint(1, 4) if number > 1 else 1
                kill_after = 6.0
            elif at_random:
                at_random -= 1
                kill_after = self.outside.random.uniform(1.2, 4.0)
            await self._one_life(address, step, count, kill_after)

    async def _one_life(self, address: str, step: str, count: int, kill_after: float | None) -> None:
        self.outside.polled.clear()
        arguments = (str(self.folder), address, str(self.outside.mail_port), step, str(count))
        with (self.folder / "bot.err").open("a") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.storm.bot_process", *arguments, stderr=errors
            )
        self.restarts += 1
        dying, polled = asyncio.create_task(process.wait()), asyncio.create_task(self.outside.polled.wait())
        try:
            # A life is counted from when the bot is there, however long its machine takes to start it.
            await asyncio.wait((dying, polled), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait_for(dying, kill_after)
            if process.returncode == -signal.SIGKILL:
                self.kills[step] = self.kills.get(step, 0) + 1
        except TimeoutError:
            name = "at random" if not step else "at random, since a step did not come"
            self.kills[name] = self.kills.get(name, 0) + 1
        finally:
            polled.cancel()
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()
            self._jump(0.5)  # what a dead process had in hand is let go of after a while

    async def _with_fault(self, fault: str) -> None:
        """Let something be broken for a while."""
        if fault == "locked" and not self.database:
            with sqlite3.connect(self.folder / "askfirst.db", timeout=30, isolation_level=None) as held:
                held.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(2)
                held.execute("ROLLBACK")
            held.close()
        elif fault in ("read-only", "full") and not self.database:
            (self.folder / "fault").write_text(fault)
            await asyncio.sleep(4)
            (self.folder / "fault").unlink()
        elif fault == "platform down":
            self.outside.down = True
            await asyncio.sleep(3)
            self.outside.down = False
        elif fault == "mail down for a day":
            self.outside.mail_down()
            await asyncio.sleep(2)
            self._jump(12 * 60)
            await asyncio.sleep(2)
            self._jump(11 * 60)
            self.outside.mail_up()
        elif fault == "clock set back":
            self._jump(-30)

    async def _calm(self) -> None:
        """Let everything that was planned happen, and let time pass until each report is in somebody's hand."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            self.outside.still = not self._plan
            open_ones = [r for r in self._here() if not r.confirmed or not (r.opened_by or r.ringing)]
            if not open_ones and not self._plan:
                break
            self._jump(61)
            await asyncio.sleep(2.2)
        await asyncio.sleep(2)

    async def _until(self, done: Any) -> None:
        until = time.monotonic() + _PATIENCE
        while not done() and time.monotonic() < until:  # noqa: ASYNC110 -- what is awaited is seen from outside alone
            await asyncio.sleep(0.1)

    def _ledger(self, seconds: float) -> dict[str, Any]:
        """Write a line for each report, and one that sums them up."""
        rows = []
        with open_store(self.settings, self._clock) as store:
            for report in self._here():
                status = store.cases.status(report.code) if report.code else None
                rows.append(
                    {
                        "id": report.number,
                        "sort": report.sort,
                        "confirmed_at": report.confirmed or None,
                        "stored": status is not None and status.reference == report.reference,
                        "delivered_to": sorted(set(report.told + report.opened_by)),
                        "opened": bool(status and status.opened),
                        "escalated": report.ringing,
                    }
                )
            broken = store.record.first_broken()
            counted = store.deliveries.repeats()
        engine = create_engine(self.settings.database_url)
        with engine.connect() as connection:
            cases = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
        engine.dispose()
        summary = {
            "reports": self.reports,
            "lost": sum(not row["confirmed_at"] for row in rows),
            "doubled": max(0, cases - len(rows) - sum(report.told_again for report in self._here())),
            "told_again_after_a_long_pause": sum(report.told_again for report in self._here()),
            "confirmed_but_not_stored": sum(bool(row["confirmed_at"]) and not row["stored"] for row in rows),
            "forgotten": sum(not row["opened"] and not row["escalated"] for row in rows),
            "opened": sum(row["opened"] for row in rows),
            "escalated_to_the_reporter": sum(row["escalated"] for row in rows),
            "sends": sum(self.outside.sent.values()),
            "repeated_sends": sum(count - 1 for count in self.outside.sent.values()),
            "repeats_counted_by_the_bot": counted,
            "wrong": self.outside.wrong[:5],
            "record_broken_at": broken,
            "kills": sum(self.kills.values()),
            "kills_by_step": self.kills,
            "restarts": self.restarts,
            "seconds": round(seconds),
            "database": "postgresql" if self.database else "sqlite",
        }
        with (self.folder / "ledger.jsonl").open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in (*rows, summary))
        return summary


def well(summary: dict[str, Any]) -> bool:
    """Tell whether nothing was lost, doubled, promised in vain, forgotten, or shown to the wrong person."""
    bad = ("lost", "doubled", "confirmed_but_not_stored", "forgotten", "wrong", "record_broken_at")
    return not any(summary[name] for name in bad)


def main() -> int:
    """Storm as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=14)
    parser.add_argument("--kills", type=int, default=40, help="how many at random, beside those at each named step")
    parser.add_argument("--kills-a-step", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    server, database = None, ""
    if given.postgresql:
        from tests.bot.postgres import Postgres  # noqa: PLC0415 -- it needs the wheel

        server = Postgres(folder / "postgresql")
        database = server.fresh()
    try:
        storm = Storm(
            folder / "data", given.reports, given.rounds, given.kills, given.kills_a_step, database, given.seed
        )
        summary = asyncio.run(storm.run())
    finally:
        if server:
            server.stop()
    print(storm.folder / "ledger.jsonl", f"{platform.python_version()}, {os.cpu_count()} CPUs")  # noqa: T201
    print(json.dumps(summary))  # noqa: T201
    return 0 if well(summary) else 1


if __name__ == "__main__":
    sys.exit(main())
