"""Storms the bot on the fake Telegram and the fake Slack: 300 people at once, duplicates, kill -9 and restarts.

`make storm-channels` prints what became of every message and how long the platform waited to hear that it arrived.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.opening import open_store
from bot.settings import Settings
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import SECRET
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_parts import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PEOPLE = 300
KILLS = 4
TARGET = 1.0
"""Seconds: 99 of 100 messages are acknowledged to the platform within these."""
_PATIENCE = 240.0
_SCHOOL = "st-peters"
_QUESTION = "can i post photos from sports day?"
_EVERY_THIRD_TWICE = 3


@dataclass(frozen=True)
class Outcome:
    """What a storm left: seconds until each acknowledgement, people without an answer, and answers too many."""

    name: str
    waits: tuple[float, ...]
    people: int
    unanswered: int
    extra: int
    counted: int
    seconds: float
    kills: int

    def percentile(self, share: float) -> float:
        """Give how long the platform waited for this share of messages at most."""
        return sorted(self.waits)[min(len(self.waits) - 1, int(len(self.waits) * share))]

    def __str__(self) -> str:
        """Say it as a row of a table."""
        return (
            f"| {self.name} | {self.people} | {self.kills} | {self.unanswered} | {self.extra} | {self.counted} "
            f"| {self.percentile(0.5):.2f} | {self.percentile(0.99):.2f} | {max(self.waits):.2f} | {self.seconds:.0f} |"
        )


HEAD = """\
| storm | people | kills | unanswered | said twice | counted so | p50 s | p99 s | longest s | all answered after s |
|---|---|---|---|---|---|---|---|---|---|"""


class Platform(Protocol):
    """A fake platform as a storm sees it."""

    server: Any
    settings: dict[str, str]

    def all_at_once(self, people: Sequence[int]) -> None:
        """Let everybody say something at once, every third message told twice."""

    def answers(self, person: int) -> int:
        """Count the answers that somebody sees."""

    def waits(self, *, killed: bool) -> tuple[float, ...]:
        """Give how long the platform waited for each acknowledgement.

        It counts from when the message was there; where the bot was killed, from when it was last handed over.
        """


class OnTelegram:
    """A storm on Telegram, by polling or by webhook."""

    def __init__(self, server: FakeTelegram, settings: dict[str, str]) -> None:
        self.server = server
        self.settings = {"telegram_token": TOKEN, "telegram_api": server.url, **settings}

    def all_at_once(self, people: Sequence[int]) -> None:
        """Let everybody ask their question."""
        with self.server.paused():
            for person in people:
                self.server.says(person, _QUESTION, times=_times(person))

    def answers(self, person: int) -> int:
        """Count the messages in somebody's chat."""
        return len(self.server.seen[person])

    def waits(self, *, killed: bool) -> tuple[float, ...]:
        """Give the seconds until the next poll, or the answer to the webhook, said that an update arrived."""
        since = self.server.told if killed else self.server.pushed
        return tuple(at - since[number] for number, at in self.server.acknowledged.items() if number in since)


class OnSlack:
    """A storm on Slack, by Socket Mode or with events over HTTP."""

    def __init__(self, server: FakeSlack, settings: dict[str, str]) -> None:
        self.server = server
        team = server.teams[0]
        self.settings = {
            "slack_api": server.url,
            "slack_bot_token": team.bot_token,
            "slack_app_token": team.app_token,
            "slack_signing_secret": SECRET,
            "slack_schools": team.school,
            **settings,
        }
        for person in range(1, PEOPLE + 1):
            server.joins(f"U{person:08d}")

    def all_at_once(self, people: Sequence[int]) -> None:
        """Let everybody ask their question."""
        for person in people:
            self.server.says(f"U{person:08d}", _QUESTION, times=_times(person))

    def answers(self, person: int) -> int:
        """Count the messages of the bot in somebody's chat."""
        chat = self.server.chat(f"U{person:08d}")
        return sum("user" not in shown.body for shown in list(self.server.messages[chat].values()))

    def waits(self, *, killed: bool) -> tuple[float, ...]:
        """Give the seconds until the socket, or the answer over HTTP, said that an event arrived."""
        which = max if killed else min
        return tuple(e.acknowledged - which(s for s in e.sent if s <= e.acknowledged) for e in self.server.envelopes)


