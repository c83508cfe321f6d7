"""The bot under the storm: the real one, on a plain platform over HTTP, that kills itself amid a named step."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import os
import secrets
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import event

from bot.app import channels_of, contacts_of, open_store, world_in
from bot.channels.channel import Delivery, Pace, Received, Unsure
from bot.channels.terminal.render import render
from bot.delivery import Watch
from bot.dispatch import dispatch
from bot.inbox import Inbox
from bot.index import load_or_learn
from bot.packs import folders_of, load
from bot.run import serve
from bot.settings import Settings
from bot.store.case_steps import CaseSteps
from bot.store.cases import StoredCases
from bot.store.deliveries import StoredDeliveries
from bot.store.drafts import StoredDrafts
from bot.store.events import StoredEvents
from bot.store.keys import Keys
from bot.store.watches import StoredWatches
from handlers.message import Message
from knowledge.answering.engine import Engine
from knowledge.model import Audience
from knowledge.topics.library import load_concerns

SCHOOL = "st-peters"


class Wire:
    """A platform with nothing of its own: events are fetched and acknowledged by number, replies are posted."""

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
        payload = {"to": received.payload["person"], "text": "SORRY", "id": f"sorry {received.event}"}
        return [Delivery(self.name, f"sorry {received.event}", received.line, payload)]

    def tell(self, _school: str, whom: str, reply: Any) -> list[Delivery]:
        return self._write(whom, reply, secrets.token_hex(8))

    def _write(self, whom: str, reply: Any, key: str) -> list[Delivery]:
        return [Delivery(self.name, key, whom, {"to": whom, "text": render(reply, width=10_000), "id": key})]

    async def send(self, payload: Any) -> None:
        try:
            async with self._session.post(f"{self._address}/sent", json=payload) as answer:
                if answer.status != 200:
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


STEPS = {
    "before an event is committed": (StoredEvents, "store", "before"),
    "after an event is committed": (StoredEvents, "store", "after"),
    "amid handling an event": (StoredEvents, "take", "after"),
    "after an answer's key is made": (Keys, "make", "after"),
    "after the keys of what was said are kept, before the rest": (Keys, "keep", "after"),
    "after an answer is kept": (StoredDrafts, "keep", "after"),
    "after a case is stored, before the commit": (StoredCases, "send", "after"),
    "after an event is handled, before the commit": (StoredEvents, "handled", "after"),
    "after an event is handled": (Inbox, "_handle_next", "after"),
    "after deliveries are taken in hand": (StoredDeliveries, "turn", "after"),
    "before something is sent": (Wire, "send", "before"),
    "after something is sent": (Wire, "send", "after"),
    "amid looking at a case": (StoredWatches, "whole", "after"),
    "after notices are promised, before the commit": (StoredWatches, "put", "after"),
    "after a case was looked at": (Watch, "turn", "after"),
    "after a case is opened, before the commit": (CaseSteps, "opened", "after"),
    "amid an escalation": (CaseSteps, "escalated", "after"),
    "after the reporter is told whom to ring, before the commit": (CaseSteps, "told", "after"),
}
"""The named steps: what is called there, and whether the process dies before or after it."""


def die_at(step: str, count: int) -> None:
    """Kill this process without a word when a step is reached for the so-manieth time."""
    owner, name, when = STEPS[step]
    plain = getattr(owner, name)
    left = [count]

    def counted() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if asyncio.iscoroutinefunction(plain):

        @functools.wraps(plain)
        async def around(*given: Any, **named: Any) -> Any:
            if when == "before":
                counted()
            result = await plain(*given, **named)
            if when == "after":
                counted()
            return result
    else:

        @functools.wraps(plain)
        def around(*given: Any, **named: Any) -> Any:
            if when == "before":
                counted()
            result = plain(*given, **named)
            # A turn without anything to do is no step of a report.
            if when == "after" and result not in (False, []) and (result is not None or name not in {"take", "whole"}):
                counted()
            return result

    setattr(owner, name, around)


def set_faults(engine: Any, fault: Path) -> None:
    """Make the database read-only, or full, for as long as a file says so; SQLite's own errors come of it."""

    def begin(connection: Any) -> None:
        word = fault.read_text(encoding="ascii") if fault.exists() else ""
        connection.exec_driver_sql(f"PRAGMA query_only = {int(word == 'read-only')}")
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if word == 'full' else 1073741823}")

    event.listen(engine, "begin", begin, insert=True)


def main(folder: Path, address: str, smtp: str, step: str, count: str) -> None:
    """Run until killed or ended."""
    logging.basicConfig(filename=folder / "bot.log", level=logging.WARNING)
    if step:
        die_at(step, int(count))
    given = json.loads((folder / "settings.json").read_text())
    settings = Settings(**given, smtp_host="127.0.0.1", smtp_port=int(smtp), smtp_security="none", _env_file=None)

    def clock() -> datetime:
        minutes = float((folder / "minutes").read_text() or 0)
        return datetime.now(UTC) + timedelta(minutes=minutes)

    with open_store(settings, clock) as store:
        if not given.get("database"):
            set_faults(store.units._engine, folder / "fault")  # noqa: SLF001 -- the storm breaks what it can
        model = load_or_learn()
        engine = Engine(load([folders_of()[SCHOOL]], model.topics), model, load_concerns())
        world = world_in(store, engine, contacts_of(settings), clock, settings)
        channels = [Wire(address), *channels_of(settings, store, [SCHOOL])]
        asyncio.run(serve(store, world, channels, lambda _: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
