"""Connects the channels and looks whether they still answer; one that doesn't is tried again while the others work."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

from bot.channels.channel import Unreachable, Unusable
from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.channel import Channel, Received

_log = logging.getLogger(__name__)

_AGAIN = 20.0
"""Seconds until a platform that gave no answer is tried again."""
_HEARTBEAT = 60.0
_SILENT = 2
"""After so many heartbeats without an answer a platform counts as down."""


class Connecting:
    """Opens each channel and lets it listen; `connected` holds those on which something can be sent now."""

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
        self._listening: list[Channel] = []
        self._later: dict[str, asyncio.Task[None]] = {}
        self._unanswered: Counter[str] = Counter()

    def down(self) -> frozenset[str]:
        """Name the channels whose platform gives no answer."""
        silent = {name for name, count in self._unanswered.items() if count >= _SILENT}
        return frozenset(silent | {name for name, task in self._later.items() if not task.done()})

    async def open(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Open every channel whose platform answers, and go on trying the others; raises Unusable."""
        await self._each(self._channels, self._open, receive)

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Let every open channel listen, and go on trying where no answer comes; raises Unusable."""
        opened = [channel for channel in self._channels if channel.name not in self._later]
        await self._each(opened, lambda channel: self._listen(channel, receive), receive)

    async def _each(
        self,
        channels: Sequence[Channel],
        does: Callable[[Channel], Awaitable[None]],
        receive: Callable[[Received], Awaitable[bool]],
    ) -> None:
        """Do something with all of them at once, so that no platform keeps another waiting."""
        tries = [asyncio.ensure_future(does(channel)) for channel in channels]
        try:
            for channel, failed in zip(channels, await asyncio.gather(*tries, return_exceptions=True), strict=True):
                if isinstance(failed, Unusable) and not isinstance(failed, Unreachable):
                    raise failed
                if isinstance(failed, Exception):
                    self._tell(f"{_said(channel, failed)} It is tried again every {_AGAIN:.0f} seconds.")
                    self._later[channel.name] = asyncio.create_task(self._connect_later(channel, receive))
        finally:
            for one in tries:
                one.cancel()

    async def _open(self, channel: Channel) -> None:
        if channel.name not in self.connected:
            self._tell(await channel.open())
            self.connected[channel.name] = channel

    async def _listen(self, channel: Channel, receive: Callable[[Received], Awaitable[bool]]) -> None:
        await channel.listen(receive)
        self._listening.append(channel)

    async def _connect_later(self, channel: Channel, receive: Callable[[Received], Awaitable[bool]]) -> None:
        while True:
            await asyncio.sleep(_AGAIN)
            try:
                await self._open(channel)
                await self._listen(channel, receive)
            except Unusable as error:
                if not isinstance(error, Unreachable):
                    self._broken(str(error))
                    return
                _log.warning("%s", error)
            except Exception as error:  # noqa: BLE001 -- whatever it stumbled over, the platform is tried again
                _log.error("%s", _said(channel, error))
            else:
                self._joined()
                return

    async def beat(self) -> None:
        """Let every channel look after itself, again and again, until this is cancelled."""
        while True:
            await asyncio.sleep(_HEARTBEAT)
            await asyncio.gather(*(self._beat_of(channel) for channel in self._listening))

    async def _beat_of(self, channel: Channel) -> None:
        """Let a channel look after itself; one that hangs keeps no other from it."""
        self._unanswered[channel.name] += 1
        try:
            async with asyncio.timeout(_HEARTBEAT):
                await channel.heartbeat()
        except Unreachable as error:
            _log.warning("%s", error)
        except Unusable as error:
            self._broken(str(error))
        except TimeoutError:
            _log.warning("%s did not end its heartbeat in time", channel.name)
        except StoreError as error:
            self._unanswered[channel.name] = 0
            _log.warning(
                "that %s is alive could not be kept (%s); it is tried again with the next heartbeat",
                channel.name,
                error,
            )
        else:
            self._unanswered[channel.name] = 0

    async def end(self) -> None:
        """Try no more."""
        for task in self._later.values():
            task.cancel()
        await asyncio.gather(*self._later.values(), return_exceptions=True)


def _said(channel: Channel, error: Exception) -> str:
    """Say what went wrong, in the channel's own line, or by the type of an error that nobody foresaw."""
    if isinstance(error, Unusable):
        return str(error)
    return f"{channel.name} can't be connected ({type(error).__name__})."
