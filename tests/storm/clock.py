"""The storm's clock: the machine's own, set on or back by so many minutes; the bot reads how many from a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """What time it is for the bot."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._minutes = folder, 0.0
        self.jump(0)

    def __call__(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC) + timedelta(minutes=self._minutes)

    def jump(self, minutes: float) -> None:
        """Set the clock on, or back."""
        self._minutes += minutes
        fresh = self._folder / "minutes.new"
        fresh.write_text(str(self._minutes))
        fresh.replace(self._folder / "minutes")
