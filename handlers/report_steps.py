"""Asks the steps of a report one by one, takes each answer as it is given, and shows the whole for checking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import intake, unfinished
from handlers.danger import danger_first, danger_in
from handlers.message import Button, Card, Form, Reply, Signal
from handlers.receipt import titles
from handlers.typed import begins_with_yes, chosen, is_bare
from handlers.wording import say
from knowledge.model import Audience
from knowledge.smart.signposts import load_signposts

if TYPE_CHECKING:
    from handlers.message import Field, Message
    from handlers.ports import Draft, World
    from knowledge.model import School


def typed(draft: Draft, step: Field, message: Message, world: World, *files: Card) -> Reply:
    """Take a text where a choice was asked: as the choice that it says, else as more of what happened."""
    value = chosen(step.name, message.text, message.role, school_of(draft, world))
    if value is not None:
        return choose(draft, step.name, value, message, world, *files)
    if is_bare(message.text):
        return ask(draft, message, world, *files, note("report.choose"))
    draft = with_words(draft, message, world)
    if step.name == "danger" and begins_with_yes(message.text):
        return choose(draft, step.name, "yes", message, world, *files)
    cards = (*danger_in(message.text, message, world), *files, note("report.kept_words"))
    return ask(draft, message, world, *cards)


def wrote(draft: Draft, message: Message, world: World) -> Reply:
    """Take words written into the field of a step, which `value` names; those of another step change nothing."""
    step = next_step(draft, message, world)
    if step is None or step.name != message.value or intake.choices_of(step.name, school_of(draft, world)):
        return ask(draft, message, world)
    return take_words(draft, step.name, message.text, message, world)


def take_words(draft: Draft, name: str, words: str, message: Message, world: World, *cards: Card) -> Reply:
    """Take words for a step; danger that they speak of comes first, and whoever they name is asked about anew."""
    if words == draft.answers.get(name):
        return _take(draft, name, words, message, world, *cards)
    danger = danger_in(words, message, world)
    return _take(_said_anew(draft, words, world), name, words, message, world, *danger, *cards)


def with_words(draft: Draft, message: Message, world: World) -> Draft:
    """Add a text to what happened, and keep the draft."""
    draft = _said_anew(draft, message.text, world)
    return keep(replace(draft, answers=intake.with_words(draft.answers, message.text)), message, world)


def _said_anew(draft: Draft, words: str, world: World) -> Draft:
    """Forget what was said of those whom new words name: it was said of other words."""
    contacts = world.contacts.get(draft.school)
    return replace(draft, answers=intake.still_said(draft.answers, words, school_of(draft, world), contacts))


def choose(draft: Draft, name: str, value: str, message: Message, world: World, *cards: Card) -> Reply:
    """Take a choice for the step that is asked now; a choice of an earlier step changes nothing."""
    step, school = next_step(draft, message, world), school_of(draft, world)
    offered = (*intake.choices_of(name, school), *([""] if step and step.optional else []))
    if step is None or step.name != name or value not in offered:
        return ask(draft, message, world)
    if (name, value) == ("kind", "complaint"):
        complaints = load_signposts()["complaints-procedure"].reach
        told = Card(say("report.complaint", complaints=complaints), signal=Signal.INFO)
        return ask(draft, message, world, *cards, told)
    danger = (danger_first(message, world, sure=value == "yes"),) if name == "danger" and value != "no" else ()
    return _take(draft, name, value, message, world, *cards, *danger)


def _take(draft: Draft, name: str, value: str, message: Message, world: World, *cards: Card) -> Reply:
    draft = replace(draft, answers=intake.with_answer(draft.answers, name, value), changing="")
    return ask(keep(draft, message, world), message, world, *cards)


def keep(draft: Draft, message: Message, world: World) -> Draft:
    """Keep a draft as it was just touched."""
    draft = replace(draft, touched=world.clock(), left=False)
    world.drafts.keep(message.person, message.conversation, draft)
    return draft


def next_step(draft: Draft, message: Message, world: World) -> Field | None:
    """Give the step that is asked now: the one being changed, else the first without an answer."""
    fields = steps(draft, message, world)
    changing = next((field for field in fields if field.name == draft.changing), None)
    return changing or next((field for field in fields if not intake.is_answered(field.name, draft.answers)), None)


def steps(draft: Draft, message: Message, world: World) -> tuple[Field, ...]:
    """Give the steps; once the words are there, one for everybody whom they name."""
    school = school_of(draft, world)
    fields = intake.steps(message.role, school, draft.answers)
    if not all(intake.is_answered(field.name, draft.answers) for field in fields):
        return fields
    named = intake.named(school, draft.answers, world.contacts.get(draft.school))
    return (*fields, *intake.doubts(message.role, named))


def ask(draft: Draft, message: Message, world: World, *cards: Card) -> Reply:
    """Ask the next step, or show the whole report for checking where every step has its answer."""
    step = next_step(draft, message, world)
    if step is None:
        return _review(draft, message, world, cards)
    fields = steps(draft, message, world)
    answered = tuple(
        (f.name, draft.answers[f.name]) for f in fields if intake.is_answered(f.name, draft.answers) and f != step
    )
    buttons = (Button(say("report.back"), "report.back"), Button(say("report.stop"), "report.stop"))
    form = Form(draft.id, say("report.title"), fields, answered)
    return Reply(cards, buttons if answered else buttons[1:], form, confidential=True)


def _review(draft: Draft, message: Message, world: World, cards: tuple[Card, ...]) -> Reply:
    school = school_of(draft, world)
    fields = steps(draft, message, world)
    _, routed = unfinished.routed(draft, world)
    named = intake.named(school, draft.answers, world.contacts.get(draft.school))
    about = {f.name: intake.says(f.name, school, named, message.role) for f in fields}
    lines = [f"{what}: {intake.label(name, draft.answers[name], message.role, school)}" for name, what in about.items()]
    if routed.recipients:
        child = "child_" if message.role is Audience.PUPIL else ""
        lines.append(say(f"report.{child}will_go_to", who=titles([r.role for r in routed.recipients], school)))
    if draft.school not in world.contacts:
        lines.append(say("report.trial"))
    change = (Button(say("report.change", what=what), "report.change", name) for name, what in about.items())
    buttons = (
        Button(say("report.send"), "report.send", draft.id),
        *change,
        Button(say("report.stop"), "report.stop"),
    )
    review = Card(say("report.review"), tuple(lines), signal=Signal.INFO)
    return Reply((*cards, review), buttons, confidential=True)


def school_of(draft: Draft, world: World) -> School:
    """Give the school of a draft."""
    return world.engine.schools[draft.school]


def about_files(message: Message) -> tuple[Card, ...]:
    """Say kindly that files are not taken, where some came."""
    return (note("report.no_files"),) if message.attachments else ()


def note(name: str) -> Card:
    """Give a short word about the report itself."""
    return Card(say(name), signal=Signal.INFO)
