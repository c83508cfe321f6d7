"""Wires everything together, here and nowhere else: settings, engine and store become the World of the handlers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.store.cases import StoredCases, new_id
from bot.store.databases import open_database
from bot.store.drafts import StoredDrafts
from bot.store.keys import Keys
from bot.store.memory import StoredMemory
from bot.store.record import Record
from bot.store.sealing import master_from
from handlers.ports import World
from knowledge.contacts import load_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from knowledge.answering.engine import Engine

IN_MEMORY = "sqlite://"


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


@contextmanager
def open_world(
    settings: Settings, engine: Engine, *, in_memory: bool = False, clock: Callable[[], datetime] = now
) -> Iterator[World]:
    """Open the store and give the world; everything is closed again in the end.

    `in_memory` keeps nothing, for tests. Raises StoreError where the store can't be used and PackError where the
    contacts can't.
    """
    contacts = load_contacts(settings.contacts) if settings.contacts else {}
    given = settings.master_key.get_secret_value()
    master = master_from(given, None if in_memory else settings.master_key_file)
    databases = [open_database(IN_MEMORY if in_memory else settings.database_url, "main")]
    try:
        databases.append(open_database(IN_MEMORY if in_memory else settings.keys_url, "keys"))
        main, apart = databases
        keys = Keys(apart, master)
        lookup = keys.lookup()
        drafts = StoredDrafts(main, keys, lookup)
        yield World(
            engine=engine,
            memory=StoredMemory(main, master, lookup, clock),
            drafts=drafts,
            cases=StoredCases(main, keys, lookup, drafts, Record(main, lookup), clock),
            clock=clock,
            new_id=new_id,
            contacts=contacts,
        )
    finally:
        for database in databases:
            database.dispose()
