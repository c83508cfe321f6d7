"""Joins what several stores write into one transaction: all of a message's handling is kept, or none of it."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.databases import StoreError, Unopenable
from bot.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

_T = TypeVar("_T")
_BROKEN = "the database failed amid a message"
_PART, _UNDO, _END = (
    Prepared(text(f"{what} part")) for what in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
)


@dataclass
class _Unit:
    """The transaction that is under way; `broken` once the database failed in it, whoever caught that.

    `held` is let go of when it ends, such as `beside`, which reads in another database.
    `keys` are those made in it, wrapped, or erased in it, which are None; `read` is what was read, to be given again.
    """

    connection: Connection
    held: ExitStack
    beside: Connection | None = None
    broken: bool = False
    keys: dict[str, bytes | None] = field(default_factory=dict)
    read: dict[Hashable, Any] = field(default_factory=dict)


class Units:
    """Gives the stores their transactions: each one of its own, or a part of the unit that is under way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now: ContextVar[_Unit | None] = ContextVar(f"unit of {id(self)}", default=None)
        self._writing: ContextVar[bool] = ContextVar(f"transaction of {id(self)}", default=False)
        self._turns = _Turns() if engine.dialect.name == "sqlite" else None
        self.keep_keys: Callable[[Mapping[str, bytes | None]], None] | None = None
        """Commits the keys that were made or erased in a unit, just before the unit itself is committed."""

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Make one transaction of everything within, a part of the unit that is under way where there is one.

        Raises StoreError where the database failed amid it.
        """
        if self._now.get() is not None:
            yield
            return
        with self._transaction() as connection:
            with ExitStack() as held:
                unit = _Unit(connection, held)
                token = self._now.set(unit)
                try:
                    yield
                finally:
                    self._now.reset(token)
            if unit.broken:
                raise StoreError(_BROKEN)
            if unit.keys and self.keep_keys:
                # First, so that nothing is ever kept whose key is not.
                self.keep_keys(unit.keys)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a transaction to write in; within a unit it is a part of it that can fail alone.

        Raises RuntimeError within another transaction that is no unit: it would wait for that one forever.
        """
        unit = self._now.get()
        if unit is None:
            with self._transaction() as connection:
                yield connection
            return
        keys = dict(unit.keys)
        with _Within(unit) as connection:
            _PART.do(connection, {})
            try:
                yield connection
            except BaseException:
                unit.keys = keys
                unit.read.clear()
                _UNDO.do(connection, {})
                raise
            finally:
                _END.do(connection, {})

    def one(self) -> AbstractContextManager[Connection]:
        """Give a transaction for one statement that can't fail for what is stored already.

        Within a unit it does without a savepoint.
        """
        unit = self._now.get()
        return _Within(unit) if unit else self._transaction()

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection to read with, which sees what the unit under way has written."""
        unit = self._now.get()
        return _Within(unit) if unit else self._outside()

    @contextmanager
    def at_one_moment(self) -> Iterator[Connection]:
        """Give a connection to read with, apart from any unit: all of it as it stood when the reading began."""
        on_server = self._engine.dialect.name == "postgresql"
        with _plain(), self._engine.connect() as connection:
            yield connection.execution_options(
                **{"isolation_level": "REPEATABLE READ"} if on_server else {"reading": True}
            )

    def reading_in(self, other: Units) -> AbstractContextManager[Connection]:
        """Give a connection to read with in another database, the same one for as long as a unit lasts."""
        unit = self._now.get()
        if unit is None:
            return other.reading()
        if unit.beside is None:
            unit.beside = unit.held.enter_context(other.reading())
        return _Within(unit, unit.beside)

    def forget_old_pages(self) -> None:
        """Empty SQLite's write-ahead log, in which what was erased would stand for a while longer.

        PostgreSQL keeps it in its files until it reuses those pages: docs/for-it-case-page.md says what helps.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with _plain(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def keys(self) -> dict[str, bytes | None] | None:
        """Give what the unit under way does to keys, by their ids, or None where there is none."""
        unit = self._now.get()
        return unit.keys if unit else None

    def once(self, what: Hashable, read: Callable[[], _T]) -> _T:
        """Read something, but within a unit only once; who writes it says so with `remember` or `anew`."""
        unit = self._now.get()
        if unit is None:
            return read()
        if what not in unit.read:
            unit.read[what] = read()
        found: _T = unit.read[what]
        return found

    def remember(self, what: Hashable, found: object) -> None:
        """Give this wherever it is read once more within the unit under way, where there is one."""
        unit = self._now.get()
        if unit is not None:
            unit.read[what] = found

    def anew(self) -> None:
        """Let everything be read anew."""
        unit = self._now.get()
        if unit is not None:
            unit.read.clear()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._writing.get():
            raise RuntimeError("a transaction begins within another one. Put both within one unit: units.unit()")
        token = self._writing.set(True)
        try:
            with self._turn(), _plain(), self._engine.begin() as connection:
                yield connection
        finally:
            self._writing.reset(token)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        self._turns.take()
        try:
            yield
        finally:
            self._turns.give()

    @contextmanager
    def _outside(self) -> Iterator[Connection]:
        with _plain(), self._engine.connect() as connection:
            yield connection.execution_options(reading=True)


class _Within:
    """Gives a unit's connection; a failure of the database in it breaks the unit, whoever catches that."""

    __slots__ = ("_connection", "_unit")

    def __init__(self, unit: _Unit, connection: Connection | None = None) -> None:
        self._unit, self._connection = unit, connection or unit.connection

    def __enter__(self) -> Connection:
        if self._unit.broken:
            raise StoreError(_BROKEN)
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, IntegrityError | Unopenable):
            return  # somebody asks for the first, and of the second one thing that was stored is broken
        if isinstance(error, DBAPIError | StoreError):
            self._unit.broken = True
        if isinstance(error, DBAPIError):
            raise _as_store_error(error) from None


@contextmanager
def _plain() -> Iterator[None]:
    """Turn the database's own errors into a StoreError."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _as_store_error(error) from None


def _as_store_error(error: DBAPIError) -> StoreError:
    """Say the type of an error alone; its words repeat what was to be stored."""
    return StoreError(f"the database failed ({type(error.orig).__name__})")


class _Turns:
    """A lock that is given in the order in which it was asked for; SQLite's own lets one writer starve another."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def take(self) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def give(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
