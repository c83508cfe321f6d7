"""Shows a lead the reports that were routed to them, a list or one whole; everybody else is refused alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import intake
from handlers.chronology import HOME, clock, says
from handlers.message import Card, Reply, Signal
from handlers.receipt import titles
from handlers.status import day_of
from handlers.wording import say
from knowledge.model import ROLES, Audience
from knowledge.routing import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from handlers.ports import CaseLine, Cases, CaseStep, CaseView, Lead
    from knowledge.contacts import Contacts
    from knowledge.model import School

_SAID = ("note", "message", "reply", "did", "closed", "reopened")
"""The steps that come with words."""


def listing(cases: Cases, school: School, reader: str, title: str = "", contacts: Contacts | None = None) -> Reply:
    """List a reader's cases without a word of their content."""
    title, found = title or school.title_of(reader), cases.listed(school.slug, reader)
    if not found:
        return Reply((Card(say("cases.none", title=title), signal=Signal.INFO),))
    lines = tuple(listed(line, zone_of(contacts)) for line in found)
    return Reply((Card(say("cases.some", title=title, count=str(len(found))), lines),))


def waiting_first(lines: Iterable[CaseLine]) -> list[CaseLine]:
    """Give those that aren't closed: first what nobody has opened, of these the most urgent, the oldest before all."""
    order = list(Urgency)
    found = [line for line in lines if line.state != "closed"]
    return sorted(found, key=lambda line: (line.state != "new", order.index(line.urgency), line.received))


def one(cases: Cases, school: School, reference: str, reader: str, contacts: Contacts | None = None) -> Reply | None:
    """Open one case for a reader, which is recorded; None where there is none or it isn't theirs."""
    view = cases.opened(school.slug, reference, reader)
    return shown(view, school, contacts) if view else None


def shown(view: CaseView, school: School, contacts: Contacts | None) -> Reply:
    """Show a case that is open, in the school's own time: the report, who has it, and all that happened."""
    case, role, zone = view.case, Audience(view.case.role), zone_of(contacts)
    lines = [say("cases.received", day=clock(view.line.received.astimezone(zone)), role=role.value)]
    if case.trial:
        lines.append(say("cases.trial"))
    if case.unfinished:
        lines.append(say("cases.unfinished"))
    lines.append(say("cases.readers", who=titles(case.readers, school)))
    if view.lead:
        lines.append(say("cases.lead", who=view.lead))
    for name, value in case.answers.items():
        lines.append(say("cases.answer", what=says(name, school), words=intake.label(name, value, role, school)))
    if case.answers.get("safe") == "no":
        lines.append(say("cases.safe_no"))
    urgency = say(f"cases.urgency_{view.line.urgency.value}")
    head = say("cases.one", reference=view.line.reference, urgency=urgency)
    happened = tuple(_happened(step, zone) for step in view.steps)
    return Reply((Card(head, tuple(lines)), Card(say("cases.happened"), happened, signal=Signal.INFO)))


def zone_of(contacts: Contacts | None) -> ZoneInfo:
    """Give the time zone of a school."""
    return contacts.zone if contacts else HOME


def _happened(step: CaseStep, zone: ZoneInfo) -> str:
    who = step.by or say("cases.by_bot")
    if step.step == "reply":
        who = say("cases.by_reporter")
    if step.step == "did":
        what = say(f"cases.did_{step.inside['what']}")
    else:
        what = say(f"cases.step_{step.step}", who=step.inside.get("who", ""))
    line = say("cases.step", day=clock(step.at.astimezone(zone)), who=who, what=what)
    return f"{line}: {step.inside['text']}" if step.step in _SAID and step.inside.get("text") else line


def listed(line: CaseLine, zone: ZoneInfo) -> str:
    """Say in one line how a case stands, without a word of its content."""
    if line.state == "closed":
        state = say("cases.closed")
    else:
        state = say("cases.opened", day=day_of(line.opened.astimezone(zone))) if line.opened else say("cases.new")
    return say(
        "cases.line",
        reference=line.reference,
        urgency=say(f"cases.urgency_{line.urgency.value}"),
        day=day_of(line.received.astimezone(zone)),
        state=state,
    )


def refused(who: str, reference: str) -> Reply:
    """Refuse a case that isn't there or isn't theirs, alike."""
    return Reply((Card(say("cases.refused", title=who, reference=reference), signal=Signal.INFO),))


def not_done(cases: Cases, school: School, reference: str, reader: str, title: str) -> Reply:
    """Say that a step can't be taken now to whoever may read the case; to everybody else, that there is none."""
    reference = reference.strip().upper()
    if reference not in {line.reference for line in cases.listed(school.slug, reader)}:
        return refused(title, reference)
    return Reply((Card(say("cases.not_now", reference=reference), signal=Signal.INFO),))


def titles_of(lead: Lead, school: School) -> str:
    """Say what a lead does at the school."""
    return ", ".join(school.title_of(role) for role in lead.roles)


def title_of(who: str, school: School) -> str:
    """Say somebody whom a case names by role or by label."""
    return school.title_of(who) if who in ROLES else who
