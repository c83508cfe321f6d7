"""Turns the cards of a reply into blocks; a long clause folds where a button reads it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.marks import MARKS
from bot.channels.slack.blocks import SECTION, escaped, mrkdwn, one_line, parts, sections, small

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.channels.channel import Payload
    from handlers.message import Button, Card, Reply

_FOLDED = 600
"""Characters of a headline from which its clause folds behind the button that reads it out."""
_READS_CLAUSE = "ask.clause"


def cards_of(reply: Reply, buttons: Sequence[Button] = ()) -> Iterator[Payload]:
    """Give the blocks of a reply's cards, which stand above these buttons."""
    folds = any(button.action == _READS_CLAUSE for button in buttons)
    for card in reply.cards:
        yield from _card(card, folds=folds)


def _card(card: Card, *, folds: bool) -> Iterator[Payload]:
    mark, lines = MARKS[card.signal], list(card.lines)
    if card.headline:
        words = _folded(one_line(card.headline)) if folds else one_line(card.headline)
        yield from _headline(f"{mark} {words}".strip())
    elif lines and mark:
        lines[0] = f"{mark} {lines[0]}"
    yield from sections(lines)
    for words in (card.cited, card.folded):
        yield from (small(part) for part in parts(words, SECTION))


def _headline(words: str) -> Iterator[Payload]:
    for part in parts(words, SECTION - 2):
        bold = "*" not in part and "\n" not in part and len(escaped(part)) <= SECTION - 2
        yield {"type": "section", "text": mrkdwn(f"*{escaped(part)}*" if bold else escaped(part))}


def _folded(words: str) -> str:
    if len(words) <= _FOLDED:
        return words
    stop = max(words.rfind(mark, 0, _FOLDED) for mark in (". ", "; "))
    return words[: stop + 1] + " …" if stop > _FOLDED // 2 else words[:_FOLDED].rsplit(" ", 1)[0] + " …"
