"""Says who gets a report that was never sent but speaks of danger: two unconnected roles that it doesn't name."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from knowledge.routing import PART_ONE, Concern, Recipient, Routed, Staffing, route

if TYPE_CHECKING:
    from knowledge.model import School
    from knowledge.naming import Named

_CANDIDATES = ("dsl", "head", "deputy-dsl", "head-of-school", "deputy-head")
_CLOSE = ({"dsl", "deputy-dsl"}, {"head", "head-of-school", "deputy-head"})
"""Roles that stand in for each other, so that neither tells on the other easily."""
_REASON = "it was not sent, but speaks of danger, and does not name them"


def route_unfinished(
    school: School, concern: Concern, named: tuple[Named, ...], staffing: Staffing | None = None
) -> Routed:
    """Route it to two unconnected roles that it does not name, else to the chair; nobody named is told."""
    staffing = staffing or Staffing()
    doubtful = concern.doubtful | {role for one in named for role in one.roles}
    routed = route(school, replace(concern, doubtful=doubtful), staffing)
    left_out = {one.role for one in routed.excluded}
    gone = staffing.gone(routed.excluded_people)
    there = [role for role in _CANDIDATES if role in school.roles and role not in left_out | gone]
    pair = next((pair for pair in combinations(there, 2) if _unconnected(pair, staffing)), None)
    chosen = pair or (("chair",) if "chair" not in left_out | gone else ())
    recipients = tuple(Recipient(role, school.title_of(role), _REASON, PART_ONE) for role in chosen)
    told = {recipient.role for recipient in recipients}
    return replace(
        routed,
        recipients=recipients,
        next_in_line=tuple(r for r in (*routed.recipients, *routed.next_in_line) if r.role not in told),
        ring=() if recipients else routed.ring or ("childrens-social-care", "out-of-hours", "police"),
    )


def _unconnected(pair: tuple[str, str], staffing: Staffing) -> bool:
    if any(set(pair) <= close for close in _CLOSE):
        return False
    one, two = (staffing.held_by.get(role, frozenset()) for role in pair)
    return one.isdisjoint(two)
