"""Every conversation in tests/dialogs goes in the terminal as it is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.app import world_of
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render
from bot.dispatch import ABILITIES, dispatch
from bot.settings import Settings
from handlers.help import BACK, STOP
from knowledge.model import Audience
from tests.dialog import dialogs, play

if TYPE_CHECKING:
    from handlers.message import Button
    from handlers.ports import World

_ALL = dialogs()
_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
_LANGUAGES = ("polish", "urdu", "romanian", "arabic", "spanish")


class Terminal:
    """A person at a terminal, who presses a button by typing its number."""

    def __init__(self, world: World, school: str, role: str) -> None:
        self._world, self._school, self._role = world, school, Audience(role)
        self._offered: tuple[Button, ...] = ()
        self._seen: list[Button] = []
        self._count = 0

    def say(self, text: str) -> str:
        return self._send(text, self._offered)

    def press(self, label: str) -> str:
        button = next((button for button in reversed(self._seen) if button.label == label), None)
        if button is None:
            raise LookupError(f"no button {label!r} among {[button.label for button in self._seen]}")
        return self._send("1", (button,))

    def _send(self, text: str, offered: tuple[Button, ...]) -> str:
        self._count += 1
        message = parse(text, offered, school=self._school, role=self._role, at=_NOW, event=f"line-{self._count}")
        reply = dispatch(message, self._world)
        self._offered = pressable(reply)
        self._seen += self._offered
        return render(reply, width=4_000)


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_a_conversation_goes_as_it_is_written(dialog, engine, tmp_path):
    with world_of(engine, Settings(data=tmp_path, _env_file=None), clock=lambda: _NOW) as world:
        play(dialog, Terminal(world, dialog.school, dialog.role))


def test_every_school_and_every_role_is_talked_to():
    schools = {"st-peters", "st-marys", "st-johns", "newall-green", "kingsthorpe-village"}
    assert {d.school for d in _ALL} == schools
    assert {d.role for d in _ALL} == {role.value for role in Audience}
    assert len(_ALL) >= 55


def test_every_ability_is_talked_to():
    said = {(turn.says or "").lstrip("/").split(" ")[0] for d in _ALL for turn in d.turns}
    here = [ability for ability in ABILITIES if ability.ABILITY != "school"]  # a terminal knows its school
    assert [a.ABILITY for a in here if said.isdisjoint(a.COMMANDS)] == []
    assert said >= {STOP[0], BACK[0]}


@pytest.mark.parametrize("language", _LANGUAGES)
def test_each_language_most_often_met_is_talked_in(language):
    found = [d for d in _ALL if d.name.startswith(f"other-languages/{language}")]
    assert len(found) >= 3


def test_at_least_twenty_conversations_are_not_in_english():
    assert len([d for d in _ALL if d.name.startswith("other-languages/")]) >= 20
