"""Tells a case as a chronology: what was reported and every step since, each with when, who, what and the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handlers import intake
from handlers.receipt import titles
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.ports import CaseStep, CaseView
    from knowledge.contacts import Contacts
    from knowledge.model import School

HOME = ZoneInfo("Europe/London")
"""Where a school without contacts is taken to be."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chronology; `words` are as somebody wrote them, and may be anything."""

    at: datetime
    who: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chronology:
    """A whole one: the school, the reference, what stands above it, the report's answers, and what happened."""

    school: str
    reference: str
    zone: ZoneInfo
    about: tuple[tuple[str, str], ...]
    answers: tuple[Row, ...]
    steps: tuple[Row, ...]


def chronology(view: CaseView, school: School, contacts: Contacts | None) -> Chronology:
    """Give the chronology of a case that is open, in the school's own time."""
    zone, case, role = contacts.zone if contacts else HOME, view.case, Audience(view.case.role)
    about = [
        (say("page.says_urgency"), say(f"cases.urgency_{view.line.urgency.value}")),
        (say("page.says_received"), clock(view.line.received.astimezone(zone))),
        (say("page.says_from"), role.value),
        (say("page.says_readers"), titles(case.readers, school)),
        (say("page.says_lead"), view.lead or say("page.nobody")),
        (say("page.says_state"), say(f"page.state_{view.line.state}")),
    ]
    received = view.line.received.astimezone(zone)
    answers = tuple(
        Row(received, say("cases.by_reporter"), says(name, school), intake.label(name, value, role, school))
        for name, value in case.answers.items()
    )
    steps = tuple(_row(step, zone) for step in view.steps)
    return Chronology(school.name, view.line.reference, zone, tuple(about), answers, steps)


def says(name: str, school: School) -> str:
    """Say to a lead what a step of the intake was about; its own words speak to the reporter."""
    return say("cases.says_reach") if name == "reach" else intake.says(name, school)


def clock(at: datetime) -> str:
    """Say a time in full, with its zone."""
    return f"{at.day} {at:%B %Y, %H:%M %Z}"


def _row(step: CaseStep, zone: ZoneInfo) -> Row:
    who = say("cases.by_reporter") if step.step == "reply" else step.by or say("cases.by_bot")
    if step.step == "did":
        what = say(f"cases.did_{step.inside['what']}")
    else:
        what = say(f"cases.step_{step.step}", who=step.inside.get("who", ""))
    return Row(step.at.astimezone(zone), who, what, step.inside.get("text", ""))
