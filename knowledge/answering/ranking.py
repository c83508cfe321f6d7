"""Ranks one school's clauses for a question: by topic first, then words, audience, circumstances and kind of question."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.asking import Kind
from knowledge.answering.lexicon import circumstances_of, concepts_of
from knowledge.model import Audience, Modality, Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import Clause, School

EXCLUSIVE = frozenset({"device", "network", "account", "time", "place"})
"""Kinds of circumstance of which a rule's own value is contradicted by another one in the question."""

_LINKS = (1.0, 0.9, 0.8, 0.72, 0.66)
"""How far a clause answers for its first, second … topic; a pack names them best first."""
_SOFT_LINK = 0.5
_LEXICAL = 0.35
_SHOWN, _CONTRADICTED = 1.2, 0.4
_OTHER_AUDIENCE, _OTHER_AUDIENCE_FACT = 0.25, 0.8
_STOP = frozenset(
    "a an the i im ive we my me our you your they their he she it its is are was be to of in on at for and or if so do does did can "
    "could would should will may must have has had not dont no that this there what who when where how with from by as about just any "
    "some one ok okay its am up out get got put go going them him her his us all school staff pupil parent".split()
)

_FIT: dict[Kind, dict[Modality, float]] = {
    Kind.MAY: {"must_not": 1, "should_not": 1, "may": 1, "must": 0.8, "should": 0.75, "fact": 0.6},
    Kind.MUST: {"must_not": 0.85, "should_not": 0.8, "may": 0.6, "must": 1, "should": 1, "fact": 0.7},
    Kind.NEGATED: {"must_not": 0.75, "should_not": 0.75, "may": 0.5, "must": 1, "should": 1, "fact": 0.5},
    Kind.SHOULD: {"must_not": 0.8, "should_not": 0.9, "may": 0.7, "must": 0.95, "should": 1, "fact": 0.7},
    Kind.INFO: {"must_not": 0.65, "should_not": 0.65, "may": 0.7, "must": 0.85, "should": 0.8, "fact": 1},
    Kind.CONSEQUENCE: {"must_not": 0.5, "should_not": 0.5, "may": 0.5, "must": 0.6, "should": 0.5, "fact": 1},
}  # type: ignore[dict-item]
"""How well a clause of a given strength answers a question of a given kind."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clause with its score, and the parts that the score is made of."""

    clause: Clause
    score: float
    topic: float
    words: float
    audience: float
    circumstances: float
    kind: float


