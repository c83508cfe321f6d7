"""Reads what a document says of itself: its title, the school's name, its dates, and the titles of its offices."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from knowledge.importing.patterns import load, pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.importing.document import Document, Passage

_LONGEST_TITLE, _LONGEST_LINE = 90, 14


@dataclass(frozen=True, slots=True)
class Dates:
    """When the policy was last reviewed and is due again, ISO, and the paragraph that says when it is due."""

    due: str | None = None
    last: str | None = None
    source: str | None = None


def title_of(document: Document) -> str:
    """Give the policy's title: front matter, else the first line that names a policy, else the file's name."""
    if title := document.front.get("title", "").strip():
        return title
    lines = [block.text.strip() for block in document.blocks[:25]]
    for line in lines:
        tidy = re.sub(r"^title\s*[–:\t]\s*", "", line, flags=re.IGNORECASE).strip(" -–:")
        names = re.search(load("particulars")["titled"], tidy, re.IGNORECASE)
        asks = re.search(load("particulars")["untitled"], tidy, re.IGNORECASE)
        if names and not asks and len(tidy) < _LONGEST_TITLE and not tidy.endswith((".", "?")):
            return _calm(_without_school(tidy))
    first = lines[0] if lines else ""
    if re.search(r"[A-Za-z]{3}", first) and len(first.split()) < _LONGEST_LINE and not first.endswith("."):
        return _calm(first)
    return _calm(re.sub(r"[-_]+", " ", document.name)).strip() or "Policy"


def _without_school(title: str) -> str:
    """Give a title without the school's name before it, where a title is left."""
    found = _school_name().match(title.title())
    rest = title[found.end() :].strip(" -–:,") if found else ""
    return rest if len(rest.split()) > 1 else title


def _calm(title: str) -> str:
    """Give a title that shouts in capitals, or whispers in none, with its words begun in capitals."""
    if title.isupper() or title.islower():
        small = ("of", "and", "the", "for", "in", "to", "on", "by")
        return " ".join(
            w.capitalize() if i == 0 or w.lower() not in small else w.lower() for i, w in enumerate(title.split())
        )
    return title


def school_of(document: Document, slug: str) -> str:
    """Give the school's name as the document has it oftenest, else made from the slug."""
    names: Counter[str] = Counter()
    for at, block in enumerate(document.blocks):
        for match in _school_name().finditer(block.text.title() if block.text.isupper() else block.text):
            name = re.sub(r"^(?:The|At|This|For|Of|And|Our|In|All)\s+", "", match[0].strip())
            if len(name.split()) > 1:
                names[name] += 3 if at < 6 else 1  # noqa: PLR2004
    return names.most_common(1)[0][0] if names else slug.replace("-", " ").title()


@cache
def _school_name() -> re.Pattern[str]:
    return re.compile(load("particulars")["school_name"])


def dates_of(passages: Sequence[Passage]) -> Dates:
    """Give the dates of review that the document states."""
    due = last = source = None
    for passage in passages:
        for sentence in re.split(r"(?<=[.;])\s+|\n", passage.text):
            day = _day(sentence)
            if not day:
                continue
            if pattern("particulars", "review_due").search(sentence) and (due is None or day > due):
                due, source = day, passage.ref
            elif pattern("particulars", "last_reviewed").search(sentence) and (last is None or day > last):
                last = day
    return Dates(due, last, source)


def _day(text: str) -> str | None:
    """Give the last date of a text, ISO to the month or day."""
    low = text.lower()
    months = load("particulars")["months"]
    names = "|".join(f"{m[:3]}(?:{m[3:]})?" for m in months)
    found: list[tuple[int, str]] = []
    for m in re.finditer(rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?({names})\.?,?\s+((?:19|20)\d{{2}})\b", low):
        month = next(i for i, name in enumerate(months, 1) if name.startswith(m[2][:3]))
        day = f"-{int(m[1]):02}" if m[1] and 1 <= int(m[1]) <= 28 else ""  # noqa: PLR2004
        found.append((m.start(), f"{m[3]}-{month:02}{day}"))
    for m in re.finditer(r"\b(\d{1,2})[/.](\d{1,2})[/.]((?:20)?\d{2})\b", low):
        year = m[3] if len(m[3]) == 4 else f"20{m[3]}"  # noqa: PLR2004
        if 1 <= int(m[2]) <= 12 and 1 <= int(m[1]) <= 28:  # noqa: PLR2004
            found.append((m.start(), f"{year}-{int(m[2]):02}-{int(m[1]):02}"))
    for season, month in load("particulars")["seasons"].items():
        found += [(m.start(), f"{m[1]}-{month}") for m in re.finditer(rf"\b{season}(?: term)?,?\s+(20\d{{2}})\b", low)]
    return max(found)[1] if found else None


def guidance_of(passages: Sequence[Passage]) -> str | None:
    """Give the newest edition of the statutory guidance that the document names."""
    years = [
        m[1] or m[2]
        for passage in passages
        for m in re.finditer(load("particulars")["guidance"], passage.text, re.IGNORECASE)
    ]
    return f"Keeping Children Safe in Education {max(years)}" if years else None


def roles_of(document: Document) -> dict[str, str]:
    """Give the titles of the offices: as the document names them, else the ordinary ones."""
    text = "\n".join(block.text for block in document.blocks)
    roles: dict[str, str] = {}
    for role, row in load("particulars")["roles"].items():
        names = Counter(re.sub(r"\s+", " ", m[1]) for m in re.finditer(row["pattern"], text))
        if names:
            roles[role] = names.most_common(1)[0][0]
        elif "ordinary" in row:
            roles[role] = row["ordinary"]
    return roles


def words_of(document: Document) -> dict[str, str]:
    """Give the document's own words for ordinary things, each with the plain word."""
    text = "\n".join(block.text for block in document.blocks).lower()
    return {word: meant for word, meant in load("particulars")["words"].items() if word in text}
