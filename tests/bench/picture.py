"""A picture as SVG: words, boxes, and lines wrapped so that they fit in whatever font the reader has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

_SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,'DejaVu Sans',sans-serif"
_MONO = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_WIDTHS = (
    (re.compile(r"[ijlt.,:;'’|!f()\[\] ·I]"), 0.31),
    (re.compile(r"[mwMW%@—]"), 0.88),
    (re.compile(r"[A-Z]"), 0.7),
)
_WIDTH = 0.56
_MARK_WIDTH = 1.4
_BOLD = 1.18


@dataclass
class Picture:
    """What is drawn so far, from the top; `height` is where the next thing goes."""

    title: str
    width: int
    ground: str
    height: float = 0
    drawn: list[str] = field(default_factory=list)

    def words(self, x: float, y: float, words: str, fill: str, size: int = 15, **look: str) -> None:
        """Write one line whose foot stands at y; `look` is more of SVG, its names with _ for -."""
        more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())
        self.drawn.append(
            f'<text x="{x:g}" y="{y:g}" fill="{fill}" font-size="{size}"{more}>{escape(words, quote=False)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str, **look: str) -> None:
        """Draw a box with round corners."""
        look = {"rx": "6", **look}
        more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())
        self.drawn.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"{more}/>')

    def under(self) -> int:
        """Give the place in the drawing at which to put what lies under all that is drawn from now on."""
        return len(self.drawn)

    def lay_under(self, place: int) -> None:
        """Lay what was drawn last below what was drawn since a place."""
        self.drawn.insert(place, self.drawn.pop())

    def svg(self, *, mono: bool = False) -> str:
        """Give the whole picture."""
        width, height = self.width, round(self.height)
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" xml:space="preserve">',
                f"<title>{escape(self.title)}</title>",
                f"<style>text{{font-family:{_MONO if mono else _SANS};white-space:pre}}</style>",
                f'<rect width="{width}" height="{height}" rx="10" fill="{self.ground}"/>',
                *self.drawn,
                "</svg>",
                "",
            ]
        )


def width_of(words: str, size: int, *, bold: bool = False) -> float:
    """Estimate how wide words are, rather too much than too little."""
    return sum(_width(character) for character in words) * size * (_BOLD if bold else 1)


def _width(character: str) -> float:
    if ord(character) > 0x2190:  # where the marks and emoji begin
        return _MARK_WIDTH
    return next((width for kind, width in _WIDTHS if kind.match(character)), _WIDTH)


def wrapped(words: str, size: int, width: float, *, bold: bool = False) -> list[str]:
    """Break words into lines that fit into a width."""
    lines: list[str] = []
    for whole in words.split("\n"):
        line = ""
        for word in whole.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width_of(longer, size, bold=bold) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines
