"""Copies all tables of one database into another, whole and as they stood at one moment: for backup and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, delete, func, insert, select, text, update

from bot.store.databases import StoreError, open_database
from bot.store.tables import case_keys, chain, drafts, keys, main, readers, watches

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

_ROWS = 500
_FILLED = "there is something in that database already. Name an empty one, or a new file"
_TABLES = {"main": main, "keys": keys}


def copy(source: str, target: str, tables: str) -> dict[str, int]:
    """Copy "main" or "keys" from one database into another that is empty; give how many rows each table has.

    Raises StoreError where the target holds something already. It is one transaction on either side: where it
    is broken off, the target stays empty.
    """
    origin, copied = open_database(source, tables), open_database(target, tables)
    try:
        options = {"isolation_level": "REPEATABLE READ"} if origin.dialect.name == "postgresql" else {"reading": True}
        with origin.connect().execution_options(**options) as reading, copied.begin() as writing:
            metadata = _TABLES[tables]
            _refuse_unless_empty(metadata, writing)
            counts = {table.name: 0 for table in metadata.sorted_tables}
            for table in metadata.sorted_tables:
                if table is chain:
                    writing.execute(chain.delete())
                for rows in reading.execute(select(table)).mappings().partitions(_ROWS):
                    writing.execute(insert(table), [dict(row) for row in rows])
                    counts[table.name] += len(rows)
            _go_on_counting(metadata, writing, copied)
        return counts
    finally:
        origin.dispose()
        copied.dispose()


def lay_to_rest(main_url: str, keys_url: str) -> int:
    """Let nobody read, list or be told of a case any more whose key is not there; give how many there are.

    That is one that was erased after the backup, or one that is newer than the backup of the keys. An unfinished report
    without its key is thrown away.
    """
    databases = open_database(main_url, "main"), open_database(keys_url, "keys")
    try:
        with databases[1].connect().execution_options(reading=True) as reading:
            there = set(reading.execute(select(case_keys.c.id)).scalars())
        with databases[0].begin() as writing:
            kept = writing.execute(select(watches.c.case_id).where(watches.c.state != "erased")).scalars()
            gone = [one for one in kept if one not in there]
            for one in gone:
                writing.execute(delete(readers).where(readers.c.case_id == one))
                erased = {"state": "erased", "due": None, "wave_due": None, "lead": None}
                writing.execute(update(watches).where(watches.c.case_id == one).values(erased))
            for one in set(writing.execute(select(drafts.c.key)).scalars()) - there:
                writing.execute(delete(drafts).where(drafts.c.key == one))
        return len(gone)
    finally:
        for database in databases:
            database.dispose()


def check(source: str, target: str, tables: str) -> None:
    """Raise StoreError where a copy could not even begin: the source is no database, or the target is not empty."""
    open_database(source, tables).dispose()
    if not is_empty(target, tables):
        raise StoreError(_FILLED)


def is_empty(url: str, tables: str) -> bool:
    """Tell whether nothing is kept in a database."""
    database = open_database(url, tables)
    try:
        with database.connect().execution_options(reading=True) as reading:
            return not _filled(_TABLES[tables], reading)
    finally:
        database.dispose()


def _refuse_unless_empty(metadata: MetaData, connection: Connection) -> None:
    if _filled(metadata, connection):
        raise StoreError(_FILLED)


def _filled(metadata: MetaData, connection: Connection) -> bool:
    counts = (
        (table, connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    )
    return any(count > (1 if table is chain else 0) for table, count in counts)


def _go_on_counting(metadata: MetaData, connection: Connection, engine: Engine) -> None:
    """Let PostgreSQL count on from the highest number that was copied."""
    if engine.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            if column.autoincrement is True and isinstance(column.type, BigInteger):
                highest = connection.execute(select(func.max(column))).scalar() or 0
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, :column), :next, false)"),
                    {"name": table.name, "column": column.name, "next": highest + 1},
                )
