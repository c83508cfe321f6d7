"""How sure an answer is: whether the policy rules on the question at all, and whether the answer is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.reading import Field, Problems, read_file

CONFIDENCE = Path(__file__).with_name("confidence.yaml")
NAMES = ("score", "ruled_on", "not_ruled_on", "words", "bias")


@dataclass(frozen=True, slots=True)
class Signs:
    """What confidence is judged by; see confidence.yaml."""

    score: float
    ruled_on: float
    not_ruled_on: float
    words: float

    @property
    def values(self) -> tuple[float, ...]:
        """Give the signs in the order of NAMES, the score as its logarithm."""
        return (math.log(self.score + 1e-4), self.ruled_on, self.not_ruled_on, self.words, 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted weights, in the order of NAMES."""

    covered: tuple[float, ...]
    right: tuple[float, ...]
    silent_below: float
    yes_above: float

    def chance_covered(self, signs: Signs) -> float:
        """Give the chance that the policy rules on the question."""
        return _logistic(self.covered, signs)

    def chance_right(self, signs: Signs) -> float:
        """Give the chance that verdict and clause are both right."""
        return _logistic(self.right, signs)


def _logistic(weights: tuple[float, ...], signs: Signs) -> float:
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, signs.values, strict=True))))


@cache
def load_calibration(path: Path = CONFIDENCE) -> Calibration:
    """Load the fitted weights; raises PackError where the file is not as it should be."""
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(required=["covered", "right", "silent_below", "yes_above"])
    calibration = Calibration(
        covered=row.read("covered", _weights, ()),
        right=row.read("right", _weights, ()),
        silent_below=row.read("silent_below", _number, 0.5),
        yes_above=row.read("yes_above", _number, 0.8),
    )
    problems.raise_any()
    return calibration


def _weights(where: Field) -> tuple[float, ...]:
    row = where.entry(required=NAMES)
    return tuple(row.read(name, _number, 0.0) for name in NAMES)


def _number(where: Field) -> float:
    try:
        return float(where.text())
    except ValueError:
        where.problems.add(where, f"{where.name} is not a number", "Write a number such as 0.5")
        return 0.0
