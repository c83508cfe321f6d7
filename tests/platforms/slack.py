"""A Slack to test against, over real HTTP and websockets: it keeps the limits, checks calls, fails on demand."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from tests.platforms.slack_api import WebApi
from tests.platforms.slack_doing import Doing
from tests.platforms.slack_parts import ACKNOWLEDGED_WITHIN, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeSlack(Doing, WebApi):
    """The server, in a thread of its own; used as a context manager."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)

    def drops_sockets(self) -> None:
        """Cut every socket, as a network does that fails."""
        self._in_loop(self._drop)

    def _in_loop(self, what: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(what(), self._loop).result(PATIENCE)

    async def _drop(self) -> None:
        for sockets in self._sockets.values():
            for socket in sockets:
                transport = socket._req.transport if socket._req else None  # noqa: SLF001 -- a cut without goodbye
                if transport:
                    transport.abort()
            sockets.clear()

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run(ready))
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        self._ended = asyncio.Event()
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_post("/respond/{id}", self._respond)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/api/"
        async with ClientSession(timeout=ClientTimeout(ACKNOWLEDGED_WITHIN)) as self._http:
            ready.set()
            await self._ended.wait()
            for sockets in self._sockets.values():
                for socket in sockets:
                    await socket.close()
            await runner.cleanup()
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        team = self._tickets.pop(request.match_info["ticket"], None)
        if team is None:
            raise web.HTTPForbidden  # a ticket works once
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets_opened += 1
        if self.speechless:
            self.speechless -= 1
        else:
            hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}
            await socket.send_str(json.dumps(hello))
            self._sockets[team.school].append(socket)
        async for message in socket:
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                envelope = next((e for e in self.envelopes if e.id == said.get("envelope_id")), None)
                if envelope:
                    self._acknowledge(envelope, said.get("payload") or {})
        if socket in self._sockets[team.school]:
            self._sockets[team.school].remove(socket)
        return socket
