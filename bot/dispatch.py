"""Takes a message to the ability that it is for and gives its reply; nothing that goes wrong there is swallowed."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from handlers import ask, cases, help, privacy, quiz, report, school, status, subscribe, tips  # noqa: A004 -- an ability's name
from handlers.asked_to_report import asked_in
from handlers.message import Card, Reply, Signal
from handlers.typed import steps_in
from handlers.wording import say
from knowledge.answering.courtesy import courtesy_in

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

_log = logging.getLogger(__name__)


class Ability(Protocol):
    """What every ability is: its name, the words that call it, and its answer to a message."""

    @property
    def ABILITY(self) -> str:  # noqa: N802 -- a module's constant
        """The first part of the actions of its buttons."""

    @property
    def COMMANDS(self) -> tuple[str, ...]:  # noqa: N802 -- a module's constant
        """The words that call it."""

    def handle(self, message: Message, world: World) -> Reply:
        """Answer a message that is for this ability."""


class Conversation(Ability, Protocol):
    """An ability with several steps, which can be under way, stopped, and stepped back in."""

    def under_way(self, message: Message, world: World) -> bool:
        """Tell whether this person is in the middle of it."""

    def stop(self, message: Message, world: World) -> Reply:
        """Leave it."""

    def back(self, message: Message, world: World) -> Reply:
        """Go one step back."""


ABILITIES: tuple[Ability, ...] = (ask, quiz, tips, subscribe, report, status, cases, privacy, school, help)
_BY_ACTION = {ability.ABILITY: ability for ability in ABILITIES}
_BY_COMMAND = {command: ability for ability in ABILITIES for command in ability.COMMANDS}
_GOING_ON: tuple[Conversation, ...] = (report, status, cases, quiz)
"""Abilities with several steps, which hear a text before it is taken as a question; the gravest first."""


def dispatch(message: Message, world: World) -> Reply:
    """Give the reply to one message.

    An error becomes a reply with a reference that also stands in the log, beside the error's type and place and
    without a word of the message.
    """
    try:
        return _with_files(message, world) if message.attachments else _dispatch(message, world)
    except Exception as error:  # noqa: BLE001 -- the boundary: whatever went wrong, the person gets a reply
        reference = secrets.token_hex(3)
        _log.exception("fault %s: %s", reference, type(error).__name__, exc_info=_without_words(error))
        return Reply((Card(say("fault.sorry", reference=reference), signal=Signal.HELP),))


def _with_files(message: Message, world: World) -> Reply:
    """Answer the words beside a file as always, and say why the file itself isn't opened."""
    reply = _dispatch(message, world)
    if not message.text.strip() or report.under_way(message, world):
        return reply
    return replace(reply, cards=(*reply.cards, Card(lines=(say("ask.attachment"),), signal=Signal.INFO)))


_A_FEW_WORDS = 80
"""Letters of the longest text that can ask for a report and tell nothing yet."""


def _dispatch(message: Message, world: World) -> Reply:
    if message.action:
        ability = _BY_ACTION.get(message.action.split(".")[0])
        return ability.handle(message, world) if ability else help.old_button()
    command = _command_in(message.text, world)
    if asked := _asked_outright(message, command, world):
        return asked.handle(message, world)
    under_way = _under_way(message, world)
    if not under_way and (known := report.sent_before(message, world) or report.taken_up(message, world)):
        return known
    if command in (*help.STOP, *help.BACK):
        return _leave(command, under_way, message, world)
    if under_way and not (command in _BY_COMMAND and under_way is not report):
        return under_way.handle(message, world)
    return _BY_COMMAND[command].handle(message, world) if command in _BY_COMMAND else _asked(message, world)


def _asked(message: Message, world: World) -> Reply:
    """Answer a question, and say beside it where a report was left unsent."""
    steps_on = not courtesy_in(message.text) and steps_in(message.text)
    reply = help.nothing_to_answer() if steps_on else ask.handle(message, world)
    unsent = report.unsent(message, world)
    if unsent is None:
        return reply
    return replace(reply, cards=(*reply.cards, *unsent.cards), buttons=(*unsent.buttons, *reply.buttons))


def _command_in(text: str, world: World) -> str:
    """Give the word that may call an ability: the first where more may follow it, else all that was said."""
    said = text.strip().lower()
    if asked_in(said) or (len(said) < _A_FEW_WORDS and asked_in(" ".join(world.engine.model.read(said)))):
        return report.ABILITY
    words = said.lstrip("/").split()
    more_may_follow = said.startswith("/") or tips.asked_in(said) or subscribe.asked_in(said)
    return words[0] if words and more_may_follow else said.rstrip(".!? ")


def _asked_outright(message: Message, command: str, world: World) -> Ability | None:
    """Give the ability that is asked for in words which mean it whatever is under way."""
    said = message.text.strip().lower()
    if said.lstrip("/").split()[:1] == ["enrol"] or cases.reference_in(said):
        return cases
    if report.is_aside(message, world):
        return report
    if status.code_in(message.text) or status.is_no_code(message.text):
        return status
    return _BY_COMMAND.get(command) if said.startswith("/") else None


def _leave(command: str, under_way: Conversation | None, message: Message, world: World) -> Reply:
    """Stop what is going on or take it one step back; where nothing is, somebody may mean their weekly tips."""
    if under_way:
        return (under_way.stop if command in help.STOP else under_way.back)(message, world)
    weekly = subscribe.offer_to_stop(message, world) if command in help.STOP else None
    return weekly or help.nothing_to(command)


def is_under_way(message: Message, world: World) -> bool:
    """Tell whether somebody is in the middle of something with several steps, where a text is taken as an answer."""
    return _under_way(message, world) is not None


def _under_way(message: Message, world: World) -> Conversation | None:
    return next((ability for ability in _GOING_ON if ability.under_way(message, world)), None)


def _without_words(error: BaseException) -> BaseException:
    """Give the error with its place and type alone, since its text might repeat what somebody wrote."""
    bare = type("Fault", (Exception,), {})(type(error).__name__)
    fault: BaseException = bare.with_traceback(error.__traceback__)
    return fault
