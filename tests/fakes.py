"""The fakes of all tests: memory and drafts for as long as a test, a set clock, a person who chats."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.channels.terminal.render import pressable, render
from bot.dispatch import dispatch
from handlers.message import Message, Reply
from handlers.ports import Unfinished
from knowledge.model import Audience

if TYPE_CHECKING:
    from handlers.message import Button
    from handlers.ports import Draft, World


@dataclass
class FakeClock:
    """A clock that moves only when it is told to."""

    now: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def goes_on(self, by: timedelta) -> None:
        """Let some time pass."""
        self.now += by


@dataclass
class FakeMemory:
    """Keeps values as JSON text, so that a test sees what a restart would leave."""

    clock: FakeClock
    kept: dict[tuple[str, str, str], tuple[str, datetime | None]] = field(default_factory=dict)

    def recall(self, person: str, conversation: str, ability: str) -> dict[str, Any]:
        """Give what was kept, if its time has not passed."""
        text, until = self.kept.get((person, conversation, ability), ("{}", None))
        return json.loads(text) if until is None or self.clock() < until else {}

    def keep(self, person: str, conversation: str, ability: str, value: dict[str, Any], until: datetime | None) -> None:
        """Keep it in place of the one before."""
        self.kept[person, conversation, ability] = (json.dumps(value), until)

    def drop(self, person: str, conversation: str, ability: str) -> None:
        """Forget it."""
        self.kept.pop((person, conversation, ability), None)

    def forget(self, person: str) -> None:
        """Forget all of a person."""
        self.kept = {key: value for key, value in self.kept.items() if key[0] != person}


@dataclass
class FakeDrafts:
    """Keeps unfinished reports for as long as a test."""

    kept: dict[tuple[str, str], Draft] = field(default_factory=dict)

    def current(self, person: str, conversation: str) -> Draft | None:
        """Give the draft, if there is one."""
        return self.kept.get((person, conversation))

    def keep(self, person: str, conversation: str, draft: Draft) -> None:
        """Keep it in place of the one before."""
        self.kept[person, conversation] = draft

    def drop(self, person: str, conversation: str) -> None:
        """Forget it."""
        self.kept.pop((person, conversation), None)

    def of(self, person: str) -> tuple[Unfinished, ...]:
        """Give a person's drafts."""
        return tuple(Unfinished(*key, draft) for key, draft in self.kept.items() if key[0] == person)

    def untouched(self, since: datetime) -> tuple[Unfinished, ...]:
        """Give what was left since a time."""
        return tuple(Unfinished(*key, draft) for key, draft in self.kept.items() if draft.touched <= since)


@dataclass
class Person:
    """Somebody who chats through the real dispatch, and sees replies as a terminal shows them."""

    world: World
    school: str = "st-peters"
    role: Audience = Audience.STAFF
    name: str = "somebody"
    last: Reply = field(default_factory=lambda: Reply(()))
    events: int = 0
    channel: str = "test"

    def says(self, text: str) -> str:
        """Send a text."""
        return self.sends(text=text)

    def presses(self, label: str) -> str:
        """Press the button of the last reply whose label begins with these words."""
        return self.presses_again(self.button(label))

    def presses_again(self, button: Button) -> str:
        """Press a button, one of an earlier reply too."""
        return self.sends(action=button.action, value=button.value)

    def button(self, label: str) -> Button:
        """Find a button of the last reply."""
        found = [b for b in pressable(self.last) if b.label.startswith(label)]
        assert found, f"there is no button {label!r} in:\n{self.sees}"
        return found[0]

    @property
    def sees(self) -> str:
        """What the last reply shows, on one line a paragraph."""
        return render(self.last, width=10_000)

    def sends(self, **what: str) -> str:
        """Send a message with these parts, and see what comes back."""
        self.events += 1
        message = Message(
            channel=self.channel,
            event=f"event-{self.events}",
            person=self.name,
            conversation=self.name,
            school=self.school,
            role=self.role,
            at=self.world.clock(),
            **what,
        )
        self.last = dispatch(message, self.world)
        return self.sees
