"""Says what the bot can do, and stops or steps back when asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "help"
COMMANDS = ("help", "start", "menu", "please help", "pls help", "999")
STOP = ("stop", "cancel", "quit", "exit")
BACK = ("back",)
_LINES = ("ask", "quiz", "tip", "subscribe", "report", "status", "privacy", "stop")


def handle(message: Message, world: World) -> Reply:  # noqa: ARG001 -- every ability is called alike
    """Say what the bot can do."""
    return offer(world)


def offer(world: World) -> Reply:
    """Say what the bot can do, with the ways into it."""
    lines = [line for line in _LINES if line != "subscribe" or world.subscriptions]
    return Reply(
        (
            Card(
                say("help.title"),
                tuple(say(f"help.{line}") for line in lines),
                folded=say("help.danger"),
                signal=Signal.INFO,
            ),
        ),
        (
            Button(say("help.button_quiz"), "quiz.start"),
            Button(say("help.button_tip"), "tips.one"),
            Button(say("help.button_report"), "report.start"),
        ),
    )


def nothing_to(word: str) -> Reply:
    """Answer "stop" or "back" where nothing is going on."""
    return Reply(
        (
            Card(
                say("help.nothing_to_stop" if word in STOP else "help.nothing_to_go_back_to"),
                signal=Signal.INFO,
            ),
        )
    )


def nothing_to_answer() -> Reply:
    """Answer "skip" or "send" where no step is waiting for it."""
    return Reply((Card(say("help.nothing_to_answer"), signal=Signal.INFO),))


def stopped() -> Reply:
    """Answer "stop" after something was left."""
    return Reply((Card(say("help.stopped"), signal=Signal.INFO),))


def old_button() -> Reply:
    """Answer a button of a step that has passed."""
    return Reply((Card(say("help.old_button"), signal=Signal.INFO),))
