"""Turns a Reply into Telegram messages: HTML with everything escaped, buttons below the last, all limits kept."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.channels.marks import MARKS
from bot.channels.telegram.keyboard import Keyboard, length
from knowledge.smart.signposts import load_signposts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from handlers.message import Card, Reply

TEXT_LIMIT = 4096
"""Characters of a message, as Telegram counts them: UTF-16 units, tags left out."""
_FOLDED_LINE = 600
"""Characters from which a line folds, and the rest of a headline."""
_JOINER = "\u2060"
"""A character without width; it keeps a name, a command or an address from becoming a link."""
_NAME_OR_COMMAND = re.compile(r"((?<![\w/])[@#]|(?<![\w/<])/)(?=\w)")
_ADDRESS = re.compile(r"(?<![\w-])(?:(?:\w+:/+)?[\w-]+(?:\.[\w-]+)+|\w+:/+(?=\w))")

Payload = dict[str, Any]


def render(reply: Reply, keep: Callable[[str, str], str], bot: str = "") -> list[Payload]:
    """Give the messages of a reply, each as parameters of sendMessage without the chat.

    `keep` stores what is too long for a button and gives a short id. `bot` is the bot's username where the reply
    goes to a group: there the buttons of what is private lead into the private chat.
    """
    keyboard = Keyboard(reply)
    blocks = [block for card in reply.cards for block in _card(card)]
    if reply.form and (step := reply.form.next_field):
        blocks += [("b", step.ask), *([("i", step.hint)] if step.hint else [])]
    blocks += [("", words) for words in keyboard.in_full]
    messages = [_message(text) for text in _texts(blocks)] or ([_message(_escaped("", "…"))] if keyboard.named else [])
    for number, rows in enumerate(keyboard.pages(keep, bot)):
        if number:
            messages.append(_message("…"))
        messages[-1]["reply_markup"] = {"inline_keyboard": rows}
    return messages


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
