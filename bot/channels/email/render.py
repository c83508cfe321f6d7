"""Turns a notice into an e-mail of plain text, with the address at which the case opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.channels.channel import Delivery
from handlers.wording import say

if TYPE_CHECKING:
    from handlers.message import Reply

NAME = "email"
Link = Callable[[str, str, str], str]
"""Gives the address at which a case opens for a lead, by school, the lead's e-mail address and the reference."""


def render(school: str, whom: str, reply: Reply, link: Link | None) -> list[Delivery]:
    """Give the e-mail of a reply; a button becomes the address behind it, where there is one."""
    lines = [line for card in reply.cards for line in (card.headline, *card.lines) if line]
    for button in reply.buttons:
        address = link(school, whom, button.value) if link else ""
        opens = (f"{button.label}: {address}", say("notices.link_how"))
        lines += opens if address else (say("notices.where", reference=button.value),)
    subject = " ".join(lines[0].split()) if lines else say("notices.message")
    payload = {"to": whom, "subject": subject, "text": "\n\n".join([*lines, say("notices.no_answer")])}
    return [Delivery(NAME, "", whom, payload)]
