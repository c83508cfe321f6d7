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
    """Make a linker of a topic model: the topics that are likely enough, at most four and at least one.

    A heading helps some sentences and misleads others, so that each is read with it and without it.
    """

    def link(heading: str, lead_in: str, sentence: str) -> list[str]:
        words = f"{lead_in} {sentence}".strip()
        chances = model.of_rule(words) + model.of_rule(f"{heading} {words}")
        best = sorted(range(len(chances)), key=lambda at: -float(chances[at]))[:MOST_TOPICS]
        likely = [at for at in best if float(chances[at]) / 2 >= _LIKELY]
        return [model.topics[at] for at in likely or best[:1]]

    return link
