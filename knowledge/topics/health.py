"""Looks after the topic library: topics short of asks, asks that pull elsewhere, clauses that nothing reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.model import Audience
from knowledge.topics.library import ANYONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from knowledge.answering.engine import Engine
    from knowledge.answering.topic_model import TopicModel
    from knowledge.topics.library import Topic

ENOUGH_ASKS = 15
_OWN, _OTHER = 0.3, 0.5
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pulled:
    """A way of asking that the learnt model takes for another topic, though it stands under this one."""

    topic: str
    ask: str
    towards: str


def thin(topics: Iterable[Topic]) -> list[tuple[str, int]]:
    """List the topics with fewer than 15 ways of asking, with how many they have, thinnest first."""
    return sorted(((t.id, len(t.asks)) for t in topics if len(t.asks) < ENOUGH_ASKS), key=lambda found: found[1])


def pulled(topics: Iterable[Topic], model: TopicModel) -> Iterator[Pulled]:
    """Give the asks that pull to another topic: better than even for that one, and under 30 % for their own."""
    for topic in topics:
        for role, ask in topic.asks:
            chances = model.probabilities(model.read(ask), role)
            best = int(chances.argmax())
            if chances[best] > _OTHER and chances[model.index[topic.id]] < _OWN:
                yield Pulled(topic.id, ask, model.topics[best])


def unreached(engine: Engine, slug: str, topics: Sequence[Topic]) -> list[str]:
    """List the clauses of a school that no ask of any of their topics puts among the first three."""
    by_id = {topic.id: topic for topic in topics}
    school = engine.schools[slug]
    waiting = {clause.id: clause for clause in school.clauses}
    for topic_id in dict.fromkeys(topic for clause in school.clauses for topic in clause.topics):
        if not any(topic_id in clause.topics for clause in waiting.values()):
            continue
        for role, ask in by_id[topic_id].asks:
            _, ranked = engine.candidates(slug, Audience.STAFF if role == ANYONE else Audience(role), ask)
            for found in ranked[:_SHOWN]:
                waiting.pop(found.clause.id, None)
    return list(waiting)
