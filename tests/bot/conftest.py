"""The databases of the tests, SQLite always and a real PostgreSQL among the slow ones, and a school's bot on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.opening import open_store
from bot.settings import Settings
from knowledge.contact_loader import load_contacts
from tests.bot.leading import at_work
from tests.bot.postgres import CannotStart, Postgres
from tests.handlers.telling import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.leading import AtWork
    from tests.fakes import Person


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[Postgres]:
    """Give a real PostgreSQL, started once."""
    try:
        server = Postgres(tmp_path_factory.mktemp("postgres"))
    except CannotStart as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def a_database(request, tmp_path) -> Settings:
    """Give the settings of a fresh store, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Settings(data=tmp_path, _env_file=None)
    return Settings(data=tmp_path, database=request.getfixturevalue("postgres").fresh(), _env_file=None)


@pytest.fixture
def contacts():
    """Give the contacts of a school."""
    return load_contacts(CONTACTS)


@pytest.fixture
def bot(engine, clock, a_database, contacts) -> Iterator[AtWork]:
    """Have a school's bot at work, on a Monday morning in term."""
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    with open_store(a_database, clock) as store:
        yield at_work(store, engine, contacts, clock)


@pytest.fixture
def dsl(bot) -> Person:
    """Give the designated safeguarding lead, enrolled."""
    return bot.enrols("dsl-1", "slack", "T1/U0123ABCF")
