"""Sees to it that one `askfirst run` alone is at work on a SQLite file; on PostgreSQL there may be several."""

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
    # A file of its own: to close one of SQLite's would let go of SQLite's own locks.
    held = os.open(f"{address.database}-running", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _held(held, str(address.database))
    finally:
        os.close(held)


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
