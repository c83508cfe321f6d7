"""The databases of the tests: SQLite always, and a real PostgreSQL beside it among the slow ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.settings import Settings
from tests.bot.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[Postgres]:
    """Give a real PostgreSQL, started once."""
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def a_database(request, tmp_path) -> Settings:
    """Give the settings of a fresh store, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Settings(data=tmp_path, _env_file=None)
    return Settings(data=tmp_path, database=request.getfixturevalue("postgres").fresh(), _env_file=None)
