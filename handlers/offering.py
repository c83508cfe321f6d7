"""Says which questions a school's policy answers, so that nobody is offered one that leads nowhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from knowledge.model import Verdict

if TYPE_CHECKING:
    from knowledge.answering.engine import Engine
    from knowledge.model import Audience

_NO_ANSWER = frozenset({Verdict.NOT_COVERED, Verdict.CONCERN, Verdict.REQUIRED})
"""What is no answer to "can I …?": that nothing is said, help with a worry, and a duty beside the question."""


@lru_cache(maxsize=1000)
def answered(engine: Engine, school: str, role: Audience, question: str) -> bool:
    """Tell whether a question gets a real answer; a school's policy stays the same while the bot runs."""
    answer = engine.answer(school, role, question)
    return answer.verdict not in _NO_ANSWER and not answer.for_others
