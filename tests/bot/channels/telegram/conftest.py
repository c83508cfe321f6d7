"""A Telegram server that finds nothing wrong with what it is asked, the bot beside it, and a parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.platforms.running import RunningBot
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_people import Parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from knowledge.answering.engine import Engine


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    """A server that finds nothing wrong with what it is asked."""
    with FakeTelegram() as server:
        yield server
    assert server.violations == []


@pytest.fixture
def bot(server: FakeTelegram, engine: Engine, tmp_path: Path) -> Iterator[RunningBot]:
    """The bot, polling."""
    with RunningBot(server, engine, tmp_path) as running:
        yield running
    assert running.error is None


@pytest.fixture
def parent(bot: RunningBot) -> Parent:
    """A parent of St Peter's."""
    parent = Parent(bot, 501)
    parent.say("/start st-peters")
    return parent
