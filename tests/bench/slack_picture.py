"""Draws a chat in Slack from the blocks that were really sent."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from tests.bench.picture import Picture, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.scenes import Turn

_WIDTH, _LEFT, _RIGHT = 860, 76, 120
_TEXT, _LINE = 15, 22
_SMALL, _SMALL_LINE = 13, 19
_BUTTON, _GAP = 32, 8
_INK, _GREY, _LINE_GREY = "#1d1c1d", "#616061", "#d4d4d5"


def drawn(turns: Sequence[Turn]) -> str:
    """Give the picture."""
    picture = Picture("A direct message with Ask First in Slack", _WIDTH, "#ffffff")
    picture.box(0.5, 0.5, _WIDTH - 1, 49, "#4a154b", rx="10")
    picture.box(0.5, 20, _WIDTH - 1, 30, "#4a154b", rx="0")
    picture.words(24, 32, "Ask First", "#ffffff", 17, font_weight="bold")
    picture.height = 70
    for turn in turns:
        if turn.said:
            _name(picture, "Class teacher", turn.at, "#2c6e63", "T")
            _lines(picture, turn.said, _TEXT, _LINE, _INK)
            picture.height += 14
        _name(picture, "Ask First", turn.at, "#1f3a5f", "?", app=True)
        for message in turn.payloads:
            for block in message["blocks"]:
                _block(picture, block)
        picture.height += 14
    picture.height += 6
    picture.box(0.5, 0.5, _WIDTH - 1, picture.height - 1, "none", rx="10", stroke="#c9c9cc")
    return picture.svg()


def _name(picture: Picture, name: str, at: str, colour: str, letter: str, *, app: bool = False) -> None:
    top = picture.height
    picture.box(24, top, 38, 38, colour, rx="8")
    picture.words(43, top + 26, letter, "#ffffff", 20, text_anchor="middle", font_weight="bold")
    picture.words(_LEFT, top + 14, name, _INK, _TEXT, font_weight="bold")
    x = _LEFT + width_of(name, _TEXT, bold=True) + 8
    if app:
        picture.box(x, top + 2, 34, 15, "#e8e8e8", rx="3")
        picture.words(x + 17, top + 13, "APP", _GREY, 10, text_anchor="middle", font_weight="bold")
        x += 42
    picture.words(x, top + 14, at, _GREY, 12)
    picture.height = top + 20


def _block(picture: Picture, block: dict[str, Any]) -> None:
    """Draw one block; the bot sends no others in a message."""
    kind = block["type"]
    if kind == "section":
        text = html.unescape(block["text"]["text"])
        bold = text.startswith("*") and text.endswith("*")
        _lines(picture, text.strip("*") if bold else text, _TEXT, _LINE, _INK, bold=bold)
    elif kind == "context":
        for element in block["elements"]:
            _lines(picture, html.unescape(element["text"]), _SMALL, _SMALL_LINE, _GREY)
    elif kind == "actions":
        _buttons(picture, [element["text"]["text"] for element in block["elements"]])
    else:
        raise ValueError(f"nobody has said how a {kind} block is drawn")


def _lines(picture: Picture, words: str, size: int, line: int, fill: str, *, bold: bool = False) -> None:
    look = {"font_weight": "bold"} if bold else {}
    for one in wrapped(words, size, _WIDTH - _LEFT - _RIGHT, bold=bold):
        picture.height += line
        picture.words(_LEFT, picture.height - 5, one, fill, size, **look)
    picture.height += 3


def _buttons(picture: Picture, labels: list[str]) -> None:
    picture.height += 8
    x: float = _LEFT
    for label in labels:
        wide = width_of(label, _SMALL, bold=True) + 28
        if x > _LEFT and x + wide > _WIDTH - 24:
            x = _LEFT
            picture.height += _BUTTON + _GAP
        picture.box(x, picture.height, wide, _BUTTON, "#ffffff", rx="8", stroke=_LINE_GREY)
        picture.words(x + wide / 2, picture.height + 21, label, _INK, _SMALL, text_anchor="middle", font_weight="bold")
        x += wide + _GAP
    picture.height += _BUTTON + 4
