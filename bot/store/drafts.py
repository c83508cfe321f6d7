"""Keeps unfinished reports, each sealed with the key that its case will have."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.store.databases import Unopenable
from bot.store.prepared import Prepared, in_place
from bot.store.sealing import seal, unseal
from bot.store.tables import drafts, stamp, unstamp
from handlers.ports import Draft, Unfinished

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.store.keys import Keys
    from bot.store.sealing import Lookup
    from bot.store.units import Units


_INSIDE = tuple(field.name for field in fields(Draft))
_HERE = (drafts.c.person == bindparam("here_person")) & (drafts.c.conversation == bindparam("here_conversation"))
_ROWS = select(drafts.c.key, drafts.c.sealed, drafts.c.touched)
_FIND = Prepared(_ROWS.where(_HERE))
_GONE = Prepared(delete(drafts).where(_HERE).returning(drafts.c.key))
_OF = Prepared(_ROWS.where(drafts.c.person == bindparam("here_person")).order_by(drafts.c.touched))
_UNTOUCHED = Prepared(_ROWS.where(drafts.c.touched <= bindparam("since")).order_by(drafts.c.touched))
_EVERY = Prepared(_ROWS)
_SENT = Prepared(delete(drafts).where(drafts.c.key == bindparam("sent")))
_KEEP = Prepared(in_place(drafts, "person", "conversation"))


class StoredDrafts:
    """The Drafts of handlers.ports, in the database."""

    def __init__(self, units: Units, keys: Keys, lookup: Lookup) -> None:
        self._units, self._keys, self._lookup = units, keys, lookup

    def current(self, person: str, conversation: str) -> Draft | None:
        """Give the draft, or None where there is none or it can't be opened."""
        found = self._find(person, conversation)
        return found[2] if found else None

    def key_of(self, person: str, conversation: str, draft: str) -> tuple[str, bytes] | None:
        """Give the id of a draft's key and the key, or None where that draft isn't there."""
        found = self._find(person, conversation)
        return (found[0], found[1]) if found and found[2].id == draft else None

    def keep(self, person: str, conversation: str, draft: Draft) -> None:
        """Keep a draft in place of the one before; another draft gets another key."""
        known = self.key_of(person, conversation, draft.id)
        if known is None:
            self.drop(person, conversation)
        key_id, key = known or self._keys.make()
        touched = stamp(draft.touched)
        inside = {name: getattr(draft, name) for name in _INSIDE} | {"touched": touched, "of": [person, conversation]}
        row = {
            "person": self._lookup.of("person", person),
            "conversation": self._lookup.of("conversation", conversation),
            "key": key_id,
            "sealed": seal(key, json.dumps(inside).encode(), f"draft {key_id}"),
            "touched": touched,
        }
        with self._units.one() as connection:
            _KEEP.do(connection, row)
        self._units.remember(("draft", person, conversation), (key_id, key, draft))

    def sent(self, connection: Connection, person: str, conversation: str, key_id: str) -> None:
        """Let go of a draft within the transaction that makes a case of it; its key is the case's now."""
        _SENT.do(connection, {"sent": key_id})
        self._units.remember(("draft", person, conversation), None)

    def drop(self, person: str, conversation: str) -> None:
        """Erase the draft and its key."""
        with self._units.one() as connection:
            gone = _GONE.rows(connection, self._here(person, conversation))
        self._units.remember(("draft", person, conversation), None)
        for (key_id,) in gone:
            self._keys.erase(key_id)

    def of(self, person: str) -> tuple[Unfinished, ...]:
        """Give a person's drafts in every conversation."""
        return self._all(_OF, {"here_person": self._lookup.of("person", person)})

    def untouched(self, since: datetime) -> tuple[Unfinished, ...]:
        """Give the drafts that nobody has touched since a time, the oldest first."""
        return self._all(_UNTOUCHED, {"since": stamp(since)})

    def shut(self) -> tuple[str, ...]:
        """Give the ids of drafts that can't be opened."""
        with self._units.reading() as connection:
            rows = _EVERY.rows(connection, {})
        return tuple(row[0] for row in rows if self._read(*row) is None)

    def _here(self, person: str, conversation: str) -> dict[str, str]:
        return {
            "here_person": self._lookup.of("person", person),
            "here_conversation": self._lookup.of("conversation", conversation),
        }

    def _find(self, person: str, conversation: str) -> tuple[str, bytes, Draft] | None:
        def find() -> tuple[str, bytes, Draft] | None:
            with self._units.reading() as connection:
                rows = _FIND.rows(connection, self._here(person, conversation))
            found = self._read(*rows[0]) if rows else None
            return (rows[0][0], found[0], found[1].draft) if found else None

        return self._units.once(("draft", person, conversation), find)

    def _all(self, query: Prepared, wanted: dict[str, str]) -> tuple[Unfinished, ...]:
        with self._units.reading() as connection:
            rows = query.rows(connection, wanted)
        return tuple(found[1] for row in rows if (found := self._read(*row)))

    def _read(self, key_id: str, sealed: bytes, touched: str) -> tuple[bytes, Unfinished] | None:
        """Give the key and the draft of a row, or None where it can't be opened; that must not stop the others."""
        try:
            key = self._keys.get(key_id)
            return (key, _opened(key_id, key, sealed, touched)) if key else None
        except Unopenable:
            return None


def _opened(key_id: str, key: bytes, sealed: bytes, touched: str) -> Unfinished:
    inside = json.loads(unseal(key, sealed, f"draft {key_id}"))
    person, conversation = inside.pop("of", ("", ""))
    return Unfinished(person, conversation, Draft(**{**inside, "touched": unstamp(touched)}))
