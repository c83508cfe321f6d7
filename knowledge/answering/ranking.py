"""Ranks one school's clauses for a question: by topic, words, audience, circumstances and kind of question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from knowledge.answering.asking import Kind
from knowledge.answering.expecting import tells
from knowledge.answering.fitted import CLAUSE_SIGNS, fitted_for
from knowledge.answering.nearness import Nearness
from knowledge.answering.words import words_of
from knowledge.model import Audience, Modality

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from knowledge.answering.fitted import Fitted
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import Clause, School

EXCLUSIVE = frozenset({"device", "network", "account", "time", "place"})
"""Kinds of circumstance of which a rule's own value is contradicted by another one in the question."""

_LINKS = (1.0, 0.9, 0.8, 0.72, 0.66)
"""How far a clause answers for its first, second … topic; a pack names them best first."""
_SOFT_LINK = 0.5
"""How far a clause answers for a topic that its own sentence sounds like."""
_LEXICAL = 0.35
_CANDIDATES = 16
_LONGEST_OWN = 3
"""Words in the longest phrase that a school may have as its own."""
_SHARP = frozenset({"age", "when", "where", "meaning", "consequence", "why", "documents"})
"""What a clause that answers surely tells where it is expected."""
_AUDIENCES = tuple(Audience)


@dataclass(frozen=True, slots=True)
class Read:
    """A question as it was understood, before any clause of the school is looked at."""

    words: list[str]
    role: Audience
    subject: Audience
    for_outsider: bool
    kind: Kind
    shown: frozenset[str]
    expects: frozenset[str]
    chances: NDArray[np.float32]

    @property
    def asked_about(self) -> frozenset[Audience]:
        """Give whose conduct the question may be about."""
        return frozenset({self.role, self.subject})


class Ranked(NamedTuple):
    """A clause with its score, and what the score is made of (in the order of CLAUSE_SIGNS)."""

    clause: Clause
    score: float
    topic: float
    words: float
    signs: Sequence[float]


def agrees(ranked: Ranked) -> float:
    """Count the kinds of circumstance in which the clause and the question agree."""
    return ranked.signs[CLAUSE_SIGNS.index("agrees")]


