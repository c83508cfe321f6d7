"""Every conversation in tests/dialogs goes in Telegram as it is written, over real HTTP."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.dialog import dialogs, play
from tests.platforms.running import RunningBot
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_people import Parent

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL = dialogs()
_PEOPLE = itertools.count(7001)


@pytest.fixture(scope="module")
def busy_bot(engine, tmp_path_factory) -> Iterator[RunningBot]:
    """One bot for all the conversations, each with a person of its own."""
    with FakeTelegram() as server, RunningBot(server, engine, tmp_path_factory.mktemp("telegram")) as bot:
        yield bot
    assert server.violations == []


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_a_conversation_goes_as_it_is_written(dialog, busy_bot):
    person = Parent(busy_bot, next(_PEOPLE))
    person.say(f"/start {dialog.school}_{dialog.role}")
    play(dialog, person)
