"""A clause as it is drafted, before it is written: what it quotes, whom it binds, how it is named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.importing.patterns import load, plain

if TYPE_CHECKING:
    from knowledge.importing.document import Passage
    from knowledge.importing.exceptions import Terms
    from knowledge.importing.subjects import People

_MOST_WORDS = 6
_LONGEST = 56


@dataclass(frozen=True, slots=True)
class Draft:
    """One clause of the draft."""

    id: str
    passage: Passage
    text: str
    audience: People
    terms: Terms
    topics: tuple[str, ...]


class Naming:
    """Gives each clause a short name in the document's own words, unique in the pack."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Name a clause by the telling words with which it begins."""
        words = [
            w for w in re.findall(r"[a-z0-9]+", plain(text).replace("'", "")) if w not in load("particulars")["dull"]
        ]
        name = ""
        for word in words[:_MOST_WORDS]:
            if len(name) + len(word) > _LONGEST:
                break
            name = f"{name}-{word}" if name else word
        name = name or "clause"
        self._given[name] += 1
        return name if self._given[name] == 1 else self._numbered(name)

    def _numbered(self, name: str) -> str:
        numbered = f"{name}-{self._given[name]}"
        while self._given[numbered]:
            self._given[name] += 1
            numbered = f"{name}-{self._given[name]}"
        self._given[numbered] += 1
        return numbered