def contradicts(ranked: Ranked) -> bool:
    """Tell whether the question names another device, time or place than the clause is about."""
    return ranked.signs[CLAUSE_SIGNS.index("contradicts")] > 0


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Cut the commonest endings, so that "posts" and "posting" meet."""
    for ending in ("ings", "ing", "ies", "ied", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            return word[: -len(ending)]
    return word


class SchoolIndex:
    """One school's clauses, ready to be ranked."""

    def __init__(self, school: School, model: TopicModel) -> None:
        self.school, self.model = school, model
        clauses = school.clauses
        texts = [model.read(clause.text) for clause in clauses]
        self._around_it = frozenset(map(stem, model.lexicon.when_where_and_who))
        self._own_words = {" ".join(word.split()): plain.split() for word, plain in school.words.items()}
        self._own_last_words = {word.split()[-1] for word in self._own_words}
        self.links = np.stack([self._link(c, text) for c, text in zip(clauses, texts, strict=True)])
        self._texts = Nearness([self._bag(text)[0] for text in texts])
        self._asks = Nearness([self._bag(model.read(ask))[1] for clause in clauses for ask in clause.asks])
        self._asks_of = np.array([i for i, clause in enumerate(clauses) for _ in clause.asks], dtype=np.intp)
        self._ruled_on: dict[tuple[frozenset[Audience], bool], NDArray[np.float32]] = {}
        self._binds = np.array([[who in clause.audience for clause in clauses] for who in Audience], dtype=np.float64)
        self._breadth = np.array([(math.log(len(c.topics) or 1), len(c.audience) / len(Audience)) for c in clauses]).T
        self._about = [(clause.about, _kinds(clause.about)) for clause in clauses]
        self._open = [
            frozenset(tag for c in (*clause.exceptions, *clause.conditions) for tag in c.when) for clause in clauses
        ]
        self._tells = [tells([*text, *words_of(c.place)]) for c, text in zip(clauses, texts, strict=True)]
        self._told_of: dict[frozenset[str], NDArray[np.float64]] = {}
        self.weigh_by(fitted_for(school.policy.wording))

    def weigh_by(self, fitted: Fitted) -> None:
        """Rank by these weights from now on."""
        self.fitted = fitted
        self._weights = np.array(fitted.clause)[:, None]
        self._of_kind = {
            kind: np.array([fitted.kind[kind, clause.modality] for clause in self.school.clauses]) for kind in Kind
        }

    def _link(self, clause: Clause, text: list[str]) -> NDArray[np.float32]:
        heading = self.model.read(clause.sources[0].heading)
        link = _SOFT_LINK * self.model.probabilities([*heading, *text], "rule")
        for rank, topic in enumerate(clause.topics):
            at = self.model.index[topic]
            link[at] = max(link[at], _LINKS[min(rank, len(_LINKS) - 1)])
        return link

    def _bag(self, words: list[str]) -> tuple[set[str], set[str]]:
        """Give the telling words with the concepts, and the same with the pairs of telling words."""
        telling = [stem(word) for word in words if word not in self.model.lexicon.empty]
        bag = {*telling, *(f"@{concept}" for concept in self.model.lexicon.concepts.outermost(words))}
        return bag, bag.union([f"{a} {b}" for a, b in pairwise(telling)])

    def _asked(self, bag: set[str]) -> NDArray[np.float64]:
        """Give for each clause how near a bag with pairs comes to one of the ways of asking peculiar to the clause."""
        best = np.zeros(len(self.school.clauses))
        if len(self._asks_of):
            np.maximum.at(best, self._asks_of, self._asks.of(bag))
        return best

    def localise(self, words: list[str]) -> list[str]:
        """Give the words with those peculiar to this school followed by their plain meaning."""
        out: list[str] = []
        for i, word in enumerate(words):
            out.append(word)
            if word in self._own_last_words:
                for length in range(1, min(i + 1, _LONGEST_OWN) + 1):
                    out += self._own_words.get(" ".join(words[i - length + 1 : i + 1]), ())
        return out

    def in_common(self, read: Read, clause: Clause) -> set[str]:
        """Give what question and clause share of telling words and concepts, but for times, places and people."""
        said, told = self._bag(read.words)[0], self._bag(self.model.read(clause.text))[0]
        return (said & told) - self._around_it

    def ruled_on(self, asked_about: frozenset[Audience], *, facts: bool) -> NDArray[np.float32]:
        """Give 1 for each topic that a clause for one of these audiences (any, where facts count) rules on, else 0."""
        key = (asked_about, facts)
        if key not in self._ruled_on:
            ruled_on = np.zeros(len(self.model.topics), dtype=np.float32)
            for clause in self.school.clauses:
                if facts or clause.modality is Modality.FACT or clause.audience & asked_about:
                    ruled_on[[self.model.index[topic] for topic in clause.topics]] = 1
            self._ruled_on[key] = ruled_on
        return self._ruled_on[key]

    def rank(self, read: Read) -> list[Ranked]:
        """Give the clauses that may answer, best first."""
        topic = self.links @ read.chances
        bag, with_pairs = self._bag(read.words)
        words = self._texts.of(bag)
        asked = self._asked(with_pairs)
        rows = np.argsort(-(topic + _LEXICAL * (words + asked)), kind="stable")[:_CANDIDATES]
        near = (topic[rows].astype(np.float64), words[rows], asked[rows])
        signs = self._signs(rows, read, near)
        scores = (self._weights * signs).sum(axis=0) + self._of_kind[read.kind][rows]
        clauses = [self.school.clauses[row] for row in rows.tolist()]
        ranked = map(Ranked, clauses, scores.tolist(), near[0].tolist(), near[1].tolist(), signs.T.tolist())
        return sorted(ranked, key=lambda r: -r.score)

    def _signs(
        self,
        rows: NDArray[np.intp],
        read: Read,
        near: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Give what counts in some clauses: a row for each of CLAUSE_SIGNS, a column for each clause."""
        topic, words, asked = near
        of_role, of_subject = (self._binds[_AUDIENCES.index(who)][rows] for who in (read.role, read.subject))
        signs = np.empty((len(CLAUSE_SIGNS), len(rows)))
        signs[0], signs[1] = np.log(topic + 0.01), topic
        signs[2], signs[3] = words, np.log(words + 0.05)
        signs[4] = asked
        signs[5], signs[6] = of_subject, np.maximum(of_role, of_subject)
        signs[7:11] = self._agreement(rows, read.shown)
        signs[11:13] = self._breadth.take(rows, axis=1)
        signs[13:] = self._told(read.expects).take(rows, axis=1)
        return signs

    def _told(self, expects: frozenset[str]) -> NDArray[np.float64]:
        """Say of each clause what share of the expected it tells, and how much it tells or lacks of what is telling."""
        if expects not in self._told_of:
            sharp = expects & _SHARP
            self._told_of[expects] = np.array(
                [
                    (len(expects & told) / (len(expects) or 1), len(sharp & told), len(sharp - told))
                    for told in self._tells
                ],
                dtype=np.float64,
            ).T
        return self._told_of[expects]

    def _agreement(self, rows: NDArray[np.intp], shown: frozenset[str]) -> NDArray[np.float64]:
        """Count the kinds of circumstance in which clauses and question agree, contradict, or name other people.

        The fourth row says whether something that the question shows opens an exception or meets a condition.
        """
        found = np.zeros((4, len(rows)))
        if not shown:
            return found
        kinds = _kinds(shown)
        opening = shown | {tag.replace("refused", "permission") for tag in shown if tag.startswith("refused.")}
        for column, row in enumerate(rows.tolist()):
            about, about_kinds = self._about[row]
            if not kinds.isdisjoint(about_kinds):
                agreed = _kinds(about & shown)
                missed = (about_kinds & kinds) - agreed
                found[:3, column] = len(agreed), len(missed & EXCLUSIVE), "person" in missed
            if not opening.isdisjoint(self._open[row]):
                found[3, column] = 1
        return found


def _kinds(tags: Iterable[str]) -> frozenset[str]:
    """Give the kinds of some circumstances: "time" of "time.break"."""
    return frozenset(tag.split(".")[0] for tag in tags)
