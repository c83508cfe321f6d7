"""Hears whether somebody tells of harm or danger, before any policy is looked at; it errs toward offering help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.answering.answer import Help
from knowledge.answering.words import plain
from knowledge.safety import load_safety

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge.answering.topic_model import TopicModel
    from knowledge.topics.library import Topic

_FIRST, _BESIDE = 0.5, 0.12
"""Chances that a message is a disclosure, above which help comes first, or stands beside the answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: how likely a disclosure, which kind, how urgent, what is said first and never cited."""

    help: Help
    chance: float
    topic: str | None
    concern: str | None
    urgent: bool
    says: tuple[str, ...]
    signposts: tuple[str, ...]
    never_cite: frozenset[str]
    leads_to: tuple[str, ...]


def hear(
    question: str, words: list[str], chances: NDArray[object], model: TopicModel, concerns: dict[str, Topic]  # type: ignore[type-var]
) -> Heard:
    """Hear one message; `chances` are the topic model's probabilities, `concerns` the topics that are disclosures."""
    by_topic = {topic: float(chances[model.index[topic]]) for topic in concerns}  # type: ignore[arg-type]
    chance = sum(by_topic.values())
    topic = max(by_topic, key=lambda t: by_topic[t])
    text = f"{' '.join(words)} {plain(question)}"
    named = [rule for rule in load_safety() if rule.speaks_of(text)]
    helping = Help.FIRST if chance >= _FIRST else Help.BESIDE if chance >= _BESIDE else Help.NONE
    if helping is Help.NONE:
        never = frozenset(t for rule in named for t in rule.never_cite)
        return Heard(Help.NONE, chance, None, None, False, (), (), never, ())  # noqa: FBT003
    rules = named + [rule for rule in load_safety() if topic in rule.topics and rule not in named]
    return Heard(
        help=helping,
        chance=chance,
        topic=topic,
        concern=concerns[topic].concern,
        urgent=concerns[topic].urgent or any(rule.urgent for rule in rules),
        says=tuple(rule.says for rule in rules),
        signposts=tuple(dict.fromkeys(s for rule in rules for s in rule.signposts)),
        never_cite=frozenset(t for rule in rules for t in rule.never_cite),
        leads_to=concerns[topic].leads_to,
    )
