"""Holds one socket to Slack, and finds out when it has died without a word."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

if TYPE_CHECKING:
    from aiohttp import WSMessage
    from slack_bolt.async_app import AsyncApp

_log = logging.getLogger(__name__)

_PING = 10.0
_OPENING = 10.0
_GREETING = 30.0
"""Seconds in which Slack says hello on a new connection."""
_CLOSING = 2.0


class Socket:
    """One connection, with the library's tasks behind it."""

    def __init__(self, app: AsyncApp, token: str) -> None:
        self._handler = AsyncSocketModeHandler(app, token, ping_interval=_PING)
        self._client = self._handler.client
        self._client.on_message_listeners.append(self._greeted_by)
        self._greeted: object = None
        self._seen: object = None
        self._seen_at = 0.0

    async def open(self) -> None:
        """Connect; where that takes long, the library goes on trying and the heartbeat looks after it."""
        self._seen_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(_OPENING):
                await self._client.connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            _log.warning("the socket to Slack takes long to open")

    async def alive(self) -> bool:
        """Tell whether events still come in: the session is up, greeted, and its tasks run."""
        session, now = self._client.current_session, asyncio.get_running_loop().time()
        if session is not self._seen:
            self._seen, self._seen_at = session, now
        tasks = (self._client.message_processor, self._client.message_receiver, self._client.current_session_monitor)
        if any(task is None or task.done() for task in tasks) or not await self._client.is_connected():
            return False
        return self._greeted is session or now - self._seen_at < _GREETING

    async def _greeted_by(self, message: WSMessage) -> None:
        if '"hello"' in str(message.data)[:200]:
            self._greeted = self._client.current_session

    async def close(self) -> None:
        """Close it, and don't wait long for a connection that is dead."""
        try:
            async with asyncio.timeout(_CLOSING):
                await self._client.close()  # type: ignore[no-untyped-call]
        except TimeoutError:
            _log.info("the socket to Slack did not say goodbye")
        for task in (
            self._client.message_processor,
            self._client.message_receiver,
            self._client.current_session_monitor,
        ):
            if task is not None:
                task.cancel()
        await self._client.aiohttp_client_session.close()
