"""Says that a report is stored: reference, receipt code, to whom it goes and who helps outside the school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.message import Card, Reply, Signal
from handlers.wording import say
from knowledge.model import Audience
from knowledge.routing import Urgency
from knowledge.smart.signposts import load_signposts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.ports import NewCase, Sent, World
    from knowledge.contacts import Contacts
    from knowledge.model import School


_FOR_A_CHILD = "childline"


def confirmed(sent: Sent, world: World) -> Reply:
    """Confirm a stored report; whoever it doesn't go to is not named."""
    case, school = sent.case, world.engine.schools[sent.case.school]
    child = case.role == Audience.PUPIL
    lines = [say("report.trial")] if case.trial else []
    if case.readers:
        goes = "would_go_to" if case.trial else "child_goes_to" if child else "goes_to"
        lines.append(say(f"report.{goes}", who=titles(case.readers, school)))
    if case.ring:
        whom = help_lines(for_reporter(case.ring, child=child), case.school, world)
        lines.append(say("report.child_nobody" if child else "report.nobody", lines=whom))
    lines += _while_closed(case, world)
    lines += [
        say("report.reference", reference=sent.reference),
        say("report.child_code" if child else "report.code", code=sent.code),
    ]
    if case.answers.get("safe") == "no":
        lines.append(say("report.not_messaged"))
    if case.signposts and not child:
        lines.append(say("report.signposts", lines=help_lines(case.signposts, case.school, world)))
    lines += _afterwards(case.role, _there(case, world), school)
    return Reply(
        (Card(say("report.child_sent" if child else "report.sent"), tuple(lines), signal=Signal.HELP),),
        ends=True,
    )


def _while_closed(case: NewCase, world: World) -> list[str]:
    """Say that the school was closed when it was sent, and who is there for a child at risk; not twice whom to ring."""
    contacts = world.contacts.get(case.school)
    if contacts is None or contacts.is_open(case.at) or case.ring:
        return []
    if case.role == Audience.PUPIL:
        return [say("report.child_closed_ring", lines=help_lines((_FOR_A_CHILD, "police"), case.school, world))]
    if case.child_at_risk or case.urgency is Urgency.NOW:
        return [say("report.closed_ring", lines=help_lines(("out-of-hours", "police"), case.school, world))]
    return [say("report.closed_now")]


def _there(case: NewCase, world: World) -> tuple[str, ...]:
    """Give the readers' roles that somebody filled on the day on which it was sent."""
    contacts = world.contacts.get(case.school)
    gone = contacts.staffing(case.at).gone(case.never) if contacts else frozenset()
    return tuple(role for role in case.readers if role not in gone)


def _afterwards(role: str, readers: tuple[str, ...], school: School) -> list[str]:
    if role == Audience.PUPIL:
        return [say("report.child_after")]
    lines = [say("report.say_nothing")]
    if role == Audience.STAFF:
        # The DSL is the one to speak to, unless the report may not reach them.
        who = "dsl" if "dsl" in readers else next(iter(readers), "")
        first = say("report.staff_today", who=school.title_of(who)) if who else say("report.staff_duty")
        lines.append(first)
    return [*lines, say("report.stopped_danger")]


def titles(roles: Iterable[str], school: School) -> str:
    """Say the titles of some roles as this school says them."""
    return ", ".join(school.title_of(role) for role in roles)


def for_reporter(ring: tuple[str, ...], *, child: bool) -> tuple[str, ...]:
    """Give whom to ring as this reporter is told it: a child has Childline first, and never the LADO."""
    return (_FOR_A_CHILD, *(body for body in ring if body != "lado")) if child else ring


def help_lines(ids: Iterable[str], slug: str, world: World) -> str:
    """Say how to reach some bodies outside, by a school's own details where it has them."""
    return lines_of(ids, world.contacts.get(slug))


def lines_of(ids: Iterable[str], contacts: Contacts | None) -> str:
    """Say how to reach some bodies outside, by the details in a school's contacts where they have them."""
    own, known = contacts.outside if contacts else {}, load_signposts()
    return "; ".join(own[i].line if i in own else known[i].line for i in ids if i in own or i in known)
