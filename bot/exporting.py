"""Writes a chronology as CSV or PDF; no words of a report can become a formula or a command in either."""

from __future__ import annotations

import csv
import io
import os
import re
from typing import TYPE_CHECKING

from handlers.chronology import clock
from handlers.wording import say

if TYPE_CHECKING:
    from pathlib import Path

    from handlers.chronology import Chronology

_STARTS = "=+\\-@|%＝＋－＠﹦﹢﹣﹫−"
"""What a spreadsheet may take for the beginning of a formula, wide and small forms too."""
_SEPARATES = '\t\r\n;,"'
"""What begins a new cell where a spreadsheet takes the wrong sign for that between two of them."""
_UNSEEN = "\\s\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff"
_FORMULA = re.compile(f"(^(?=[\t\r\n])|(?:^|[{_SEPARATES}])(?=[{_UNSEEN}]*[{_STARTS}]))")


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
    """Put an apostrophe before whatever a spreadsheet could take for a formula, also amid the words."""
    return _FORMULA.sub(r"\1'", words)


def as_pdf(found: Chronology, made: str) -> bytes:
    """Give it on paper; `made` says by whom and when this copy was made."""
    from bot.paper import Paper  # noqa: PLC0415 -- slow to load, seldom needed

    title = say("page.chronology_of", reference=found.reference)
    paper = Paper(title, say("page.foot", reference=found.reference, made=made))
    paper.paragraph(found.school, quiet=True)
    paper.headline(title)
    paper.paragraph(say("page.confidential"), quiet=True)
    paper.heading(say("page.at_a_glance"))
    for label, words in found.about:
        paper.paragraph(f"{label}: {words}")
    for heading, rows in ((say("page.the_report"), found.answers), (say("cases.happened"), found.steps)):
        paper.heading(heading)
        for row in rows:
            paper.paragraph(f"{clock(row.at)} · {row.who} · {row.what}", quiet=True)
            if row.words:
                paper.paragraph(row.words)
            paper.ln(1.5)
    if paper.replaced:
        paper.paragraph(say("page.replaced"), quiet=True)
    return bytes(paper.output())


def write_privately(file: Path, content: bytes) -> None:
    """Write a file that its owner alone can read; raises OSError, also where there is one already."""
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(content)
