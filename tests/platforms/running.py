"""The real bot in a thread beside a platform's server, from the settings of a test."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bot.app import channels_of, contacts_of, world_in
from bot.channels.channel import Pace
from bot.opening import now, open_store
from bot.run import Running
from bot.settings import Settings
from tests.platforms.telegram_parts import PATIENCE, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from bot.opening import Store
    from knowledge.answering.engine import Engine

UNHURRIED = Pace(overall=0.0, line=0.0)
"""The fake keeps nobody waiting unless it is told to."""


@dataclass
class RunningBot:
    """The real bot in a thread, from the settings of a test."""

    server: Any
    """The platform that it runs on, ours."""
    engine: Engine
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    error: BaseException | None = None

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        if self.error:
            raise self.error
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.running.end)
        self.ends()

    @property
    def alive(self) -> bool:
        """Tell whether it runs."""
        return self._thread.is_alive()

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
        channels = channels_of(settings, store, list(self.engine.schools))
        for channel in channels:
            channel.pace = UNHURRIED
        self.loop, self.channels = asyncio.get_running_loop(), channels
        self.running = Running(store, world_in(store, self.engine, contacts_of(settings), now), channels, self._tell)
        await self.running.run()

    def _tell(self, line: str) -> None:
        self.told.append(line)
        if line.startswith("Ask First is running"):
            self._ready.set()

    def rests(self) -> None:
        """Wait until everything that came in is handled and everything promised is sent."""
        self.server.waits(self._rests, "the bot's rest")

    def _rests(self) -> bool:
        return not (self.server.updates or self.store.events.waiting().count or self.store.deliveries.waiting())
