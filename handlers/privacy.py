"""Says what is kept about a person, and erases what may be erased."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import unfinished
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "privacy"
COMMANDS = ("privacy", "forget")


def handle(message: Message, world: World) -> Reply:
    """Say what is held, or erase it where "forget" was asked."""
    if message.action == "privacy.forget" or message.text.strip().lower().lstrip("/") == "forget":
        world.memory.forget(message.person)
        if world.subscriptions:
            world.subscriptions.drop(message.person)
        ask = say("privacy.ask_to_erase", button=say("status.erase"))
        return Reply((Card(say("privacy.forgotten"), (*_kept(message, world), ask), signal=Signal.INFO),))
    subscribed = world.subscriptions is not None and world.subscriptions.of(message.person) is not None
    child = "child_" if message.role is Audience.PUPIL else ""
    lines = (
        *([say("privacy.subscription")] if subscribed else []),
        say("report.privacy_draft", after=unfinished.after(world), days=str(world.keeps_drafts.days)),
        say(f"privacy.{child}reports"),
        say(f"privacy.{child}platform"),
        say("privacy.forget"),
    )
    return Reply(
        (Card(say("privacy.held"), lines, signal=Signal.INFO),),
        (Button(say("privacy.button_forget"), "privacy.forget"),),
    )


def _kept(message: Message, world: World) -> tuple[str, ...]:
    """Erase a person's drafts but for those that speak of danger, and say so where there is one."""
    kept = False
    for left in world.drafts.of(message.person):
        if unfinished.speaks_of_danger(left.draft, world):
            world.drafts.keep(left.person, left.conversation, replace(left.draft, left=True))
            kept = True
        else:
            world.drafts.drop(left.person, left.conversation)
    return (say("privacy.draft_kept", after=unfinished.after(world)),) if kept else ()
