"""Reads words as their writer saw them in Slack."""

from __future__ import annotations

import html
import re

_BRACKETS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def plain(said: str) -> str:
    """Give a message as its writer saw it: links, people and channels by their names, & < > as themselves."""
    return html.unescape(_BRACKETS.sub(_shown, said)).strip()


def _shown(match: re.Match[str]) -> str:
    inside, label = match[1], match[2]
    if label:
        return {"#": "#", "!": "@"}.get(inside[:1], "") + label.lstrip("@")
    return f"@{inside[1:]}" if inside[:1] in ("@", "!") else inside
