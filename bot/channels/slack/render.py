"""Turns a Reply into Slack's messages, as many as it needs, with all limits kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.slack.blocks import escaped, parts, section
from bot.channels.slack.buttons import above_buttons, full_labels, rows_of
from bot.channels.slack.cards import cards_of
from bot.channels.slack.form import GO_ON, in_form
from handlers.message import Button, Card, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channels.channel import Payload
    from handlers.message import Reply

BLOCKS = 50
FALLBACK = 3000


def render(reply: Reply, spot: str, owner: str) -> list[Payload]:
    """Give the messages of a reply, each with the text of its notification and its blocks; buttons below the last.

    `spot` and `owner` say to which conversation and to whom the buttons belong. A form becomes a button that opens it.
    """
    if in_form(reply):
        # The report itself stands in its form alone; what is said beside it stands here.
        cards = reply.cards if reply.form else reply.cards[:-1]
        ready = Card(lines=(say("slack.form_ready"),))
        reply = replace(reply, cards=(*cards, ready), buttons=(Button(say("slack.open_form"), GO_ON),))
    blocks = [*cards_of(reply, reply.buttons), *full_labels(reply.buttons)] or [section("…")]
    below = list(rows_of(reply.buttons, spot, owner))
    pages = [blocks[i : i + BLOCKS - len(below)] for i in range(0, len(blocks), BLOCKS - len(below))]
    pages[-1] = [*pages[-1], *below]
    return [{"text": _notice(reply), "blocks": page} for page in pages]


def told_in_place(blocks: Sequence[Payload], reply: Reply) -> list[Payload] | None:
    """Give a message with a reply added above its buttons, or None where it doesn't fit."""
    added = list(cards_of(reply))
    at = above_buttons(blocks)
    whole = [*blocks[:at], *added, *blocks[at:]]
    return whole if len(whole) <= BLOCKS else None


def _notice(reply: Reply) -> str:
    """Give what a notification shows; it can be read by somebody else, so of a worry it says nothing."""
    first = next((card.headline or " ".join(card.lines[:1]) for card in reply.cards), "")
    private = reply.form or any(card.signal is Signal.HELP for card in reply.cards)
    words = say("slack.notice") if private or not first else first
    return escaped(next(parts(words, FALLBACK), "…"))
