"""Says what was wrong with a call, without what Telegram may have quoted of a message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telegram.error import BadRequest, NetworkError

if TYPE_CHECKING:
    from telegram.error import TelegramError

_QUOTED = re.compile(r'[:"]')
"""Where Telegram begins to quote what it was given."""


def why(error: TelegramError) -> str:
    """Give the error's type and its reason alone."""
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        return "no answer"
    words = error.message.removeprefix("Forbidden: ").removeprefix("Bad Request: ")
    return f"{type(error).__name__}: {_QUOTED.split(words)[0].strip()}"
