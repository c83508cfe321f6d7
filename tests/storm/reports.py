"""The reports of the storm: who reports what in which words, and what of it is seen from outside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LEADS = {"head-1": "90001", "dsl-1": "90002", "deputy-dsl-1": "90003", "chair-1": "90004"}
"""The leads' accounts on the wire."""
MARK = re.compile(r"wrblx(\d{6})")
"""The word that stands in one report alone, with its number."""
DSL_IN_SLACK = "U0000DSL1"
BY_MAIL = {"chair@governors.example.org": "90004"}
GRAVE = "a man online asks my daughter for nude pictures and she says she wants to kill herself"
SCRIPTS = {
    "request": ("report", "no", "A friend or follow request", "no, a pupil", "{mark}", "send"),
    "grooming": (
        *("report", "no", "Somebody is getting too close to a child online", "No, somebody outside the school", "yes"),
        *("{mark}", "skip", "skip", "skip", "send"),
    ),
    "head": (
        *("report", "no", "How an adult behaves", "yes, an adult at the school", "Executive Principal", "no", "yes"),
        *("{mark}", "skip", "skip", "skip", "send"),
    ),
    "left": ("report", GRAVE + " {mark}"),
}
"""What a reporter types, by the sort of report; "left" is never sent."""
_SORTS = tuple(SCRIPTS)
_IN_SLACK = 5
"""Every so-manieth reporter is in Slack."""
_NEVER, _OF = 7, 50
"""Of so many reports this one is never opened by anybody, until the reporter is told whom to ring."""


@dataclass
class Report:
    """One report as it is seen from outside."""

    number: int
    sort: str = ""
    confirmed: float = 0.0
    reference: str = ""
    code: str = ""
    told: list[str] = field(default_factory=list)
    opened_by: list[str] = field(default_factory=list)
    ringing: bool = False
    told_again: int = 0
    """How often they had to tell it anew, since time had passed amid it."""

    def __post_init__(self) -> None:
        self.sort = self.sort or _SORTS[self.number % len(_SORTS)]

    @property
    def in_slack(self) -> bool:
        """Whether its reporter is in Slack."""
        return self.number % _IN_SLACK == 1

    @property
    def never_opened(self) -> bool:
        """Whether no lead ever opens it."""
        return self.number % _OF == _NEVER

    @property
    def person(self) -> str:
        """The account of its reporter."""
        return f"U{self.number:08d}" if self.in_slack else f"reporter-{self.number}"

    @property
    def mark(self) -> str:
        """A word that stands in this report alone."""
        return f"wrblx{self.number:06d}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What its reporter types."""
        return tuple(line.format(mark=self.mark) for line in SCRIPTS[self.sort])

    @property
    def waits(self) -> bool:
        """Whether its reporter has sent it and not heard yet that it is stored."""
        return self.sort != "left" and not self.confirmed

    @property
    def in_somebodys_hand(self) -> bool:
        """Whether a lead was shown it, or its reporter told that nobody was."""
        return bool(self.opened_by or self.ringing)
