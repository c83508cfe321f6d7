"""Turns a line that somebody typed into a Message: a number presses the button that carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.message import Message

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.message import Button
    from knowledge.model import Audience

PERSON = "terminal"


def parse(line: str, offered: tuple[Button, ...], *, school: str, role: Audience, at: datetime, event: str) -> Message:
    """Give the message that a typed line means where these buttons were offered last."""
    text = line.strip()
    number = text.strip("[]. ")
    button = offered[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(offered) else None
    return Message(
        channel="terminal",
        event=event,
        person=PERSON,
        conversation=PERSON,
        school=school,
        role=role,
        at=at,
        text="" if button else text,
        action=button.action if button else "",
        value=button.value if button else "",
    )
