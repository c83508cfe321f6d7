"""One line of a document by itself: its characters mended, its bullet or number told from its text."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from knowledge.importing.patterns import pattern

_BULLETS = "•·▪▫◦●○■□➢➤►▶➔→✓✔✗✘❖❑§¨⁃∙‣⚫\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf02d\uf0e0\uf06c\uf06e\uf071\uf0a8\uf0de\ufffd"
_BULLET = re.compile(rf"^(?:[{_BULLETS}]+\s*|[-–—*+]\s+|[o°]\s+(?=\S))")
_DECIMAL = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){1,3})(?:[.):]+(?=\s|$)|(?=\s|$)|(?=[A-Z]))[\s*_]*(.*)$")
_SIMPLE = re.compile(r"^(?:\((\d{1,2})\)|(\d{1,2})[.)](?!\d))\s*(.*)$")
_LETTER = re.compile(r"^(?:\(([a-zA-Z])\)|([a-zA-Z])[.)])(?:\s+(.*)|$)")
_ROMAN = re.compile(r"^(?:\(([ivx]{1,5})\)|([ivx]{1,5})[.)])(?:\s+(.*)|$)")
_INNER = frozenset("o°◦-–—▪▫□■§\uf0a7\uf02d")
"""Bullets that stand inside a list of other bullets, where both are used."""
_CLOCK = re.compile(r"^\d{1,2}\.\d{2}\s*(am|pm|a\.m|p\.m)\b|^\d+\.\d+\s*(%|million|GB|MB)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n\t]+")
_ODD = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\ufeff": None, "\u00ad": None})
_MOST_REPEATED = 100
_REPEATED = 3


class Mark(StrEnum):
    """What sort of mark stands before a line's text."""

    BULLET = "bullet"
    DECIMAL = "decimal"
    SIMPLE = "simple"
    LETTER = "letter"
    CAPITAL = "capital"
    ROMAN = "roman"


@dataclass(frozen=True, slots=True)
class Marked:
    """A line parted into its mark and its text; `number` is as printed, without brackets and full stop."""

    mark: Mark | None
    text: str
    number: str | None = None
    sign: str = ""


def mended(text: str) -> str:
    """Give a text with odd spaces, invisible characters and escaped HTML characters put right."""
    return _SPACES.sub(" ", html.unescape(text).translate(_ODD).replace("\r\n", "\n").replace("\r", "\n"))


def marked(line: str) -> Marked:
    """Part a line into its mark and its text; a bullet before a number gives way to the number."""
    text = line.strip()
    bullet = _BULLET.match(text)
    if bullet:
        rest = text[bullet.end() :].strip()
        inner = _numbered(rest)
        if inner and inner.mark in (Mark.DECIMAL, Mark.CAPITAL, Mark.LETTER, Mark.ROMAN, Mark.SIMPLE):
            return inner
        return Marked(
            Mark.BULLET,
            _BULLET.sub("", rest) if rest[:1] in _BULLETS else rest,
            sign="inner" if bullet[0].strip() in _INNER else "outer",
        )
    return _numbered(text) or Marked(None, text)


def _numbered(text: str) -> Marked | None:
    if _CLOCK.match(text):
        return None
    if match := _DECIMAL.match(text):
        return Marked(Mark.DECIMAL, match[2].strip(), match[1])
    if match := _SIMPLE.match(text):
        return Marked(Mark.SIMPLE, match[3].strip(), match[1] or match[2])
    if match := _ROMAN.match(text):
        return Marked(Mark.ROMAN, (match[3] or "").strip(), match[1] or match[2])
    if match := _LETTER.match(text):
        letter = match[1] or match[2]
        mark = Mark.CAPITAL if letter.isupper() else Mark.LETTER
        return Marked(mark, (match[3] or "").strip(), letter)
    return None


def is_furniture(line: str) -> bool:
    """Tell whether a line is a page number or the like."""
    return bool(pattern("layout", "furniture").search(line.strip()))


def without_furniture(lines: list[str]) -> list[str | None]:
    """Give the lines with page numbers and repeated headers and footers as None, so that text goes on across them."""
    keys = [_key(line) for line in lines]
    counts = Counter(key for key in keys if key)
    seen: set[str] = set()
    kept: list[str | None] = []
    for line, key in zip(lines, keys, strict=True):
        drop = is_furniture(line) or bool(key and counts[key] >= _REPEATED and key in seen)
        kept.append(None if drop else line)
        if key:
            seen.add(key)
    return kept


def _key(line: str) -> str:
    """Give what a header or footer is recognised by when it comes again, or nothing where a line can't be one."""
    text = line.strip()
    words = text.split()
    if len(words) < 3 or len(text) > _MOST_REPEATED or text.startswith(("#", "|", "-", "*", "+")):  # noqa: PLR2004
        return ""
    if text[-1] in ".:;,?!" or _BULLET.match(text) or _SIMPLE.match(text) or _LETTER.match(text):
        return ""
    return re.sub(r"\d+", "0", text.lower())


def rejoined(before: str, after: str, whole: str) -> str:
    """Join two pieces of a wrapped sentence; a word parted by a hyphen is mended if the document has it whole."""
    if before.endswith("-") and after[:1].islower() and before[-2:-1].isalpha():
        head = before.rsplit(None, 1)[-1]
        tail = after.split(None, 1)[0].rstrip(".,;:!?)")
        joined = f"{head[:-1]}{tail}"
        if re.search(rf"\b{re.escape(joined)}\b", whole, re.IGNORECASE):
            return before[:-1] + after
        return before + after
    return f"{before} {after}"
