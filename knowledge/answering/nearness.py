"""How near a question's words come to some texts: the cosine of their telling words, weighted by rarity."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Nearness:
    """Some texts as bags of words, ready to be compared with a question."""

    def __init__(self, bags: Sequence[set[str]]) -> None:
        counts: dict[str, int] = defaultdict(int)
        for bag in bags:
            for word in bag:
                counts[word] += 1
        self._size = len(bags)
        self._most = math.log(1 + len(bags))
        self._rarity = {word: math.log(1 + len(bags) / n) for word, n in counts.items()}
        rows: dict[str, list[int]] = defaultdict(list)
        values: dict[str, list[float]] = defaultdict(list)
        for row, bag in enumerate(bags):
            length = math.sqrt(sum(self._rarity[word] ** 2 for word in bag)) or 1.0
            for word in bag:
                rows[word].append(row)
                values[word].append(self._rarity[word] ** 2 / length)
        self._postings = {
            word: (np.array(rows[word], dtype=np.int64), np.array(values[word], dtype=np.float32)) for word in rows
        }

    def of(self, bag: set[str]) -> NDArray[np.float32]:
        """Give for each text how near it is to a bag of words, 0 to 1."""
        scores = np.zeros(self._size, dtype=np.float32)
        weight = 0.0
        for word in bag:
            weight += self._rarity.get(word, self._most) ** 2
            if word in self._postings:
                rows, values = self._postings[word]
                scores[rows] += values
        return scores / np.float32(math.sqrt(weight) or 1.0)
