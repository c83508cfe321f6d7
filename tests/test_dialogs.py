"""Every conversation in tests/dialogs goes in the terminal as it is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.app import world_of
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render
from bot.dispatch import dispatch
from bot.settings import Settings
from knowledge.model import Audience
from tests.dialog import dialogs, play

if TYPE_CHECKING:
    from handlers.message import Button
    from handlers.ports import World

_ALL = dialogs()
_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Terminal:
    """A person at a terminal, who presses a button by typing its number."""

    def __init__(self, world: World, school: str, role: str) -> None:
        self._world, self._school, self._role = world, school, Audience(role)
        self._offered: tuple[Button, ...] = ()
        self._count = 0

    def say(self, text: str) -> str:
        self._count += 1
        message = parse(text, self._offered, self._school, self._role, _NOW, f"line-{self._count}")
        reply = dispatch(message, self._world)
        self._offered = pressable(reply)
        return render(reply, width=4_000)

    def press(self, label: str) -> str:
        labels = [button.label for button in self._offered]
        if label not in labels:
            raise LookupError(f"no button {label!r} among {labels}")
        return self.say(str(labels.index(label) + 1))


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_a_conversation_goes_as_it_is_written(dialog, engine, tmp_path):
    with world_of(engine, Settings(data=tmp_path, _env_file=None), clock=lambda: _NOW) as world:
        play(dialog, Terminal(world, dialog.school, dialog.role))


def test_every_school_and_every_ability_is_talked_to():
    assert {d.school for d in _ALL} >= {
        "st-peters",
        "st-marys",
        "st-johns",
        "newall-green",
        "kingsthorpe-village",
    }
    assert len(_ALL) >= 40
