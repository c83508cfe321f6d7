"""Reads back the direct messages that came while nobody listened for longer than Slack tries again."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.channels.channel import Refused, Unsure, Wait
from bot.channels.slack.calls import call
from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

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
_THREADS = timedelta(days=7)
"""How old a thread may be in which somebody wrote on meanwhile."""
_PAGE = 100
_AGAIN = 60.0
"""Seconds until all is read anew where Slack did not give all of it."""
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the tries of a call to which Slack gives no answer."""


class Outage:
    """Knows until when the bot listened."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._memory, self._clock = memory, clock
        self._behind: set[str] = set()

    async def note_alive(self, seat: Seat) -> None:
        """Keep that the bot listens now, and has read what came before."""
        if seat.team not in self._behind:
            at = {"at": self._clock().isoformat()}
            await asyncio.to_thread(self._memory.keep, seat.itself, seat.itself, _ALIVE, at, None)

    async def was_long(self, seat: Seat) -> bool:
        """Tell whether nothing was heard for so long that Slack may have given up telling, and isn't read back yet."""
        if seat.team in self._behind:
            return False
        kept = await asyncio.to_thread(self._memory.recall, seat.itself, seat.itself, _ALIVE)
        return bool(kept) and self._clock() - datetime.fromisoformat(kept["at"]) > _OUTAGE

    async def read_back(self, seat: Seat, take: Callable[[Seat, Payload], Awaitable[None]]) -> None:
        """Take every direct message since the bot last listened; those that are known are dropped by their ids.

        Until all of them are taken the bot counts as away, so that whoever starts it next reads them again.
        """
        self._behind.add(seat.team)
        kept = await self._last_alive(seat)
        now = self._clock()
        since = datetime.fromisoformat(kept["at"]) if kept else now
        oldest = max(since - _MARGIN, now - _LONGEST).timestamp()
        whole = now - since < _OUTAGE or await _read(seat, oldest, take)
        while not whole:
            await asyncio.sleep(_AGAIN)
            whole = await _read(seat, oldest, take)
        self._behind.discard(seat.team)  # that it is alive is kept with its next sign of life

    async def _last_alive(self, seat: Seat) -> dict[str, Any]:
        """Give what was last kept, again where the store fails; until then the bot counts as away."""
        while True:
            try:
                return await asyncio.to_thread(self._memory.recall, seat.itself, seat.itself, _ALIVE)
            except StoreError as error:
                _log.warning("what was said meanwhile can't be read back yet (%s)", error)
                await asyncio.sleep(_AGAIN)


async def _read(seat: Seat, since: float, take: Callable[[Seat, Payload], Awaitable[None]]) -> bool:
    """Take the messages of every chat; tell whether Slack gave all of them."""
    whole = True
    try:
        async for chat in _pages(seat, "conversations.list", "channels", types="im"):
            try:
                for message in await _chat(seat, chat["id"], since):
                    event = {**message, "channel": chat["id"], "channel_type": "im"}
                    await take(seat, {"type": "event_callback", "team_id": seat.team, "event": event})
            except Refused as refused:
                _log.warning("Slack does not let a chat be read back (%s)", refused)
            except Unsure as error:
                _log.warning("a chat could not be read back (%s)", error)
                whole = False
    except (Refused, Unsure) as error:
        _log.warning("direct messages could not be read back (%s)", error)
        return False
    return whole


async def _chat(seat: Seat, channel: str, since: float) -> list[Payload]:
    """Give what was written in a chat and its threads since a time, the oldest first."""
    found = []
    oldest = f"{since - _THREADS.total_seconds():.6f}"
    async for message in _pages(seat, "conversations.history", "messages", channel=channel, oldest=oldest):
        if float(message["ts"]) > since:
            found.append(message)
        if float(message.get("latest_reply") or 0) > since:
            more = {"channel": channel, "ts": message["ts"], "oldest": f"{since:.6f}"}
            thread = [reply async for reply in _pages(seat, "conversations.replies", "messages", **more)]
            found += [reply for reply in thread if reply["ts"] != message["ts"]]  # the first comes with the others
    return sorted(found, key=lambda message: float(message["ts"]))


async def _pages(seat: Seat, method: str, of: str, **args: Any) -> AsyncIterator[Payload]:  # noqa: ANN401 -- JSON
    """Give the rows of a list, page by page; raises Refused, or Unsure where no answer came again and again."""
    cursor = ""
    while True:
        page = await _patiently(seat, method, {**args, "limit": _PAGE, **({"cursor": cursor} if cursor else {})})
        for row in page[of]:
            yield row
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return


async def _patiently(seat: Seat, method: str, args: Payload) -> Payload:
    pauses = iter(_PAUSES)
    while True:
        try:
            return await call(seat.client, method, args)
        except Wait as wait:
            await asyncio.sleep(wait.seconds)
        except Unsure:
            pause = next(pauses, None)
            if pause is None:
                raise
            await asyncio.sleep(pause)
