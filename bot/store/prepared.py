"""Statements that are compiled once and given to the driver itself, which costs a fifth of compiling them each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Insert, Table
    from sqlalchemy.sql.elements import ClauseElement

    Given = Mapping[str, object]

_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


class Prepared:
    """One statement, compiled for each kind of database when it is first run there; its values are `bindparam`s.

    It can't fail for what is stored already: that one row stands in another's way is a fault here, and no answer.
    """

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement]) -> None:
        """Take a statement, or one for each kind of database by the name of its dialect."""
        self._statement = statement
        self._compiled: dict[str, tuple[str, Given, Sequence[str] | None]] = {}

    def rows(self, connection: Connection, given: Given) -> list[tuple[Any, ...]]:
        """Run it, and give the rows that it gives, as the driver does."""
        return self._run(connection, given, ())

    def do(self, connection: Connection, given: Given) -> None:
        """Run it for what it does."""
        self._run(connection, given, (), gives=False)

    def do_all(self, connection: Connection, given: Sequence[Given]) -> None:
        """Run it once for each of what is given, in one go."""
        if given:
            self._run(connection, given[0], given[1:], gives=False)

    def _run(
        self, connection: Connection, given: Given, more: Sequence[Given], *, gives: bool = True
    ) -> list[tuple[Any, ...]]:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(connection)
        text, fixed, order = self._compiled[name]
        values = _values(given, fixed, order)
        driver = connection.dialect.loaded_dbapi
        try:
            cursor = connection.connection.cursor()
            try:
                if more:
                    rows: Any = [values, *(_values(one, fixed, order) for one in more)]
                    cursor.executemany(text, rows)
                else:
                    cursor.execute(text, values)
                return cursor.fetchall() if gives else []  # type: ignore[return-value] # sequences, as PEP 249 has them
            finally:
                cursor.close()
        except driver.Error as error:
            raise StoreError(f"the database failed ({type(error).__name__})") from None

    def _compile(self, connection: Connection) -> tuple[str, Given, Sequence[str] | None]:
        given = self._statement
        statement: Any = given[connection.dialect.name] if isinstance(given, dict) else given
        compiled = statement.compile(dialect=connection.dialect)
        fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        return str(compiled), fixed, compiled.positiontup


def _values(given: Given, fixed: Given, order: Sequence[str] | None) -> Given | list[object]:
    if order is None:
        return {**fixed, **given}
    return [given[name] if name in given else fixed[name] for name in order]


def put(table: Table, *but: str) -> Insert:
    """Give the statement that inserts a row with a value for each column but some."""
    return insert(table).values(_all(table, but))


def in_place(table: Table, *key: str) -> Mapping[str, Insert]:
    """Give, by dialect, what puts a row in place of the one with the same key."""
    found = {}
    for name, dialect in _DIALECTS.items():
        row = dialect.insert(table).values(_all(table))
        rest = {column.name: row.excluded[column.name] for column in table.c if column.name not in key}
        found[name] = row.on_conflict_do_update(index_elements=key, set_=rest)
    return found


def unless_there(table: Table, key: str, *but: str) -> Mapping[str, Insert]:
    """Give, by dialect, what puts a row, with a value for each column but some, and leaves one with the same key."""
    row = _all(table, but)
    return {
        name: dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=[key])
        for name, dialect in _DIALECTS.items()
    }


def _all(table: Table, but: Sequence[str] = ()) -> dict[str, ColumnElement[Any]]:
    return {column.name: bindparam(column.name, type_=column.type) for column in table.c if column.name not in but}
