"""Keeps the keys of cases, wrapped by the master key, in a database that can stand apart from the cases."""

from __future__ import annotations

import secrets as random
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.store.sealing import Lookup, new_key
from bot.store.tables import case_keys, secrets

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.store.sealing import Master

_LOOKUP = "lookup"


class Keys:
    """The keys of drafts and cases by id; a key that was erased can't come back."""

    def __init__(self, engine: Engine, master: Master) -> None:
        self._engine, self._master = engine, master

    def make(self) -> tuple[str, bytes]:
        """Make a key and store it; give its id and the key."""
        key_id, key = random.token_hex(16), new_key()
        with self._engine.begin() as connection:
            connection.execute(insert(case_keys).values(id=key_id, wrapped=self._master.wrap(key)))
        return key_id, key

    def get(self, key_id: str) -> bytes | None:
        """Give a key, or None where it was erased."""
        with self._engine.connect().execution_options(reading=True) as connection:
            wrapped = connection.execute(select(case_keys.c.wrapped).where(case_keys.c.id == key_id)).scalar()
        return self._master.unwrap(wrapped) if wrapped is not None else None

    def erase(self, key_id: str) -> None:
        """Erase a key, and with it whatever it sealed, in every copy."""
        with self._engine.begin() as connection:
            connection.execute(delete(case_keys).where(case_keys.c.id == key_id))

    def lookup(self) -> Lookup:
        """Give the keyed hashes of this database; their secret is made when first asked for."""
        found = self._secret()
        if found is None:
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(secrets).values(name=_LOOKUP, wrapped=self._master.wrap(new_key())))
            except IntegrityError:
                pass  # another process made it a moment before; that one counts
            found = self._secret()
        assert found is not None  # noqa: S101 -- it stands there now, whoever made it
        return Lookup(found)

    def _secret(self) -> bytes | None:
        with self._engine.connect().execution_options(reading=True) as connection:
            wrapped = connection.execute(select(secrets.c.wrapped).where(secrets.c.name == _LOOKUP)).scalar()
        return self._master.unwrap(wrapped) if wrapped is not None else None
