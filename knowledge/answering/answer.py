"""The answer to a question, as plain data: verdict, citations, confidence, follow-up, help."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.answering.courtesy import Courtesy
    from knowledge.model import Clause, Condition, School, Verdict


class Help(StrEnum):
    """Where help stands beside an answer: not at all, beside a policy answer, or before anything else."""

    NONE = "none"
    BESIDE = "beside"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Citation:
    """One clause as a reader sees it."""

    clause: Clause
    school: School

    def as_json(self) -> dict[str, object]:
        """Give the citation as the batch answers print it; `source` holds the school's own references."""
        return {
            "ref": self.clause.id,
            "source": [paragraph.ref for paragraph in self.clause.sources],
            "section": self.clause.place,
            "text": self.clause.text,
            "title": self.school.policy.title,
        }


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A yes-or-no question that settles the verdict; the circumstances that a yes would show."""

    ask: str
    shows: frozenset[str]
    clause: str

    @classmethod
    def of(cls, clause: Clause, condition: Condition) -> FollowUp:
        """Ask a clause's condition back."""
        return cls(condition.ask, condition.when, clause.id)


@dataclass(frozen=True, slots=True)
class Why:
    """What was matched, for a person who mends the pack."""

    words: tuple[str, ...] = ()
    topics: tuple[tuple[str, float], ...] = ()
    kind: str = ""
    shown: tuple[str, ...] = ()
    decided: str = ""
    runners_up: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer.

    `confidence` runs from 0 to 1 and is the share of such answers that are right. `understood` is False where the
    message can't be read at all, such as one in another language.
    """

    school: School
    verdict: Verdict
    citations: tuple[Citation, ...]
    confidence: float
    follow_up: FollowUp | None = None
    for_others: bool = False
    help: Help = Help.NONE
    urgent: bool = False
    concern: str | None = None
    says_first: tuple[str, ...] = ()
    signposts: tuple[str, ...] = ()
    more: tuple[Answer, ...] = ()
    understood: bool = True
    courtesy: Courtesy | None = None
    why: Why = field(default_factory=Why)

    def as_json(self) -> dict[str, object]:
        """Give the answer as `askfirst ask --json` and the batch print it."""
        return {
            "verdict": self.verdict.value,
            "citations": [citation.as_json() for citation in self.citations],
            "confidence": round(self.confidence, 3),
            "follow_up": self.follow_up.ask if self.follow_up else None,
            "help": self.help.value,
            "urgent": self.urgent,
            "more": [answer.as_json() for answer in self.more],
        }
