"""What a Telegram knows at a moment: chats, messages and updates; and how a test waits until something is so."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.platforms.telegram_parts import PATIENCE, Fault, Seen
from tests.platforms.telegram_spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class State:
    """Chats, messages and updates, each change of which wakes whoever waits."""

    spec: Spec = field(default_factory=Spec)
    updates: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """What the bot said in each chat, as it stands there now."""
    typed: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """What people said in each chat, by the id of the message, as it stands there now."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    """Groups that became supergroups, with their new ids."""
    commands: list[dict[str, str]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    delivery_error: str = ""
    hears_all: bool = False
    too_old: set[int] = field(default_factory=set)
    """The ids of messages that were sent more than 48 hours ago."""
    pushed: dict[int, float] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)
    """When each update was last handed to the bot."""
    acknowledged: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next_update, self._next_message, self._changed = 1000, 0, threading.Condition()
        self._presses: set[str] = set()
        self._paused = False
        self._closing = False
        self._groups: dict[int, str] = {}
        self._loop = asyncio.new_event_loop()
        self._arrived: asyncio.Event

    def waits(self, until: Callable[[], bool], what: str = "it", patience: float = PATIENCE) -> None:
        """Wait until something is true; raises AssertionError where it never is."""
        with self._changed:
            end = time.monotonic() + patience
            while not until():
                left = end - time.monotonic()
                assert left > 0, f"{what} did not happen"
                self._changed.wait(min(left, 0.02))

    def _push(self, update: dict[str, Any], times: int = 1) -> None:
        with self._changed:
            number = self._next_update
            self._next_update += 1
            update = {"update_id": number, **update}
            self.violations += self.spec.value(update, ["Update"], "update")
            self.updates += [update] * times
            self.pushed[number] = time.monotonic()
        self._loop.call_soon_threadsafe(self._arrived.set)

    def _acknowledge(self, which: Callable[[dict[str, Any]], bool]) -> None:
        with self._changed:
            for update in [u for u in self.updates if which(u)]:
                self.updates.remove(update)
                self.acknowledged.setdefault(update["update_id"], time.monotonic())
            self._changed.notify_all()

    def _note_told(self, updates: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        for update in updates:
            self.told[update["update_id"]] = now

    def _message(self, chat: int, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        self._next_message += 1
        place = {"id": chat, "type": "private", "first_name": "Somebody"}
        if chat < 0:
            place = {"id": chat, "type": "supergroup" if chat in self.moved.values() else "group"}
            place["title"] = self._groups[chat]
        return {"message_id": self._next_message, "date": int(time.time()), "chat": place, "from": sender, **content}
