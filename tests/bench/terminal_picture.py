"""Draws a chat in the terminal: what was typed, and what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.scenes import Turn

COLUMNS = 92
_WIDTH, _LINE, _LEFT = 860, 21, 24
_SAID, _ANSWER, _BUTTON = "#7fd1b9", "#e6e6e6", "#9ecbff"


def drawn(turns: Sequence[Turn]) -> str:
    """Give the picture."""
    picture = Picture("A chat with Ask First in a terminal", _WIDTH, "#1d2330", 40)
    for x, colour in ((22, "#e0655c"), (40, "#e3b341"), (58, "#57ab5a")):
        picture.drawn.append(f'<circle cx="{x}" cy="18" r="5" fill="{colour}"/>')
    for turn in turns:
        _line(picture, f"you> {turn.said}", _SAID, font_weight="bold")
        for payload in turn.payloads:
            for line in payload["printed"].splitlines():
                _line(picture, line, _BUTTON if line.startswith("  [") else _ANSWER)
        picture.height += _LINE
    picture.height += 10 - _LINE
    return picture.svg(mono=True)


def _line(picture: Picture, words: str, fill: str, **look: str) -> None:
    picture.words(_LEFT, picture.height + 12, words, fill, 14, **look)
    picture.height += _LINE
