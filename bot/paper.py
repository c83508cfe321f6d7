"""Writes words on A4 pages as PDF, tagged with headings and paragraphs so that a screen reader can read them aloud."""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF, ViewerPreferences
from fpdf.enums import MethodReturnValue

if TYPE_CHECKING:
    from collections.abc import Iterator

FONT = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
_NAME = "DejaVu"
_GREY, _BLACK = (90, 90, 90), (0, 0, 0)
_SMALL, _NORMAL = 9, 10.5
_SIZES = {"H1": 16, "H2": 12.5}
_MARGIN, _LINE = 18, 5.4
_HEADING = 5
"""How many lines have to fit on the page below a heading, itself and its rule among them."""
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
"""The kinds of signs that show nothing, or turn around what stands beside them."""


class Paper(FPDF):
    """Pages with their number and a line of words at the foot; a sign that the font hasn't got stands as its number.

    fpdf2 tags pictures alone by itself; that it tags words, too, rests on the parts of it that do so, which the tests
    look at closely, since they may change.
    """

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self.add_font(_NAME, fname=FONT)
        self._signs = frozenset(getattr(self.fonts[_NAME.lower()], "cmap", {}))
        self._foot, self.replaced = foot, False
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_lang("en-GB")
        self.set_title(title)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.add_page()

    def footer(self) -> None:
        """Write what stands at the foot, which isn't read aloud; fpdf2 calls it."""
        with self._untagged():
            self.set_y(-14)
            self.set_font(_NAME, size=_SMALL)
            self.set_text_color(*_GREY)
            self.cell(0, 5, self._foot, align="L")
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def headline(self, words: str) -> None:
        """Write the heading of it all."""
        self._write(words, "H1", _SIZES["H1"], _BLACK)

    def heading(self, words: str) -> None:
        """Write a heading with a rule above it; the reader's list of headings leads to it."""
        if self._room(_LINE) < _HEADING:
            self.add_page()
        self.ln(4)
        with self._untagged():
            self.set_draw_color(*_GREY)
            self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(2)
        self.start_section(words)
        self._write(words, "H2", _SIZES["H2"], _BLACK)
        self.ln(1)

    def paragraph(self, words: str, *, quiet: bool = False) -> None:
        """Write words as they are."""
        self._write(words, "P", _SMALL if quiet else _NORMAL, _GREY if quiet else _BLACK)

    def _write(self, words: str, tag: str, size: float, colour: tuple[int, int, int]) -> None:
        """Write a part; where it runs over several pages, it is a part of its own on each."""
        self.set_font(_NAME, size=size)
        self.set_text_color(*colour)
        height, shown = _LINE * size / _NORMAL, self._shown(words)
        lines = self.multi_cell(0, height, shown, align="L", dry_run=True, output=MethodReturnValue.LINES)
        rest = [str(line) for line in lines] if isinstance(lines, list) else [shown]
        while rest:
            room = self._room(height)
            if not room:
                self.add_page()
                self.set_font(_NAME, size=size)
                self.set_text_color(*colour)
                continue
            with self._tagged(tag):
                for line in rest[:room]:
                    self.cell(0, height, line, new_x="LMARGIN", new_y="NEXT")
            rest = rest[room:]

    def _room(self, height: float) -> int:
        """Say how many lines the page has room for."""
        return int((self.page_break_trigger - self.get_y()) / height)

    @contextmanager
    def _tagged(self, tag: str) -> Iterator[None]:
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{tag}", mcid=number)
        self._out(f"/{tag} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def _untagged(self) -> Iterator[None]:
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def _shown(self, words: str) -> str:
        return "".join(self._sign(sign) for sign in words.replace("\r\n", "\n").replace("\t", "    "))

    def _sign(self, sign: str) -> str:
        if sign == "\n" or (ord(sign) in self._signs and unicodedata.category(sign) not in _UNSEEN):
            return sign
        self.replaced = True
        return f"[U+{ord(sign):04X}]"
