"""Hears whether somebody tells of harm or danger, before any policy is looked at; it errs toward offering help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.answer import Help
from knowledge.answering.words import closely_read, plain, words_of
from knowledge.reading import Field, Problems, read_file
from knowledge.safety import SafetyRule, load_safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import Audience
    from knowledge.topics.library import Topic

CONCERN = Path(__file__).with_name("concern.yaml")
_FIRST, _BESIDE = 0.5, 0.12
"""Chances that a message is a disclosure, above which help comes first, or stands beside the answer."""
_FIRST_WHERE_IT_HAPPENED, _FIRST_WHERE_LEAVE_IS_ASKED = 0.3, 0.85
"""The first where the message tells of something that happened; and where it only asks leave, of nothing urgent."""
_LONG, _WINDOW, _STEP = 70, 50, 25
"""A message of more words than _LONG is heard in windows too, so that a worry in a long story is not drowned."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: how likely a disclosure, which kind, how urgent, what is said first and never cited."""

    help: Help
    chance: float
    topic: str | None = None
    concern: str | None = None
    urgent: bool = False
    says: tuple[str, ...] = ()
    signposts: tuple[str, ...] = ()
    never_cite: frozenset[str] = frozenset()
    leads_to: tuple[str, ...] = ()


@cache
def _patterns(path: Path = CONCERN) -> tuple[re.Pattern[str], re.Pattern[str]]:
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(required=["happened", "asks_leave"])
    found = [re.compile("|".join(row.read(name, Field.texts, ()))) for name in ("happened", "asks_leave")]
    problems.raise_any()
    return found[0], found[1]


class Listener:
    """Hears messages, with the topics that are disclosures."""

    def __init__(self, model: TopicModel, concerns: Iterable[Topic]) -> None:
        self._model = model
        self._concerns = {topic.id: topic for topic in concerns if topic.concern}
        self._at = {model.index[topic]: topic for topic in self._concerns}
        self._places = np.array(sorted(self._at), dtype=np.int64)
        self.others: NDArray[np.float32] = np.ones(len(model.topics), dtype=np.float32)
        """For each topic 0 where it is a disclosure, else 1."""
        self.others[self._places] = 0

    def hear(self, message: str, role: Audience) -> Heard:
        """Hear one message, whole."""
        text = plain(message)
        named = [rule for rule in load_safety() if rule.speaks_of(text)]
        chance, topic = max(
            (self._disclosure(words, role) for words in self._windows(message)),
            default=(0.0, None),
            key=lambda c: c[0],
        )
        if topic is None:
            return Heard(Help.NONE, chance)
        helping = Help.BESIDE if named or chance >= _BESIDE else Help.NONE
        likely_enough = chance >= _FIRST_WHERE_IT_HAPPENED and chance >= self._enough(text, topic)
        if likely_enough or any(self._puts_first(rule, text) for rule in named):
            helping = Help.FIRST
        if helping is Help.NONE:
            return Heard(Help.NONE, chance)
        if named and topic.id not in named[0].topics and chance < _FIRST:
            topic = next((t for t in self._concerns.values() if t.id in named[0].topics), topic)
        likely = chance >= _BESIDE
        rules = named + [r for r in load_safety() if likely and topic.id in r.topics and r not in named]
        return Heard(
            help=helping,
            chance=chance,
            topic=topic.id,
            concern=topic.concern,
            urgent=(likely and topic.urgent) or any(rule.urgent for rule in rules),
            says=tuple(rule.said_to(role) for rule in (rules if helping is Help.FIRST else named)),
            signposts=tuple(dict.fromkeys(s for rule in rules for s in rule.help_for(role))),
            never_cite=frozenset(t for rule in rules for t in rule.never_cite),
            leads_to=topic.leads_to,
        )

    def _puts_first(self, rule: SafetyRule, text: str) -> bool:
        """Tell whether a risk that is named outright puts help first; a general question about it does not."""
        happened, asks_leave = _patterns()
        words = " ".join(words_of(text))
        general = asks_leave.search(words) and not happened.search(words) and not rule.topics
        return rule.comes_first(text) and not general

    def _enough(self, text: str, topic: Topic) -> float:
        """Give the chance from which help comes first."""
        happened, asks_leave = _patterns()
        words = " ".join(words_of(text))
        if happened.search(words):
            return _FIRST if asks_leave.search(words) else _FIRST_WHERE_IT_HAPPENED
        return _FIRST_WHERE_LEAVE_IS_ASKED if asks_leave.search(words) and not topic.urgent else _FIRST

    def _windows(self, message: str) -> Iterator[list[str]]:
        words = self._model.read(closely_read(message))
        yield words
        if len(words) > _LONG:
            for start in range(0, len(words) - _STEP, _STEP):
                yield words[start : start + _WINDOW]

    def _disclosure(self, words: list[str], role: Audience) -> tuple[float, Topic]:
        chances = self._model.probabilities(words, role)[self._places]
        return float(chances.sum()), self._concerns[self._at[int(self._places[int(chances.argmax())])]]
