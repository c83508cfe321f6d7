"""Writes a chronology as CSV or PDF; no words of a report can become a formula or a command in either."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.chronology import clock
from handlers.wording import say

if TYPE_CHECKING:
    from fpdf import FPDF

    from handlers.chronology import Chronology, Row

FONT = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
_NAME = "DejaVu"
_DANGEROUS = tuple("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula, wide forms too."""
_SMALL, _NORMAL, _LARGE = 9, 10.5, 16
_GREY, _BLACK = (90, 90, 90), (0, 0, 0)
_MARGIN, _LINE = 18, 5.4
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
"""The kinds of signs that show nothing, or turn around what stands beside them."""


def as_csv(found: Chronology) -> bytes:
    """Give a table with when, who, what and in which words; it opens in every spreadsheet as plain text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([say(f"page.column_{name}") for name in ("when", "who", "what", "words")])
    for row in (*found.answers, *found.steps):
        writer.writerow([row.at.isoformat(timespec="seconds"), *map(defused, (row.who, row.what, row.words))])
    # With the mark at its start a spreadsheet knows that it is UTF-8.
    return out.getvalue().encode("utf-8-sig")


def defused(words: str) -> str:
    """Put an apostrophe before words that a spreadsheet could take for a formula."""
    return f"'{words}" if words.lstrip().startswith(_DANGEROUS) or words.startswith(_DANGEROUS) else words


def as_pdf(found: Chronology, made: str) -> bytes:
    """Give it on paper; `made` says by whom and when this copy was made."""
    from fpdf import FPDF  # noqa: PLC0415 -- slow to load, seldom needed

    class Paper(FPDF):
        """A page with the reference and its number at the foot."""

        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(_NAME, size=_SMALL)
            self.set_text_color(*_GREY)
            self.cell(0, 5, say("page.foot", reference=found.reference, made=made), align="L")
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    paper = Paper(format="A4")
    paper.add_font(_NAME, fname=FONT)
    paper.set_margins(_MARGIN, _MARGIN)
    paper.set_auto_page_break(auto=True, margin=20)
    paper.set_lang("en-GB")
    paper.set_title(say("page.chronology_of", reference=found.reference))
    paper.add_page()
    writing = _Writing(paper)
    writing.line(found.school, _SMALL, _GREY)
    writing.line(say("page.chronology_of", reference=found.reference), _LARGE)
    writing.line(say("page.confidential"), _SMALL, _GREY)
    writing.heading(say("page.at_a_glance"))
    for label, words in found.about:
        writing.line(f"{label}: {words}")
    for title, rows in ((say("page.the_report"), found.answers), (say("cases.happened"), found.steps)):
        writing.heading(title)
        for row in rows:
            writing.row(row)
    if writing.replaced:
        writing.line(say("page.replaced"), _SMALL, _GREY)
    return bytes(paper.output())


def write_privately(file: Path, content: bytes) -> None:
    """Write a file that its owner alone can read; raises OSError, also where there is one already."""
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(content)


class _Writing:
    """Writes plain lines on paper; a sign that the font hasn't got stands there as its number."""

    def __init__(self, paper: FPDF) -> None:
        self._paper, self._signs = paper, frozenset(getattr(paper.fonts[_NAME.lower()], "cmap", {}))
        self.replaced = False

    def heading(self, words: str) -> None:
        """Write a heading with a rule above it."""
        self._paper.ln(4)
        self._paper.set_draw_color(*_GREY)
        self._paper.line(_MARGIN, self._paper.get_y(), self._paper.w - _MARGIN, self._paper.get_y())
        self._paper.ln(2)
        self.line(words, _NORMAL + 2)
        self._paper.ln(1)

    def row(self, row: Row) -> None:
        """Write one line of the chronology, and the words of it."""
        self.line(f"{clock(row.at)} · {row.who} · {row.what}", _SMALL, _GREY)
        if row.words:
            self.line(row.words)
        self._paper.ln(1.5)

    def line(self, words: str, size: float = _NORMAL, colour: tuple[int, int, int] = _BLACK) -> None:
        """Write words as they are."""
        self._paper.set_font(_NAME, size=size)
        self._paper.set_text_color(*colour)
        self._paper.multi_cell(
            0, _LINE * size / _NORMAL, self._shown(words), align="L", new_x="LMARGIN", new_y="NEXT", markdown=False
        )

    def _shown(self, words: str) -> str:
        return "".join(self._sign(sign) for sign in words.replace("\r\n", "\n").replace("\t", "    "))

    def _sign(self, sign: str) -> str:
        if sign == "\n" or (ord(sign) in self._signs and unicodedata.category(sign) not in _UNSEEN):
            return sign
        self.replaced = True
        return f"[U+{ord(sign):04X}]"
