"""Marks answers: what counts as right, and the figures over a set of questions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from knowledge.answering.answer import Answer
    from knowledge.model import Clause
    from tests.bench.exams import Exam, Question

_NEVER_ALLOWED = {"forbidden", "discouraged", "required", "allowed_if", "not_covered", "concern"}
_SHORTEST_QUOTE, _RUN, _SHARED = 12, 4, 0.6


@dataclass(frozen=True)
class Given:
    """What one way of answering gave to one question: a verdict and clauses, best first."""

    verdict: str
    clauses: tuple[Clause, ...]
    confidence: float = 0.0

    @classmethod
    def of(cls, answer: Answer) -> Given:
        """Take what is marked of an engine's answer."""
        return cls(answer.verdict.value, tuple(c.clause for c in answer.citations), answer.confidence)


@dataclass(frozen=True)
class Mark:
    """One question with what was given, and what of it is right."""

    question: Question
    given: Given
    verdict: bool
    first: bool
    among_three: bool

    @property
    def right(self) -> bool:
        """Tell whether verdict and first citation are right."""
        return self.verdict and (self.first or not self.question.wants_clause)

    @property
    def unsafe(self) -> bool:
        """Tell whether a yes was given to what is not simply allowed, or a yes with a condition to a ban."""
        wanted, got = self.question.verdict, self.given.verdict
        return (got == "allowed" and wanted in _NEVER_ALLOWED) or (got == "allowed_if" and wanted == "forbidden")


def mark(question: Question, given: Given, paragraphs: Mapping[str, Mapping[str, str]]) -> Mark:
    """Mark one answer."""
    right = [is_right(clause, question, paragraphs) for clause in given.clauses[:3]]
    return Mark(question, given, given.verdict == question.verdict, right[:1] == [True], any(right))


def mark_engine(exam: Exam) -> list[Mark]:
    """Ask the engine every question of an exam, and mark what it answers."""
    return [mark(q, Given.of(exam.engine.answer(q.school, q.role, q.q)), exam.paragraphs) for q in exam.questions]


def is_right(clause: Clause, question: Question, paragraphs: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether a clause is right to cite first: by its source, or by its words where a pack quotes a document."""
    known = paragraphs.get(question.school, {})
    if not known and question.refs:
        return any(source.ref in question.refs for source in clause.sources)
    text = _plain(clause.text)
    if any(_overlap(text, _plain(known[ref].lstrip("-•* "))) for ref in question.refs if ref in known):
        return True
    return any(_plain(quote) in text or _overlap(text, _plain(quote)) for quote in question.quotes)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'", "")))


def _overlap(one: str, other: str) -> bool:
    """Tell whether one text holds the other, or most runs of four words of the shorter stand in the longer."""
    if not one or not other:
        return False
    if one in other or other in one:
        return min(len(one), len(other)) >= _SHORTEST_QUOTE
    short, long = sorted((one.split(), other.split()), key=len)
    runs = {tuple(long[i : i + _RUN]) for i in range(len(long) - _RUN + 1)}
    mine = [tuple(short[i : i + _RUN]) for i in range(len(short) - _RUN + 1)]
    return bool(mine) and sum(run in runs for run in mine) / len(mine) >= _SHARED


@dataclass(frozen=True)
class Figures:
    """The figures over some marked answers, as shares from 0 to 1."""

    marks: Sequence[Mark] = field(repr=False)

    @property
    def answer(self) -> float:
        """Give the share of answers whose verdict and first citation are right."""
        return _share(m.right for m in self.marks)

    @property
    def verdict(self) -> float:
        """Give the share of right verdicts."""
        return _share(m.verdict for m in self.marks)

    @property
    def cite1(self) -> float:
        """Give the share of questions with a right clause that cite one first."""
        return _share(m.first for m in self.marks if m.question.wants_clause)

    @property
    def cite3(self) -> float:
        """Give the share of questions with a right clause that cite one among the first three."""
        return _share(m.among_three for m in self.marks if m.question.wants_clause)

    @property
    def unsafe(self) -> int:
        """Count the wrong yeses."""
        return sum(m.unsafe for m in self.marks)

    @property
    def concern_recall(self) -> float:
        """Give the share of worries that are heard as such."""
        return _share(m.verdict for m in self.marks if m.question.verdict == "concern")

    @property
    def false_concerns(self) -> int:
        """Count the questions that are taken for a worry and are none."""
        return sum(m.given.verdict == "concern" and not m.verdict for m in self.marks)

    @property
    def silent_recall(self) -> float:
        """Give the share of questions that the policy is silent on and that get told so."""
        return _share(m.verdict for m in self.marks if m.question.verdict == "not_covered")

    @property
    def silent_precision(self) -> float:
        """Give the share of "the policy doesn't say" that are true."""
        return _share(m.verdict for m in self.marks if m.given.verdict == "not_covered")

    def confused(self) -> Counter[tuple[str, str]]:
        """Count (verdict wanted, verdict given) over all marks."""
        return Counter((m.question.verdict, m.given.verdict) for m in self.marks)

    def by_style(self) -> dict[str, Figures]:
        """Give the figures for each style of question."""
        return self._by(lambda question: question.style)

    def by_verdict(self) -> dict[str, Figures]:
        """Give the figures for each verdict wanted."""
        return self._by(lambda question: question.verdict)

    def _by(self, part: Callable[[Question], str]) -> dict[str, Figures]:
        names = sorted({part(mark.question) for mark in self.marks})
        return {name: Figures([mark for mark in self.marks if part(mark.question) == name]) for name in names}


def _share(of: Iterable[bool]) -> float:
    found = list(of)
    return sum(found) / len(found) if found else float("nan")
