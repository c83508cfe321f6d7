"""Tells a reporter what became of a report, by its receipt code alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import help as helping
from handlers.message import Button, Card, Reply, Signal
from handlers.receipt import confirmed
from handlers.wording import say

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.message import Message
    from handlers.ports import World

ABILITY = "status"
COMMANDS = ("status",)
_ASKED_FOR = timedelta(minutes=10)
_CODE = re.compile(r"(?:/?status\b)?\W*([0-9A-Z]{4}(?:[- ]?[0-9A-Z]{4}){3})\W*", re.IGNORECASE)


def code_in(text: str) -> str | None:
    """Give the receipt code where a text is one, with or without the word status before it."""
    match = _CODE.fullmatch(text.strip())
    if match is None:
        return None
    code = match[1]
    said = text.strip().lower().lstrip("/").startswith("status")
    # Four words of four letters are no code; a code has a digit or its hyphens.
    return code if said or "-" in code or any(c.isdigit() for c in code) else None


def under_way(message: Message, world: World) -> bool:
    """Tell whether a code was asked for a moment ago."""
    return bool(world.memory.recall(message.person, message.conversation, ABILITY))


def handle(message: Message, world: World) -> Reply:
    """Give the status of the report whose code was typed, take what its reporter adds, or ask for the code."""
    if not message.private:
        return _note("status.not_here")
    if message.action == "status.write" and code_in(message.value):
        _expect({"writing": message.value}, message, world)
        return _note("status.ask_words")
    if message.action == "status.erase" and code_in(message.value):
        return _ask_to_erase(message.value, world)
    code = code_in(message.text)
    if code:
        world.memory.drop(message.person, message.conversation, ABILITY)
        return _status(code, message, world)
    return _without_code(message, world)


def _expect(what: dict[str, object], message: Message, world: World) -> None:
    world.memory.keep(message.person, message.conversation, ABILITY, what, world.clock() + _ASKED_FOR)


def _without_code(message: Message, world: World) -> Reply:
    kept = world.memory.recall(message.person, message.conversation, ABILITY)
    called = message.text.strip().lower().lstrip("/") in COMMANDS
    if kept and not called and message.text.strip():
        world.memory.drop(message.person, message.conversation, ABILITY)
        known = "writing" in kept and world.cases.write_back(kept["writing"], message.text)
        return _note("status.written" if known else "status.unknown")
    passed_on = world.memory.recall(message.person, message.conversation, "report").get("passed_on")
    if passed_on and (sent := world.cases.sent(passed_on)):
        return confirmed(sent, world)
    _expect({"asked": True}, message, world)
    return _note("status.ask")


def _status(code: str, message: Message, world: World) -> Reply:
    if world.tries and not world.tries.allowed("code", message.person):
        return _note("status.too_many")
    status = world.cases.status(code)
    if status is None:
        return _note("status.unknown")
    if world.tries:
        world.tries.right("code", message.person)
    lines = [say("status.received", day=day_of(status.received))]
    if status.trial:
        lines.append(say("report.trial"))
    elif status.opened:
        lines.append(say("status.opened", day=day_of(status.opened)))
    else:
        lines.append(say("status.not_opened"))
    if status.closed:
        lines.append(say("status.closed"))
    for step in status.messages:
        name = "status.from_you" if step.step == "reply" else "status.from_school"
        lines.append(say(name, day=day_of(step.at), text=step.inside["text"]))
    lines.append(say("status.danger"))
    write, erase = Button(say("status.write"), "status.write", code), Button(say("status.erase"), "status.erase", code)
    buttons = () if status.trial else (write, erase)
    card = Card(say("status.known", reference=status.reference), tuple(lines), signal=Signal.INFO)
    return Reply((card,), buttons, confidential=bool(status.messages))


def _ask_to_erase(code: str, world: World) -> Reply:
    """Pass on that the reporter wants it erased, once; only the school can decide that."""
    words, status = say("status.erase_words"), world.cases.status(code)
    asked = status is not None and any(step.inside.get("text") == words for step in status.messages)
    known = asked or world.cases.write_back(code, words)
    return _note("status.erase_asked" if known else "status.unknown")


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
