"""Answers a policy question with verdict and clause, asks back what is open, and goes on from the question before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.danger import danger_in
from handlers.help import offer
from handlers.message import Button, Card, Reply, Signal
from handlers.receipt import lines_of
from handlers.wording import say
from knowledge.answering.answer import Help
from knowledge.answering.asking import Kind
from knowledge.answering.courtesy import Courtesy
from knowledge.answering.thread import asks_why, continues, joined
from knowledge.model import Audience, Modality, Verdict, Wording
from knowledge.naming import named_in

if TYPE_CHECKING:
    from datetime import date

    from handlers.message import Message
    from handlers.ports import World
    from knowledge.answering.answer import Answer
    from knowledge.contacts import Contacts
    from knowledge.model import School

ABILITY = "ask"
COMMANDS = ("ask", "can-i")
_REMEMBERED = timedelta(minutes=30)
_SIGNALS = {
    Verdict.ALLOWED: Signal.YES,
    Verdict.ALLOWED_IF: Signal.IF,
    Verdict.DISCOURAGED: Signal.CAREFUL,
    Verdict.FORBIDDEN: Signal.NO,
    Verdict.REQUIRED: Signal.MUST,
    Verdict.RECOMMENDED: Signal.ADVICE,
    Verdict.INFO: Signal.INFO,
    Verdict.NOT_COVERED: Signal.SILENT,
    Verdict.CONCERN: Signal.HELP,
}
_UNSURE = 0.5
"""Below this confidence the next clause is shown beside the first."""
_LEADS = ("dsl", "head", "chair")
_BANS = (Modality.MUST_NOT, Modality.SHOULD_NOT)
_DUTIES = (Verdict.REQUIRED, Verdict.RECOMMENDED)
_YES_OR_NO = {"yes": True, "y": True, "yeah": True, "yep": True, "no": False, "n": False, "nope": False}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def handle(message: Message, world: World) -> Reply:
    """Answer a question, or a button that sits under an answer."""
    if message.action:
        return _PRESSED.get(message.action, _old)(message, world)
    text = _without_command(message.text)
    if text:
        return _typed(message, world, text)
    if message.attachments:
        return Reply(
            (Card(say("ask.attachment"), (say("ask.in_danger"),), signal=Signal.HELP),),
            (Button(say("ask.report_it"), "report.start"),),
        )
    return _note(say("ask.empty"))


def _typed(message: Message, world: World, text: str) -> Reply:
    before = world.memory.recall(message.person, message.conversation, ABILITY)
    if before.get("question"):
        if before["open"] and text.lower() in _YES_OR_NO:
            return _settle(message, world, yes=_YES_OR_NO[text.lower()])
        if asks_why(text):
            return _why(message, world, before)
        if continues(text):
            text = joined(before["question"], text, world.engine.model.lexicon)
    return _answer(message, world, text, frozenset())


def _note(text: str) -> Reply:
    return Reply((Card(headline=text, signal=Signal.INFO),))


def _old(message: Message, world: World) -> Reply:  # noqa: ARG001 -- every button's answer is called alike
    return _note(say("help.old_button"))


def _yes(message: Message, world: World) -> Reply:
    return _settle(message, world, yes=True)


def _no(message: Message, world: World) -> Reply:
    return _settle(message, world, yes=False)


def _doubt(message: Message, world: World) -> Reply:
    who = person_to_ask(world.engine.schools[message.school], message.role)
    return Reply((Card(lines=(say("ask.doubt", who=who),), signal=Signal.INFO),))


def _without_command(text: str) -> str:
    first, _, rest = text.strip().partition(" ")
    return rest.strip() if first.lower().lstrip("/") in COMMANDS and first.startswith("/") else text.strip()


def _why(message: Message, world: World, before: dict[str, Any]) -> Reply:
    school = world.engine.schools[message.school]
    clause = school.by_id.get(next(iter(before["clauses"]), ""))
    if clause is None or before["silent"]:
        return _note(say("ask.why_silent"))
    return Reply(
        (
            Card(
                say("ask.why", text=clause.text),
                cited=cited_line(school, clause.place, world.clock().date()),
                signal=Signal.INFO,
            ),
        )
    )


def _answer(message: Message, world: World, question: str, told: frozenset[str]) -> Reply:
    answer = world.engine.answer(message.school, message.role, question, told)
    if answer.courtesy:
        return _courteous(answer.courtesy, world)
    world.memory.keep(
        message.person,
        message.conversation,
        ABILITY,
        {
            "question": question,
            "told": sorted(told),
            "open": sorted(answer.follow_up.shows) if answer.follow_up else [],
            "silent": answer.verdict is Verdict.NOT_COVERED,
            "clauses": [citation.clause.id for citation in answer.citations],
        },
        world.clock() + _REMEMBERED,
    )
    reply = show(answer, message.role, world.clock().date(), question, world.contacts.get(message.school))
    return (
        reply if any("999" in line for line in reply.cards[0].lines) else _danger_first(reply, question, message, world)
    )


def _danger_first(reply: Reply, question: str, message: Message, world: World) -> Reply:
    """Say 999 before an answer where the words speak of danger now, and offer a report."""
    cards, offered = danger_in(question, message, world), {button.action for button in reply.buttons}
    more = (Button(say("ask.report_now"), "report.start"),) if cards and "report.start" not in offered else ()
    return replace(reply, cards=(*cards, *reply.cards), buttons=(*more, *reply.buttons))


def _courteous(courtesy: Courtesy, world: World) -> Reply:
    """Answer a courtesy in kind; what was asked before stays remembered."""
    if courtesy in (Courtesy.GREETING, Courtesy.WHO):
        offered = offer(world)
        first = Card(say(f"ask.courtesy_{courtesy.value}"), signal=Signal.INFO)
        return replace(offered, cards=(first, *offered.cards))
    return _note(say(f"ask.courtesy_{courtesy.value}"))


def _settle(message: Message, world: World, *, yes: bool) -> Reply:
    before = world.memory.recall(message.person, message.conversation, ABILITY)
    if not before.get("open"):
        return _old(message, world)
    shown = {tag if yes else _denied(tag) for tag in before["open"]}
    return _answer(message, world, before["question"], frozenset(before["told"]) | shown)


def _denied(tag: str) -> str:
    kind, value = tag.split(".", 1)
    return f"refused.{value}" if kind == "permission" else f"not.{tag}"


def _clause(message: Message, world: World) -> Reply:
    school = world.engine.schools[message.school]
    clause = school.by_id.get(message.value)
    if clause is None:
        return _note(say("ask.nothing_to_continue"))
    return Reply(
        (
            Card(
                headline=say("ask.clause", title=school.policy.title, place=clause.place),
                lines=(clause.text, wording_note(school)),
                signal=Signal.INFO,
            ),
        )
    )


_PRESSED = {"ask.yes": _yes, "ask.no": _no, "ask.clause": _clause, "ask.doubt": _doubt}


def show(answer: Answer, role: Audience, today: date, question: str = "", contacts: Contacts | None = None) -> Reply:
    """Show an answer to the person who asked; help outside is named as the school's own contacts have it."""
    if not answer.understood:
        return Reply(
            (Card(say("ask.not_understood"), (say("ask.other_languages"),), signal=Signal.HELP),),
            (Button(say("ask.report_it"), "report.start"),),
        )
    if answer.verdict is Verdict.CONCERN:
        cards = [_concern(answer, role, question, contacts)]
    else:
        cards = [_card(answer, role, today)]
    return Reply((*cards, *(_card(other, role, today) for other in answer.more)), _buttons(answer, question))


