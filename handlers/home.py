"""Shows somebody where they stand: their quiz, their reports and, for a lead, the cases that wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import quiz_seat
from handlers.message import Button, Card, Reply
from handlers.status import day_of
from handlers.wording import say
from knowledge.quizzing import score
from knowledge.routing import Urgency

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "home"
_URGENCIES = list(Urgency)
_SHOWN = 10


def sent(message: Message, draft: str, world: World) -> None:
    """Remember that this person sent a report, unless they said that it isn't safe to be messaged here."""
    case = world.cases.sent(draft)
    if case is None or case.case.answers.get("safe") == "no":
        return
    drafts = _sent_drafts(message, world)
    if draft not in drafts:
        world.memory.keep(message.person, message.conversation, ABILITY, {"drafts": [*drafts, draft]}, None)


def overview(message: Message, world: World) -> tuple[Reply, ...]:
    """Give the parts of the page, each with its own buttons."""
    cases = _cases(message, world)
    return (*([cases] if cases else []), _quiz(message, world), _reports(message, world))


def others_change(message: Message, world: World) -> bool:
    """Tell whether the page says something that others change: a lead's cases, or what becomes of one's reports."""
    lead = world.leads.who(message.school, message.channel, message.person) if world.leads else None
    return lead is not None or bool(_sent_drafts(message, world))


def _cases(message: Message, world: World) -> Reply | None:
    """Give the cases that nobody has in hand yet, the most urgent first, to a lead who may open them."""
    lead = world.leads.who(message.school, message.channel, message.person) if world.leads else None
    if lead is None:
        return None
    waiting = [line for line in world.cases.listed(message.school, lead.id) if line.state == "new"]
    waiting.sort(key=lambda line: (_URGENCIES.index(line.urgency), line.received))
    shown = waiting[:_SHOWN]
    lines = [
        say(
            "home.case_line",
            reference=line.reference,
            urgency=say(f"cases.urgency_{line.urgency.value}"),
            day=day_of(line.received),
        )
        for line in shown
    ]
    if len(waiting) > len(shown):
        lines.append(say("home.cases_more", count=str(len(waiting) - len(shown))))
    buttons = (Button(say("cases.open", reference=line.reference), "cases.open", line.reference) for line in shown)
    return Reply((Card(say("home.cases"), tuple(lines or [say("home.cases_none")])),), tuple(buttons))


def _quiz(message: Message, world: World) -> Reply:
    seat = quiz_seat.sit(message, world)
    progress = seat.progress()
    line = say("home.quiz_none")
    if progress and progress.waiting:
        done = len(progress.order) - len(progress.waiting)
        line = say("home.quiz_going", done=str(max(done, 0)), length=str(len(progress.order)))
    elif progress and progress.answered:
        scores = score(progress, seat.lessons.questions)
        right, asked = sum(s.right for s in scores), sum(s.asked for s in scores)
        line = say("home.quiz_done", right=str(right), asked=str(asked))
    return Reply((Card(say("home.quiz"), (line,)),), (Button(say("quiz.carry_on"), "quiz.start"),))


def _reports(message: Message, world: World) -> Reply:
    lines, buttons = [], [Button(say("help.button_report"), "report.start")]
    draft = world.drafts.current(message.person, message.conversation)
    if draft and draft.answers.get("safe") != "no":
        lines.append(say("home.draft"))
        buttons = [Button(say("report.go_on"), "report.go_on"), Button(say("report.stop"), "report.stop")]
    for sent_draft in _sent_drafts(message, world):
        case = world.cases.sent(sent_draft)
        status = world.cases.status(case.code) if case else None
        if status:
            state = say("home.report_opened", day=day_of(status.opened)) if status.opened else say("home.report_new")
            lines.append(say("home.report_line", reference=status.reference, day=day_of(status.received), state=state))
    return Reply((Card(say("home.reports"), tuple(lines or [say("home.reports_none")])),), tuple(buttons))


def _sent_drafts(message: Message, world: World) -> list[str]:
    return list(world.memory.recall(message.person, message.conversation, ABILITY).get("drafts", []))
