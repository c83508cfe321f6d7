"""Hears in the words of a report that somebody is in danger now; it errs toward saying 999."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answering.words import plain
from knowledge.reading import Problems, read_file
from knowledge.safety import load_safety, one_pattern

if TYPE_CHECKING:
    import re

DANGER = Path(__file__).with_name("danger.yaml")
_RULE = "danger-now"
"""The safety rule whose patterns name such a danger outright, wherever it is said."""


@cache
def load_danger(path: Path = DANGER) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Load what says that somebody is in danger now, and what says that nobody is; raises PackError."""
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["danger", "no_danger"]) if root else None
    danger, nobody = (row.read(name, one_pattern, None) if row else None for name in ("danger", "no_danger"))
    problems.raise_any()
    return danger, nobody


def danger_in(text: str) -> bool:
    """Tell whether a text says that somebody is in danger now."""
    danger, nobody = load_danger()
    left = plain(text)
    left = nobody.sub(" ", left) if nobody else left
    named = any(rule.id == _RULE and rule.speaks_of(left) for rule in load_safety())
    return named or bool(danger and danger.search(left))
