"""Turns a Reply into Telegram messages: HTML with everything escaped, buttons below the last, all limits kept."""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.channels.marks import MARKS
from handlers.wording import say
from knowledge.smart.signposts import load_signposts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from handlers.message import Button, Card, Reply

TEXT_LIMIT = 4096
"""Characters of a message, as Telegram counts them: UTF-16 units, tags left out."""
DATA_LIMIT = 64
"""Bytes behind a button."""
BUTTONS_LIMIT = 100
"""Buttons below a message."""
LONG = "#"
"""Begins the data of a button whose action is kept in the store."""
PRIVATE_CODES = {"_concern": "report.start", "_subscribe": "subscribe.show"}
"""The codes that lead from a group into the private chat, and straight to what each of them is for."""
_CODES = {action.partition(".")[0]: code for code, action in PRIVATE_CODES.items()}
_LABEL = 40
"""Characters of a label that a telephone shows whole; a longer one stands in the text."""
_ROW = 44
"""Characters of a row as wide as a telephone; its buttons are all equally wide."""
_EDGE = 4
"""Characters for which a button's own edges stand."""
_BESIDE = 4
"""Buttons that stand beside each other at most."""
_FOLDED_LINE = 600
"""Characters from which a line folds, and the rest of a headline."""
_JOINER = "\u2060"
"""A character without width; it keeps a name, a command or an address from becoming a link."""
_NAME_OR_COMMAND = re.compile(r"((?<![\w/])[@#]|(?<![\w/<])/)(?=\w)")
_ADDRESS = re.compile(r"(?<![\w-])(?:(?:\w+:/+)?[\w-]+(?:\.[\w-]+)+|\w+:/+(?=\w))")
_LETTERED = re.compile(r"([A-Za-z0-9]{1,2})\. ")

Payload = dict[str, Any]


def render(reply: Reply, keep: Callable[[str, str], str], bot: str = "") -> list[Payload]:
    """Give the messages of a reply, each as parameters of sendMessage without the chat.

    `keep` stores what is too long for a button and gives a short id. `bot` is the bot's username where the reply
    goes to a group: there the buttons of what is private lead into the private chat.
    """
    shown = pressable(reply)
    named = dict(zip(shown, _labels(shown), strict=True))
    blocks = [block for card in reply.cards for block in _card(card)]
    if reply.form and (step := reply.form.next_field):
        blocks += [("b", step.ask), *([("i", step.hint)] if step.hint else [])]
    blocks += [("", words) for words in _in_full(named)]
    messages = [_message(text) for text in _texts(blocks)] or ([_message(_escaped("", "…"))] if shown else [])
    buttons = iter([_button(button, label, keep, bot) for button, label in named.items()])
    while page := list(islice(buttons, BUTTONS_LIMIT)):
        if "reply_markup" in messages[-1]:
            messages.append(_message("…"))
        messages[-1]["reply_markup"] = {"inline_keyboard": list(_rows(page))}
    return messages


def pressable(reply: Reply) -> tuple[Button, ...]:
    """Give what can be pressed: the choices of a form's step, then the buttons, none of them twice."""
    step = reply.form.next_field if reply.form else None
    return tuple(dict.fromkeys((*(step.choices if step else ()), *reply.buttons)))


def data_of(action: str, value: str, keep: Callable[[str, str], str]) -> str:
    """Give what stands behind a button, short enough for Telegram."""
    data = f"{action}|{value}"
    return data if len(data.encode()) <= DATA_LIMIT else LONG + keep(action, value)


def length(text: str) -> int:
    """Count a text's characters as Telegram does."""
    return len(text.encode("utf-16-le")) // 2


