"""Says who gets a report, in which order and why, and who never does: the school's routes and a floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from knowledge.model import ROLES, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from knowledge.model import Route, School

PART_ONE = "Keeping children safe in education, part one"
PART_FOUR = "Keeping children safe in education, part four"

CHILD_AT_RISK = frozenset(
    {"school-device-content", "cyberbullying-pupil", "nudes", "grooming", "radicalisation", "self-harm"}
)
"""The kinds in which a child is always taken to be at risk."""

URGENT_KINDS = frozenset({"nudes", "grooming", "radicalisation", "self-harm"})
"""The kinds that are read today, even where nobody is in danger this minute."""

SUBJECT_OF = {
    "head": "head",
    "dsl": "dsl",
    "chair": "chair",
    "governors": "governor",
    **dict.fromkeys(set(ROLES) - {"head", "dsl", "chair", "governors"}, "staff"),
}
"""As whom the routes know somebody with a role."""

ADULTS_AT_SCHOOL = frozenset({"head", "chair", "dsl", "governor", "staff"})
_GRAVEST_FIRST = ("head", "chair", "dsl", "governor", "staff", "outsider", "parent", "pupil", "unknown")
_STAND_INS = {"dsl": ("deputy-dsl",), "head": ("head-of-school", "deputy-head")}
_NEXT = ("dsl", "head", "deputy-dsl", "chair")
_MAY_HOLD = {
    "staff": ("slt", "staff", "office", "computing-lead", "online-safety-officer", "ict-technician", "dpo"),
    "head": ("slt", "staff", "governors"),
    "dsl": ("slt", "staff"),
    "governor": ("governors",),
    "chair": ("governors",),
}
"""Groups and posts that a subject belongs to or may hold; whoever reports often can't know."""

GROUPS = frozenset({"slt", "staff", "governors", "office"})


class Urgency(StrEnum):
    """How soon a report must be opened."""

    NOW = "now"
    TODAY = "today"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class Concern:
    """What routing needs of a report: its kind, whom it is about, and whether a child is at risk.

    `about` holds subjects or roles. `doubtful` are roles whose name or title may stand in the text: they are
    left out, and two others are told. `people` are left out in person, by label, whatever roles they hold; of
    `subjects` among them it is said that it is about them, so that nobody lets them in.
    """

    kind: str
    about: frozenset[str]
    child_at_risk: bool = False
    doubtful: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who is there: the roles that nobody can fill today, which people (by label) hold which role, and who is away."""

    absent: frozenset[str] = frozenset()
    held_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()

    def gone(self, left_out: Iterable[str]) -> frozenset[str]:
        """Give the roles that nobody can fill today once some people are left out."""
        not_there = self.away.union(left_out)
        return self.absent | {role for role, holders in self.held_by.items() if holders and holders <= not_there}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One role that gets the report; one that is away gets it too, but nobody waits for them."""

    role: str
    title: str
    reason: str
    basis: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One role that never learns of the report, and why."""

    role: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a report goes. `signposts` and `ring` are ids of outside bodies, never delivered to.

    `next_in_line` are told, and may read it, only where none of the recipients opens it in time.
    """

    recipients: tuple[Recipient, ...]
    excluded: tuple[LeftOut, ...]
    excluded_people: frozenset[str]
    signposts: tuple[str, ...]
    ring: tuple[str, ...]
    next_in_line: tuple[Recipient, ...] = ()

    @property
    def nobody_left(self) -> bool:
        """Tell whether nobody at school could open it, so that the reporter has to ring somebody."""
        return bool(self.ring)


def urgency_of(kind: str, danger_now: bool, child_at_risk: bool) -> Urgency:
    """Say how soon a report must be opened."""
    if danger_now:
        return Urgency.NOW
    return Urgency.TODAY if child_at_risk or kind in URGENT_KINDS else Urgency.SOON


def route(school: School, concern: Concern, staffing: Staffing | None = None) -> Routed:
    """Route a report; raises ValueError for somebody who is neither a subject nor a role."""
    staffing = staffing or Staffing()
    subjects = _subjects(concern)
    rows = [row for subject in subjects for row in school.routes if row.kind == concern.kind and subject in row.about]
    left_out, people = _left_out(school, concern, subjects, rows, staffing)
    wanted = _wanted(school, concern, subjects, rows, frozenset(left_out))
    gone = staffing.gone(people)
    there, away = [], []
    for role, (reason, basis) in wanted.items():
        if role not in gone:
            there.append(Recipient(role, school.title_of(role), reason, basis))
            continue
        away.append(Recipient(role, school.title_of(role), reason, basis, away=True))
        for deputy in _STAND_INS.get(role, ()):
            known = deputy in school.roles and deputy not in {*left_out, *wanted, *gone}
            if known and deputy not in {r.role for r in there}:
                stands_in = f"stands in while the {school.title_of(role)} is away"
                there.append(Recipient(deputy, school.title_of(deputy), stands_in, basis))
    return Routed(
        recipients=(*there, *away),
        excluded=tuple(LeftOut(role, school.title_of(role), why) for role, why in left_out.items()),
        excluded_people=people,
        signposts=_signposts(rows, subjects),
        ring=() if there else whom_to_ring(concern),
        next_in_line=tuple(
            Recipient(role, school.title_of(role), "nobody else has opened it in time", PART_ONE)
            for role in _NEXT
            if role not in {*left_out, *(r.role for r in (*there, *away))}
            and (staffing.held_by.get(role) or role in school.roles)
        ),
    )


