"""Keeps what a person was doing, sealed, under keyed hashes of person and conversation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from bot.store.tables import memory, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


class StoredMemory:
    """The Memory of handlers.ports, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup, clock: Callable[[], datetime]) -> None:
        self._units, self._master, self._lookup, self._clock = units, master, lookup, clock

    def recall(self, person: str, conversation: str, ability: str) -> dict[str, Any]:
        """Give what was kept, or an empty dict where nothing was kept or its time has passed."""
        with self._units.reading() as connection:
            row = connection.execute(
                select(memory.c.sealed, memory.c.until).where(self._here(person, conversation, ability))
            ).one_or_none()
        if row is None or (row.until is not None and row.until <= stamp(self._clock())):
            return {}
        value: dict[str, Any] = json.loads(self._master.unwrap(row.sealed))
        return value

    def keep(self, person: str, conversation: str, ability: str, value: dict[str, Any], until: datetime | None) -> None:
        """Keep a value in place of the one before, and let go of values whose time has passed."""
        with self._units.begin() as connection:
            connection.execute(delete(memory).where(memory.c.until <= stamp(self._clock())))
            connection.execute(delete(memory).where(self._here(person, conversation, ability)))
            connection.execute(
                insert(memory).values(
                    person=self._lookup.of("person", person),
                    conversation=self._lookup.of("conversation", conversation),
                    ability=ability,
                    sealed=self._master.wrap(json.dumps(value).encode()),
                    until=stamp(until) if until else None,
                )
            )

    def drop(self, person: str, conversation: str, ability: str) -> None:
        """Forget one ability's value."""
        with self._units.begin() as connection:
            connection.execute(delete(memory).where(self._here(person, conversation, ability)))

    def forget(self, person: str) -> None:
        """Forget everything kept of a person, in every conversation."""
        with self._units.begin() as connection:
            connection.execute(delete(memory).where(memory.c.person == self._lookup.of("person", person)))

    def _here(self, person: str, conversation: str, ability: str) -> ColumnElement[bool]:
        return (
            (memory.c.person == self._lookup.of("person", person))
            & (memory.c.conversation == self._lookup.of("conversation", conversation))
            & (memory.c.ability == ability)
        )
