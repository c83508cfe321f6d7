"""Tells which lines of plain text are headings, and of which rank."""

from __future__ import annotations

import re
from typing import NamedTuple

from knowledge.importing.lines import Mark, marked
from knowledge.importing.patterns import load, pattern

_LONGEST, _MOST_WORDS, _MOST_TITLE, _SHORT = 90, 12, 10, 8
_LONGER = 10
"""By how many characters the line after a heading outdoes it, where no empty line tells them apart."""
_CAPITALS = 4
_BARE_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\s+([A-Z].*)$")


class Found(NamedTuple):
    """A heading: its text without its number, its rank (1 the highest), its number as printed."""

    text: str
    level: int
    number: str | None = None


class _Next(NamedTuple):
    text: str
    apart: bool
    at: int


def heading_of(lines: list[str | None], at: int, *, gapped: bool, strict: bool = False) -> Found | None:
    """Give the heading that stands at a place, or None where the line is none.

    `gapped` tells that an empty line stands before it; `strict` takes only numbered lines and lines in capitals,
    for documents that mark their headings by themselves.
    """
    text = (lines[at] or "").strip()
    if not _could_be(text):
        return None
    if numbered := _numbered(text, lines, at):
        return numbered
    if marked(text).mark is not None:
        return None
    if text.isupper() and len(re.sub(r"[^A-Z]", "", text)) >= _CAPITALS:
        return Found(text, 2)
    if strict:
        return None
    return _sure(text) or _likely(text, lines, at, gapped=gapped)


def _sure(text: str) -> Found | None:
    if pattern("layout", "sure_heading").search(text.rstrip(": ")):
        return Found(text, 3)
    if pattern("layout", "leading_heading").search(text) and len(text.split()) <= 2:  # noqa: PLR2004
        return Found(text, 4)
    return None


def _likely(text: str, lines: list[str | None], at: int, *, gapped: bool) -> Found | None:
    following = _following(lines, at)
    if following is None or text.endswith(":") or pattern("layout", "no_heading").search(text):
        return None
    outdone = len(following.text) > len(text) + _LONGER
    begins = gapped or (_titled(text) and outdone)
    ends = following.apart or outdone or marked(following.text).mark is not None
    return Found(text, 3) if begins and ends and not _in_run(text, following, lines) else None


def _in_run(text: str, following: _Next, lines: list[str | None]) -> bool:
    """Tell whether a short line is one of several short lines apart, as on a cover or in an address."""
    if not following.apart or not _short(following.text) or (_titled(text) and _titled(following.text)):
        return False
    second = _following(lines, following.at)
    return second is not None and second.apart and _short(second.text)


def _short(text: str) -> bool:
    return _could_be(text) and marked(text).mark is None


def _could_be(text: str) -> bool:
    words = text.split()
    if not words or len(text) > _LONGEST or len(words) > _MOST_WORDS or "\t" in text:
        return False
    if pattern("layout", "contents_line").search(text) or text[-1] in ",;!":
        return False
    if text[-1] == ".":
        return _titled(text[:-1]) and 1 < len(words) < _SHORT and marked(text).mark is None
    if text[-1] == "?" and len(words) <= 2:  # noqa: PLR2004
        return False
    first = marked(text).text or text
    return first[:1].isupper() or first[:1].isdigit() or first[:1] in "\"'“‘"


def _titled(text: str) -> bool:
    """Tell whether every word but the small ones begins with a capital."""
    words = [w for w in re.split(r"[\s/]+", text) if w and w.lower() not in load("layout")["small_words"]]
    return bool(words) and all(w[0].isupper() or not w[0].isalpha() for w in words)


def _numbered(text: str, lines: list[str | None], at: int) -> Found | None:
    line, bare, following = marked(text), _BARE_NUMBER.match(text), _following(lines, at)
    number = line.number if line.mark in (Mark.DECIMAL, Mark.SIMPLE, Mark.CAPITAL) else bare[1] if bare else None
    title = line.text if line.number == number else bare[2] if bare else ""
    if number is None or following is None or not _could_be_title(title) or _goes_on(title, following):
        return None
    after = marked(following.text)
    sibling = after.mark is not None and after.mark is line.mark and after.number == _next(number)
    if sibling and (_could_be(following.text) if line.mark is not Mark.DECIMAL else not title.isupper()):
        return None
    return Found(title, 3 + number.count("."), number)


def _could_be_title(title: str) -> bool:
    if (
        not title
        or not title[0].isupper()
        or title.rstrip(" -–").endswith((".", ";", ",", ":"))
        or len(title.split()) > _MOST_TITLE
    ):
        return False
    return title.isupper() or not pattern("layout", "no_heading").search(title)


def _goes_on(title: str, following: _Next) -> bool:
    """Tell whether a numbered line is a sentence that only wraps into the next line."""
    if following.apart or title.isupper() or marked(following.text).mark is not None:
        return False
    return following.text[:1].islower() or (not _titled(title) and len(following.text) < len(title))


def _next(number: str) -> str:
    if number.isdigit():
        return str(int(number) + 1)
    if "." in number:
        head, _, tail = number.rpartition(".")
        return f"{head}.{int(tail) + 1}"
    return chr(ord(number) + 1)


def _following(lines: list[str | None], at: int) -> _Next | None:
    """Give the next line with text, and whether an empty line stands before it."""
    place = next((i for i in range(at + 1, len(lines)) if (lines[i] or "").strip()), None)
    if place is None:
        return None
    between = lines[at + 1 : place]
    return _Next((lines[place] or "").strip(), any(line is not None for line in between), place)
