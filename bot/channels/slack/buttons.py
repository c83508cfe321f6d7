"""Turns buttons into blocks, and changes those of a message once one of them was pressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.channels.slack.blocks import plain_text, sections, small
from bot.channels.slack.spots import place_in_block
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.channels.channel import Payload
    from handlers.message import Button

LABEL = 75
BUTTONS = 25
_LETTERED = re.compile(r"([A-Z])\. ")


def buttons_of(buttons: Sequence[Button], block: str) -> list[Payload]:
    """Give some buttons that belong to no message, in blocks with this id."""
    return [{**row, "block_id": f"{block}{n}"} for n, row in enumerate(rows_of(buttons, "", ""))]


def rows_of(buttons: Sequence[Button], spot: str, owner: str) -> Iterator[Payload]:
    """Give a message's buttons; `spot` and `owner` say to which conversation and to whom they belong."""
    unique, lettered = list(dict.fromkeys(buttons)), _by_letters(buttons)
    for number, start in enumerate(range(0, len(unique), BUTTONS)):
        elements = [_button(start + i, button, lettered) for i, button in enumerate(unique[start : start + BUTTONS])]
        yield {"type": "actions", "block_id": place_in_block(spot, owner, number), "elements": elements}


def _button(number: int, button: Button, lettered: bool) -> Payload:
    letter = _LETTERED.match(button.label) if lettered else None
    shown: Payload = {
        "type": "button",
        "action_id": f"{number}:{button.action}",
        "text": plain_text(letter[1] if letter else button.label, LABEL),
    }
    return {**shown, "value": button.value} if button.value else shown


def full_labels(buttons: Sequence[Button]) -> list[Payload]:
    """Give in full what doesn't fit on its button."""
    lettered = _by_letters(buttons)
    return list(sections(b.label for b in buttons if len(b.label) > LABEL or (lettered and _LETTERED.match(b.label))))


def _by_letters(buttons: Sequence[Button]) -> bool:
    """Tell whether the choices A, B, C … bear their letters alone, since one of them is too long for a button."""
    return any(len(button.label) > LABEL and _LETTERED.match(button.label) for button in buttons)


def pressed(blocks: Sequence[Payload], action: str, value: str, label: str, *, answered: bool) -> list[Payload]:
    """Give a message's blocks once one of its buttons was pressed.

    Where the answer has buttons of its own (`answered` False), what belongs to the same ability goes; where it is
    told in place, the button alone goes.
    """
    ability = action.partition(".")[0]
    kept = []
    for block in blocks:
        if block.get("type") != "actions":
            kept.append(block)
            continue
        left = [e for e in block.get("elements", ()) if not _goes(e, action, value, ability, alone=answered)]
        if left:
            kept.append({**block, "elements": left})
    if not answered and label:
        kept.insert(above_buttons(kept), small(say("slack.chosen", label=label)))
    return kept


def _goes(element: Payload, action: str, value: str, ability: str, *, alone: bool) -> bool:
    name = str(element.get("action_id", "")).partition(":")[2]
    if alone:
        return name == action and (element.get("value") or "") == value
    return name.partition(".")[0] == ability


def above_buttons(blocks: Sequence[Payload]) -> int:
    """Say before which of a message's blocks its buttons end, so that something can be added above them."""
    return next((i for i, block in enumerate(blocks) if block.get("type") == "actions"), len(blocks))
