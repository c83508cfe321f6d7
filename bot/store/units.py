"""Joins what several stores write into one transaction: all of a message's handling is kept, or none of it."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.databases import StoreError, Unopenable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from sqlalchemy import Connection, Engine

_T = TypeVar("_T")


@dataclass
class _Unit:
    """The transaction that is under way; `broken` once the database failed in it, whoever caught that.

    `keys` are those made in it, wrapped, or erased in it, which are None; `read` is what was read, to be given again.
    """

    connection: Connection
    broken: bool = False
    keys: dict[str, bytes | None] = field(default_factory=dict)
    read: dict[Hashable, Any] = field(default_factory=dict)


class Units:
    """Gives the stores their transactions: each one of its own, or a part of the unit that is under way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now: ContextVar[_Unit | None] = ContextVar(f"unit of {id(self)}", default=None)
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
            unit = _Unit(connection)
            token = self._now.set(unit)
            try:
                yield
            finally:
                self._now.reset(token)
            if unit.broken:
                raise StoreError("the database failed amid a message")
            if unit.keys and self.keep_keys:
                # First, so that nothing is ever kept whose key is not.
                self.keep_keys(unit.keys)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a transaction to write in; within a unit it is a part of it that can fail alone."""
        unit = self._now.get()
        if unit is None:
            with self._transaction() as connection:
                yield connection
            return
        keys = dict(unit.keys)
        try:
            with self._guarded(unit), unit.connection.begin_nested():
                yield unit.connection
        except BaseException:
            unit.keys = keys
            unit.read.clear()
            raise

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Give a transaction for one statement that can't fail for what is stored already.

        Within a unit it does without a savepoint, which costs more than most statements.
        """
        unit = self._now.get()
        if unit is None:
            with self._transaction() as connection:
                yield connection
            return
        with self._guarded(unit):
            yield unit.connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with, which sees what the unit under way has written."""
        unit = self._now.get()
        if unit is not None:
            with self._guarded(unit):
                yield unit.connection
            return
        with _plain(), self._engine.connect() as connection:
            yield connection.execution_options(reading=True)

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
        with self._turn(), _plain(), self._engine.begin() as connection:
            yield connection

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
    def _guarded(self, unit: _Unit) -> Iterator[None]:
        if unit.broken:
            raise StoreError("the database failed amid a message")
        try:
            with _plain():
                yield
        except Unopenable:
            raise  # one thing that was stored is broken, not the database
        except StoreError:
            unit.broken = True
            raise


@contextmanager
def _plain() -> Iterator[None]:
    """Turn the database's own errors, which repeat what was to be stored, into a StoreError that says their type."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreError(f"the database failed ({type(error.orig).__name__})") from None


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
