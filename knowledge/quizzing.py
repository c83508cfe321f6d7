"""Decides which quiz question comes next and how an answer is marked; the same seed gives the same run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from knowledge.smart.lessons import Letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from knowledge.smart.lessons import Question

LENGTH = 10
"""How many different questions a run has, where there are as many."""
GAP = 3
"""How many other questions come before a missed one is asked once more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where some players are: the run they are in, and what they bring from the runs before.

    `waiting` holds the questions still to come, the one in hand first; `answered` each answer given, whether
    right or not; `last_asked` the last run that had a question; `missed` what a later run asks again.
    """

    number: int
    seed: int
    waiting: tuple[str, ...]
    answered: tuple[tuple[str, bool], ...] = ()
    last_asked: Mapping[str, int] = field(default_factory=dict)
    missed: tuple[str, ...] = ()

    @property
    def in_hand(self) -> str | None:
        """Give the question to answer now, or None when the run is over."""
        return self.waiting[0] if self.waiting else None

    @property
    def order(self) -> tuple[str, ...]:
        """Give the questions of the run, in the order in which they are first asked."""
        return tuple(dict.fromkeys([*(question for question, _ in self.answered), *self.waiting]))

    @property
    def again(self) -> bool:
        """Tell whether the question in hand was missed before in this run."""
        return any(question == self.in_hand for question, _ in self.answered)

    @property
    def place(self) -> int:
        """Give the place of the question in hand among those of the run, counted from 1."""
        return self.order.index(self.waiting[0]) + 1 if self.waiting else len(self.order)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "number": self.number,
            "seed": self.seed,
            "waiting": list(self.waiting),
            "answered": [[question, right] for question, right in self.answered],
            "last_asked": dict(self.last_asked),
            "missed": list(self.missed),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], questions: Iterable[str]) -> Progress:
        """Read it back, leaving out questions that are asked no more."""
        known = set(questions)
        return cls(
            number=value["number"],
            seed=value["seed"],
            waiting=tuple(q for q in value["waiting"] if q in known),
            answered=tuple((q, right) for q, right in value["answered"] if q in known),
            last_asked={q: run for q, run in value["last_asked"].items() if q in known},
            missed=tuple(q for q in value["missed"] if q in known),
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How one letter went in a run: how many were asked, right at once, and right once they came back."""

    letter: Letter
    asked: int
    right: int
    mended: int


def begin(
    questions: Sequence[Question], random: Random, before: Progress | None = None, length: int = LENGTH
) -> Progress:
    """Begin a run, spread evenly over the letters.

    What was missed before is chosen first, up to half of the run; then what was not asked for longest. Two
    runs in a row never ask the same questions in the same order, as long as there are two to ask.
    """
    last_asked = dict(before.last_asked) if before else {}
    missed = before.missed if before else ()
    number = before.number + 1 if before else 1
    by_letter = _by_letter(questions)
    shares = _shares(by_letter, random, length)
    coming_back = _coming_back(by_letter, shares, missed, length // 2)
    chosen = {}
    for letter, ids in by_letter.items():
        shuffled = random.sample(ids, len(ids))
        shuffled.sort(key=lambda q: (q not in coming_back, last_asked.get(q, 0)))
        chosen[letter] = shuffled[: shares[letter]]
    waiting = _arranged(chosen, random)
    while before and len(waiting) > 1 and waiting == before.order:
        waiting = _arranged(chosen, random)
    return Progress(
        number=number,
        seed=random.randrange(2**32),
        waiting=waiting,
        last_asked={**last_asked, **dict.fromkeys(waiting, number)},
        missed=missed,
    )


def _by_letter(questions: Sequence[Question]) -> dict[Letter, list[str]]:
    found = {letter: [q.id for q in questions if q.letter is letter] for letter in Letter}
    return {letter: ids for letter, ids in found.items() if ids}


def _shares(by_letter: dict[Letter, list[str]], random: Random, length: int) -> dict[Letter, int]:
    """Say how many questions each letter gets: equally many, where it has as many."""
    shares = dict.fromkeys(by_letter, 0)
    left = min(length, sum(map(len, by_letter.values())))
    while left:
        open_letters = [letter for letter, ids in by_letter.items() if shares[letter] < len(ids)]
        for letter in random.sample(open_letters, min(left, len(open_letters))):
            shares[letter] += 1
            left -= 1
    return shares


def _coming_back(
    by_letter: dict[Letter, list[str]], shares: dict[Letter, int], missed: Sequence[str], most: int
) -> set[str]:
    room = dict(shares)
    back: set[str] = set()
    for question in missed:
        letter = next((letter for letter, ids in by_letter.items() if question in ids), None)
        if letter and room[letter] and len(back) < most:
            room[letter] -= 1
            back.add(question)
    return back


def _arranged(chosen: dict[Letter, list[str]], random: Random) -> tuple[str, ...]:
    """Put questions in rounds over the letters, so that one letter seldom follows itself."""
    piles = {letter: random.sample(ids, len(ids)) for letter, ids in chosen.items()}
    order: list[str] = []
    last: Letter | None = None
    while letters := [letter for letter, pile in piles.items() if pile]:
        random.shuffle(letters)
        if letters[0] is last:
            letters.append(letters.pop(0))
        order += [piles[letter].pop() for letter in letters]
        last = letters[-1]
    return tuple(order)


def mark(progress: Progress, *, right: bool) -> Progress:
    """Note the answer to the question in hand and go to the next.

    A question that is missed comes back once in the run, after some others, if any are left; and in a later
    run, whether it was right by then or not. Raises ValueError when the run is over.
    """
    question = progress.in_hand
    if question is None:
        raise ValueError("the run is over, so there is no question to mark")
    rest = list(progress.waiting[1:])
    missed = progress.missed
    if not right:
        if rest and not progress.again:
            rest.insert(min(GAP, len(rest)), question)
        missed = (*(q for q in missed if q != question), question)
    elif not progress.again:
        missed = tuple(q for q in missed if q != question)
    return replace(progress, waiting=tuple(rest), answered=(*progress.answered, (question, right)), missed=missed)


def shown_choices(progress: Progress, question: Question) -> tuple[str, ...]:
    """Give the choices in the order shown now; when the question comes back, it is another order."""
    order = Random(f"{progress.seed} {len(progress.answered)} {question.id}")  # noqa: S311 -- an order, no secret
    return tuple(order.sample(question.choices, len(question.choices)))


def score(progress: Progress, questions: Mapping[str, Question]) -> tuple[Score, ...]:
    """Give the score of every letter that was asked, in the order of the letters."""
    first: dict[str, bool] = {}
    mended = set()
    for question, right in progress.answered:
        if question in first and right:
            mended.add(question)
        first.setdefault(question, right)
    scores = []
    for letter in Letter:
        asked = [q for q in first if questions[q].letter is letter]
        if asked:
            right_at_once = sum(first[q] for q in asked)
            scores.append(Score(letter, len(asked), right_at_once, sum(q in mended for q in asked)))
    return tuple(scores)
