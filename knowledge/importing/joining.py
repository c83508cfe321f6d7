"""Joins the lines of a document to its blocks: wrapped sentences become whole, items get their depth."""

from __future__ import annotations

import re
from itertools import pairwise

from knowledge.importing.document import Block, Kind
from knowledge.importing.lines import Mark, Marked, rejoined
from knowledge.importing.patterns import pattern

_ENDS = (".", "!", "?", ":", ";")
_CLOSERS = "\"'”’)]*_"
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_FULL = 0.88
"""The share of a wrapped document's width from which a line counts as full."""


def wrapped_width(lines: list[str]) -> int | None:
    """Give the width at which a document's lines were wrapped, or None where a line is a paragraph."""
    texts = [line.rstrip() for line in lines if line.strip()]
    lengths = sorted(len(text) for text in texts)
    if not lengths:
        return None
    width = lengths[int(len(lengths) * 0.97)] if len(lengths) > 20 else lengths[-1]  # noqa: PLR2004
    broken = sum(
        1
        for a, b in pairwise(lines)
        if len(a.split()) > 4 and b[:80].strip()[:1].islower() and not a.rstrip().endswith(_ENDS)  # noqa: PLR2004
    )
    wrapped = 30 < width <= 140 and broken >= max(2, len(texts) * 0.04)  # noqa: PLR2004
    return width if wrapped else None


