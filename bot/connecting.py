"""Connects the channels: one whose platform gives no answer is tried again, while the others work."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.channels.channel import Unreachable, Unusable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.channel import Channel, Received

_log = logging.getLogger(__name__)

_AGAIN = 20.0
"""Seconds until a platform that gave no answer is tried again."""


class Connecting:
    """Opens each channel and lets it listen.

    `connected` holds those on which something can be sent now, `listening` those that receive, too.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        tell: Callable[[str], None],
        joined: Callable[[], None],
        broken: Callable[[str], None],
    ) -> None:
        """Take `joined`, told when a channel has come later, and `broken`, told when one can't be used for good."""
        self._channels, self._tell = channels, tell
        self._joined, self._broken = joined, broken
        self.connected: dict[str, Channel] = {}
        self.listening: list[Channel] = []
        self._later: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Open every channel whose platform answers; raises Unusable."""
        for channel in self._channels:
            try:
                await self._open(channel)
            except Unreachable as error:
                self._goes_on_without(error)

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Let every channel that is open listen, and go on trying the others; raises Unusable."""
        for channel in self._channels:
            if channel.name in self.connected:
                try:
                    await self._listen(channel, receive)
                except Unreachable as error:
                    self._goes_on_without(error)
            if channel not in self.listening:
                self._later.append(asyncio.create_task(self._connect_later(channel, receive)))

    async def _open(self, channel: Channel) -> None:
        if channel.name not in self.connected:
            self._tell(await channel.open())
            self.connected[channel.name] = channel

    async def _listen(self, channel: Channel, receive: Callable[[Received], Awaitable[bool]]) -> None:
        await channel.listen(receive)
        self.listening.append(channel)

    def _goes_on_without(self, error: Unreachable) -> None:
        self._tell(f"{error} It is tried again every {_AGAIN:.0f} seconds; everything else goes on.")

    async def _connect_later(self, channel: Channel, receive: Callable[[Received], Awaitable[bool]]) -> None:
        while True:
            await asyncio.sleep(_AGAIN)
            try:
                await self._open(channel)
                await self._listen(channel, receive)
            except Unreachable as error:
                _log.warning("%s", error)
            except Unusable as error:
                self._broken(str(error))
                return
            else:
                self._joined()
                return

    async def end(self) -> None:
        """Try no more."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
