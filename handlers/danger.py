"""Says 999 first where somebody is in danger, in words for a child or for a grown-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.message import Card, Signal
from handlers.receipt import help_lines
from handlers.unfinished import in_danger_now
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World


def danger_first(message: Message, world: World, *, sure: bool = True, life: bool = False) -> Card:
    """Say 999, and who else helps; where it is not sure, that nobody has to be certain.

    `life` says that somebody may want to end theirs, perhaps whoever writes: they are not left without a kind word.
    """
    child = message.role is Audience.PUPIL
    name = f"{'child_' if child else ''}danger{'' if sure else '_unsure'}"
    bodies = ("police", "childline") if child else ("police", "childline", "nspcc")
    lines = help_lines((*bodies[:1], "samaritans", *bodies[1:]) if life else bodies, message.school, world)
    kind = (say("report.child_not_alone" if child else "report.not_alone"),) if life else ()
    return Card(say(f"report.{name}"), (*kind, say("report.help_lines", lines=lines)), signal=Signal.HELP)


def danger_in(words: str, message: Message, world: World) -> tuple[Card, ...]:
    """Say 999 where words speak of danger now, whatever was answered before."""
    if not in_danger_now(words, world):
        return ()
    return (danger_first(message, world, life=world.engine.hears(message.role, words).concern == "self-harm"),)