def _buttons(answer: Answer, question: str) -> tuple[Button, ...]:
    if answer.verdict is Verdict.CONCERN:
        label = say("ask.report_now") if answer.urgent else say("ask.report_it")
        return (Button(label, "report.start", answer.concern or ""),)
    buttons = []
    if answer.follow_up:
        buttons += [Button(say("ask.yes"), "ask.yes"), Button(say("ask.no"), "ask.no")]
    if answer.citations and answer.verdict is not Verdict.NOT_COVERED:
        buttons.append(Button(say("ask.read_clause"), "ask.clause", answer.citations[0].clause.id))
    buttons.append(Button(say("ask.is_this_right"), "ask.doubt"))
    if answer.help is Help.BESIDE or "report" in question.lower():
        buttons.append(Button(say("ask.report_it"), "report.start", answer.concern or ""))
    return tuple(buttons)


def _card(answer: Answer, role: Audience, today: date) -> Card:
    school = answer.school
    verdict = say(f"verdict.{answer.verdict.value}")
    lines: list[str] = []
    if answer.verdict is Verdict.NOT_COVERED:
        if answer.citations:
            nearest = answer.citations[0].clause
            name = "ask.nearest" if role in nearest.audience else "ask.nearest_for"
            whom = _people(nearest.audience)
            lines.append(say(name, text=nearest.text, place=nearest.place, whom=whom))
        lines.append(say("ask.ask_person", who=person_to_ask(school, role)))
        if role is Audience.PUPIL:
            lines.append(say("ask.child_beside"))
        headline, cited = verdict, school.policy.title
    elif answer.for_others:
        clause = answer.citations[0].clause
        headline = f"{say('ask.for_others', whom=_people(clause.audience))} {clause.text}"
        lines.append(say("ask.none_for_you", who=person_to_ask(school, role)))
        cited = cited_line(school, clause.place, today)
    else:
        clause = answer.citations[0].clause
        if answer.verdict is Verdict.ALLOWED and clause.modality in _BANS:
            verdict = say("verdict.allowed_exception")
        elif answer.why.kind == Kind.MAY and answer.verdict in _DUTIES:
            verdict = say(f"verdict.{answer.verdict.value}_here")  # a "yes" would sound like leave
        headline = f"{verdict} {clause.text}".strip()
        if answer.follow_up:
            lines.append(answer.follow_up.ask)
        cited = cited_line(school, clause.place, today)
        lines += [
            say("ask.also", text=c.clause.text, place=c.clause.place)
            for c in answer.citations[1:2]
            if answer.confidence < _UNSURE
        ]
    if answer.help is Help.BESIDE:
        lines = [*answer.says_first, *lines, say("ask.beside")]
    folded = wording_note(school)
    signal = Signal.INFO if answer.for_others else _SIGNALS[answer.verdict]
    return Card(headline, tuple(lines), cited, folded, signal)


