"""Ranks one school's clauses for a question: by topic, words, audience, circumstances and kind of question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.expecting import tells
from knowledge.answering.fitted import CLAUSE_SIGNS, fitted_for
from knowledge.answering.lexicon import concepts_of
from knowledge.answering.nearness import Nearness
from knowledge.answering.words import words_of
from knowledge.model import Audience, Modality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge.answering.asking import Kind
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


@dataclass(frozen=True, slots=True)
class Read:
    """A question as it was understood, before any clause of the school is looked at."""

    words: list[str]
    role: Audience
    subject: Audience
    kind: Kind
    shown: frozenset[str]
    expects: frozenset[str]
    chances: NDArray[np.float32]

    @property
    def asked_about(self) -> frozenset[Audience]:
        """Give whose conduct the question may be about."""
        return frozenset({self.role, self.subject})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clause with its score, and what the score is made of (in the order of CLAUSE_SIGNS)."""

    clause: Clause
    score: float
    topic: float
    words: float
    signs: tuple[float, ...]


def agrees(ranked: Ranked) -> float:
    """Count the kinds of circumstance in which the clause and the question agree."""
    return ranked.signs[CLAUSE_SIGNS.index("agrees")]


def contradicts(ranked: Ranked) -> bool:
    """Tell whether the question names another device, time or place than the clause is about."""
    return ranked.signs[CLAUSE_SIGNS.index("contradicts")] > 0


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
        self.fitted = fitted_for(school.policy.wording)
        self._own_words = {tuple(word.split()): plain.split() for word, plain in school.words.items()}
        texts = [model.read(clause.text) for clause in school.clauses]
        self.links = np.stack([self._link(c, text) for c, text in zip(school.clauses, texts, strict=True)])
        self._texts = Nearness([self._bag(text) for text in texts])
        self._asks = Nearness([self._pairs(model.read(ask)) for clause in school.clauses for ask in clause.asks])
        self._asks_of = np.array([i for i, clause in enumerate(school.clauses) for _ in clause.asks], dtype=np.int64)
        self._ruled_on: dict[tuple[frozenset[Audience], bool], NDArray[np.bool_]] = {}
        self._about = [clause.about for clause in school.clauses]
        self._tells = [tells([*text, *words_of(c.place)]) for c, text in zip(school.clauses, texts, strict=True)]
        self._open = [
            frozenset(tag for c in (*clause.exceptions, *clause.conditions) for tag in c.when)
            for clause in school.clauses
        ]

    def _link(self, clause: Clause, text: list[str]) -> NDArray[np.float32]:
        heading = self.model.read(clause.sources[0].heading)
        link = _SOFT_LINK * self.model.probabilities([*heading, *text], "rule")
        for rank, topic in enumerate(clause.topics):
            at = self.model.index[topic]
            link[at] = max(link[at], _LINKS[min(rank, len(_LINKS) - 1)])
        return link

    def _bag(self, words: list[str]) -> set[str]:
        telling = {stem(word) for word in words if word not in self.model.lexicon.empty}
        return telling | {f"@{concept}" for concept in concepts_of(words, self.model.lexicon)}

    def _pairs(self, words: list[str]) -> set[str]:
        told = [stem(word) for word in words if word not in self.model.lexicon.empty]
        return self._bag(words) | {f"{a} {b}" for a, b in pairwise(told)}

    def _asked(self, words: list[str]) -> NDArray[np.float32]:
        """Give for each clause how near the question comes to one of the ways of asking peculiar to it."""
        best = np.zeros(len(self.school.clauses), dtype=np.float32)
        if len(self._asks_of):
            np.maximum.at(best, self._asks_of, self._asks.of(self._pairs(words)))
        return best

    def localise(self, words: list[str]) -> list[str]:
        """Give the words with those peculiar to this school followed by their plain meaning."""
        out: list[str] = []
        for i, word in enumerate(words):
            out.append(word)
            for length in (1, 2, 3):
                if i - length + 1 >= 0:
                    out += self._own_words.get(tuple(words[i - length + 1 : i + 1]), ())
        return out

    def ruled_on(self, asked_about: frozenset[Audience], *, facts: bool) -> NDArray[np.bool_]:
        """Tell for each topic whether a clause for one of these audiences, or where facts count any, rules on it."""
        key = (asked_about, facts)
        if key not in self._ruled_on:
            mask = np.zeros(len(self.model.topics), dtype=np.bool_)
            for clause in self.school.clauses:
                if facts or clause.modality is Modality.FACT or clause.audience & asked_about:
                    mask[[self.model.index[topic] for topic in clause.topics]] = True
            self._ruled_on[key] = mask
        return self._ruled_on[key]

    def rank(self, read: Read) -> list[Ranked]:
        """Give the clauses that may answer, best first."""
        by_topic = self.links @ read.chances
        by_words = self._texts.of(self._bag(read.words))
        by_ask = self._asked(read.words)
        rows = np.argsort(-(by_topic + _LEXICAL * (by_words + by_ask)))[:_CANDIDATES]
        ranked = []
        for row in rows:
            clause = self.school.clauses[row]
            signs = self._signs(
                int(row), clause, read, (float(by_topic[row]), float(by_words[row]), float(by_ask[row]))
            )
            score = sum(map(mul, self.fitted.clause, signs))
            score += self.fitted.kind[read.kind, clause.modality]
            ranked.append(Ranked(clause, score, float(by_topic[row]), float(by_words[row]), signs))
        ranked.sort(key=lambda r: -r.score)
        return ranked

    def _signs(self, row: int, clause: Clause, read: Read, near: tuple[float, float, float]) -> tuple[float, ...]:
        """Give what counts in a clause, in the order of CLAUSE_SIGNS."""
        topic, words, asked = near
        agrees, contradicts, other_person = self._agreement(row, read.shown)
        return (
            math.log(topic + 0.01),
            topic,
            words,
            math.log(words + 0.05),
            asked,
            float(read.subject in clause.audience),
            float(not clause.audience.isdisjoint(read.asked_about)),
            agrees,
            contradicts,
            other_person,
            float(
                any(tag in read.shown or tag.replace("permission", "refused") in read.shown for tag in self._open[row])
            ),
            math.log(len(clause.topics) or 1),
            len(clause.audience) / len(Audience),
            *self._told(row, read.expects),
        )

    def _told(self, row: int, expects: frozenset[str]) -> tuple[float, float, float]:
        """Say what share of the expected the clause tells, and whether it tells or lacks what a who-question wants."""
        if not expects:
            return 0.0, 0.0, 0.0
        met = expects & self._tells[row]
        sharp = expects & {"age", "when", "where", "meaning", "consequence", "why", "documents"}
        return len(met) / len(expects), float(len(sharp & met)), float(len(sharp - met))

    def _agreement(self, row: int, shown: frozenset[str]) -> tuple[float, float, float]:
        """Count the kinds of circumstance in which clause and question agree, contradict, or name other people."""
        about = self._about[row]
        if not about or not shown:
            return 0.0, 0.0, 0.0
        agreed = {tag.split(".")[0] for tag in about & shown}
        named = {tag.split(".")[0] for tag in about} & {tag.split(".")[0] for tag in shown}
        missed = named - agreed
        return float(len(agreed)), float(len(missed & EXCLUSIVE)), float("person" in missed)
