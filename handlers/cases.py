"""Shows a lead the reports that were routed to them, a list or one whole; everybody else is refused alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import intake
from handlers.message import Card, Reply, Signal
from handlers.receipt import titles
from handlers.status import day_of
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from handlers.ports import CaseLine, Cases
    from knowledge.model import School


def listing(cases: Cases, school: School, reader: str) -> Reply:
    """List a reader's cases without a word of their content."""
    title, found = school.title_of(reader), cases.listed(school.slug, reader)
    if not found:
        return Reply((Card(say("cases.none", title=title), signal=Signal.INFO),))
    lines = tuple(_line(line) for line in found)
    return Reply((Card(say("cases.some", title=title, count=str(len(found))), lines),))


def one(cases: Cases, school: School, reference: str, reader: str) -> Reply | None:
    """Open one case for a reader, which is recorded; None where there is none or it isn't theirs."""
    view = cases.opened(school.slug, reference, reader)
    if view is None:
        return None
    case, role = view.case, Audience(view.case.role)
    lines = [say("cases.received", day=day_of(view.line.received), role=role.value)]
    if case.trial:
        lines.append(say("cases.trial"))
    lines.append(say("cases.readers", who=titles(case.readers, school)))
    for name, value in case.answers.items():
        words = intake.label(name, value, role, school)
        lines.append(say("cases.answer", what=intake.says(name, school), words=words))
    if case.answers.get("safe") == "no":
        lines.append(say("cases.safe_no"))
    urgency = say(f"cases.urgency_{view.line.urgency.value}")
    return Reply((Card(say("cases.one", reference=view.line.reference, urgency=urgency), tuple(lines)),))


def _line(line: CaseLine) -> str:
    return say(
        "cases.line",
        reference=line.reference,
        urgency=say(f"cases.urgency_{line.urgency.value}"),
        day=day_of(line.received),
        state=say("cases.opened", day=day_of(line.opened)) if line.opened else say("cases.new"),
    )
