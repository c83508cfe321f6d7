"""Knows whether an `askfirst run` is at work on a SQLite file, and lets one alone be; PostgreSQL may have several."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot.store.databases import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def alone(url: str) -> Iterator[bool]:
    """Hold a SQLite database for as long as this lasts; False where nobody can know who else is at work on it.

    The system lets go of it when the process dies, however it does. Raises StoreError where another one holds it.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        yield False
        return
    held = os.open(_file(str(address.database)), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _held(held, str(address.database))
    finally:
        os.close(held)


def at_work(url: str) -> bool | None:
    """Tell whether an `askfirst run` is at work on a SQLite database; None where none ever was, or nobody can know."""
    address = make_url(url)
    try:
        if address.get_backend_name() != "sqlite":
            return None
        held = os.open(_file(str(address.database)), os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a network folder that knows no locks
        return None
    else:
        return False
    finally:
        os.close(held)


def _file(database: str) -> str:
    # One of its own: to close one of SQLite's would let go of SQLite's own locks.
    return f"{database}-running"


def _held(file: int, database: str) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(
            f"askfirst run is at work on {database} already. End that one first, or set ASKFIRST_DATABASE to a"
            " database of its own; several at once on one database need PostgreSQL"
        ) from None
    except OSError:  # a network folder that knows no locks
        return False
    return True
