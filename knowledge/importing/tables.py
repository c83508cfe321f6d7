"""Reads a row of a table as rules: what it says in words, and what a tick or a cross under a column's head means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.importing.strength import force_of
from knowledge.importing.subjects import named
from knowledge.model import Modality

if TYPE_CHECKING:
    from knowledge.importing.document import Passage
    from knowledge.importing.subjects import People

_TICK = re.compile(r"^\W*(?:✓|✔|☑|√|x|y|yes|tick|✗|✘|❌|no|n)\W*$|^[✓✔☑√✗✘❌]$", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|never|not allowed|✗|✘|❌|n|not permitted|prohibited|forbidden)\b|^[✗✘❌]$", re.IGNORECASE)
_YES = re.compile(r"^\W*(?:yes|✓|✔|☑|√|y|allowed|permitted|always)\b|^[✓✔☑√]$", re.IGNORECASE)

_PAIR, _LONG_HEAD = 2, 5
_UNDER = re.compile(r"^(?:only|with|after|if|at|when|in|during|by|on|subject|provided)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One rule of a row: its words (all of them the table's own), its strength where a cell decides it, its people."""

    text: str
    modality: Modality | None
    people: People = frozenset()


def rules_of(passage: Passage) -> list[Cell]:
    """Give the rules of a row; a row of running text is one rule."""
    label, *cells = passage.cells or (passage.text,)
    if not cells:
        return [Cell(label, None)]
    header = passage.header[1:] if len(passage.header) == len(passage.cells) and _heads(passage.header) else ()
    whole = " – ".join(cell for cell in passage.cells if cell)
    if not header:
        return [Cell(whole, None)] if whole else []
    found: list[Cell] = []
    for head, cell in zip(header, cells, strict=False):
        if not cell:
            continue
        people = named(head)
        if _TICK.match(cell) or _NO.match(cell) or _YES.match(cell):
            verdict = _strength(head, cell)
            shown = head if _TICK.match(cell) and verdict[1] else f"{head} – {cell}" if head else cell
            found.append(Cell(f"{label} – {shown}", verdict[0], people))
        elif people and _UNDER.match(cell):
            found.append(Cell(f"{label} – {head} – {cell}", Modality.MAY, people))
        elif people:
            found.append(Cell(f"{label} – {head} – {cell}" if label else f"{head} – {cell}", None, people))
    return found or [Cell(whole, None)]


def _heads(header: tuple[str, ...]) -> bool:
    """Tell whether a first row names its columns, and is no row of facts such as "Title – Social Media Policy"."""
    last = header[-1]
    short = len(last.split()) < _LONG_HEAD and "olicy" not in last
    return len(header) > _PAIR or (short and bool(named(last) or force_of(last)))


def _strength(head: str, cell: str) -> tuple[Modality, bool]:
    """Give a ticked cell's strength, and whether the column's head alone tells it."""
    titled = force_of(head)
    if re.search(r"\b(?:not|never|unacceptable|prohibited)\b", head, re.IGNORECASE):
        return (Modality.MUST_NOT, True)
    if re.search(r"\b(?:allowed|permitted|acceptable|may|can)\b", head, re.IGNORECASE):
        return (Modality.MAY, True)
    if titled:
        return (titled, True)
    return (Modality.MUST_NOT if _NO.match(cell) else Modality.MAY, False)
