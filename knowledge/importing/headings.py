"""Tells which lines of plain text are headings, and of which rank."""

from __future__ import annotations

import re

from knowledge.importing.lines import Mark, marked
from knowledge.importing.patterns import pattern

_LONGEST, _MOST_WORDS = 90, 12
_BARE_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\s+([A-Z].*)$")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "&",
        "/",
        "-",
        "–",
        "your",
        "our",
        "their",
        "its",
        "is",
        "are",
        "not",
    ]
)


def heading_of(
    lines: list[str | None], at: int, *, gapped: bool, strict: bool = False
) -> tuple[str, int, str | None] | None:
    """Give a heading's text, rank and number, or None where the line at a place is none.

    `strict` takes only numbered lines and lines in capitals, for documents that mark their headings by themselves.
    """
    text = (lines[at] or "").strip()
    if not _could_be(text):
        return None
    numbered = _numbered(text, lines, at)
    if numbered:
        return numbered
    if marked(text).mark is not None:
        return None
    if text.isupper() and len(re.sub(r"[^A-Z]", "", text)) > 3:  # noqa: PLR2004
        return (text, 2, None)
    if strict:
        return None
    if pattern("layout", "sure_heading").search(text.rstrip(": ")):
        return (text, 3, None)
    if pattern("layout", "leading_heading").search(text) and len(text.split()) < 3:  # noqa: PLR2004
        return (text, 4, None)
    following = _following(lines, at)
    if following is None or text.endswith(":") or pattern("layout", "no_heading").search(text):
        return None
    after, apart = following
    titled = _titled(text)
    if not gapped and not (titled and len(after) > len(text) + 10):
        return None
    if not apart and not (len(after) > len(text) + 10 or marked(after).mark):
        return None
    if _could_be(after) and apart and not marked(after).mark and not (titled and _titled(after)):
        second = _following(lines, _place(lines, at))
        if second and _could_be(second[0]) and not marked(second[0]).mark and second[1]:
            return None
    return (text, 3, None)


def _could_be(text: str) -> bool:
    words = text.split()
    if not words or len(text) > _LONGEST or len(words) > _MOST_WORDS or "\t" in text:
        return False
    if text[-1] in ".,;!" or (text[-1] == "?" and len(words) < 3):  # noqa: PLR2004
        return (
            text[-1] == "." and _titled(text[:-1]) and len(words) > 1 and marked(text).mark is None and len(words) < 8
        )
    if pattern("layout", "contents_line").search(text):
        return False
    first = marked(text).text or text
    return first[:1].isupper() or first[:1].isdigit() or first[:1] in "\"'“‘"


def _titled(text: str) -> bool:
    words = [w for w in re.split(r"[\s/]+", text) if w and w.lower() not in _SMALL]
    return bool(words) and all(w[0].isupper() or not w[0].isalpha() for w in words)


def _numbered(text: str, lines: list[str | None], at: int) -> tuple[str, int, str | None] | None:
    line = marked(text)
    bare = _BARE_NUMBER.match(text)
    number = line.number if line.mark in (Mark.DECIMAL, Mark.SIMPLE, Mark.CAPITAL) else bare[1] if bare else None
    title = line.text if line.number == number else bare[2] if bare else ""
    if number is None or not title or not title[0].isupper() or title.endswith((".", ";", ",")):
        return None
    if len(title.split()) > 10 or (pattern("layout", "no_heading").search(title) and not title.isupper()):  # noqa: PLR2004
        return None
    following = _following(lines, at)
    if following is None:
        return None
    after = marked(following[0])
    if following[0][:1].islower() and not following[1] and not title.isupper() and after.mark is None:
        return None
    sibling = after.mark is not None and after.mark is line.mark and _could_be(following[0])
    if sibling and line.mark is not Mark.DECIMAL and after.number and _next(number) == after.number:
        return None
    if (
        line.mark is Mark.DECIMAL
        and after.mark is Mark.DECIMAL
        and after.number
        and _next(number) == after.number
        and not title.isupper()
    ):
        return None
    if (
        line.mark is Mark.SIMPLE
        and not _titled(title)
        and not following[1]
        and after.mark is None
        and len(following[0]) < len(text)
    ):
        return None
    return (title, 3 + number.count("."), number)


def _next(number: str) -> str:
    if number.isdigit():
        return str(int(number) + 1)
    if "." in number:
        head, _, tail = number.rpartition(".")
        return f"{head}.{int(tail) + 1}"
    return chr(ord(number) + 1)


def _place(lines: list[str | None], at: int) -> int:
    return next((i for i in range(at + 1, len(lines)) if (lines[i] or "").strip()), at)


def _following(lines: list[str | None], at: int) -> tuple[str, bool] | None:
    """Give the next line with text, and whether an empty line stands before it."""
    place = _place(lines, at)
    if place == at:
        return None
    return (lines[place] or "").strip(), any(line is not None and not line.strip() for line in lines[at + 1 : place])
