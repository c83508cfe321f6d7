"""Looks whether a file is a whole backup, and gives a copy of it to read, so that the backup itself stays as it is."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store.databases import StoreError, why

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOLDS = {"main": "the reports", "keys": "the keys"}
_GIVEN = {"main": "--from", "keys": "--keys-from"}
_TRAILS = ("", "-wal")
"""What SQLite may have left beside a database that somebody copied by hand."""


@contextlib.contextmanager
def laid_out(backup: Path, tables: str, room: Path) -> Iterator[str]:
    """Give the URL of a copy of a backup of "main" or "keys", which is thrown away afterwards.

    The copy stands in the folder `room`. Raises StoreError where the file is no backup, the other one, or not whole.
    """
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=room)
    except OSError as error:
        raise StoreError(f"{room} can't be written ({why(error)})") from None
    with folder as place:
        copied = Path(place) / "backup.db"
        try:
            for trail in _TRAILS:
                if (beside := backup.with_name(backup.name + trail)).exists():
                    shutil.copyfile(beside, f"{copied}{trail}")
        except OSError as error:
            raise StoreError(f"{backup} can't be copied into {room} ({why(error)})") from None
        _look_at(copied, tables, backup)
        yield f"sqlite:///{copied}"


def _look_at(copied: Path, tables: str, backup: Path) -> None:
    broken = f"{backup} can't be used as a database: it is none, or only a part of one. Copy it again, or take another"
    try:
        with contextlib.closing(sqlite3.connect(copied)) as database:
            whole = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        raise StoreError(broken) from None
    if not whole:
        raise StoreError(broken)
    found = [one for one in _HOLDS if f"{one}_version" in there]
    if tables in found:
        return
    if found:
        raise StoreError(f"{backup} holds {_HOLDS[found[0]]}, so give it with {_GIVEN[found[0]]}")
    raise StoreError(f"{backup} is no backup of Ask First. Give the one that holds {_HOLDS[tables]}")
