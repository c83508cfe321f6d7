"""A Telegram server, the real bot beside it in a thread, and people who chat with it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import channels_of, now, open_store, world_in
from bot.channels.channel import Pace
from bot.run import Running
from bot.settings import Settings
from tests.platforms.telegram import PATIENCE, TOKEN, FakeTelegram

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.app import Store
    from knowledge.answering.engine import Engine

UNHURRIED = Pace(overall=0.0, line=0.0)
"""The fake keeps nobody waiting unless it is told to."""


@dataclass
class RunningBot:
    """The real bot in a thread, from the settings of a test."""

    server: FakeTelegram
    engine: Engine
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    error: BaseException | None = None

    def __enter__(self) -> RunningBot:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._running.end)
        self.ends()

    def ends(self) -> None:
        """Wait for its end."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the bot does not end"

    def _run(self) -> None:
        given = {"data": self.folder, "telegram_token": TOKEN, "telegram_api": self.server.url, **self.settings}
        settings = Settings(_env_file=None, **given)
        with open_store(settings) as self.store:
            try:
                asyncio.run(self._serve(settings, self.store))
            except Exception as error:  # noqa: BLE001 -- a test looks at it
                self.error = error
            finally:
                self._ready.set()

    async def _serve(self, settings: Settings, store: Store) -> None:
        channels = channels_of(settings, store)
        for channel in channels:
            channel.pace = UNHURRIED
        self._loop = asyncio.get_running_loop()
        self._running = Running(store, world_in(store, self.engine, {}, now), channels, self._tell)
        await self._running.run()

    def _tell(self, line: str) -> None:
        self.told.append(line)
        if line.startswith("Ask First is running"):
            self._ready.set()

    def rests(self) -> None:
        """Wait until everything that came in is handled and everything promised is sent."""
        self.server.waits(self._rests, "the bot's rest")

    def _rests(self) -> bool:
        return not (self.server.updates or self.store.events.waiting().count or self.store.deliveries.waiting())


@dataclass
class Parent:
    """Somebody in a private chat, who sees all that came since they last said or pressed something."""

    bot: RunningBot
    user: int

    def say(self, text: str, **more: Any) -> str:
        """Type a message."""
        return self._sees(lambda: self.bot.server.says(self.user, text, **more))

    def press(self, label: str, times: int = 1) -> str:
        """Press the newest button with a label."""
        return self._sees(lambda: self.bot.server.presses(self.user, self.full(label), times=times))

    def full(self, label: str) -> str:
        """Give the label as it stands on the button; a long one stands in the text, and its beginning on the button."""
        labels = self.bot.server.labels(self.user)
        if label in labels:
            return label
        begins = [found for found in labels if found.endswith("…") and label.startswith(found.split(". ", 1)[-1][:-1])]
        lettered = [found for found in labels if label.startswith(f"{found}. ")]
        if not begins + lettered:
            raise LookupError(f"no button {label!r} among {labels}")
        return (begins + lettered)[0]

    def _sees(self, does: Any) -> str:
        before = {id(m): m.text for m in self.bot.server.seen[self.user]}
        count = len(self.bot.server.seen[self.user])
        does()
        self.bot.rests()
        now_seen = self.bot.server.seen[self.user]
        fresh = [m for m in now_seen if before.get(id(m)) != m.text] or now_seen[count:]
        return "\n".join(f"{m.text}\n{' '.join(b['text'] for b in m.buttons)}" for m in fresh).replace("\u2060", "")


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    """A server that finds nothing wrong with what it is asked."""
    with FakeTelegram() as server:
        yield server
    assert server.violations == []


@pytest.fixture
def bot(server: FakeTelegram, engine: Engine, tmp_path: Path) -> Iterator[RunningBot]:
    """The bot, polling."""
    with RunningBot(server, engine, tmp_path) as running:
        yield running
    assert running.error is None


@pytest.fixture
def parent(bot: RunningBot) -> Parent:
    """A parent of St Peter's."""
    parent = Parent(bot, 501)
    parent.say("/start st-peters")
    return parent
