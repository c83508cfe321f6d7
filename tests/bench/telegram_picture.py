"""Draws a chat in Telegram from the messages that were really sent."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from tests.bench.picture import Picture, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.scenes import Turn

_WIDTH = 560
_BUBBLE, _EDGE, _INSIDE, _ROOM = 440, 16, 14, 46
_TEXT, _LINE = 15, 21
_QUOTE, _QUOTE_LINE = 14, 20
_BUTTON, _GAP = 36, 4
_INK, _GREY = "#111111", "#6d7f71"
_KINDS = {"b": {"font_weight": "bold"}, "i": {"font_style": "italic"}, "": {}, "blockquote": {}}


class _Lines(HTMLParser):
    """The lines of a message, each with the one tag around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._kind = ""
        self.found: list[tuple[str, str]] = []
        self._fresh = True
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._kind = tag

    def handle_endtag(self, _tag: str) -> None:
        self._kind = ""

    def handle_data(self, data: str) -> None:
        first, *rest = data.split("\n")
        if first or self._fresh:
            self.found.append((self._kind, first))
        self.found += [(self._kind, line) for line in rest[:-1]]
        if rest and rest[-1]:
            self.found.append((self._kind, rest[-1]))
        self._fresh = False


def drawn(turns: Sequence[Turn]) -> str:
    """Give the picture."""
    picture = Picture("A private chat with Ask First in Telegram", _WIDTH, "#c9dcb7")
    picture.box(0, 0, _WIDTH, 56, "#ffffff", rx="10")
    picture.box(0, 30, _WIDTH, 26, "#ffffff", rx="0")
    picture.drawn.append('<circle cx="40" cy="28" r="19" fill="#1f3a5f"/>')
    picture.words(40, 35, "?", "#ffffff", 20, text_anchor="middle", font_weight="bold")
    picture.words(72, 25, "Ask First", _INK, 16, font_weight="bold")
    picture.words(72, 44, "bot", "#8a8f98", 13)
    picture.height = 72
    for turn in turns:
        if turn.said:
            _said(picture, turn.said, turn.at)
        for message in turn.payloads:
            _answered(picture, message, turn.at)
    picture.height += 8
    return picture.svg()


def _said(picture: Picture, words: str, at: str) -> None:
    lines = wrapped(words, _TEXT, _BUBBLE - 2 * _INSIDE - _ROOM)
    wide = min(_BUBBLE, max(width_of(line, _TEXT) for line in lines) + 2 * _INSIDE + _ROOM)
    x, top = _WIDTH - _EDGE - wide, picture.height
    picture.box(x, top, wide, len(lines) * _LINE + 14, "#e7fcd1", rx="14")
    for number, line in enumerate(lines, start=1):
        picture.words(x + _INSIDE, top + number * _LINE + 3, line, _INK, _TEXT)
    bottom = top + len(lines) * _LINE + 14
    picture.words(_WIDTH - _EDGE - 12, bottom - 8, at, "#5fa049", 11, text_anchor="end")
    picture.height = bottom + 10


def _answered(picture: Picture, message: dict[str, Any], at: str) -> None:
    top, place = picture.height, picture.under()
    picture.height += 8
    for kind, words in _Lines(message["text"]).found:
        if kind == "blockquote":
            _quote(picture, words)
        else:
            _lines(picture, kind, words)
    picture.height += 18
    picture.words(_EDGE + _BUBBLE - 12, picture.height - 6, at, "#9aa0a6", 11, text_anchor="end")
    picture.box(_EDGE, top, _BUBBLE, picture.height - top, "#ffffff", rx="14")
    picture.lay_under(place)
    picture.height += _GAP
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        _row(picture, [button["text"] for button in row])
    picture.height += 10


def _lines(picture: Picture, kind: str, words: str) -> None:
    if not words:
        picture.height += _LINE / 2
        return
    for line in wrapped(words.replace("\u2060", ""), _TEXT, _BUBBLE - 2 * _INSIDE - 24, bold=kind == "b"):
        picture.height += _LINE
        picture.words(_EDGE + _INSIDE, picture.height - 4, line, _GREY if kind == "i" else _INK, _TEXT, **_KINDS[kind])
    picture.height += 2


def _quote(picture: Picture, words: str) -> None:
    """Draw what is folded away until somebody touches it: a bar, and its first lines."""
    lines = wrapped(words.replace("\u2060", ""), _QUOTE, _BUBBLE - 2 * _INSIDE - 44)
    top, high = picture.height + 4, len(lines) * _QUOTE_LINE + 8
    picture.box(_EDGE + _INSIDE, top, _BUBBLE - 2 * _INSIDE, high, "#eef3fb", rx="5")
    picture.box(_EDGE + _INSIDE, top, 3, high, "#4a7fc1", rx="1")
    for number, line in enumerate(lines, start=1):
        picture.words(_EDGE + _INSIDE + 12, top + number * _QUOTE_LINE - 1, line, _INK, _QUOTE)
    picture.height = top + high + 2


def _row(picture: Picture, labels: list[str]) -> None:
    wide = (_BUBBLE - _GAP * (len(labels) - 1)) / len(labels)
    for number, label in enumerate(labels):
        x = _EDGE + number * (wide + _GAP)
        picture.box(x, picture.height, wide, _BUTTON, "#6f8f62", rx="9")
        picture.words(x + wide / 2, picture.height + 23, label, "#ffffff", 14, text_anchor="middle", font_weight="bold")
    picture.height += _BUTTON + _GAP
