"""What handlers need of the world, as protocols: memory, the case store, the clock; the world itself implements them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from knowledge.answering.engine import Engine


class Memory(Protocol):
    """What one person was doing in one conversation, by ability ("ask", "quiz", "report"); plain JSON values."""

    def recall(self, person: str, conversation: str, ability: str) -> dict[str, Any]:
        """Give what was kept, or an empty dict where nothing was kept or its time has passed."""

    def keep(self, person: str, conversation: str, ability: str, value: dict[str, Any], until: datetime | None) -> None:
        """Keep a value in place of the one before, until a time (None: until it is forgotten)."""

    def drop(self, person: str, conversation: str, ability: str) -> None:
        """Forget one ability's value."""

    def forget(self, person: str) -> None:
        """Forget everything kept of a person, in every conversation."""


@dataclass(frozen=True)
class World:
    """Everything that a handler may use; it never reaches for anything else."""

    engine: Engine
    memory: Memory
    clock: Callable[[], datetime]
