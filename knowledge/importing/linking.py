"""Links a document's sentences to the library's topics, by what the topic model makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.answering.topic_model import TopicModel

Linker = Callable[[str, str, str], list[str]]
"""Takes a heading, a lead-in and a sentence; gives the ids of the topics that the sentence rules on, best first."""

MOST_TOPICS = 4
_LIKELY = 0.08


def linker_of(model: TopicModel) -> Linker:
    """Make a linker of a topic model: the topics that are likely enough, at most four and at least one."""

    def link(heading: str, lead_in: str, sentence: str) -> list[str]:
        chances = model.of_rule(" ".join(part for part in (heading, lead_in, sentence) if part))
        best = sorted(range(len(chances)), key=lambda at: -float(chances[at]))[:MOST_TOPICS]
        likely = [at for at in best if float(chances[at]) >= _LIKELY]
        return [model.topics[at] for at in likely or best[:1]]

    return link
