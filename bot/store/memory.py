"""Keeps what a person was doing, sealed, under keyed hashes of person and conversation."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select

from bot.store.prepared import Prepared, in_place
from bot.store.tables import memory, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


_WHOSE = memory.c.person == bindparam("whose")
_HERE = _WHOSE & (memory.c.conversation == bindparam("where"))
_RECALL = Prepared(select(memory.c.ability, memory.c.sealed, memory.c.until).where(_HERE))
_DROP = Prepared(delete(memory).where(_HERE & (memory.c.ability == bindparam("what"))))
_FORGET = Prepared(delete(memory).where(_WHOSE))
_PASSED = Prepared(delete(memory).where(memory.c.until <= bindparam("now")))
_KEEP = Prepared(in_place(memory, "person", "conversation", "ability"))
_TIDIES = timedelta(minutes=1)
"""How often values are let go of whose time has passed; nobody is given them meanwhile."""


class StoredMemory:
    """The Memory of handlers.ports, in the database."""

    def __init__(self, units: Units, master: Master, lookup: Lookup, clock: Callable[[], datetime]) -> None:
        self._units, self._master, self._lookup, self._clock = units, master, lookup, clock
        self._tidied: datetime | None = None

    def recall(self, person: str, conversation: str, ability: str) -> dict[str, Any]:
        """Give what was kept, or an empty dict where nothing was kept or its time has passed."""
        found = self._all(person, conversation).get(ability)
        if found is None or (found[1] is not None and found[1] <= stamp(self._clock())):
            return {}
        sealed, _ = found
        value: dict[str, Any] = json.loads(self._master.unwrap(sealed))
        return value

    def keep(self, person: str, conversation: str, ability: str, value: dict[str, Any], until: datetime | None) -> None:
        """Keep a value in place of the one before, and let go of values whose time has passed."""
        self._tidy()
        sealed, ends = self._master.wrap(json.dumps(value).encode()), stamp(until) if until else None
        here = self._here(person, conversation)
        row = {"person": here["whose"], "conversation": here["where"], "ability": ability}
        with self._units.one() as connection:
            _KEEP.do(connection, {**row, "sealed": sealed, "until": ends})
        self._units.anew()

    def drop(self, person: str, conversation: str, ability: str) -> None:
        """Forget one ability's value."""
        with self._units.one() as connection:
            _DROP.do(connection, {**self._here(person, conversation), "what": ability})
        self._units.anew()

    def forget(self, person: str) -> None:
        """Forget everything kept of a person, in every conversation."""
        with self._units.one() as connection:
            _FORGET.do(connection, {"whose": self._lookup.of("person", person)})
        self._units.anew()

    def _all(self, person: str, conversation: str) -> dict[str, tuple[bytes, str | None]]:
        """Read all abilities' values at once, since most messages are looked at by several abilities."""

        def read() -> dict[str, tuple[bytes, str | None]]:
            with self._units.reading() as connection:
                rows = _RECALL.rows(connection, self._here(person, conversation))
            return {ability: (sealed, until) for ability, sealed, until in rows}

        return self._units.once(("memory", person, conversation), read)

    def _tidy(self) -> None:
        now = self._clock()
        if self._tidied and timedelta(0) <= now - self._tidied < _TIDIES:
            return
        self._tidied = now
        with self._units.one() as connection:
            _PASSED.do(connection, {"now": stamp(now)})

    def _here(self, person: str, conversation: str) -> dict[str, str]:
        return {
            "whose": self._lookup.of("person", person),
            "where": self._lookup.of("conversation", conversation),
        }
