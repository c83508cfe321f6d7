"""Statements that put a row where one may stand already, made once for each kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Insert, Table

_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


def in_place(table: Table, *key: str) -> Mapping[str, Insert]:
    """Give, by dialect, what puts a row in place of the one with the same key."""
    found = {}
    for name, dialect in _DIALECTS.items():
        put = dialect.insert(table)
        rest = {column.name: put.excluded[column.name] for column in table.c if column.name not in key}
        found[name] = put.on_conflict_do_update(index_elements=key, set_=rest)
    return found


def unless_there(table: Table, *key: str) -> Mapping[str, Insert]:
    """Give, by dialect, what puts a row and leaves one with the same key as it is."""
    return {name: d.insert(table).on_conflict_do_nothing(index_elements=key) for name, d in _DIALECTS.items()}
