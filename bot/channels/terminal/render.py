"""Turns a Reply into lines of text for a terminal, with the buttons numbered."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from bot.channels.marks import MARKS
from handlers.message import Button

if TYPE_CHECKING:
    from handlers.message import Button, Card, Reply


def render(reply: Reply, width: int = 92) -> str:
    """Give the reply as text; buttons and a form's choices carry the number to type."""
    parts = ["\n".join(_card(card, width)) for card in reply.cards]
    if reply.form and (step := reply.form.next_field):
        parts.append("\n".join(line for text in (step.ask, step.hint) if text for line in _wrap(text, width)))
    if offered := pressable(reply):
        parts.append("\n".join(f"  [{i}] {_clean(button.label)}" for i, button in enumerate(offered, start=1)))
    return "\n".join(part for part in parts if part)


def pressable(reply: Reply) -> tuple[Button, ...]:
    """Give what can be chosen by number, in the order shown."""
    step = reply.form.next_field if reply.form else None
    return (*(step.choices if step else ()), *reply.buttons)


def _card(card: Card, width: int) -> list[str]:
    mark = MARKS[card.signal]
    lines = []
    if card.headline:
        lines += _wrap(f"{mark} {card.headline}" if mark else card.headline, width)
    for line in card.lines:
        lines += _wrap(line, width)
    if card.cited:
        lines += _wrap(card.cited, width)
    if card.folded:
        lines += _wrap(card.folded, width)
    return lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(_clean(text), width) or [""]


def _clean(text: str) -> str:
    """Take out control characters, which could move the cursor or recolour the screen; anybody may have typed them."""
    return "".join(c if c.isprintable() else " " for c in text)
