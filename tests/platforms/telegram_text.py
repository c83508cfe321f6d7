"""Takes the text and the buttons of a message as Telegram does, or refuses them: its HTML, its lengths, its counts."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.platforms.telegram_parts import Refusal

_TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}
_TEXT = 4096
"""UTF-16 units of a text once its tags are read."""
_DATA = 64
"""Bytes behind a button."""
_BUTTONS, _ROW = 100, 8


class Reader(HTMLParser):
    """Reads HTML as Telegram does, and raises for what it would not take."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self._open = "", []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise Refusal(400, "Bad Request: can't parse entities: Unmatched end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.text += data

    def done(self) -> str:
        """Give the text without its tags."""
        self.close()
        if self._open:
            raise Refusal(400, "Bad Request: can't parse entities: Can't find end tag")
        return self.text


def read(params: dict[str, Any]) -> str:
    """Give the text of a message as people see it; raises Refusal where Telegram would not take the message."""
    reader = Reader()
    reader.feed(params["text"])
    text = reader.done() if params.get("parse_mode") == "HTML" else params["text"]
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) > 2 * _TEXT:
        raise Refusal(400, "Bad Request: message is too long")
    keyboard = params.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in keyboard for button in row]
    if any(not 1 <= len(b.get("callback_data", "x").encode()) <= _DATA or not b["text"] for b in buttons):
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(buttons) > _BUTTONS or any(len(row) > _ROW for row in keyboard):
        raise Refusal(400, "Bad Request: reply markup is too long")
    return text
