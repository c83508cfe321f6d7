"""Lets no update be acknowledged to Telegram before it is committed, whether it was polled or came by the webhook."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.channels.channel import Received
from bot.channels.telegram.parse import NAME, Me, parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Answered(HTTPXRequest):
    """Requests that take an answer for Telegram's only where it looks like one: a web filter answers with a page."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 -- passed on as they are
        """Ask; raises NetworkError where it was somebody else who answered."""
        status, body = await super().do_request(*args, **kwargs)
        if not (body.lstrip().startswith(b"{") and b'"ok"' in body):
            raise NetworkError(f"the answer is not Telegram's (status {status})")
        return status, body


class Polls(Answered):
    """The requests for updates, which know when the last one began.

    Each tells Telegram that the updates before it arrived, so it waits until `first` is done: they are committed.
    """

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 -- passed on as they are
        super().__init__(**settings)
        self.asked_at = 0.0
        self.first: list[asyncio.Future[bool]] = []

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401 -- passed on as they are
        """Wait for the commits, then ask, and note when."""
        if self.first:
            await asyncio.wait(self.first)
            for committed in self.first:
                committed.result()
            self.first.clear()
        self.asked_at = asyncio.get_running_loop().time()
        return await super().do_request(*args, **kwargs)


class Committing(asyncio.Queue[object]):
    """The queue into which the library puts updates: none is acknowledged before it is committed.

    What was polled is acknowledged by the next poll, so all of one answer is committed together and `polls` waits;
    what came by the webhook is acknowledged one by one, once it is in this queue.
    """

    def __init__(self, receive: Callable[[Received], Awaitable[bool]], me: Me, polls: Polls | None) -> None:
        super().__init__()
        self._receive, self._me, self._polls = receive, me, polls

    async def put(self, item: object) -> None:
        """Commit an update that is meant for the bot, and drop any other unstored."""
        if not isinstance(item, Update):
            raise TypeError(type(item).__name__)
        payload = item.to_dict()
        heard = parse(payload, self._me)
        if heard is None:
            return
        committed = asyncio.ensure_future(self._receive(Received(NAME, heard.event, heard.line, heard.place, payload)))
        if self._polls is None:
            await committed
        else:
            self._polls.first.append(committed)
