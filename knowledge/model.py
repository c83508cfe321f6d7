"""The shapes of what a pack holds: a school, its clauses, its paragraphs and its routes; frozen and plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knowledge.letters.library import Letter


class Audience(StrEnum):
    """Whom a clause binds or addresses, and equally who may be asking."""

    STAFF = "staff"
    GOVERNOR = "governor"
    PARENT = "parent"
    PUPIL = "pupil"
    VISITOR = "visitor"


class Modality(StrEnum):
    """How strongly a clause speaks."""

    MUST_NOT = "must_not"
    SHOULD_NOT = "should_not"
    MAY = "may"
    MUST = "must"
    SHOULD = "should"
    FACT = "fact"


class Verdict(StrEnum):
    """The nine verdicts an answer can have."""

    ALLOWED = "allowed"
    ALLOWED_IF = "allowed_if"
    DISCOURAGED = "discouraged"
    FORBIDDEN = "forbidden"
    REQUIRED = "required"
    RECOMMENDED = "recommended"
    INFO = "info"
    NOT_COVERED = "not_covered"
    CONCERN = "concern"


class Wording(StrEnum):
    """Whose words the clauses of a pack are in."""

    OURS = "ours"
    QUOTED = "quoted"


ROLES = (
    "head",
    "head-of-school",
    "deputy-head",
    "slt",
    "dsl",
    "deputy-dsl",
    "chair",
    "governors",
    "computing-lead",
    "online-safety-officer",
    "ict-technician",
    "dpo",
    "staff",
    "office",
)
"""The roles a school can have; a pack gives each its own title."""

KINDS = (
    "friend-request",
    "harmful-post",
    "school-device-content",
    "cyberbullying-pupil",
    "cyberbullying-staff",
    "nudes",
    "grooming",
    "radicalisation",
    "self-harm",
    "adult-conduct",
    "something-else",
)
"""The kinds of report; every school routes each of them."""

SUBJECTS = ("pupil", "parent", "staff", "head", "dsl", "chair", "governor", "outsider", "unknown")
"""Whom a report can be about."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Where one paragraph of the school's document stands: `position` counts from 1 under its heading."""

    ref: str
    heading: str
    position: int
    number: str | None = None
    exempt: str | None = None

    @property
    def place(self) -> str:
        """Say where a reader finds it: "Photos, 6.7", or "Photos, paragraph 3" where no number is printed."""
        where = self.number or f"paragraph {self.position}"
        return f"{self.heading.rstrip(': ')}, {where}" if self.heading else where


@dataclass(frozen=True, slots=True)
class Condition:
    """Circumstances that together make an exception apply, or that a permission needs.

    `when` holds tags such as "permission.head", all of which must be shown; `ask` is a yes-or-no question for
    the asker; `unsaid` is the verdict while nothing is known of them.
    """

    when: frozenset[str]
    ask: str
    unsaid: Verdict = Verdict.ALLOWED_IF


@dataclass(frozen=True)
class Clause:
    """One rule or fact of one school's policy."""

    id: str
    sources: tuple[Paragraph, ...]
    text: str
    audience: frozenset[Audience]
    modality: Modality
    topics: tuple[str, ...]
    exceptions: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    about: frozenset[str] = frozenset()
    asks: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Say where a reader finds the clause in the school's document."""
        return self.sources[0].place


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reader has to know of the document itself; dates are ISO, `YYYY-MM` or `YYYY-MM-DD`."""

    title: str
    wording: Wording
    review_due: str | None = None
    last_reviewed: str | None = None
    guidance: str | None = None
    review_source: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a route rests on: a clause of the pack, or statutory guidance by its title and part."""

    clause: str | None = None
    statutory: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told of one kind of report about somebody, in order, and who steps aside."""

    kind: str
    about: frozenset[str]
    notify: tuple[str, ...]
    signpost: tuple[str, ...]
    basis: Basis
    steps_aside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class School:
    """One school's pack, whole."""

    slug: str
    name: str
    policy: Policy
    roles: dict[str, str]
    words: dict[str, str]
    paragraphs: tuple[Paragraph, ...]
    clauses: tuple[Clause, ...]
    routes: tuple[Route, ...] = field(default=())
    letters: Mapping[str, Letter] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Go by the slug, so that what is worked out for a school can be remembered."""
        return hash(self.slug)

    @cached_property
    def by_id(self) -> dict[str, Clause]:
        """Give the clauses by their ids."""
        return {clause.id: clause for clause in self.clauses}

    def title_of(self, role: str) -> str:
        """Give this school's title for a role, such as "Executive Principal" for the head."""
        return self.roles.get(role, role.replace("-", " "))
