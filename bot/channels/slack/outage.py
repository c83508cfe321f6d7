"""Reads back the direct messages that came while nobody listened for longer than Slack tries again."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channels.slack.calls import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.channels.channel import Payload
    from bot.channels.slack.seat import Seat
    from handlers.ports import Memory

_log = logging.getLogger(__name__)

_ALIVE = "slack.alive"
"""The ability by name under which the memory keeps when the bot last listened in a workspace."""
_OUTAGE = timedelta(minutes=2)
"""From how long a silence on our side direct messages are read back."""
_MARGIN = timedelta(minutes=5)
"""How much further back is read: clocks differ, and the last sign of life was a while before the end."""
_LONGEST = timedelta(days=5)


class Outage:
    """Knows until when the bot listened."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._memory, self._clock = memory, clock

    async def note_alive(self, seat: Seat) -> None:
        """Keep that the bot listens now."""
        at = {"at": self._clock().isoformat()}
        await asyncio.to_thread(self._memory.keep, seat.itself, seat.itself, _ALIVE, at, None)

    async def read_back(self, seat: Seat, take: Callable[[Seat, Payload], Awaitable[None]]) -> None:
        """Take every direct message since the bot last listened; those that are known are dropped by their ids."""
        kept = await asyncio.to_thread(self._memory.recall, seat.itself, seat.itself, _ALIVE)
        await self.note_alive(seat)
        now = self._clock()
        since = datetime.fromisoformat(kept["at"]) if kept else now
        if now - since < _OUTAGE:
            return
        oldest = max(since - _MARGIN, now - _LONGEST).timestamp()
        try:
            async for page in await seat.client.conversations_list(types="im", limit=200):
                for chat in page["channels"]:
                    await _read_chat(seat, chat["id"], oldest, take)
        except (SlackApiError, SlackClientError, *NO_ANSWER) as error:
            _log.warning("direct messages could not be read back (%s)", type(error).__name__)


async def _read_chat(seat: Seat, channel: str, oldest: float, take: Callable[[Seat, Payload], Awaitable[None]]) -> None:
    history = await seat.client.conversations_history(channel=channel, oldest=f"{oldest:.6f}", limit=100)
    for message in reversed(history["messages"]):
        event = {**message, "channel": channel, "channel_type": "im"}
        await take(seat, {"type": "event_callback", "team_id": seat.team, "event": event})
