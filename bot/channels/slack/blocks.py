"""Puts words into Slack's blocks: everything escaped, no mention or link made, each block within its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.channels.channel import Payload

SECTION = 3000
HEADER = 150
VALUE = 2000


def heading(words: str) -> Payload:
    """Give a heading."""
    return {"type": "header", "text": plain_text(words, HEADER)}


def small(words: str) -> Payload:
    """Give a line in small type."""
    return {"type": "context", "elements": [mrkdwn(escaped(words))]}


def section(words: str) -> Payload:
    """Give a paragraph."""
    return {"type": "section", "text": mrkdwn(escaped(words))}


def sections(lines: Iterable[str]) -> Iterator[Payload]:
    """Put lines into as few sections as their limit allows."""
    text = ""
    for line in lines:
        for part in parts(line, SECTION):
            if text and len(escaped(text)) + 1 + len(escaped(part)) > SECTION:
                yield section(text)
                text = ""
            text = f"{text}\n{part}" if text else part
    if text:
        yield section(text)


def parts(words: str, limit: int) -> Iterator[str]:
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


def one_line(words: str) -> str:
    """Give words without line breaks."""
    return " ".join(words.split())


def escaped(words: str) -> str:
    """Escape what Slack reads as its own marks, so that no mention, channel or link comes of it."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> Payload:
    """Give text in which bold is read, and no name, channel or link is made; it must be escaped."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str, limit: int = VALUE) -> Payload:
    """Give text in which Slack reads no marks, cut to a limit."""
    text = one_line(text) or "…"
    return {"type": "plain_text", "text": text if len(text) <= limit else text[: limit - 1].rstrip() + "…"}
