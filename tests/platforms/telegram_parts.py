"""The parts of a Telegram to test against: its bot, its faults and refusals, and a message as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading

TOKEN = "123456:" + "t" * 35
BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Ask First",
    "username": "askfirst_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
PATIENCE = 30.0
"""Seconds after which a test no longer waits."""


@dataclass
class Fault:
    """What goes wrong once: `drop` ends the connection, `after` it was carried out or before."""

    method: str
    status: int = 0
    retry_after: int = 0
    drop: bool = False
    after: bool = False
    held: threading.Event | None = None


@dataclass
class Seen:
    """A message of the bot as a person sees it."""

    id: int
    chat: int
    text: str
    raw: dict[str, Any]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Give its buttons in order."""
        return [b for row in self.raw.get("reply_markup", {}).get("inline_keyboard", []) for b in row]


class Refusal(Exception):  # noqa: N818 -- it says what happened
    """What Telegram answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters


def somebody(number: int) -> dict[str, Any]:
    """Give the person with an id."""
    return {"id": number, "is_bot": False, "first_name": "Somebody"}


def command(text: str) -> dict[str, Any]:
    """Give the mark that Telegram puts on a command."""
    return {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
