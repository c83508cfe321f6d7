"""Turns what somebody typed into plain words, and mends misspelt ones that nobody knows."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 4_000
"""Characters that are read closely; of a longer message the head and the tail are read."""

_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´](?=\w)")
_WORD = re.compile(r"[a-z0-9]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SHORTEST_MENDED = 5


@lru_cache(maxsize=16)
def plain(text: str) -> str:
    """Give a text in lower case, without accents, apostrophes and stretched letters ("sooo"), one line."""
    folded = text.lower()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = _APOSTROPHES.sub("", folded)
    return " ".join(_STRETCHED.sub(r"\1\1", folded).split())


def words_of(text: str) -> list[str]:
    """Give the words and numbers of a text, plain, in order."""
    return _WORD.findall(plain(text))


def closely_read(text: str) -> str:
    """Give the part of a long message that is read closely: its beginning and its end, where a question stands."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} {text[-half:]}"


class Speller:
    """Mends long words that are not in the vocabulary, each to the one nearest word within one or two slips."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self.known = frozenset(vocabulary)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self.known):
            if len(word) >= _SHORTEST_MENDED - 1:
                for start in dict.fromkeys(word[:2]):
                    self._by_start.setdefault((start, len(word)), []).append(word)

    def mend(self, word: str) -> str:
        """Give the word as it was surely meant, or the word itself."""
        if len(word) < _SHORTEST_MENDED or word in self.known or not word.isalpha():
            return word
        return self._nearest(word)

    @lru_cache(maxsize=8192)  # noqa: B019 -- a speller lives as long as the process
    def _nearest(self, word: str) -> str:
        slips = 1 if len(word) < 8 else 2  # noqa: PLR2004
        near = [
            candidate
            for length in range(len(word) - slips, len(word) + slips + 1)
            for start in dict.fromkeys(word[:2])
            for candidate in self._by_start.get((start, length), ())
        ]
        best = process.extract(word, near, scorer=OSA.distance, score_cutoff=slips, limit=3)
        if not best:
            return word
        distance = best[0][1]
        nearest = sorted({w for w, d, _ in best if d == distance})
        same_start = [w for w in nearest if w[0] == word[0]]
        return (same_start or nearest)[0]
