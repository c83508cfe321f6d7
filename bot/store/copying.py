"""Copies all tables of one database into another, whole and as they stood at one moment: for backup and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, func, insert, select, text

from bot.store.databases import StoreError, open_database
from bot.store.tables import chain, keys, main

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

_ROWS = 500
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


def _refuse_unless_empty(metadata: MetaData, connection: Connection) -> None:
    for table in metadata.sorted_tables:
        count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if count > (1 if table is chain else 0):
            raise StoreError("there is something in that database already. Name an empty one, or a new file")


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