def _subjects(concern: Concern) -> list[str]:
    found = set()
    for who in concern.about or {"unknown"}:
        if who not in SUBJECTS and who not in SUBJECT_OF:
            raise ValueError(f"{who} is neither a subject nor a role")
        found.add(who if who in SUBJECTS else SUBJECT_OF[who])
    return sorted(found, key=_GRAVEST_FIRST.index)


def _left_out(
    school: School, concern: Concern, subjects: list[str], rows: list[Route], staffing: Staffing
) -> tuple[dict[str, str], frozenset[str]]:
    """Give the roles that never learn of it, each with the reason, and the people left out with them."""
    personal = {who: "the report is about them" for who in (*subjects, *sorted(concern.about)) if who in ROLES}
    for row in rows:
        for role in sorted(row.steps_aside):
            about = ", ".join(school.title_of(s) for s in subjects if s in row.about)
            personal.setdefault(role, f"steps aside when a report is about the {about}")
    for role in sorted(concern.doubtful):
        personal.setdefault(role, "their name or title may stand in the report")
    bound = {role for role in personal if role not in GROUPS}
    people = frozenset(person for role in bound for person in staffing.held_by.get(role, ()))
    people |= concern.people
    left_out = dict(personal)
    for subject in subjects:
        for role in _MAY_HOLD.get(subject, ()):
            if role in school.roles:
                left_out.setdefault(role, "the person whom the report is about belongs to them, or may")
    for role, holders in sorted(staffing.held_by.items()):
        if holders and holders <= people:
            left_out.setdefault(role, "held by somebody who is left out")
    return left_out, people


def _wanted(
    school: School, concern: Concern, subjects: list[str], rows: list[Route], left_out: frozenset[str]
) -> dict[str, tuple[str, str]]:
    """Give the roles to tell, in order, each with reason and basis: the routes' own, then the floor's."""
    wanted: dict[str, tuple[str, str]] = {}
    if "head" in subjects:
        basis = next((_basis(school, row) for row in rows if "chair" in row.notify), PART_FOUR)
        wanted["chair"] = ("every report about the head goes to the chair", basis)
    for row in rows:
        for role in row.notify:
            wanted.setdefault(role, ("the school's own route names them", _basis(school, row)))
    for role, reason, basis in _floor(concern, subjects, left_out):
        wanted.setdefault(role, (reason, basis))
    kept = {role: why for role, why in wanted.items() if role not in left_out}
    # Where somebody may be named in the report, two others are told, so that neither can bury it.
    others = [role for role in ("head", "dsl", "chair") if role not in {*left_out, *kept}]
    if concern.doubtful or concern.people:
        for role in others[: max(0, 2 - len(kept))]:
            kept[role] = ("somebody may be named in the report, so two others are told", PART_ONE)
        if "chair" not in left_out:
            kept.setdefault("chair", ("can let in somebody who was left out in doubt", PART_FOUR))
    return kept


def _floor(concern: Concern, subjects: list[str], left_out: frozenset[str]) -> list[tuple[str, str, str]]:
    """Give what holds at every school, whatever its routes say."""
    adult = not ADULTS_AT_SCHOOL.isdisjoint(subjects)
    floor = []
    if adult and "head" not in left_out:
        floor.append(("head", "every report about an adult at school goes to the head", PART_FOUR))
    elif adult or "head" in concern.doubtful:
        floor.append(("chair", "the head is left out, so the chair is told", PART_FOUR))
    if concern.child_at_risk:
        floor.append(("dsl", "a child may be at risk", PART_ONE))
    return floor


def _basis(school: School, row: Route) -> str:
    if row.basis.clause is None:
        return row.basis.statutory or ""
    clause = school.by_id.get(row.basis.clause)
    return f"{school.policy.title}, {clause.place}" if clause else school.policy.title


def _signposts(rows: list[Route], subjects: list[str]) -> tuple[str, ...]:
    first = ["lado"] if {"head", "chair"} & set(subjects) else []
    return tuple(dict.fromkeys([*first, *(signpost for row in rows for signpost in row.signpost)]))


def whom_to_ring(concern: Concern) -> tuple[str, ...]:
    """Give whom the reporter rings where nobody is left; "out-of-hours" stands only in a school's own contacts."""
    adult = not ADULTS_AT_SCHOOL.isdisjoint(_subjects(concern))
    if concern.child_at_risk:
        return (*(("lado",) if adult else ()), "childrens-social-care", "out-of-hours", "police")
    return ("lado", "nspcc-whistleblowing") if adult else ("nspcc", "police")