def storm(name: str, on: Platform, folder: Path, people: int = PEOPLE, kills: int = 0) -> Outcome:
    """Let everybody write at once; with kills, in as many waves, the bot killed amid each of them and started anew."""
    everybody = list(range(1, people + 1))
    waves = [everybody[wave :: kills + 1] for wave in range(kills + 1)]
    started = time.monotonic()
    for wave in waves[:-1]:
        with running(folder, on.settings) as bot:
            before = _answered(on, everybody)
            on.all_at_once(wave)
            _wait(lambda before=before: _answered(on, everybody) > before + 2, on)
            bot.kill()
    with running(folder, on.settings):
        on.all_at_once(waves[-1])
        _wait(lambda: _answered(on, everybody) == people, on)
        with open_store(Settings(_env_file=None, data=folder)) as store:
            _wait(lambda: not store.deliveries.waiting() and not store.events.waiting().count, on)
            counted = store.deliveries.repeats()
    answers = [on.answers(person) for person in everybody]
    return Outcome(
        name,
        on.waits(killed=kills > 0),
        people,
        sum(not count for count in answers),
        sum(count - 1 for count in answers if count),
        counted,
        time.monotonic() - started,
        kills,
    )


@contextlib.contextmanager
def running(folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Have the bot run as a process of its own."""
    given = {"data": str(folder), "trial": "yes", "schools": _SCHOOL, **settings}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASKFIRST_")}
    environment |= {f"ASKFIRST_{name.upper()}": value for name, value in given.items()}
    bot = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], env=environment, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    assert bot.stdout is not None
    try:
        for line in bot.stdout:
            if line.startswith("Ask First is running"):
                break
        yield bot
    finally:
        bot.kill()
        bot.wait()
        bot.stdout.close()


def storms(folder: Path, people: int = PEOPLE, kills: int = KILLS) -> Iterator[Outcome]:
    """Storm each channel without and with kills."""
    hook = {"telegram_webhook": "http://127.0.0.1:18081/telegram", "telegram_listen": "127.0.0.1:18081"}
    hook["telegram_webhook_secret"] = "storm"  # noqa: S105 -- of a test
    at = {"slack_listen": "127.0.0.1:18082"}
    for number in (0, kills):
        for name, fake, on, settings in (
            ("Telegram, polling", FakeTelegram, OnTelegram, {}),
            ("Telegram, webhook", FakeTelegram, OnTelegram, hook),
            ("Slack, Socket Mode", FakeSlack, OnSlack, {}),
            ("Slack, events over HTTP", lambda: FakeSlack(bot_url="http://127.0.0.1:18082/slack"), OnSlack, at),
        ):
            with fake() as server:
                here = folder / f"{name} {number}"
                here.mkdir()
                yield storm(name, on(server, settings), here, people, number)


def _times(person: int) -> int:
    return 2 if person % _EVERY_THIRD_TWICE == 0 else 1


def _answered(on: Platform, people: Sequence[int]) -> int:
    return sum(on.answers(person) > 0 for person in people)


def _wait(until: Callable[[], bool], on: Platform) -> None:
    end = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(f"not everything was done; {len(on.server.updates)} are not acknowledged")
        time.sleep(0.05)


def main() -> None:
    """Storm every channel, and print the table."""
    cores = len(os.sched_getaffinity(0))
    print(f"{datetime.now(UTC):%d %B %Y}, {cores} cores, {platform.machine()}, Python {platform.python_version()}\n")  # noqa: T201
    print(HEAD, flush=True)  # noqa: T201
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for outcome in storms(Path(folder)):
            print(outcome, flush=True)  # noqa: T201
            missed |= outcome.unanswered > 0 or outcome.extra > outcome.counted or outcome.percentile(0.99) > TARGET
    sys.exit("a target was missed" if missed else 0)


if __name__ == "__main__":
    main()
