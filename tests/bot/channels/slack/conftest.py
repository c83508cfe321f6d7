"""A Slack server, the real bot beside it, and a colleague who talks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import free_port
from tests.platforms.slack_people import Colleague, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from knowledge.answering.engine import Engine
    from tests.platforms.running import RunningBot


@pytest.fixture
def server() -> Iterator[FakeSlack]:
    """A server that finds nothing wrong with what it is asked."""
    with FakeSlack() as server:
        server.joins("UTEACHER01")
        server.joins("UGUEST0001", is_restricted=True)
        yield server
    assert server.violations == []


@pytest.fixture
def bot(server: FakeSlack, engine: Engine, tmp_path: Path) -> Iterator[RunningBot]:
    """The bot, on a socket."""
    with running(server, engine, tmp_path) as bot:
        yield bot
    assert bot.error is None


@pytest.fixture
def teacher(bot: RunningBot) -> Colleague:
    """A teacher of St Peter's."""
    return Colleague(bot, "UTEACHER01")


@pytest.fixture
def http_bot(engine: Engine, tmp_path: Path) -> Iterator[tuple[FakeSlack, RunningBot]]:
    """A server and the bot, with events over HTTP."""
    port = free_port()
    with FakeSlack(bot_url=f"http://127.0.0.1:{port}/slack") as server:
        server.joins("UTEACHER01")
        with running(server, engine, tmp_path, slack_listen=f"127.0.0.1:{port}") as bot:
            yield server, bot
    assert server.violations == []


@pytest.fixture
def http_teacher(http_bot: tuple[FakeSlack, RunningBot]) -> Colleague:
    """A teacher, whose Slack tells the bot over HTTP."""
    return Colleague(http_bot[1], "UTEACHER01")
