"""Loads the fitted numbers: what counts when clauses are ranked, and how sure an answer is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.answering.asking import Kind
from knowledge.model import Modality, Wording
from knowledge.reading import Field, Problems, read_file

FITTED = Path(__file__).with_name("fitted.yaml")
FITTED_ON_IMPORTS = Path(__file__).with_name("fitted-on-imports.yaml")
"""The same for packs that were imported and quote their document: their links are a guess, and nobody has read them."""
CLAUSE_SIGNS = (
    "log_topic",
    "topic",
    "words",
    "log_words",
    "asked",
    "subject",
    "audience",
    "agrees",
    "contradicts",
    "other_person",
    "exception",
    "topics",
    "audiences",
    "told",
    "told_sharply",
    "not_told",
)
"""What is looked at in a clause, in the order of its weights; ranking.py says what each is."""
ANSWER_SIGNS = ("score", "ruled_on", "not_ruled_on", "words", "lead", "bias")


@dataclass(frozen=True, slots=True)
class Signs:
    """What an answer's certainty is judged by.

    `score` is the best clause's score, `ruled_on` the share of the likely topics that the policy rules on,
    `not_ruled_on` the likeliest topic that it doesn't rule on, `words` how many of the question's telling words the
    clause has, `lead` how far the clause is ahead of the next.
    """

    score: float
    ruled_on: float
    not_ruled_on: float
    words: float
    lead: float

    @property
    def values(self) -> tuple[float, ...]:
        """Give the signs in the order of ANSWER_SIGNS."""
        return (self.score, self.ruled_on, self.not_ruled_on, self.words, self.lead, 1.0)


@dataclass(frozen=True)
class Fitted:
    """The fitted weights, in the orders of CLAUSE_SIGNS and ANSWER_SIGNS."""

    clause: tuple[float, ...]
    kind: dict[tuple[Kind, Modality], float]
    covered: tuple[float, ...]
    right: tuple[float, ...]

    def chance_covered(self, signs: Signs) -> float:
        """Give the chance that the policy rules on the question."""
        return _logistic(self.covered, signs)

    def chance_right(self, signs: Signs) -> float:
        """Give the chance that verdict and clause are both right."""
        return _logistic(self.right, signs)


def _logistic(weights: tuple[float, ...], signs: Signs) -> float:
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, signs.values, strict=True))))


@cache
def load_fitted(path: Path = FITTED) -> Fitted:
    """Load the fitted weights; raises PackError where the file is not as it should be."""
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(required=["clause", "kind", "covered", "right"])
    fitted = Fitted(
        clause=row.read("clause", lambda f: _weights(f, CLAUSE_SIGNS), ()),
        kind=row.read("kind", _by_kind, {}),
        covered=row.read("covered", lambda f: _weights(f, ANSWER_SIGNS), ()),
        right=row.read("right", lambda f: _weights(f, ANSWER_SIGNS), ()),
    )
    problems.raise_any()
    return fitted


def _by_kind(where: Field) -> dict[tuple[Kind, Modality], float]:
    row = where.entry(required=list(Kind))
    return {
        (kind, modality): weight
        for kind in Kind
        for modality, weight in zip(Modality, row.read(kind, lambda f: _weights(f, tuple(Modality)), ()), strict=False)
    }


def _weights(where: Field, names: tuple[str, ...]) -> tuple[float, ...]:
    row = where.entry(required=names)
    return tuple(row.read(name, _number, 0.0) for name in names)


def _number(where: Field) -> float:
    try:
        return float(where.text())
    except ValueError:
        where.problems.add(where, f"{where.name} is not a number", "Write a number such as 0.5")
        return 0.0


def fitted_for(wording: Wording) -> Fitted:
    """Give the weights for a pack written by hand, or for one that an import made."""
    return load_fitted(FITTED_ON_IMPORTS if wording is Wording.QUOTED else FITTED)
