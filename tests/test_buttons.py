"""No button leads nowhere: each button of each reply in every dialog, and whatever can be reached from there."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.app import world_in
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render
from bot.dispatch import dispatch, is_under_way
from bot.opening import open_store
from bot.settings import Settings
from handlers.wording import say
from knowledge.contact_loader import load_contacts
from knowledge.model import Audience
from tests.dialog import dialogs, play
from tests.handlers.telling import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from handlers.message import Button, Reply
    from handlers.ports import World

pytestmark = pytest.mark.slow

_ALL = dialogs()
_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
_FILES = ("askfirst.db", "askfirst-keys.db")
_TIMES = 12
"""How often each action is tried, with other values or from other places."""
_ASKED = (
    "can i film the nativity play?",
    "my daughter is being bullied in a whatsapp group",
    "can I vape?",
    "nudes of me",
)
_NOWHERE = [say(name) for name in ("help.old_button", "quiz.old_button", "quiz.old_button_closed")]


class Chat:
    """Somebody's chat in the terminal, which can be put back to where it was."""

    def __init__(self, world: World, folder: Path, school: str, role: str) -> None:
        self.world, self._folder, self._school, self._role = world, folder, school, Audience(role)
        self._count = 0
        self.nowhere: list[tuple[str, str]] = []

    def sends(self, text: str, offered: tuple[Button, ...] = ()) -> Reply:
        """Type something, which may be the number of a button."""
        self._count += 1
        message = parse(text, offered, school=self._school, role=self._role, at=_NOW, event=f"line-{self._count}")
        return dispatch(message, self.world)

    def presses(self, button: Button, below: Reply) -> Reply:
        """Press a button, and note where it leads nowhere."""
        reply = self.sends("1", (button,))
        said = render(reply, 4000)
        if any(nowhere in said for nowhere in _NOWHERE) or not said.strip():
            self.nowhere.append((f"{button} of: {render(below, 4000)[:200]}", said[:200]))
        return reply

    @property
    def awaits_words(self) -> bool:
        """Whether a text is taken as an answer now."""
        return is_under_way(parse("?", (), school=self._school, role=self._role, at=_NOW, event="looked"), self.world)

    def copy(self) -> list[sqlite3.Connection]:
        """Copy all that is kept."""
        found = []
        for name in _FILES:
            found.append(sqlite3.connect(":memory:"))
            with closing(sqlite3.connect(self._folder / name)) as live:
                live.backup(found[-1])
        return found

    def put_back(self, copies: list[sqlite3.Connection]) -> None:
        """Put everything back to where it was when it was copied."""
        for name, copy in zip(_FILES, copies, strict=True):
            with closing(sqlite3.connect(self._folder / name)) as live:
                copy.backup(live)


class Presser:
    """Somebody who goes through a dialog, and before each next turn presses everything there is, each from the same."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._seen: list[Button] = []

    def say(self, text: str) -> str:
        return self._goes_on(text, ())

    def press(self, label: str) -> str:
        button = next((button for button in reversed(self._seen) if button.label == label), None)
        if button is None:
            raise LookupError(f"no button {label!r} among {[button.label for button in self._seen]}")
        return self._goes_on("1", (button,))

    def _goes_on(self, text: str, offered: tuple[Button, ...]) -> str:
        reply = self._chat.sends(text, offered)
        shown = pressable(reply)
        self._seen += shown
        before = self._chat.copy()
        for button in shown:
            self._chat.presses(button, reply)
            self._chat.put_back(before)
        for copy in before:
            copy.close()
        return render(reply, width=4_000)


def explore(chat: Chat, starts: Sequence[str]) -> Counter[str]:
    """Press whatever can be reached by buttons, and by typing where words are awaited; count the presses by action.

    Each button is pressed from where it was shown. One action is tried some times only, with what is nearest first:
    the plans of weekly tips alone are thousands.
    """
    done: Counter[str] = Counter()
    zero = chat.copy()
    left: list[tuple[list[sqlite3.Connection], Reply]] = []
    for start in starts:
        chat.put_back(zero)
        left.append((reply := chat.sends(start)) and (chat.copy(), reply))
    while left:
        here, shown = left.pop(0)
        for button in pressable(shown):
            kind = _kind(button)
            if done[kind] >= _TIMES:
                continue
            done[kind] += 1
            chat.put_back(here)
            reply = chat.presses(button, shown)
            if chat.awaits_words and done[f"words after {kind}"] < _TIMES:
                done[f"words after {kind}"] += 1
                copy = chat.copy()
                typed = chat.sends("it was on Monday after lunch")
                left.append((chat.copy(), typed))
                chat.put_back(copy)
            left.append((chat.copy(), reply))
        for copy in here:
            copy.close()
    return done


def _kind(button: Button) -> str:
    """Give what a button does, whatever its value; each step of a report is one of its own."""
    return f"{button.action} {button.value.partition(':')[0]}" if button.action == "report.answer" else button.action


@pytest.mark.parametrize("dialog", _ALL, ids=[d.name for d in _ALL])
def test_every_button_of_a_dialog_leads_somewhere(dialog, engine, tmp_path):
    with open_store(Settings(data=tmp_path, _env_file=None), lambda: _NOW) as store:
        chat = Chat(world_in(store, engine, {}, lambda: _NOW), tmp_path, dialog.school, dialog.role)
        play(dialog, Presser(chat))
    assert chat.nowhere == []


@pytest.mark.parametrize("role", ["parent", "pupil", "staff"])
def test_every_button_that_can_be_reached_leads_somewhere(role, engine, tmp_path):
    with open_store(Settings(data=tmp_path, _env_file=None), lambda: _NOW) as store:
        chat = Chat(world_in(store, engine, {}, lambda: _NOW), tmp_path, "st-peters", role)
        done = explore(chat, ["/help", "/quiz", "/tip", "/subscribe", "/concern", "/privacy", "/school", *_ASKED])
    assert chat.nowhere == []
    assert {"ask", "quiz", "tips", "subscribe", "report", "privacy"} <= {action.partition(".")[0] for action in done}
    assert done["report.send"]


def test_every_button_that_a_lead_can_reach_leads_somewhere(engine, tmp_path):
    contacts = load_contacts(CONTACTS)
    with open_store(Settings(data=tmp_path, _env_file=None), lambda: _NOW) as store:
        chat = Chat(world_in(store, engine, contacts, lambda: _NOW), tmp_path, "st-peters", "staff")
        chat.sends(f"enrol {store.leads.code('st-peters', 'dsl-1')}")
        person = Presser(chat)
        person.say("report")
        for label in ("No", "A pupil is bullied online", "No, a pupil", "Yes"):
            person.press(label)
        for words in ("he hits her", "on Monday", "in the yard", "by phone", "send"):
            person.say(words)
        done = explore(chat, ["cases"])
    assert chat.nowhere == []
    assert done.keys() >= {
        f"cases.{name}" for name in ("open", "note", "message", "did", "closed", "reopened", "stepped-back")
    }