def _message(text: str) -> Payload:
    return {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def _card(card: Card) -> Iterator[tuple[str, str]]:
    mark = MARKS[card.signal]
    lines = list(card.lines)
    headline = card.headline or (lines.pop(0) if lines and mark else "")
    if headline:
        shown, rest = _folded(f"{mark} {headline}".strip())
        yield ("b" if card.headline else ""), shown
        yield from [("fold", rest)] if rest else []
    for line in lines:
        yield ("fold" if len(line) > _FOLDED_LINE else ""), line
    if card.cited:
        yield "i", card.cited
    if card.folded:
        yield "fold", card.folded
    yield "end", ""


def _folded(headline: str) -> tuple[str, str]:
    """Cut what is too long for a headline where a sentence ends, else between words; the rest folds."""
    if len(headline) <= _FOLDED_LINE:
        return headline, ""
    stop = max(headline.rfind(mark, _FOLDED_LINE // 2, _FOLDED_LINE) for mark in (". ", "; "))
    cut = stop + 1 if stop > 0 else headline.rfind(" ", _FOLDED_LINE // 2, _FOLDED_LINE)
    cut = cut if cut > 0 else _FOLDED_LINE
    return headline[:cut].rstrip(), headline[cut:].lstrip()


def _texts(blocks: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Join blocks into as few messages as the limit allows."""
    text, used, gap = "", 0, ""
    for kind, words in blocks:
        if kind == "end":
            gap = "\n\n" if text else ""
            continue
        for part in _parts(plain(words)):
            size = length(part)
            if text and used + len(gap) + size > TEXT_LIMIT:
                yield text
                text, used, gap = "", 0, ""
            text += gap + _escaped(kind, part)
            used += len(gap) + size
            gap = "\n"
    if text:
        yield text


def _parts(words: str) -> Iterator[str]:
    """Cut what is too long for one message, between words where there are any."""
    while length(words) > TEXT_LIMIT:
        at = TEXT_LIMIT
        while (over := length(words[:at]) - TEXT_LIMIT) > 0:
            at -= (over + 1) // 2  # a character counts for two at most
        space = words.rfind(" ", at // 2, at)
        cut = space if space > 0 else at
        yield words[:cut].rstrip()
        words = words[cut:].lstrip()
    if words:
        yield words


def _escaped(kind: str, words: str) -> str:
    inside = html.escape(words, quote=False)
    if kind == "fold":
        return f"<blockquote expandable>{inside}</blockquote>"
    return f"<{kind}>{inside}</{kind}>" if kind else inside


def plain(words: str) -> str:
    """Keep names, commands and addresses from becoming links, but for those of the signposts."""
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in words)
    clean = _ADDRESS.sub(lambda m: m[0] if m[0].lower() in _known_hosts() else _defused(m[0]), clean)
    return _NAME_OR_COMMAND.sub(rf"\1{_JOINER}", clean)


def _defused(address: str) -> str:
    return re.sub(r"(?<=[.:])(?=[^\W\d_]|/)", _JOINER, address)


@cache
def _known_hosts() -> frozenset[str]:
    return frozenset(host.lower() for s in load_signposts().values() for host in _ADDRESS.findall(s.line))


def _labels(buttons: Sequence[Button]) -> list[str]:
    """Give the labels as they stand on the buttons; one that is too long gets a number.

    The choices A, B, C … all bear their letters alone where one of them is too long, so that they look alike.
    """
    by_letters = any(len(button.label) > _LABEL and _LETTERED.match(button.label) for button in buttons)
    found = []
    for number, button in enumerate(buttons, start=1):
        lettered = _LETTERED.match(button.label) if by_letters else None
        if lettered:
            found.append(lettered[1])
        elif len(button.label) <= _LABEL:
            found.append(button.label)
        else:
            found.append(say("telegram.short", number=str(number), label=button.label[: _LABEL - 6].rsplit(" ", 1)[0]))
    return found


def _in_full(named: dict[Button, str]) -> Iterator[str]:
    """Give the labels that are too long for their buttons, each with the letter or number of its button."""
    for button, label in named.items():
        if label != button.label:
            yield button.label if button.label.startswith(f"{label}. ") else f"{label.split('.')[0]}. {button.label}"


def _button(button: Button, label: str, keep: Callable[[str, str], str], bot: str) -> dict[str, str]:
    if bot and (code := _CODES.get(button.action.partition(".")[0])):
        return {"text": label, "url": f"https://t.me/{bot}?start={code}"}
    return {"text": label, "callback_data": data_of(button.action, button.value, keep)}


def _rows(buttons: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """Put buttons beside each other while each label fits into its share; letters stand among themselves."""
    row: list[dict[str, str]] = []
    for button in buttons:
        if row and not _fit([*row, button]):
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _fit(row: Sequence[dict[str, str]]) -> bool:
    widest = max(length(button["text"]) for button in row) + _EDGE
    alike = len({length(button["text"]) == 1 for button in row}) == 1
    return alike and len(row) <= _BESIDE and widest * len(row) <= _ROW
