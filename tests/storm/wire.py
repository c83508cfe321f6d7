"""A platform with nothing of its own, as the bot under the storm speaks with it: plain HTTP to what stands outside."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import aiohttp

from bot.channels.channel import Delivery, Pace, Received, Refused, Unsure
from bot.channels.terminal.render import render
from bot.dispatch import dispatch
from handlers.message import Message
from knowledge.model import Audience

SCHOOL = "st-peters"
KEY: ContextVar[str] = ContextVar("key", default="")
"""The key of the delivery that is being sent, so that the outside can tell whether it has that one already."""
_OK, _GONE = 200, 403


class Wire:
    """Events are fetched and acknowledged by number, replies are posted."""

    name = "telegram"
    pace = Pace(0, 0)

    def __init__(self, address: str) -> None:
        self._address = address
        self._polling: asyncio.Task[None] | None = None

    async def open(self) -> str:
        self._session = aiohttp.ClientSession()
        return "on the wire"

    async def listen(self, receive: Any) -> None:
        self._polling = asyncio.create_task(self._poll(receive))

    async def _poll(self, receive: Any) -> None:
        done = 0
        while True:
            try:
                async with self._session.get(f"{self._address}/events", params={"done": done}) as answer:
                    found = await answer.json()
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.05)
                continue
            await asyncio.gather(*(receive(self._received(one)) for one in found))
            done = max([done, *(one["number"] for one in found)])

    def _received(self, one: dict[str, Any]) -> Received:
        return Received(self.name, f"{one['number']}", one["person"], f"{one['number']:08d}", one)

    def answer(self, received: Received, world: Any) -> list[Delivery]:
        one = received.payload
        said = {name: one[name] for name in ("text", "action", "value") if name in one}
        role = Audience(one.get("role", "staff"))
        message = Message(self.name, received.event, one["person"], one["person"], SCHOOL, role, world.clock(), **said)
        return self._write(one["person"], dispatch(message, world), received.event)

    def sorry(self, received: Received) -> list[Delivery]:
        payload = {"to": received.payload["person"], "text": "SORRY"}
        return [Delivery(self.name, f"sorry {received.event}", received.line, payload)]

    def tell(self, _school: str, whom: str, reply: Any) -> list[Delivery]:
        return self._write(whom, reply, "")

    def _write(self, whom: str, reply: Any, key: str) -> list[Delivery]:
        return [Delivery(self.name, key, whom, {"to": whom, "text": render(reply, width=10_000)})]

    async def send(self, payload: Any) -> None:
        try:
            async with self._session.post(f"{self._address}/sent", json={**payload, "key": KEY.get()}) as answer:
                if answer.status == _GONE:
                    raise Refused("nobody is reached there any more")
                if answer.status != _OK:
                    raise Unsure(f"HTTP {answer.status}")
        except (aiohttp.ClientError, OSError) as error:
            raise Unsure(type(error).__name__) from None

    async def heartbeat(self) -> None:
        """Nothing dies here but the process."""

    async def stop(self) -> None:
        if self._polling:
            self._polling.cancel()

    async def close(self) -> None:
        await self._session.close()