class Joiner:
    """Takes lines in order, each already told to be a heading, a row, an item or text, and gives blocks."""

    def __init__(self, width: int | None, whole: str) -> None:
        self.blocks: list[Block] = []
        self._width, self._whole = width, whole
        self._last = ""
        self._indent = 0
        self._gap = True
        self._marks: list[tuple[Mark, str, int]] = []
        self._shut = False

    def gap(self) -> None:
        """Note an empty line."""
        self._gap = True

    @property
    def gapped(self) -> bool:
        """Tell whether an empty line, or nothing, stands before the next line."""
        return self._gap

    def heading(self, text: str, level: int, number: str | None = None) -> None:
        """Add a heading; one in capitals goes on over lines that follow each other at once."""
        last = self.blocks[-1] if self.blocks else None
        if (
            last
            and last.kind is Kind.HEADING
            and not self._gap
            and text.isupper()
            and last.text.isupper()
            and not number
        ):
            self.blocks[-1] = Block(Kind.HEADING, f"{last.text} {text}", last.level, last.number)
            return
        self._add(Block(Kind.HEADING, text, level, number), text, 0)
        self._marks = []

    def row(self, cells: tuple[str, ...]) -> None:
        """Add a row of a table."""
        self._add(Block(Kind.ROW, " – ".join(cell for cell in cells if cell), cells=cells), "", 0)

    def item(self, line: Marked, indent: int, raw: str, depth: int | None = None) -> None:
        """Add an item, or a paragraph with a decimal number; its depth follows from its mark where none is given."""
        if line.mark is Mark.DECIMAL:
            self._add(Block(Kind.PARAGRAPH, line.text, 1, line.number), raw, indent)
            self._marks = []
            return
        level = depth or self._depth(line, indent)
        self._add(Block(Kind.ITEM, line.text, level, line.number), raw, indent)

    def _depth(self, line: Marked, indent: int) -> int:
        mark = line.mark or Mark.BULLET
        if mark is Mark.ROMAN and line.number in ("i", "v", "x"):
            before = chr(ord(line.number) - 1)
            if any(m is Mark.LETTER and n == before for m, n, _ in self._marks):
                mark = Mark.LETTER
        name = line.sign if mark is Mark.BULLET else ""
        for depth, (known, sign, at) in enumerate(self._marks):
            same = known is mark and (mark is not Mark.BULLET or sign == name)
            if same and (mark is not Mark.BULLET or abs(indent - at) < 2):  # noqa: PLR2004
                self._marks = [*self._marks[:depth], (mark, name or line.number or "", at)]
                return depth + 1
        while self._marks and self._marks[-1][2] > indent:
            self._marks.pop()
        self._marks.append((mark, name or line.number or "", indent))
        return len(self._marks)

    def follows(self, line: Marked) -> bool:
        """Tell whether a mark is the next one after the item before ("v." after "iv.")."""
        before = self.blocks[-1].number if self.blocks and self.blocks[-1].kind is Kind.ITEM else None
        if before is None or line.number is None:
            return False
        if before in _ROMANS and line.number in _ROMANS:
            return _ROMANS.index(line.number) == _ROMANS.index(before) + 1
        if before.isdigit() and line.number.isdigit():
            return int(line.number) == int(before) + 1
        return len(before) == len(line.number) == 1 and ord(line.number) == ord(before) + 1

    def text(self, line: str, indent: int = 0, *, fresh: bool = False) -> None:
        """Add a line of running text: it goes on from the block before, or begins a paragraph (`fresh`)."""
        stripped = line.strip()
        if not fresh and self.goes_on(stripped, indent):
            block = self.blocks[-1]
            joined = rejoined(block.text, stripped, self._whole) if block.text else stripped
            self.blocks[-1] = Block(block.kind, joined, block.level, block.number)
            self._last, self._gap = line.rstrip(), False
            return
        self._add(Block(Kind.PARAGRAPH, stripped), line, indent)
        self._marks = []

    def goes_on(self, text: str, indent: int = 0) -> bool:  # noqa: PLR0911 -- a ladder of cases
        """Tell whether a line of text goes on from the block before."""
        if not self.blocks or self.blocks[-1].kind in (Kind.HEADING, Kind.ROW):
            return False
        block = self.blocks[-1]
        if not block.text:
            return True
        bare = block.text.rstrip(_CLOSERS)
        ended = bare.endswith(_ENDS)
        breaks_off = not ended and bool(pattern("layout", "goes_on").search(bare))
        low = (text[:1].islower() and not text.startswith(("www.", "http"))) or text[:1] in ",;)&"
        if self._gap:
            return (low and not ended and len(block.text.split()) > 5) or breaks_off  # noqa: PLR2004
        if (low and not bare.endswith((".", "!", "?", ":", ";"))) or breaks_off:
            return True
        if bare.endswith(":"):
            return False
        first = text.split(maxsplit=1)[0] if text else ""
        if self._width and len(self._last) + 1 + len(first) > _FULL * self._width:
            return True
        return block.kind is Kind.ITEM and indent > self._indent and self._width is not None

    def _add(self, block: Block, line: str, indent: int) -> None:
        self.blocks.append(block)
        self._last, self._indent, self._gap = line.rstrip(), indent, False


_INLINE_BULLET = re.compile(r"\s+[•▪●\uf0b7\uf0a7]\s*")
_INLINE_LETTER = re.compile(
    r"(?<=[:;,.])\s+(?:and |or )?\(([a-z]|[ivx]{1,4}|\d)\)\s+|(?<=[:;])\s+(?:and |or )?([a-z]|[ivx]{1,4})\)\s+"
)


def parted(text: str) -> list[str]:
    """Part a line that holds several items ("Staff must: • … • …", "(a) …; (b) …"), each with its mark."""
    if len(_INLINE_BULLET.findall(text)) > 1 or (text[:1] in "•▪●\uf0b7" and _INLINE_BULLET.search(text)):
        pieces = _INLINE_BULLET.split(text)
        return [pieces[0], *(f"• {piece}" for piece in pieces[1:] if piece)]
    marks = [m[1] or m[2] for m in _INLINE_LETTER.finditer(text)]
    if len(marks) > 1 and marks[:2] in (["a", "b"], ["i", "ii"], ["1", "2"], ["b", "c"]):
        pieces = _INLINE_LETTER.split(text)
        texts = pieces[0::3]
        return [
            texts[0],
            *(f"{mark}) {piece}" for mark, piece in zip(marks, texts[1:], strict=False) if piece),
        ]
    return [text]
