"""Tells a reporter what became of a report, by its receipt code alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import help as helping
from handlers import write_back
from handlers.danger import danger_in
from handlers.message import Button, Card, Reply, Signal
from handlers.receipt import confirmed
from handlers.unfinished import in_danger_now
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.message import Message
    from handlers.ports import CaseStatus, World

ABILITY = "status"
COMMANDS = (
    "status",
    "my report",
    "check my report",
    "where is my report",
    "what happened to my report",
    "did anyone read my report",
    "has anyone read my report",
)
_WRITE, _ERASE = _BUTTONS = ("status.write", "status.erase")
_ASKED_FOR = timedelta(minutes=10)
_LETTERS = r"[0-9A-Z]{4}(?:[- ]?[0-9A-Z]{4}){3}"
_AROUND = r"status|hi|hello|please|here|my|the|a|receipt|report|code|is|its|it|with|about|what|happened|to"
"""What people write around a code; a story that a code stands in has other words, too."""
_CODE = re.compile(
    rf"\W*+(?:(?!{_LETTERS})(?:{_AROUND})\b\W*+)*+({_LETTERS})\W*+(?:keep it\b.*)?", re.IGNORECASE | re.DOTALL
)


_ALMOST = re.compile(r"/?status\W+(?=[\w-]*\d)[\w-]{4,}[\w -]*\W*", re.IGNORECASE)


def code_in(text: str) -> str | None:
    """Give the receipt code where a text is one, alone or among the words that people write around it."""
    match = _CODE.fullmatch(text.strip())
    if match is None:
        return None
    code = match[1]
    said = text.strip().lower().lstrip("/").startswith("status")
    # Four words of four letters are no code; a code has a digit or its hyphens.
    return code if said or "-" in code or any(c.isdigit() for c in code) else None


def is_no_code(text: str) -> bool:
    """Tell whether a text asks for the status of what is almost a code: a sign is missing, or one is too much."""
    return code_in(text) is None and _ALMOST.fullmatch(text.strip()) is not None


def under_way(message: Message, world: World) -> bool:
    """Tell whether a code was asked for a moment ago; danger is no code, and is heard as whatever it says."""
    kept = world.memory.recall(message.person, message.conversation, ABILITY)
    return bool(kept) and ("writing" in kept or not in_danger_now(message.text, world))


def handle(message: Message, world: World) -> Reply:
    """Give the status of the report whose code was typed, take what its reporter adds, or ask for the code."""
    if not message.private:
        return _note("status.not_here")
    if message.action in write_back.ACTIONS:
        return write_back.press(message, world) or helping.old_button()
    code = code_in(message.value if message.action in _BUTTONS else message.text)
    return _with_code(code, message, world) if code else _without_code(message, world)


def _expect(what: dict[str, object], message: Message, world: World) -> None:
    world.memory.keep(message.person, message.conversation, ABILITY, what, world.clock() + _ASKED_FOR)


def _without_code(message: Message, world: World) -> Reply:
    if is_no_code(message.text):
        return _note("status.unknown")
    kept = world.memory.recall(message.person, message.conversation, ABILITY)
    called = message.text.strip().strip(".!?").lower().lstrip("/") in COMMANDS
    if kept and not called and message.text.strip():
        world.memory.drop(message.person, message.conversation, ABILITY)
        if "writing" in kept:
            return write_back.take(kept["writing"], message, world)
        note = _note("status.unknown")
        return replace(note, cards=(*danger_in(message.text, message, world), *note.cards))
    passed_on = world.memory.recall(message.person, message.conversation, "report").get("passed_on")
    # Where it isn't safe to write to them, somebody else may hold the phone: only a code shows anything.
    if passed_on and (sent := world.cases.sent(passed_on)) and sent.case.answers.get("safe") != "no":
        return confirmed(sent, world)
    _expect({"asked": True}, message, world)
    return _note("status.ask")


def _with_code(code: str, message: Message, world: World) -> Reply:
    """Answer what was asked about the report with a code; a wrong one behind a button counts as a try, too."""
    if world.tries and not world.tries.allowed("code", message.person):
        return _note("status.too_many")
    status = world.cases.status(code)
    if status is None:
        return _note("status.unknown")
    if world.tries:
        world.tries.right("code", message.person)
    if message.action == _WRITE:
        _expect({"writing": code}, message, world)
        return _note("status.ask_words")
    if message.action == _ERASE:
        return _ask_to_erase(code, status, world)
    world.memory.drop(message.person, message.conversation, ABILITY)
    return _status(code, status, child=message.role is Audience.PUPIL)


def _status(code: str, status: CaseStatus, *, child: bool) -> Reply:
    lines = [say("status.received", day=day_of(status.received))]
    if status.trial:
        lines.append(say("report.trial"))
    elif status.opened:
        lines.append(say("status.opened", day=day_of(status.opened)))
    else:
        lines.append(say("status.child_not_opened" if child else "status.not_opened"))
    if status.closed:
        lines.append(say("status.closed"))
    for step in status.messages:
        name = "status.from_you" if step.step == "reply" else "status.from_school"
        lines.append(say(name, day=day_of(step.at), text=step.inside["text"]))
    lines.append(say("status.danger"))
    write, erase = Button(say("status.write"), _WRITE, code), Button(say("status.erase"), _ERASE, code)
    buttons = () if status.trial else (write, erase)
    card = Card(say("status.known", reference=status.reference), tuple(lines), signal=Signal.INFO)
    return Reply((card,), buttons, confidential=bool(status.messages))


def _ask_to_erase(code: str, status: CaseStatus, world: World) -> Reply:
    """Pass on that the reporter wants it erased, once; only the school can decide that."""
    words = say("status.erase_words")
    if all(step.inside.get("text") != words for step in status.messages):
        world.cases.write_back(code, words)
    return _note("status.erase_asked")


def _note(name: str) -> Reply:
    return Reply((Card(say(name), signal=Signal.INFO),))


def stop(message: Message, world: World) -> Reply:
    """Stop waiting for a code."""
    world.memory.drop(message.person, message.conversation, ABILITY)
    return helping.stopped()


def back(message: Message, world: World) -> Reply:
    """Leave, since there is only one step."""
    return stop(message, world)


def day_of(at: datetime) -> str:
    """Say a day: "3 December 2026"."""
    return f"{at.day} {at:%B %Y}"
