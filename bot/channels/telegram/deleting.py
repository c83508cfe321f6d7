"""Deletes in Telegram what held words of a report; Telegram allows that for 48 hours after a message was sent."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from telegram.error import BadRequest, Forbidden

from bot.channels.channel import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Bot

    from bot.store.report_messages import ReportMessages

_log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Messages that Telegram deletes in one call."""
_LAST = timedelta(hours=46)
"""After which time a message goes although its report has not ended, before Telegram keeps it for good."""


class Deleting:
    """The messages that are to go."""

    def __init__(self, bot: Bot, held: ReportMessages) -> None:
        self._bot, self._held = bot, held

    async def note(self, chat: int, message: int, at: str) -> None:
        """Note that a message that was sent holds words of a report."""
        await asyncio.to_thread(self._held.note, str(chat), message, datetime.fromisoformat(at))

    async def take_back_old(self) -> None:
        """Delete what has stood for long: a report that was left, or a case that a lead has read."""
        until = datetime.now(UTC) - _LAST
        for chat in await asyncio.to_thread(self._held.chats, until):
            try:
                await self.take_back(int(chat), until.isoformat())
            except Refused as error:
                _log.error("telegram: %s", error)

    async def take_back(self, chat: int, until: str) -> None:
        """Delete what was noted in a chat up to a time; raises Refused where Telegram keeps some of it for good."""
        kept = 0
        found = await asyncio.to_thread(self._held.of, str(chat), datetime.fromisoformat(until))
        for messages in (found[at : at + _AT_ONCE] for at in range(0, len(found), _AT_ONCE)):
            kept += await self._delete(chat, messages)
            await asyncio.to_thread(self._held.let_go, str(chat), messages)
        if kept:
            raise Refused(f"{kept} messages that held words of a report can't be deleted any more")

    async def _delete(self, chat: int, messages: Sequence[int]) -> int:
        """Delete some messages, and count those that Telegram keeps; what is gone already is skipped."""
        try:
            await self._bot.delete_messages(chat, messages)
        except Forbidden:
            return len(messages)
        except BadRequest:
            return sum([await self._is_kept(chat, message) for message in messages])
        return 0

    async def _is_kept(self, chat: int, message: int) -> bool:
        try:
            await self._bot.delete_message(chat, message)
        except BadRequest as error:
            return "not found" not in error.message
        return False