def stem(word: str) -> str:
    """Cut the commonest endings, so that "posts" and "posting" meet."""
    for ending in ("ings", "ing", "ies", "ied", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            return word[: -len(ending)]
    return word


def telling(words: list[str]) -> set[str]:
    """Give the stems of the words that tell something."""
    return {stem(word) for word in words if word not in _STOP}


class SchoolIndex:
    """One school's clauses, ready to be ranked."""

    def __init__(self, school: School, model: TopicModel) -> None:
        self.school, self.model = school, model
        self.words = {tuple(word.split()): plain.split() for word, plain in school.words.items()}
        clauses = school.clauses
        self.links = np.zeros((len(clauses), len(model.topics)), dtype=np.float32)
        texts = []
        for row, clause in enumerate(clauses):
            heading = clause.sources[0].heading
            own = model.read(clause.text)
            texts.append(own)
            self.links[row] = _SOFT_LINK * model.probabilities([*model.read(heading), *own], "rule")
            for rank, topic in enumerate(clause.topics):
                at = model.index[topic]
                self.links[row, at] = max(self.links[row, at], _LINKS[min(rank, len(_LINKS) - 1)])
        self._rarity: dict[str, float] = {}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._index_words([telling(text) | {f"@{c}" for c in concepts_of(text, model.lexicon)} for text in texts], clauses)
        self._ruled_on: dict[tuple[frozenset[Audience], bool], NDArray[np.bool_]] = {}
        self.about = [self._scope(clause, text) for clause, text in zip(clauses, texts, strict=True)]

    def _index_words(self, bags: list[set[str]], clauses: tuple[Clause, ...]) -> None:
        counts: dict[str, int] = defaultdict(int)
        full = [
            bag | {w for ask in clause.asks for w in telling(self.model.read(ask))}
            for bag, clause in zip(bags, clauses, strict=True)
        ]
        for bag in full:
            for word in bag:
                counts[word] += 1
        self._rarity = {word: math.log(1 + len(full) / n) for word, n in counts.items()}
        for row, bag in enumerate(full):
            size = math.sqrt(sum(self._rarity[word] ** 2 for word in bag)) or 1.0
            for word in bag:
                self._postings[word].append((row, self._rarity[word] ** 2 / size))

    def _scope(self, clause: Clause, text: list[str]) -> frozenset[str]:
        if self.school.policy.wording is Wording.OURS:
            return clause.about
        return clause.about | {
            tag for tag in circumstances_of(text, None, self.model.lexicon) if tag.split(".")[0] in EXCLUSIVE
        }

    def ruled_on(self, asked_about: frozenset[Audience], *, facts: bool) -> NDArray[np.bool_]:
        """Tell for each topic whether a clause for one of these audiences, or where facts count any clause, rules on it."""
        key = (asked_about, facts)
        if key not in self._ruled_on:
            mask = np.zeros(len(self.model.topics), dtype=np.bool_)
            for clause in self.school.clauses:
                if facts or clause.modality is Modality.FACT or clause.audience & asked_about:
                    mask[[self.model.index[topic] for topic in clause.topics]] = True
            self._ruled_on[key] = mask
        return self._ruled_on[key]

    def localise(self, words: list[str]) -> list[str]:
        """Give the words with those peculiar to this school followed by their plain meaning."""
        out: list[str] = []
        for i, word in enumerate(words):
            out.append(word)
            for length in (1, 2, 3):
                out += self.words.get(tuple(words[i - length + 1 : i + 1]), ()) if i - length + 1 >= 0 else ()
        return out

    def rank(
        self,
        words: list[str],
        topics: NDArray[np.float32],
        kind: Kind,
        asked_about: frozenset[Audience],
        shown: frozenset[str],
        most: int = 8,
    ) -> list[Ranked]:
        """Give the best clauses, best first; `topics` are the model's probabilities for the question."""
        by_topic = self.links @ topics
        by_words = self._lexical(words)
        rough = by_topic + _LEXICAL * by_words
        ranked = []
        for row in np.argsort(-rough)[: 4 * most]:
            clause = self.school.clauses[row]
            fit = _FIT[kind][clause.modality]
            audience = 1.0
            if not (clause.audience & asked_about):
                audience = _OTHER_AUDIENCE_FACT if kind.wants_fact or clause.modality is Modality.FACT else _OTHER_AUDIENCE
            circumstances = self._agreement(int(row), clause, shown)
            score = float(rough[row]) * fit * audience * circumstances
            ranked.append(
                Ranked(clause, score, float(by_topic[row]), float(by_words[row]), audience, circumstances, fit)
            )
        ranked.sort(key=lambda r: -r.score)
        return ranked[:most]

    def _lexical(self, words: list[str]) -> NDArray[np.float32]:
        scores = np.zeros(len(self.school.clauses), dtype=np.float32)
        bag = telling(words) | {f"@{c}" for c in concepts_of(words, self.model.lexicon)}
        most = math.log(1 + len(self.school.clauses))
        weight = math.sqrt(sum(self._rarity.get(word, most) ** 2 for word in bag)) or 1.0
        for word in bag:
            for row, value in self._postings.get(word, ()):
                scores[row] += value
        return scores / np.float32(weight)

    def _agreement(self, row: int, clause: Clause, shown: frozenset[str]) -> float:
        factor = 1.0
        kinds = {tag.split(".")[0] for tag in shown}
        wanted = self.about[row] | {tag for condition in clause.conditions for tag in condition.when}
        agreed = wanted & shown
        for kind in {tag.split(".")[0] for tag in wanted} & kinds:
            if any(tag.startswith(kind + ".") for tag in agreed):
                factor *= _SHOWN
            elif kind in EXCLUSIVE:
                factor *= _CONTRADICTED
        return factor
