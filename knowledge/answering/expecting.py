"""Tells what a question expects to be told (who, when, what follows, what it means) and which clause tells it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from knowledge.reading import Field, Problems, read_file

EXPECTING = Path(__file__).with_name("expecting.yaml")


@cache
def _patterns(path: Path = EXPECTING) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    problems = Problems()
    root = read_file(path, problems)
    found = []
    for key, value in root.pairs() if root else ():
        row = value.entry(required=["asks", "told"])
        asks, told = row.read("asks", Field.texts, ()), row.read("told", Field.texts, ())
        found.append((key.name, re.compile("|".join(asks)), re.compile("|".join(told))))
    problems.raise_any()
    return tuple(found)


def expected(words: list[str]) -> frozenset[str]:
    """Give what the words of a question expect to be told, such as "who" or "consequence"."""
    text = " ".join(words)
    return frozenset(name for name, asks, _ in _patterns() if asks.search(text))


def tells(words: list[str]) -> frozenset[str]:
    """Give what the words of a clause tell."""
    text = " ".join(words)
    return frozenset(name for name, _, told in _patterns() if told.search(text))
