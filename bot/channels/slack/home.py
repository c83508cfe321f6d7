"""Gives the App Home page: a box to ask in, what people often ask, and where somebody stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.slack.blocks import heading, plain_text, small
from bot.channels.slack.buttons import buttons_of
from bot.channels.slack.cards import cards_of
from bot.channels.slack.form import VIEW_BLOCKS
from bot.channels.slack.heard import ASK_BOX, SAY
from bot.channels.slack.prompts import offered
from handlers.home import overview
from handlers.message import Button
from handlers.wording import say

if TYPE_CHECKING:
    from bot.channels.channel import Payload
    from handlers.message import Message
    from handlers.ports import World

_LONGEST_QUESTION = 1000


def home(message: Message, world: World) -> Payload:
    """Give the page of one person."""
    school = world.engine.schools[message.school]
    prompts = offered(world.engine, message.school, message.role)
    topics = tuple(Button(prompt.title, SAY, prompt.message) for prompt in prompts)
    blocks = [
        heading(say("slack.hello", school=school.name)),
        _ask_box(),
        small(say("slack.sent_to_chat")),
        heading(say("slack.topics")),
        *buttons_of(topics, "topics"),
    ]
    for number, part in enumerate(overview(message, world)):
        blocks += [{"type": "divider"}, *cards_of(part), *buttons_of(part.buttons, f"part{number}")]
    blocks.append(small(say("help.danger")))
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _ask_box() -> Payload:
    return {
        "type": "input",
        "dispatch_action": True,
        "block_id": "ask",
        "label": plain_text(say("slack.ask_box")),
        "hint": plain_text(say("slack.ask_box_hint")),
        "element": {
            "type": "plain_text_input",
            "action_id": f"0:{ASK_BOX}",
            "max_length": _LONGEST_QUESTION,
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    }
