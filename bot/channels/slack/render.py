"""Turns a Reply into Slack's blocks: everything escaped, no mention or link made, all limits kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.marks import MARKS
from bot.channels.slack.parse import place_in_block
from handlers.message import Button, Card, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.channels.channel import Payload
    from handlers.message import Field, Reply

SECTION = 3000
HEADER = 150
BLOCKS = 50
VIEW_BLOCKS = 100
LABEL = 75
VALUE = 2000
TITLE = 24
RADIOS = 10
OPTIONS = 100
BUTTONS = 25
FALLBACK = 3000
INPUT = 3000
_FOLDED = 600
"""Characters of a headline from which its clause folds behind the button that reads it out."""
_LETTERED = re.compile(r"([A-Z])\. ")
_READS_CLAUSE = "ask.clause"
SEND = "report.send"
GO_ON = "report.go_on"
"""The action that shows a report's next step; it changes nothing, so it can be pressed at any time."""


def render(reply: Reply, spot: str, owner: str) -> list[Payload]:
    """Give the messages of a reply, each with the text of its notification and its blocks; buttons below the last.

    `spot` and `owner` say to which conversation and to whom the buttons belong. A form becomes a button that opens it.
    """
    if in_form(reply):
        # The report itself stands in its form alone; what is said beside it stands here.
        cards = reply.cards if reply.form else reply.cards[:-1]
        ready = Card(lines=(say("slack.form_ready"),))
        reply = replace(reply, cards=(*cards, ready), buttons=(Button(say("slack.open_form"), GO_ON),))
    blocks = [*_cards(reply, reply.buttons), *_full_labels(reply.buttons)] or [_section("…")]
    below = list(_buttons(reply.buttons, spot, owner))
    pages = [blocks[i : i + BLOCKS - len(below)] for i in range(0, len(blocks), BLOCKS - len(below))]
    pages[-1] = [*pages[-1], *below]
    return [{"text": _notice(reply), "blocks": page} for page in pages]


def in_form(reply: Reply) -> bool:
    """Tell whether a reply is a step of a report, the last look at it among them."""
    return reply.form is not None or any(button.action == SEND for button in reply.buttons)


def view(reply: Reply, words: str = "") -> Payload:
    """Give the form in which a reply is shown; `words` stand ready where the next step asks for words."""
    step = reply.form.next_field if reply.form else None
    send = next((button for button in reply.buttons if button.action == SEND), None)
    rest = tuple(button for button in reply.buttons if button is not send)
    blocks = list(_cards(reply, rest))
    about: dict[str, str] = {}
    if step:
        blocks.append(_input(step, words))
        choice = next(iter(step.choices), None)
        about = {"action": choice.action if choice else "", "step": step.name}
    elif send:
        about = {"action": send.action, "value": send.value}
    below = [*_full_labels(rest), *_buttons(rest, "", "")]
    blocks = [*blocks[: VIEW_BLOCKS - len(below)], *below] or [_section("…")]
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
        "blocks": [_section(say("slack.saved"))],
        "private_metadata": "{}",
    }


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
        kept.insert(_above_buttons(kept), small(say("slack.chosen", label=label)))
    return kept


def told_in_place(blocks: Sequence[Payload], reply: Reply) -> list[Payload] | None:
    """Give a message with a reply added above its buttons, or None where it doesn't fit."""
    added = list(_cards(reply, ()))
    at = _above_buttons(blocks)
    whole = [*blocks[:at], *added, *blocks[at:]]
    return whole if len(whole) <= BLOCKS else None


def blocks_of(reply: Reply) -> list[Payload]:
    """Give the blocks of a reply's cards alone."""
    return list(_cards(reply, ()))


def buttons_of(buttons: Sequence[Button], block: str) -> list[Payload]:
    """Give some buttons that belong to no message, in blocks with this id."""
    return [{**row, "block_id": f"{block}{n}"} for n, row in enumerate(_buttons(buttons, "", ""))]


def heading(words: str) -> Payload:
    """Give a heading."""
    return {"type": "header", "text": plain_text(words, HEADER)}


def small(words: str) -> Payload:
    """Give a line in small type."""
    return {"type": "context", "elements": [_mrkdwn(escaped(words))]}


def _above_buttons(blocks: Sequence[Payload]) -> int:
    return next((i for i, block in enumerate(blocks) if block.get("type") == "actions"), len(blocks))


def _goes(element: Payload, action: str, value: str, ability: str, *, alone: bool) -> bool:
    name = str(element.get("action_id", "")).partition(":")[2]
    if alone:
        return name == action and (element.get("value") or "") == value
    return name.partition(".")[0] == ability


