"""Keeps unfinished reports, each sealed with the key that its case will have."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from bot.store.databases import Unopenable
from bot.store.sealing import seal, unseal
from bot.store.tables import drafts, stamp, unstamp
from handlers.ports import Draft, Unfinished

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from bot.store.keys import Keys
    from bot.store.sealing import Lookup
    from bot.store.units import Units


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
        inside = {**asdict(draft), "touched": stamp(draft.touched), "of": [person, conversation]}
        with self._units.begin() as connection:
            connection.execute(delete(drafts).where(self.here(person, conversation)))
            connection.execute(
                insert(drafts).values(
                    person=self._lookup.of("person", person),
                    conversation=self._lookup.of("conversation", conversation),
                    key=key_id,
                    sealed=seal(key, json.dumps(inside).encode(), f"draft {key_id}"),
                    touched=stamp(draft.touched),
                )
            )

    def drop(self, person: str, conversation: str) -> None:
        """Erase the draft and its key."""
        self._erase(self.here(person, conversation))

    def of(self, person: str) -> tuple[Unfinished, ...]:
        """Give a person's drafts in every conversation."""
        return self._all(drafts.c.person == self._lookup.of("person", person))

    def untouched(self, since: datetime) -> tuple[Unfinished, ...]:
        """Give the drafts that nobody has touched since a time, the oldest first."""
        return self._all(drafts.c.touched <= stamp(since))

    def shut(self) -> tuple[str, ...]:
        """Give the ids of drafts that can't be opened."""
        with self._units.reading() as connection:
            rows = connection.execute(select(drafts)).all()
        return tuple(row.key for row in rows if self._read(row) is None)

    def here(self, person: str, conversation: str) -> ColumnElement[bool]:
        """Give the condition that finds the draft of a person in a conversation."""
        return (drafts.c.person == self._lookup.of("person", person)) & (
            drafts.c.conversation == self._lookup.of("conversation", conversation)
        )

    def _erase(self, where: ColumnElement[bool]) -> None:
        with self._units.begin() as connection:
            gone = connection.execute(select(drafts.c.key).where(where)).scalars().all()
            connection.execute(delete(drafts).where(where))
        for key_id in gone:
            self._keys.erase(key_id)

    def _find(self, person: str, conversation: str) -> tuple[str, bytes, Draft] | None:
        with self._units.reading() as connection:
            row = connection.execute(select(drafts).where(self.here(person, conversation))).one_or_none()
        found = self._read(row) if row else None
        return (row.key, found[0], found[1].draft) if row and found else None

    def _all(self, where: ColumnElement[bool]) -> tuple[Unfinished, ...]:
        with self._units.reading() as connection:
            rows = connection.execute(select(drafts).where(where).order_by(drafts.c.touched)).all()
        return tuple(found[1] for row in rows if (found := self._read(row)))

    def _read(self, row: Row[Any]) -> tuple[bytes, Unfinished] | None:
        """Give the key and the draft of a row, or None where it can't be opened; that must not stop the others."""
        try:
            key = self._keys.get(row.key)
            return (key, _opened(row, key)) if key else None
        except Unopenable:
            return None


def _opened(row: Row[Any], key: bytes) -> Unfinished:
    inside = json.loads(unseal(key, row.sealed, f"draft {row.key}"))
    person, conversation = inside.pop("of", ("", ""))
    return Unfinished(person, conversation, Draft(**{**inside, "touched": unstamp(row.touched)}))
