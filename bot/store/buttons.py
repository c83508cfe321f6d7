"""Keeps what stands behind a button whose action is too long for the platform; the same action has the same id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from bot.store.tables import long_buttons

if TYPE_CHECKING:
    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units

_LENGTH = 32


class StoredButtons:
    """The actions and values of long buttons, by short ids that nobody can guess."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def keep(self, action: str, value: str) -> str:
        """Keep an action and its value, and give the id."""
        short = self._lookup.of("button", action, value)[:_LENGTH]
        if self.find(short) is None:
            sealed = self._master.wrap(json.dumps([action, value]).encode())
            with self._units.begin() as connection:
                connection.execute(insert(long_buttons).values(id=short, sealed=sealed))
        return short

    def find(self, short: str) -> tuple[str, str] | None:
        """Give the action and value of an id, or None where there is none."""
        with self._units.reading() as connection:
            sealed = connection.execute(select(long_buttons.c.sealed).where(long_buttons.c.id == short)).scalar()
        if sealed is None:
            return None
        action, value = json.loads(self._master.unwrap(sealed))
        return action, value
