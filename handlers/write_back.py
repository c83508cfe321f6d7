"""Takes what a reporter adds to a report they sent; words that name somebody are not shown to them unasked.

Whoever may read the report sees what is added to it. So a message that names one of the school's people waits until its
writer has said that it isn't about them; else it becomes a report of its own, which is routed without them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import report
from handlers.danger import danger_in
from handlers.message import Button, Card, Reply, Signal
from handlers.unfinished import in_danger_now
from handlers.wording import say
from knowledge.naming import named_in

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ADD, APART = ACTIONS = ("status.add", "status.apart")
_WAITING = "status.words"
"""The ability by name under which the memory keeps words that are neither added nor reported yet."""
_LASTS = timedelta(days=7)


def take(code: str, message: Message, world: World) -> Reply:
    """Add words to the report with a code, or ask first whether they are about somebody whom they name."""
    words = _named(code, message, world)
    if not words:
        return _added(code, message.text, message, world)
    if in_danger_now(message.text, world):
        # Danger waits for no answer: left unsent it is passed on, to two whom the words don't name.
        return _apart("status.named_apart", words, message.text, message, world)
    waiting = {"code": code, "words": message.text, "named": words}
    world.memory.keep(message.person, message.conversation, _WAITING, waiting, world.clock() + _LASTS)
    buttons = (Button(say("status.apart"), APART, code), Button(say("status.add"), ADD, code))
    return Reply((Card(say("status.named", words=words), signal=Signal.CAREFUL),), buttons)


def press(message: Message, world: World) -> Reply | None:
    """Do with the words that wait what was chosen; None where none wait."""
    waiting = world.memory.recall(message.person, message.conversation, _WAITING)
    if not waiting or waiting["code"] != message.value:
        return None
    world.memory.drop(message.person, message.conversation, _WAITING)
    if message.action == ADD:
        return _added(waiting["code"], waiting["words"], message, world)
    return _apart("status.begun_apart", waiting["named"], waiting["words"], message, world)


def _named(code: str, message: Message, world: World) -> str:
    """Give the words of a message that name somebody at the report's school, or nothing."""
    status = world.cases.status(code)
    school = world.engine.schools.get(status.school) if status else None
    if status is None or school is None:
        return ""
    found = named_in(message.text, school, world.contacts.get(status.school))
    return found[0].words if found else ""


def _added(code: str, words: str, message: Message, world: World) -> Reply:
    known = world.cases.write_back(code, words)
    note = Card(say("status.written" if known else "status.unknown"), signal=Signal.INFO)
    return Reply((*danger_in(words, message, world), note))


def _apart(name: str, named: str, words: str, message: Message, world: World) -> Reply:
    reply = report.begin_with(words, message, world)
    return replace(reply, cards=(Card(say(name, words=named), signal=Signal.CAREFUL), *reply.cards))
