"""Says until when a closed report is kept, by the school's own time for its kind; an open one is always kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_YEAR = timedelta(days=365.25)


class Step(Protocol):
    """What has to be known of a step: when, and what it was."""

    @property
    def at(self) -> datetime:
        """When it was taken."""

    @property
    def step(self) -> str:
        """What it was."""


def kept_until(steps: Sequence[Step], years: int | None) -> datetime | None:
    """Give when its time is over, counted from when it was last closed; None for an open one, or one kept for good."""
    ends = [step for step in steps if step.step in ("closed", "reopened")]
    if years is None or not ends or ends[-1].step != "closed":
        return None
    return ends[-1].at + years * _YEAR
