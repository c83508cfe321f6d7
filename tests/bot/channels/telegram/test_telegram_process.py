"""The bot as a process: started, told to end, and killed amid its work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.opening import open_store
from bot.settings import Settings
from tests.platforms.telegram_parts import PATIENCE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.platforms.telegram import FakeTelegram

pytestmark = pytest.mark.slow

PEOPLE = range(3001, 3031)
KILLS = 4


def process(server: FakeTelegram, folder: Path, **settings: str) -> subprocess.Popen[str]:
    """Start the bot."""
    given = {"data": str(folder), "telegram_token": TOKEN, "telegram_api": server.url, "trial": "yes", **settings}
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ASKFIRST_")},
        **{f"ASKFIRST_{k.upper()}": v for k, v in given.items()},
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )


@contextmanager
def running(server: FakeTelegram, folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Have the bot run, until the end at the latest."""
    started = process(server, folder, **settings)
    try:
        for line in started.stdout:
            if line.startswith("Ask First is running"):
                break
        yield started
    finally:
        started.kill()
        started.communicate()


def test_sigterm_ends_it_cleanly_and_in_time(server, tmp_path):
    with running(server, tmp_path) as bot:
        bot.send_signal(signal.SIGTERM)
        out, errors = bot.communicate(timeout=10)
    assert (bot.returncode, out, errors) == (0, "Ending …\n", "")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"telegram_token": "1:" + "x" * 35}, "Error: Telegram does not know this token."),
        ({"trial": "no"}, "Error: nobody would receive the reports of"),
        ({"telegram_token": ""}, "Error: there is no chat platform to run on."),
        ({"schools": "st-petrs"}, "there is no school st-petrs. Did you mean st-peters?"),
    ],
    ids=["wrong token", "no contacts", "no token", "no such school"],
)
def test_what_is_wrong_is_said_in_one_clear_line(server, tmp_path, settings, line):
    started = process(server, tmp_path, **settings)
    out, errors = started.communicate(timeout=PATIENCE)
    assert started.returncode in (1, 2)
    assert line in errors
    assert len(errors.strip().splitlines()) == 1
    assert "x" * 35 not in out + errors


def test_killed_again_and_again_it_answers_everybody_and_counts_what_it_says_twice(server, tmp_path):
    """What was being sent at a kill may be said once more; nothing else is, and nothing is lost."""
    waiting = iter(PEOPLE)
    for round_ in range(KILLS):
        with running(server, tmp_path, schools="st-peters") as bot:
            for person in [next(waiting) for _ in range(len(PEOPLE) // (KILLS + 1))]:
                server.says(person, "/privacy", times=2)
            enough = len(server.calls) + 1 + 3 * round_
            server.waits(lambda enough=enough: len(server.calls) > enough, "some work")
            bot.kill()
    with running(server, tmp_path, schools="st-peters"):
        for person in waiting:
            server.says(person, "/privacy")
        server.waits(lambda: all(server.seen[person] for person in PEOPLE), "an answer to everybody", 2 * PATIENCE)
        with open_store(Settings(_env_file=None, data=tmp_path)) as store:
            server.waits(lambda: not store.deliveries.waiting(), "the end of all sending", 2 * PATIENCE)
            counted = store.deliveries.repeats()
    said_twice = {person: len(server.seen[person]) - 1 for person in PEOPLE}
    assert sum(said_twice.values()) <= counted
    assert max(said_twice.values()) <= KILLS
