"""People who chat with the bot in Telegram."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.platforms.running import RunningBot
    from tests.platforms.telegram_parts import Seen

_NUMBERED = re.compile(r"\d+\. ")


@dataclass
class Parent:
    """Somebody in a private chat, who sees all that came since they last said or pressed something.

    They can press every button they ever saw: a second device may still show one that is gone from the first.
    """

    bot: RunningBot
    user: int
    offered: list[tuple[str, str, Seen]] = field(default_factory=list)

    def say(self, text: str, **more: Any) -> str:
        """Type a message; Telegram sends no empty one, and a bare /ask comes nearest to it."""
        typed = text if text.strip() or more else "/ask"
        return self._sees(lambda: self.bot.server.says(self.user, typed, **more))

    def press(self, label: str, times: int = 1) -> str:
        """Press the newest button with a label; raises LookupError with the labels seen where there is none."""
        found = next(((data, seen) for known, data, seen in reversed(self.offered) if known == label), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[known for known, _, _ in self.offered]}")
        data, seen = found
        return self._sees(lambda: self.bot.server.presses_data(self.user, seen, data, times=times))

    def _sees(self, does: Callable[[], object]) -> str:
        messages = self.bot.server.seen[self.user]
        before = {m.id: (m.text, m.raw.get("reply_markup")) for m in messages}
        does()
        self.bot.rests()
        fresh = [m for m in messages if before.get(m.id) != (m.text, m.raw.get("reply_markup"))]
        return "\n".join(self._read(message) for message in fresh)

    def _read(self, message: Seen) -> str:
        """Give a message's text, then its buttons, numbered and each with its whole label."""
        text = message.text.replace("\u2060", "")
        found = [(_whole(b["text"], text), b.get("callback_data", "")) for b in message.buttons]
        self.offered += [(label, data, message) for label, data in found]
        return "\n".join([text, *(f"[{number}] {label}" for number, (label, _) in enumerate(found, start=1))])


def _whole(label: str, text: str) -> str:
    """Give the whole label where it stands in the text, since it was too long for its button."""
    number = _NUMBERED.match(label)
    begins = label.removesuffix("…") if label.endswith("…") else f"{label}. "
    line = next((line for line in text.splitlines() if line.startswith(begins)), label)
    return line.removeprefix(number[0]) if number and line != label else line
