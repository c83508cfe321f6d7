"""Takes back what holds words of a report in a private chat: notes each message, and has them deleted when it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.channels.channel import Delivery
from bot.channels.telegram.parse import NAME
from handlers import cases, report, school, status
from handlers.message import Card, Reply, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.channels.telegram.parse import Heard
    from bot.store.report_messages import ReportMessages
    from handlers.ports import World

_BEGINS = "report.start"
"""The button that leads into a report sits on an answer, which stays."""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody is at: the `draft` that they have begun and not left, and whether words are awaited (`going`)."""

    draft: str
    going: bool

    def ends_with(self, after: Look) -> str:
        """Give the draft that was there and is there no more; empty where it is, or another one was begun at once."""
        return self.draft if self.draft and not after.draft else ""


def look(heard: Heard, world: World) -> Look:
    """See what somebody is at."""
    draft = world.drafts.current(heard.person, heard.conversation)
    seat = school.seat(heard.person, world)
    going = seat is not None and any(
        ability.under_way(heard.as_message(*seat), world) for ability in (report, status, cases)
    )
    return Look(draft.id if draft and not draft.left else "", going)


def note(heard: Heard, action: str, held: ReportMessages, world: World) -> None:
    """Note that what was said, or what the button sits on, holds words of a report."""
    if not heard.pressed or (action.startswith(f"{report.ABILITY}.") and action != _BEGINS):
        held.note(str(heard.chat), heard.message, world.clock())


def told(reply: Reply, *, sent: bool) -> Reply:
    """Say that the messages are deleted now, so that nobody wonders where they are."""
    words = say("telegram.taken_back" if sent else "telegram.taken_back_unsent")
    return replace(reply, cards=(*reply.cards, Card(lines=(words,), signal=Signal.INFO)))


def take_back(chat: int, world: World) -> Delivery:
    """Promise to delete what was noted in a chat up to now, after all that was promised to it before."""
    until: datetime = world.clock()
    return Delivery(NAME, "", str(chat), {"take_back": {"chat": chat, "until": until.isoformat()}})