def _cards(reply: Reply, buttons: Sequence[Button]) -> Iterator[Payload]:
    folds = any(button.action == _READS_CLAUSE for button in buttons)
    for card in reply.cards:
        yield from _card(card, folds=folds)


def _card(card: Card, *, folds: bool) -> Iterator[Payload]:
    mark, lines = MARKS[card.signal], list(card.lines)
    if card.headline:
        words = _folded(_one_line(card.headline)) if folds else _one_line(card.headline)
        yield from _headline(f"{mark} {words}".strip())
    elif lines and mark:
        lines[0] = f"{mark} {lines[0]}"
    yield from _sections(lines)
    for words in (card.cited, card.folded):
        yield from (small(part) for part in _parts(words, SECTION))


def _headline(words: str) -> Iterator[Payload]:
    for part in _parts(words, SECTION - 2):
        bold = "*" not in part and "\n" not in part and len(escaped(part)) <= SECTION - 2
        yield {"type": "section", "text": _mrkdwn(f"*{escaped(part)}*" if bold else escaped(part))}


def _sections(lines: Iterable[str]) -> Iterator[Payload]:
    """Put lines into as few sections as their limit allows."""
    text = ""
    for line in lines:
        for part in _parts(line, SECTION):
            if text and len(escaped(text)) + 1 + len(escaped(part)) > SECTION:
                yield _section(text)
                text = ""
            text = f"{text}\n{part}" if text else part
    if text:
        yield _section(text)


def _parts(words: str, limit: int) -> Iterator[str]:
    """Cut what is too long for a block, between words where there are any; escaped, each part keeps the limit."""
    words = "".join(c if c.isprintable() or c == "\n" else " " for c in words).strip()
    while len(escaped(words)) > limit:
        at = limit
        while len(escaped(words[:at])) > limit:
            at -= max(1, (len(escaped(words[:at])) - limit) // 5)
        space = words.rfind(" ", at // 2, at)
        cut = space if space > 0 else at
        yield words[:cut].rstrip()
        words = words[cut:].lstrip()
    if words:
        yield words


def _folded(words: str) -> str:
    if len(words) <= _FOLDED:
        return words
    stop = max(words.rfind(mark, 0, _FOLDED) for mark in (". ", "; "))
    return words[: stop + 1] + " …" if stop > _FOLDED // 2 else words[:_FOLDED].rsplit(" ", 1)[0] + " …"


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _full_labels(buttons: Sequence[Button]) -> list[Payload]:
    """Give in full what doesn't fit on its button."""
    lettered = _by_letters(buttons)
    return list(_sections(b.label for b in buttons if len(b.label) > LABEL or (lettered and _LETTERED.match(b.label))))


def _by_letters(buttons: Sequence[Button]) -> bool:
    """Tell whether the choices A, B, C … bear their letters alone, since one of them is too long for a button."""
    return any(len(button.label) > LABEL and _LETTERED.match(button.label) for button in buttons)


def _buttons(buttons: Sequence[Button], spot: str, owner: str) -> Iterator[Payload]:
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


def _input(step: Field, words: str) -> Payload:
    """Give the step's field: choices to pick one of, or a box for words."""
    offered = [choice for choice in step.choices if not choice.value.endswith(":")]
    element: Payload
    if not offered:
        element = {"type": "plain_text_input", "multiline": step.long, "max_length": INPUT}
        if words:
            element["initial_value"] = words[:INPUT]
    else:
        options = [
            {"text": plain_text(choice.label, LABEL), "value": choice.value}
            for choice in (step.choices if step.optional else offered)[:OPTIONS]
        ]
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


def _notice(reply: Reply) -> str:
    """Give what a notification shows; it can be read by somebody else, so of a worry it says nothing."""
    first = next((card.headline or " ".join(card.lines[:1]) for card in reply.cards), "")
    private = reply.form or any(card.signal is Signal.HELP for card in reply.cards)
    words = say("slack.notice") if private or not first else first
    return escaped(next(_parts(words, FALLBACK), "…"))


def escaped(words: str) -> str:
    """Escape what Slack reads as its own marks, so that no mention, channel or link comes of it."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(words: str) -> Payload:
    return {"type": "section", "text": _mrkdwn(escaped(words))}


def _mrkdwn(text: str) -> Payload:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str, limit: int = VALUE) -> Payload:
    """Give text in which Slack reads no marks, cut to a limit."""
    text = _one_line(text) or "…"
    return {"type": "plain_text", "text": text if len(text) <= limit else text[: limit - 1].rstrip() + "…"}
