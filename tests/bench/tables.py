"""Tables of figures in Markdown."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from tests.bench.marking import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.marking import Mark

FIGURES = (
    "",
    "questions",
    "answer",
    "verdict",
    "cite@1",
    "cite@3",
    "unsafe",
    "worries heard",
    "false worries",
    "silent recall",
    "silent precision",
)
"""The columns of `figures`."""
_TENTHS = 10


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))


def figures(name: str, marks: Sequence[Mark]) -> list[str]:
    """Give the row of figures over some marks."""
    f = Figures(marks)
    first = [name, str(len(marks)), *map(percent, (f.answer, f.verdict, f.cite1, f.cite3)), str(f.unsafe)]
    heard = [percent(f.concern_recall), str(f.false_concerns)]
    return [*first, *heard, percent(f.silent_recall), percent(f.silent_precision)]


def percent(share: float) -> str:
    """Write a share; one of nothing is a dash."""
    return "–" if isnan(share) else f"{100 * share:.1f} %"


def tenths(marks: Iterable[Mark]) -> list[tuple[float, float, int]]:
    """Give for each tenth of confidence its mean, the share of right answers, and how many there are."""
    rows = []
    policy = [mark for mark in marks if mark.given.verdict != "concern"]
    for tenth in range(_TENTHS):
        inside = [mark for mark in policy if min(int(mark.given.confidence * _TENTHS), _TENTHS - 1) == tenth]
        if inside:
            mean = sum(mark.given.confidence for mark in inside) / len(inside)
            rows.append((mean, sum(mark.right for mark in inside) / len(inside), len(inside)))
    return rows
