"""Fits every fitted number of the engine on the exams, and says how good it is at schools that were left out.

`make calibrate` runs it. The weights of clauses come first (a listwise softmax over the candidates of each question),
then the chance that the policy rules on a question, then the chance that the answer is right, each with the ones before
it in place (logistic regressions). The same exams and packs always give the same numbers. The development exam is
never read here.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.asking import Kind
from knowledge.answering.fitted import ANSWER_SIGNS, CLAUSE_SIGNS, FITTED, FITTED_ON_IMPORTS, Fitted, load_fitted
from knowledge.model import Modality
from tests.bench.exams import all_exams
from tests.bench.fitting import listwise_softmax, logistic
from tests.bench.marking import Figures, Given, is_right, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.bench.exams import Exam, Question
    from tests.bench.marking import Mark

_DECIMALS = 3
_KINDS = tuple(product(Kind, Modality))


@dataclass(frozen=True)
class Manner:
    """How hard weights are held and how long they are fitted: chosen by the figures at schools left out."""

    clause_penalty: float
    clause_steps: int
    chance_penalty: float
    chance_steps: int


BY_HAND = Manner(0.05, 500, 0.003, 6000)
ON_IMPORTS = Manner(0.05, 400, 0.01, 5000)


@dataclass(frozen=True)
class Asked:
    """One question of one exam, with the signs of its candidates where it has a clause to find."""

    exam: Exam
    question: Question
    signs: NDArray[np.float64] | None
    right: NDArray[np.bool_] | None


def gather(exam: Exam) -> list[Asked]:
    """Ask every question of an exam; which clauses are candidates does not depend on the weights."""
    return [_asked(exam, question) for question in exam.questions]


def _asked(exam: Exam, question: Question) -> Asked:
    if not question.wants_clause:
        return Asked(exam, question, None, None)
    read, ranked = exam.engine.candidates(question.school, question.role, question.q)
    signs = np.zeros((len(ranked), len(CLAUSE_SIGNS) + len(_KINDS)))
    for row, candidate in zip(signs, ranked, strict=True):
        row[: len(CLAUSE_SIGNS)] = candidate.signs
        row[len(CLAUSE_SIGNS) + _KINDS.index((read.kind, candidate.clause.modality))] = 1
    right = np.array([is_right(r.clause, question, exam.paragraphs) for r in ranked])
    return Asked(exam, question, signs, right)


def fit(asked: Sequence[Asked], start: Fitted, manner: Manner) -> Fitted:
    """Fit all weights on some questions."""
    fitted = _fit_ranking(asked, start, manner)
    _use(fitted, asked)
    policy = [a for a in asked if a.question.verdict != "concern"]
    signs = _signs(policy)
    ruled_on = np.array([a.question.verdict != "not_covered" for a in policy])
    fitted = replace(fitted, covered=_chance(signs, ruled_on, manner))
    _use(fitted, asked)
    right = np.array([m.right for m in answers(policy)])
    return replace(fitted, right=_chance(signs[ruled_on], right[ruled_on], manner))


def _fit_ranking(asked: Sequence[Asked], start: Fitted, manner: Manner) -> Fitted:
    with_clause = [(a.signs, a.right) for a in asked if a.signs is not None and a.right is not None]
    most = max(len(signs) for signs, _ in with_clause)
    candidates = np.full((len(with_clause), most, len(CLAUSE_SIGNS) + len(_KINDS)), np.nan)
    right = np.zeros((len(with_clause), most), dtype=np.bool_)
    for at, (signs, rights) in enumerate(with_clause):
        candidates[at, : len(signs)], right[at, : len(rights)] = signs, rights
    weights = listwise_softmax(candidates, right, penalty=manner.clause_penalty, steps=manner.clause_steps)
    rounded = _rounded(weights)
    return replace(
        start,
        clause=rounded[: len(CLAUSE_SIGNS)],
        kind=dict(zip(_KINDS, rounded[len(CLAUSE_SIGNS) :], strict=True)),
    )


def _signs(asked: Sequence[Asked]) -> NDArray[np.float64]:
    found = [a.exam.engine.signs(a.question.school, a.question.role, a.question.q) for a in asked]
    return np.array([signs.values for signs in found if signs])


def _chance(signs: NDArray[np.float64], true: NDArray[np.bool_], manner: Manner) -> tuple[float, ...]:
    return _rounded(logistic(signs, true, penalty=manner.chance_penalty, steps=manner.chance_steps))


def _rounded(weights: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(weight) for weight in np.round(weights, _DECIMALS))


def _use(fitted: Fitted, asked: Iterable[Asked]) -> None:
    for exam in {id(a.exam): a.exam for a in asked}.values():
        for slug in exam.engine.schools:
            exam.engine.index(slug).weigh_by(fitted)


def answers(asked: Sequence[Asked]) -> list[Mark]:
    """Mark what the engines answer with the weights that they have now."""
    return [
        mark(
            a.question,
            Given.of(a.exam.engine.answer(a.question.school, a.question.role, a.question.q)),
            a.exam.paragraphs,
        )
        for a in asked
    ]


def left_out(
    asked: Sequence[Asked], start: Fitted, manner: Manner, say: Callable[[str], None]
) -> dict[str, list[Mark]]:
    """Give for each school the marks it gets with weights fitted on the other schools."""
    found: dict[str, list[Mark]] = {}
    for school in sorted({a.question.school for a in asked}):
        fitted = fit([a for a in asked if a.question.school != school], start, manner)
        theirs = [a for a in asked if a.question.school == school]
        _use(fitted, theirs)
        found[school] = answers(theirs)
        say(f"  {school:<22}{line(Figures(found[school]))}")
    _use(start, asked)
    return found


def line(figures: Figures) -> str:
    """Give the figures that matter most in one line."""
    return (
        f"answer {figures.answer:5.1%}  cite@1 {figures.cite1:5.1%}  unsafe {figures.unsafe}  silent recall "
        f"{figures.silent_recall:5.1%}  precision {figures.silent_precision:5.1%}  ({len(figures.marks)} questions)"
    )


def write(fitted: Fitted, path: Path) -> None:
    """Put the numbers into a file of weights, and leave its comments as they are."""
    text = path.read_text("utf-8")
    rows = {"clause": (CLAUSE_SIGNS, fitted.clause), "covered": (ANSWER_SIGNS, fitted.covered)}
    rows["right"] = (ANSWER_SIGNS, fitted.right)
    for kind in Kind:
        rows[f"  {kind}"] = (tuple(Modality), tuple(fitted.kind[kind, modality] for modality in Modality))
    for name, (keys, values) in rows.items():
        numbers = ", ".join(f"{key}: {value:.{_DECIMALS}f}" for key, value in zip(keys, values, strict=True))
        text, found = re.subn(rf"^{name}: \{{.*\}}$", f"{name}: {{{numbers}}}", text, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{path} has no line for {name.strip()}")
    path.write_text(text, encoding="utf-8")


def say(text: str) -> None:
    """Say how far it has come."""
    sys.stderr.write(f"{text}\n")


def main() -> None:
    """Fit both files of weights, and print what they are good for at schools left out."""
    say("Importing the policies and indexing the packs …")
    with all_exams() as (exams, skipped):
        built_in, *raw = exams
        _calibrate("built-in packs", FITTED, [built_in], BY_HAND)
        if skipped:
            say(f"{FITTED_ON_IMPORTS.name} stays as it is, without {skipped[0]}")
        else:
            _calibrate("imported packs", FITTED_ON_IMPORTS, raw, ON_IMPORTS)


def _calibrate(name: str, path: Path, exams: Sequence[Exam], manner: Manner) -> None:
    say(f"{name}: asking {sum(len(exam.questions) for exam in exams)} questions …")
    asked = [a for exam in exams for a in gather(exam)]
    before = load_fitted(path)
    say(f"{name}: each school with weights fitted on the others …")
    marks = left_out(asked, before, manner, say)
    say(f"  {'all, each left out':<22}{line(Figures([m for found in marks.values() for m in found]))}")
    say(f"{name}: fitting on all …")
    fitted = fit(asked, before, manner)
    _use(fitted, asked)
    say(f"  {'all, fitted on all':<22}{line(Figures(answers(asked)))}")
    write(fitted, path)
    say(f"Wrote {path.name}.")


if __name__ == "__main__":
    main()