def _people(audience: frozenset[Audience]) -> str:
    """Name the people whom a clause is for: "staff and governors"."""
    named = [say(f"ask.people_{one.value}") for one in Audience if one in audience]
    return " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)


def _concern(answer: Answer, role: Audience, question: str, contacts: Contacts | None) -> Card:
    school = answer.school
    lines = []
    if role is Audience.PUPIL:
        lines.append(say("ask.child"))
    if answer.urgent and not any("999" in line for line in answer.says_first):
        lines.append(say("ask.in_danger"))
    lines += answer.says_first
    lines.append(say("ask.help_lines", lines=lines_of(answer.signposts[:4], contacts)))
    if role is not Audience.PUPIL:
        lines += _whom_to_tell(role, school, {who for one in named_in(question, school, contacts) for who in one.roles})
    cited = ""
    if answer.citations and role is not Audience.PUPIL:  # what staff do with a report is no help to a child
        clause = answer.citations[0].clause
        lines.append(clause.text)
        cited = f"{school.policy.title} · {clause.place}"
    return Card(say("verdict.concern"), tuple(lines), cited, "", Signal.HELP)


def _whom_to_tell(role: Audience, school: School, named: set[str]) -> list[str]:
    """Say to whom somebody on the staff speaks today; nobody is sent to a lead whom their own words name."""
    whom = next(post for post in _LEADS if post not in named or post == _LEADS[-1])
    who = _lower(school.title_of(whom))
    lines = [say("ask.not_to_them", lead=_lower(school.title_of("dsl")), who=who)] if "dsl" in named else []
    return [*lines, say("ask.staff_today", who=f"the {who}")] if role is Audience.STAFF else lines


def _lower(title: str) -> str:
    """Give a title as it stands inside a sentence; "Executive Principal" and "DSL" keep their capitals."""
    return title[0].lower() + title[1:] if title[1:] == title[1:].lower() else title


def person_to_ask(school: School, role: Audience) -> str:
    """Say which person at the school can answer what the bot can't."""
    if role in (Audience.STAFF, Audience.GOVERNOR):
        return say("ask.who_head", title=_lower(school.title_of("head")))
    if role is Audience.PUPIL:
        return say("ask.who_adult")
    return say("ask.who_office")


def cited_line(school: School, place: str, today: date) -> str:
    """Say where the clause stands, and whether the policy's review is overdue."""
    parts = [school.policy.title, place]
    due = school.policy.review_due
    if due:
        name = "ask.review_was_due" if due < today.isoformat()[: len(due)] else "ask.review_due"
        parts.append(say(name, when=month_of(due)))
    return " · ".join(parts)


def month_of(day: str) -> str:
    """Say an ISO month or day in words: "July 2025"."""
    year, month = day.split("-")[:2]
    return f"{_MONTHS[int(month) - 1]} {year}"


def wording_note(school: School) -> str:
    """Say whose words the clauses are in."""
    if school.policy.wording is Wording.QUOTED:
        return say("ask.quoted")
    return say("ask.in_our_words")
