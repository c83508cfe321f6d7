"""No button leads nowhere: each button of each reply in every dialog, pressed once, does what it says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.app import open_store, world_in
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render
from bot.dispatch import dispatch
from bot.settings import Settings
from handlers.wording import say
from knowledge.model import Audience
from tests.dialog import dialogs, play

if TYPE_CHECKING:
    from pathlib import Path

    from handlers.message import Button
    from handlers.ports import World

pytestmark = pytest.mark.slow

_ALL = dialogs()
_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
_FILES = ("askfirst.db", "askfirst-keys.db")
_NOWHERE = [say(name) for name in ("help.old_button", "quiz.old_button", "quiz.old_button_closed")]


class Presser:
    """Somebody who goes through a dialog, and before each next turn presses everything there is, each from the same."""

    def __init__(self, world: World, folder: Path, school: str, role: str) -> None:
        self._world, self._folder, self._school, self._role = world, folder, school, Audience(role)
        self._seen: list[Button] = []
        self._count = 0
        self.pressed, self.nowhere = 0, []

    def say(self, text: str) -> str:
        return self._goes_on(text, ())

    def press(self, label: str) -> str:
        button = next((button for button in reversed(self._seen) if button.label == label), None)
        if button is None:
            raise LookupError(f"no button {label!r} among {[button.label for button in self._seen]}")
        return self._goes_on("1", (button,))

    def _goes_on(self, text: str, offered: tuple[Button, ...]) -> str:
        reply = self._send(text, offered)
        shown = pressable(reply)
        self._seen += shown
        for button in shown:
            before = [self._copy(name) for name in _FILES]
            self._press(button, render(reply, 4000))
            for name, copy in zip(_FILES, before, strict=True):
                with copy, closing(sqlite3.connect(self._folder / name)) as live:
                    copy.backup(live)
                copy.close()
        return render(reply, width=4_000)

    def _press(self, button: Button, below: str) -> None:
        said = render(self._send("1", (button,)), 4000)
        self.pressed += 1
        if any(nowhere in said for nowhere in _NOWHERE) or not said.strip():
            self.nowhere.append((button, below[:200], said[:200]))

    def _send(self, text: str, offered: tuple[Button, ...]):
        self._count += 1
        message = parse(text, offered, school=self._school, role=self._role, at=_NOW, event=f"line-{self._count}")
        return dispatch(message, self._world)

    def _copy(self, name: str) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self._folder / name)) as live:
            live.backup(copy)
        return copy


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_every_button_of_a_dialog_leads_somewhere(dialog, engine, tmp_path):
    with open_store(Settings(data=tmp_path, _env_file=None), lambda: _NOW) as store:
        world = world_in(store, engine, {}, lambda: _NOW)
        person = Presser(world, tmp_path, dialog.school, dialog.role)
        play(dialog, person)
    assert person.nowhere == []
