"""Hears what people say out of courtesy: a greeting, thanks, a goodbye; such a message is no question."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

from knowledge.answering.words import plain
from knowledge.reading import Field, Problems, read_file

COURTESIES = Path(__file__).with_name("courtesies.yaml")
_LONGEST = 80
"""Letters of the longest message that can be a courtesy alone."""
_NO_WORD = re.compile(r"[^a-z ]+")


class Courtesy(StrEnum):
    """What somebody was kind enough to say."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    AGREED = "agreed"
    WHO = "who"
    CROSS = "cross"


@cache
def _patterns(path: Path = COURTESIES) -> tuple[tuple[Courtesy, re.Pattern[str]], ...]:
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(required=list(Courtesy))
    found = tuple((one, re.compile("|".join(row.read(one, Field.texts, ())))) for one in Courtesy)
    problems.raise_any()
    return found


def courtesy_in(message: str) -> Courtesy | None:
    """Give the courtesy that a message is and nothing beside; None for everything else."""
    if len(message) > _LONGEST:
        return None
    said = " ".join(_NO_WORD.sub("", plain(message)).split())
    return next((one for one, pattern in _patterns() if pattern.fullmatch(said)), None)
