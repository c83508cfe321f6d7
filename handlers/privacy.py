"""Says what is kept about a person, and erases what may be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "privacy"
COMMANDS = ("privacy", "forget")


def handle(message: Message, world: World) -> Reply:
    """Say what is held, or erase it where "forget" was asked."""
    if message.action == "privacy.forget" or message.text.strip().lower().lstrip("/") == "forget":
        world.memory.forget(message.person)
        world.drafts.forget(message.person)
        return Reply((Card(say("privacy.forgotten"), signal=Signal.INFO),))
    lines = (
        say("report.privacy_draft"),
        say("privacy.reports"),
        say("privacy.platform"),
        say("privacy.forget"),
    )
    return Reply(
        (Card(say("privacy.held"), lines, signal=Signal.INFO),),
        (Button(say("privacy.button_forget"), "privacy.forget"),),
    )
