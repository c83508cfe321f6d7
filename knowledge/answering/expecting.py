"""Tells what a question expects to be told (who, when, what follows, what it means) and which clause tells it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answering.matching import any_of
from knowledge.reading import Field, Problems, read_file

if TYPE_CHECKING:
    import re

EXPECTING = Path(__file__).with_name("expecting.yaml")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For each thing that can be expected how it is asked and told, and one pattern for all that asks."""

    asked: tuple[tuple[str, re.Pattern[str]], ...]
    told: tuple[tuple[str, re.Pattern[str]], ...]
    any_asked: re.Pattern[str]


@cache
def _patterns(path: Path = EXPECTING) -> _Patterns:
    problems = Problems()
    root = read_file(path, problems)
    asked: dict[str, tuple[str, ...]] = {}
    told: dict[str, tuple[str, ...]] = {}
    for key, value in root.pairs() if root else ():
        row = value.entry(required=["asks", "told"])
        asked[key.name], told[key.name] = row.read("asks", Field.texts, ()), row.read("told", Field.texts, ())
    problems.raise_any()
    return _Patterns(
        tuple((name, any_of(patterns)) for name, patterns in asked.items()),
        tuple((name, any_of(patterns)) for name, patterns in told.items()),
        any_of(pattern for patterns in asked.values() for pattern in patterns),
    )


def expected(words: list[str]) -> frozenset[str]:
    """Give what the words of a question expect to be told, such as "who" or "consequence"."""
    text = " ".join(words)
    if not _patterns().any_asked.search(text):
        return frozenset()
    return frozenset(name for name, asks in _patterns().asked if asks.search(text))


def tells(words: list[str]) -> frozenset[str]:
    """Give what the words of a clause tell."""
    text = " ".join(words)
    return frozenset(name for name, told in _patterns().told if told.search(text))
