"""How near a question's words come to some texts: the cosine of their telling words, weighted by rarity."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import accumulate
from sys import intern
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray


class Nearness:
    """Some texts as bags of words, ready to be compared with a question."""

    def __init__(self, bags: Sequence[AbstractSet[str]]) -> None:
        texts_of: dict[str, list[int]] = defaultdict(list)
        for text, bag in enumerate(bags):
            for word in bag:
                texts_of[word].append(text)
        rarity = {word: math.log(1 + len(bags) / len(texts)) for word, texts in texts_of.items()}
        lengths = [math.sqrt(sum(sorted(rarity[word] ** 2 for word in bag))) or 1.0 for bag in bags]
        words = sorted(texts_of)
        self._size = len(bags)
        self._unknown = math.log(1 + len(bags)) ** 2
        # One piece for all words, and words that schools have in common kept once: a thousand schools fit in memory.
        self._words = {intern(word): number for number, word in enumerate(words)}
        self._starts = [0, *accumulate(len(texts_of[word]) for word in words)]
        self._weights = np.array([rarity[word] ** 2 for word in words])
        self._texts = np.array([text for word in words for text in texts_of[word]], dtype=np.int32)
        self._shares = np.array(
            [rarity[word] ** 2 / lengths[text] for word in words for text in texts_of[word]], dtype=np.float32
        )

    def of(self, bag: AbstractSet[str]) -> NDArray[np.float64]:
        """Give for each text how near it is to a bag of words, 0 to 1."""
        # In order, so that the sums come out the same each time.
        known = sorted(self._words[word] for word in bag if word in self._words)
        if not known:
            return np.zeros(self._size)
        weight = float(self._weights.take(known).sum()) + (len(bag) - len(known)) * self._unknown
        places = [slice(self._starts[word], self._starts[word + 1]) for word in known]
        texts = np.concatenate([self._texts[place] for place in places])
        shares = np.concatenate([self._shares[place] for place in places])
        return np.bincount(texts, weights=shares, minlength=self._size) / math.sqrt(weight)
