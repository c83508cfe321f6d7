"""Says who may let in somebody who was left out of a report in doubt: the chair, or whoever the route tells next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def who_restores(told: Sequence[str], left_out: Collection[str]) -> str | None:
    """Give the one role that may do it.

    Where the chair is left out too, it is the first role that the route told. None says that nobody at the school
    may: the LADO is whom to ask.
    """
    if "chair" not in left_out:
        return "chair"
    return next((role for role in told if role not in left_out), None)
