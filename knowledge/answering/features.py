"""Turns a message into features for recognising its topic: words, pairs, letters, concepts and who asks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from knowledge.answering.lexicon import concepts_of, senses_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.answering.lexicon import Lexicon

_SHORTEST, _LONGEST = 3, 5


def features_of(words: Sequence[str], role: str, lexicon: Lexicon) -> set[str]:
    """Give the features of a message; each counts once.

    Words and pairs of words carry the meaning, runs of letters inside a word carry its endings and spellings
    (TF-IDF of words and characters does best among plain features), concepts stand for whatever slang was used.
    """
    found = set(words)
    found.update(f"{a} {b}" for a, b in pairwise(words))
    for word in set(words):
        padded = f"_{word}_"
        size = len(padded)
        found.update(padded[i : i + n] for n in range(_SHORTEST, min(_LONGEST, size) + 1) for i in range(size - n + 1))
    concepts = sorted(concepts_of(words, lexicon))
    found.update(f"@{concept}" for concept in concepts)
    found.update(f"@{a}@{b}" for i, a in enumerate(concepts) for b in concepts[i + 1 :])
    found.update(f"+{sense}" for sense in senses_of(words, lexicon))
    found.add(f"#{role}")
    return found
