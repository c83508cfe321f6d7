"""Begins a report, hears what is typed or pressed amid it, lets it be left, stores it, and only then says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import intake, privacy, unfinished
from handlers.danger import danger_in
from handlers.help import old_button
from handlers.message import Button, Card, Reply, Signal
from handlers.ports import Draft, Unfinished
from handlers.receipt import confirmed
from handlers.report_steps import (
    about_files,
    ask,
    choose,
    keep,
    next_step,
    note,
    school_of,
    steps,
    take_words,
    typed,
    with_words,
    wrote,
)
from handlers.typed import is_bare, says_send, takes_up
from handlers.wording import say
from knowledge.model import KINDS, Audience

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import Sent, World

ABILITY = "report"
COMMANDS = ("report", "concern")
_ASIDE = ("help", "privacy", "forget", "menu")
"""Words that are never taken as a part of what happened."""
_OFFERED = "report.offered"
"""The ability by name under which the memory keeps which unfinished report somebody was asked about."""
_SENT = "sent"
_LISTENS = timedelta(hours=1)
"""How long after the last answer a text is still taken as the next one."""
_REMINDS = timedelta(days=1)
_REMINDED = "report.reminded"
"""The ability by name under which the memory keeps that somebody was reminded of a report that they left."""


def under_way(message: Message, world: World) -> bool:
    """Tell whether the next text belongs to a report."""
    draft = world.drafts.current(message.person, message.conversation)
    here = draft is not None and draft.school == message.school and not draft.left
    return here and draft is not None and world.clock() - draft.touched < _LISTENS


def handle(message: Message, world: World) -> Reply:
    """Begin a report, take one answer, or send it."""
    if not message.private:
        return Reply((note("report.not_here"),))
    if message.action == "report.send":
        return _send(message.value, message, world)
    draft = world.drafts.current(message.person, message.conversation)
    if message.action == "report.anew":
        return _anew(draft, message, world)
    if message.action in ("", "report.start"):
        return _start_or_go_on(draft, message, world)
    return _press(draft, message, world) if draft else old_button()


def _start_or_go_on(draft: Draft | None, message: Message, world: World) -> Reply:
    if draft is None:
        return _start(message, world)
    if draft.school != message.school:
        return _anew(draft, message, world)
    if not under_way(message, world):
        return _unfinished(draft, message, world)
    if is_aside(message, world):
        return _aside(_command_in(message.text), draft, message, world)
    return ask(draft, message, world) if message.action else _heard(draft, message, world)


def unsent(message: Message, world: World) -> Reply | None:
    """Say, once a day, that a report was left and that nobody has seen it; None where there is none, or it was said.

    After a pause words are no answer to a step any more, and whoever takes them for one must not believe it sent.
    """
    draft = world.drafts.current(message.person, message.conversation)
    if not message.private or draft is None or draft.left or draft.school != message.school:
        return None
    if draft.answers.get("safe") == "no" and not says_send(message.text):
        return None  # somebody else may be holding the phone
    if world.memory.recall(message.person, message.conversation, _REMINDED).get("draft") == draft.id:
        return None
    until = world.clock() + _REMINDS
    world.memory.keep(message.person, message.conversation, _REMINDED, {"draft": draft.id}, until)
    return _unfinished(draft, message, world)


def _anew(draft: Draft | None, message: Message, world: World) -> Reply:
    """Erase what was written and begin anew; what speaks of danger is passed on first."""
    if draft and unfinished.speaks_of_danger(draft, world):
        sent = unfinished.pass_on(Unfinished(message.person, message.conversation, draft), world)
        reply = _start(message, world)
        return replace(reply, cards=(_passed_on(sent, world), *reply.cards))
    world.drafts.drop(message.person, message.conversation)
    return _start(message, world)


def _passed_on(sent: Sent, world: World) -> Card:
    (card,) = confirmed(sent, world).cards
    return replace(card, headline=say("report.passed_on"))


def _press(draft: Draft, message: Message, world: World) -> Reply:
    if message.action == "report.answer":
        name, _, value = message.value.partition(":")
        return choose(draft, name, value, message, world)
    if message.action == "report.wrote":
        return wrote(draft, message, world)
    if message.action == "report.back":
        return back(message, world)
    if message.action == "report.stop":
        return stop(message, world)
    changing = message.value if message.action == "report.change" else draft.changing
    return ask(keep(replace(draft, changing=changing), message, world), message, world)


def stop(message: Message, world: World) -> Reply:
    """Leave the report and erase what was written, unless it speaks of danger; then say what becomes of it."""
    draft = world.drafts.current(message.person, message.conversation)
    if draft and unfinished.speaks_of_danger(draft, world):
        world.drafts.keep(message.person, message.conversation, replace(draft, left=True))
        lines = (say("report.left_passed_on", after=unfinished.after(world)), say("report.stopped_danger"))
        buttons = (Button(say("report.go_on"), "report.go_on"),)
        return Reply((Card(say("report.left"), lines, signal=Signal.HELP),), buttons, ends=True)
    world.drafts.drop(message.person, message.conversation)
    return Reply((Card(say("report.stopped"), (say("report.stopped_danger"),), signal=Signal.INFO),), ends=True)


def back(message: Message, world: World) -> Reply:
    """Go one step back; the answer given there stays until another one is given."""
    draft = world.drafts.current(message.person, message.conversation)
    if draft is None:
        return old_button()
    names = [step.name for step in steps(draft, message, world)]
    step = next_step(draft, message, world)
    before = names[: names.index(step.name)] if step else names
    if not before:
        return ask(draft, message, world, note("report.first_step"))
    return ask(keep(replace(draft, changing=before[-1]), message, world), message, world)


def begin_with(words: str, message: Message, world: World) -> Reply:
    """Begin a report with words that somebody wrote already, or add them to the one that they are at."""
    draft = world.drafts.current(message.person, message.conversation)
    if draft and draft.school == message.school:
        return ask(with_words(draft, replace(message, text=words), world), message, world, note("report.going_on"))
    return _start(message, world, words)


def _start(message: Message, world: World, words: str = "") -> Reply:
    draft = Draft(world.new_id(), message.school, {}, world.clock(), role=message.role.value, channel=message.channel)
    child = message.role is Audience.PUPIL
    lines = [
        say("report.child_start" if child else "report.start"),
        say("report.child_start_danger" if child else "report.start_danger"),
        say("report.child_honest" if child else "report.start_honest"),
        say("report.child_unfinished" if child else "report.start_unfinished", after=unfinished.after(world)),
    ]
    if message.school not in world.contacts:
        lines.insert(0, say("report.trial"))
    if message.value in KINDS:
        draft = replace(draft, answers={"kind": message.value})
        if not child:
            lines.append(say("report.start_kind", kind=say(f"report.kind_{message.value}")))
    if words:
        draft = replace(draft, answers={**draft.answers, "what": words})
    draft = keep(draft, message, world)
    return ask(
        draft,
        message,
        world,
        Card(say("report.title"), tuple(lines), signal=Signal.HELP),
        *about_files(message),
    )


def _unfinished(draft: Draft, message: Message, world: World) -> Reply:
    """Ask whether somebody goes on with a report that they left; for a while they may type it, too."""
    world.memory.keep(message.person, message.conversation, _OFFERED, {"draft": draft.id}, world.clock() + _LISTENS)
    buttons = (Button(say("report.go_on"), "report.go_on"), Button(say("report.anew"), "report.anew"))
    return Reply((note("report.unfinished"),), buttons)


def _heard(draft: Draft, message: Message, world: World) -> Reply:
    """Take a typed text as the answer to the step that was asked; words in the wrong place are kept, too."""
    files, text = about_files(message), message.text
    if not text.strip() or _command_in(text) in COMMANDS:
        return ask(draft, message, world, *(files or (note("report.going_on"),)))
    step, school = next_step(draft, message, world), school_of(draft, world)
    if step is None:
        if says_send(text):
            return _send(draft.id, message, world)
        if is_bare(text):
            return ask(draft, message, world, *files, note("report.press_send"))
        cards = (*danger_in(text, message, world), *files, note("report.added_words"))
        return ask(with_words(draft, message, world), message, world, *cards)
    if not intake.choices_of(step.name, school):
        ways = ("skip", *(choice.label.lower() for choice in step.choices))
        nothing_more = step.name == "what" and intake.MORE in draft.answers and is_bare(text)
        skipped = nothing_more or (step.optional and text.strip().strip(".!").lower() in ways)
        return take_words(draft, step.name, "" if skipped else text, message, world, *files)
    return typed(draft, step, message, world, *files)


def _command_in(text: str) -> str:
    """Give a text as the commands are written: "Help!" is help."""
    return text.strip().strip(".!?").lower().lstrip("/")


def _aside(word: str, draft: Draft, message: Message, world: World) -> Reply:
    """Answer a word that is about the bot and no part of what happened, and go on; "forget" ends the report."""
    if word == "forget":
        return replace(privacy.handle(replace(message, text=word), world), ends=True)
    cards = privacy.handle(replace(message, text=word), world).cards if word == "privacy" else ()
    told = Card(say("report.aside"), (say("report.aside_how"),), signal=Signal.INFO)
    return ask(draft, message, world, *cards, told)


def is_aside(message: Message, world: World) -> bool:
    """Tell whether a text is about the bot itself, amid a report."""
    return not message.action and _command_in(message.text) in _ASIDE and under_way(message, world)


def taken_up(message: Message, world: World) -> Reply | None:
    """Do what somebody types who was asked whether they go on with a report or begin anew; None where nobody was."""
    action, draft = takes_up(message.text), world.drafts.current(message.person, message.conversation)
    if not action or draft is None:
        return None
    if world.memory.recall(message.person, message.conversation, _OFFERED).get("draft") != draft.id:
        return None
    return handle(replace(message, text="", action=action), world)


def sent_before(message: Message, world: World) -> Reply | None:
    """Answer a typed "send" after a report was sent with its receipt; None where none was sent lately."""
    if not says_send(message.text):
        return None
    draft = world.memory.recall(message.person, message.conversation, _SENT).get("draft")
    sent = world.cases.sent(draft) if message.private and draft else None
    return confirmed(sent, world) if sent else None


def _send(draft_id: str, message: Message, world: World) -> Reply:
    """Store the report and then say so; a second press finds it stored and says the same again."""
    draft = world.drafts.current(message.person, message.conversation)
    if draft is None or draft.id != draft_id:
        sent = world.cases.sent(draft_id)
        return confirmed(sent, world) if sent else old_button()
    if next_step(draft, message, world) is not None:
        return ask(draft, message, world)
    concern, routed = unfinished.routed(draft, world)
    left = Unfinished(message.person, message.conversation, draft)
    with world.at_once():
        sent = world.cases.send(unfinished.case_of(left, concern, routed, world))
        # Whoever types "send" once more gets the receipt, for as long as a text is taken as an answer.
        value, until = {"draft": draft.id}, world.clock() + _LISTENS
        world.memory.keep(message.person, message.conversation, _SENT, value, until)
    return confirmed(sent, world)
