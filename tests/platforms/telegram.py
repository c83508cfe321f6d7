"""A Telegram to test against, over real HTTP: it keeps the limits, checks every call, and fails on demand."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Self

from aiohttp import ClientError, ClientSession, web

from tests.platforms.telegram_api import BotApi
from tests.platforms.telegram_doing import Doing
from tests.platforms.telegram_parts import PATIENCE


class FakeTelegram(Doing, BotApi):
    """The server, in a thread of its own; used as a context manager."""

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run(ready))
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        self._ended, self._arrived = asyncio.Event(), asyncio.Event()
        app = web.Application()
        app.add_routes([web.post("/bot{token}/{method}", self._call)])
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as self._http:
            delivering = asyncio.create_task(self._deliver())
            ready.set()
            await self._ended.wait()
            self._closing = True
            self._arrived.set()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        await runner.cleanup()

    async def _deliver(self) -> None:
        """Send updates to the webhook, each again until it is taken; Telegram does so for a day."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self.updates and self.webhook:
                await asyncio.gather(*(self._deliver_one(update) for update in self.updates[:40]))

    async def _deliver_one(self, update: dict[str, Any]) -> None:
        self._note_told([update])
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        try:
            async with self._http.post(self.webhook["url"], json=update, headers=headers) as response:
                if response.ok:
                    self._acknowledge(lambda u: u is update)
                    return
        except ClientError:
            pass
        await asyncio.sleep(0.05)  # the server's own pause between two tries
