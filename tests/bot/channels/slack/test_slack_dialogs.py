"""Every conversation in tests/dialogs goes in Slack as it is written, over real sockets, reports in forms."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from bot.channels.slack.people import People
from knowledge.model import Audience
from tests.dialog import dialogs, play
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Team
from tests.platforms.slack_people import Colleague, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.platforms.running import RunningBot

_ALL = dialogs()
_NUMBERS = itertools.count(1)
_SCHOOLS = ("st-peters", "st-marys", "st-johns", "newall-green", "kingsthorpe-village")


@pytest.fixture(scope="module")
def busy_bot(engine, tmp_path_factory) -> Iterator[RunningBot]:
    """One bot for five workspaces and all the conversations, each with a person of its own."""
    server = FakeSlack([Team(school, number) for number, school in enumerate(_SCHOOLS, start=1)])
    with server, running(server, engine, tmp_path_factory.mktemp("slack")) as bot:
        yield bot
    assert server.violations == []


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_a_conversation_goes_as_it_is_written(dialog, busy_bot, monkeypatch):
    # Nobody is a parent or a pupil in Slack; their conversations prove the forms and messages all the same.
    monkeypatch.setattr(People, "role", lambda *_: Audience(dialog.role))
    team = next(team for team in busy_bot.server.teams if team.school == dialog.school)
    user = busy_bot.server.joins(f"UDIALOG{next(_NUMBERS):03d}", team)
    play(dialog, Colleague(busy_bot, user))
