"""Turns a message into features for recognising its topic: words, pairs, letters, concepts and who asks."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.answering.lexicon import Lexicon

_SHORTEST, _LONGEST = 3, 5


def features_of(words: Sequence[str], role: str, lexicon: Lexicon) -> set[str]:
    """Give the features of a message; each counts once.

    Words and pairs of words carry the meaning, runs of letters inside a word carry its endings and spellings
    (TF-IDF of words and characters does best among plain features), concepts stand for whatever slang was used.
    """
    found = set(features_between(words, role, lexicon))
    return found.union(*(features_of_word(word, lexicon) for word in set(words)))


def features_of_word(word: str, lexicon: Lexicon) -> list[str]:
    """Give the features that a word has wherever it stands: itself, the runs of letters in it, and its senses."""
    padded = f"_{word}_"
    size = len(padded)
    runs = [padded[i : i + n] for n in range(_SHORTEST, min(_LONGEST, size) + 1) for i in range(size - n + 1)]
    return [word, *runs, *(f"+{sense}" for sense in lexicon.thesaurus.table.get(word, ()))]


def features_between(words: Sequence[str], role: str, lexicon: Lexicon) -> list[str]:
    """Give the features that words have together: pairs, concepts and pairs of them, senses, and who asks."""
    concepts = sorted(lexicon.concepts.outermost(words))
    return [
        *(f"{a} {b}" for a, b in pairwise(words)),
        *(f"@{concept}" for concept in concepts),
        *(f"@{a}@{b}" for a, b in combinations(concepts, 2)),
        *(f"+{sense}" for sense in lexicon.thesaurus.of_several_words(words)),
        f"#{role}",
    ]
