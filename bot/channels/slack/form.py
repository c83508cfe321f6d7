"""Turns a step of a report into a form: what is said, the step's field, and its buttons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.channels.slack.blocks import VALUE, one_line, plain_text, section, sections
from bot.channels.slack.buttons import LABEL, full_labels, rows_of
from bot.channels.slack.cards import cards_of
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channels.channel import Payload
    from handlers.message import Button, Field, Reply

VIEW_BLOCKS = 100
TITLE = 24
RADIOS = 10
OPTIONS = 100
INPUT = 3000
SEND = "report.send"
GO_ON = "report.go_on"
"""The action that shows a report's next step; it changes nothing, so it can be pressed at any time."""


def in_form(reply: Reply) -> bool:
    """Tell whether a reply is a step of a report, the last look at it among them."""
    return reply.form is not None or any(button.action == SEND for button in reply.buttons)


def view(reply: Reply, words: str = "") -> Payload:
    """Give the form in which a reply is shown; `words` stand ready where the next step asks for words."""
    step = reply.form.next_field if reply.form else None
    send = next((button for button in reply.buttons if button.action == SEND), None)
    rest = tuple(button for button in reply.buttons if button is not send)
    blocks = list(cards_of(reply, rest))
    about: dict[str, str] = {}
    if step:
        offered = _numbered(_offered(step))
        if any(len(label) > LABEL for label, _ in offered):
            blocks += sections(label for label, _ in offered)
        blocks.append(_input(step, offered, words))
        choice = next(iter(step.choices), None)
        about = {"action": choice.action if choice else "", "step": step.name}
    elif send:
        about = {"action": send.action, "value": send.value}
    below = [*full_labels(rest), *rows_of(rest, "", "")]
    blocks = [*blocks[: VIEW_BLOCKS - len(below)], *below] or [section("…")]
    title = reply.form.title if reply.form else say("report.title")
    shown: Payload = {
        "type": "modal",
        "title": plain_text(title, TITLE),
        "close": plain_text(say("slack.close"), TITLE),
        "blocks": blocks,
        "private_metadata": json.dumps(about),
    }
    if about:
        shown["submit"] = plain_text(say("slack.next") if step else send.label if send else "", TITLE)
    return shown


def saved() -> Payload:
    """Give the form that is shown where the next step takes longer than Slack waits."""
    return {
        "type": "modal",
        "title": plain_text(say("report.title"), TITLE),
        "close": plain_text(say("slack.close"), TITLE),
        "blocks": [section(say("slack.saved"))],
        "private_metadata": "{}",
    }


def _input(step: Field, offered: Sequence[tuple[str, str]], words: str) -> Payload:
    """Give the step's field: choices to pick one of, or a box for words."""
    options = [{"text": plain_text(label, LABEL), "value": value} for label, value in offered]
    element: Payload
    if not options:
        element = {"type": "plain_text_input", "multiline": step.long, "max_length": INPUT}
        if words:
            element["initial_value"] = words[:INPUT]
    else:
        element = {"type": "radio_buttons" if len(options) <= RADIOS else "static_select", "options": options}
    block: Payload = {
        "type": "input",
        # A fresh id for each step: Slack keeps what was typed in a block that stays.
        "block_id": f"step|{step.name}",
        "label": plain_text(step.ask, VALUE),
        "element": {**element, "action_id": "answer"},
        "optional": step.optional,
    }
    return {**block, "hint": plain_text(step.hint, VALUE)} if step.hint else block


def _offered(step: Field) -> Sequence[Button]:
    """Give what can be chosen in a step; where only skipping it could be, it asks for words."""
    choices = [choice for choice in step.choices if not choice.value.endswith(":")]
    return (step.choices if step.optional else choices)[:OPTIONS] if choices else ()


def _numbered(offered: Sequence[Button]) -> list[tuple[str, str]]:
    """Give labels and values; all bear numbers where one is cut, so that each is found in full above the field."""
    if all(len(choice.label) <= LABEL for choice in offered):
        return [(choice.label, choice.value) for choice in offered]
    return [(f"{number}. {one_line(choice.label)}", choice.value) for number, choice in enumerate(offered, start=1)]
