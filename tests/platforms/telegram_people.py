"""The real bot in a thread beside a Telegram server, and people who chat with it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bot.app import channels_of, now, open_store, world_in
from bot.channels.channel import Pace
from bot.run import Running
from bot.settings import Settings
from tests.platforms.telegram import PATIENCE, TOKEN, FakeTelegram, Seen

if TYPE_CHECKING:
    from collections.abc import Callable
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
            self.loop.call_soon_threadsafe(self._running.end)
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
    """Somebody in a private chat, who sees all that came since they last said or pressed something.

    They can press every button they ever saw: a second device may still show one that is gone from the first.
    """

    bot: RunningBot
    user: int
    offered: list[tuple[str, str, Seen]] = field(default_factory=list)

    def say(self, text: str, **more: Any) -> str:
        """Type a message; Telegram sends no empty one, and a bare /ask comes nearest to it."""
        typed = text if text.strip() or more else "/ask"
        return self._sees(lambda: self.bot.server.says(self.user, typed, **more))

    def press(self, label: str, times: int = 1) -> str:
        """Press the newest button with a label; raises LookupError with the labels seen where there is none."""
        found = next(((data, seen) for known, data, seen in reversed(self.offered) if known == label), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[known for known, _, _ in self.offered]}")
        data, seen = found
        return self._sees(lambda: self.bot.server.presses_data(self.user, seen, data, times=times))

    def _sees(self, does: Callable[[], object]) -> str:
        messages = self.bot.server.seen[self.user]
        before = {m.id: (m.text, m.raw.get("reply_markup")) for m in messages}
        does()
        self.bot.rests()
        fresh = [m for m in messages if before.get(m.id) != (m.text, m.raw.get("reply_markup"))]
        return "\n".join(self._read(message) for message in fresh)

    def _read(self, message: Seen) -> str:
        """Give a message's text, then its buttons, numbered and each with its whole label."""
        text = message.text.replace("\u2060", "")
        found = [(_whole(b["text"], text), b.get("callback_data", "")) for b in message.buttons]
        self.offered += [(label, data, message) for label, data in found]
        return "\n".join([text, *(f"[{number}] {label}" for number, (label, _) in enumerate(found, start=1))])


def _whole(label: str, text: str) -> str:
    """Give the whole label where it stands in the text, since it was too long for its button."""
    mark = label.split(". ", maxsplit=1)[0]
    line = next((line for line in text.splitlines() if line.startswith(f"{mark}. ")), None)
    if line is None or not (label == mark or label.endswith("…")):
        return label
    return line if label == mark else line.removeprefix(f"{mark}. ")
