"""Keeps the keys of cases, wrapped by the master key, in a database that can stand apart from the cases."""

from __future__ import annotations

import secrets as random
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.store.prepared import Prepared, put
from bot.store.sealing import Lookup, new_key
from bot.store.tables import case_keys, secrets
from bot.store.units import Units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from bot.store.sealing import Master

_LOOKUP = "lookup"


_GET = Prepared(select(case_keys.c.wrapped).where(case_keys.c.id == bindparam("id")))
_PUT = Prepared(put(case_keys))
_ERASE = Prepared(delete(case_keys).where(case_keys.c.id == bindparam("id")))


class Keys:
    """The keys of drafts and cases by id; a key that was erased can't come back.

    What is made or erased within a unit is committed together, just before the unit is: a crash between the two leaves
    a key that seals nothing, or a draft that can't be opened any more, never a case without its key.
    """

    def __init__(self, engine: Engine, master: Master, units: Units) -> None:
        self._own, self._master, self._units = Units(engine), master, units
        units.keep_keys = self.keep

    def make(self) -> tuple[str, bytes]:
        """Make a key and store it; give its id and the key."""
        key_id, key = random.token_hex(16), new_key()
        self._change(key_id, self._master.wrap(key))
        return key_id, key

    def get(self, key_id: str) -> bytes | None:
        """Give a key, or None where it was erased."""
        changed = self._units.keys() or {}
        if key_id in changed:
            wrapped = changed[key_id]
        else:
            with self._units.reading_in(self._own) as connection:
                rows = _GET.rows(connection, {"id": key_id})
            wrapped = rows[0][0] if rows else None
        return self._master.unwrap(wrapped) if wrapped is not None else None

    def erase(self, key_id: str) -> None:
        """Erase a key, and with it whatever it sealed, in every copy."""
        self._change(key_id, None)

    def keep(self, changed: Mapping[str, bytes | None]) -> None:
        """Commit some keys, wrapped; those that are None are erased."""
        made = [{"id": key_id, "wrapped": wrapped} for key_id, wrapped in changed.items() if wrapped is not None]
        gone = [{"id": key_id} for key_id, wrapped in changed.items() if wrapped is None]
        with self._own.begin() as connection:
            _PUT.do_all(connection, made)
            _ERASE.do_all(connection, gone)
        if gone:
            self._own.forget_old_pages()

    def _change(self, key_id: str, wrapped: bytes | None) -> None:
        within = self._units.keys()
        if within is None:
            self.keep({key_id: wrapped})
        else:
            within[key_id] = wrapped

    def lookup(self) -> Lookup:
        """Give the keyed hashes of this database; their secret is made when first asked for."""
        found = self._secret()
        if found is None:
            try:
                with self._own.begin() as connection:
                    connection.execute(insert(secrets).values(name=_LOOKUP, wrapped=self._master.wrap(new_key())))
            except IntegrityError:
                pass  # another process made it a moment before; that one counts
            found = self._secret()
        assert found is not None  # noqa: S101 -- it stands there now, whoever made it
        return Lookup(found)

    def _secret(self) -> bytes | None:
        with self._own.reading() as connection:
            wrapped = connection.execute(select(secrets.c.wrapped).where(secrets.c.name == _LOOKUP)).scalar()
        return self._master.unwrap(wrapped) if wrapped is not None else None
