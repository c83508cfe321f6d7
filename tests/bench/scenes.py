"""Plays the short chats of which there are pictures, with the real bot, and keeps what it would really send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.channels.slack.render import render as in_slack
from bot.channels.telegram.render import render as in_telegram
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable
from bot.channels.terminal.render import render as in_terminal
from bot.dispatch import dispatch
from handlers.message import Message
from knowledge.model import Audience
from tests.bench.terminal_picture import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handlers.message import Button, Reply
    from handlers.ports import World

AT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
IN_TERMINAL = (
    "can i add one of the mums on insta?",
    "1",
    "what about at lunch on my phone",
    "a year 6 just messaged me on tiktok",
)
IN_SLACK = (
    "can i accept a former pupil on insta?",
    "a boy in year 5 showed me nasty messages he gets every night",
    "quiz",
)
IN_TELEGRAM = (
    "can i put pictures of the school play online?",
    "my daughter is being bullied in a whatsapp group",
    "quiz",
    "[With my child]",
)


@dataclass(frozen=True)
class Turn:
    """What a person said, empty where they pressed a button; when, and what the bot sent in answer."""

    said: str
    at: str
    payloads: tuple[dict[str, Any], ...]


def terminal(world: World) -> Iterator[Turn]:
    """Chat in the terminal, where a number presses a button."""
    offered: tuple[Button, ...] = ()
    for number, said in enumerate(IN_TERMINAL):
        message = parse(said, offered, school="st-marys", role=Audience.STAFF, at=AT, event=str(number))
        reply = dispatch(message, world)
        offered = pressable(reply)
        yield Turn(said, "", ({"printed": in_terminal(reply, COLUMNS)},))


def slack(world: World) -> Iterator[Turn]:
    """Chat in Slack, as staff."""
    return _chat(world, "slack", Audience.STAFF, IN_SLACK, lambda reply: in_slack(reply, "", ""))


def telegram(world: World) -> Iterator[Turn]:
    """Chat in Telegram, as a parent."""
    return _chat(world, "telegram", Audience.PARENT, IN_TELEGRAM, lambda reply: in_telegram(reply, lambda *_: "id"))


def _chat(
    world: World, channel: str, role: Audience, says: tuple[str, ...], render: Callable[[Reply], list[dict[str, Any]]]
) -> Iterator[Turn]:
    reply: Reply | None = None
    for number, said in enumerate(says):
        pressed = next((b for b in reply.buttons if f"[{b.label}]" == said), None) if reply else None
        words = {"action": pressed.action, "value": pressed.value} if pressed else {"text": said}
        me = f"{channel}-picture"
        message = Message(channel, f"{number}", me, me, "kingsthorpe-village", role, AT, **words)
        reply = dispatch(message, world)
        yield Turn("" if pressed else said, f"9:{12 + number}", tuple(render(reply)))
