"""Opens a database, SQLite or PostgreSQL, and brings its tables up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, column, create_engine, event, inspect, make_url, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import URL, Connection

MIGRATIONS = Path(__file__).with_name("migrations")
_URL = "Write sqlite:///file.db or postgresql+psycopg://…"
_PATIENCE = 10
"""Seconds in which PostgreSQL has to answer at the start."""
_LOCK = 4_201_717
"""The advisory lock under which one of several processes migrates a PostgreSQL database."""


class StoreError(Exception):
    """A store that can't be used, and how to mend it; its words never hold what is stored."""


class Unopenable(StoreError):  # noqa: N818 -- it says what the thing is
    """One thing stored that can't be opened; the rest of the store is well."""


def why(error: OSError) -> str:
    """Say why a file can't be used, and how to mend it where somebody else has run the command."""
    mend = "; run this from the account that the bot runs under" if isinstance(error, PermissionError) else ""
    return f"{error.strerror}{mend}"


def open_database(url: str, tables: str) -> Engine:
    """Open a database with its tables up to date; `tables` is "main" or "keys".

    Raises StoreError for a database that is none, or was written by a newer version.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError(f"the database's URL is none. {_URL}") from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{address.get_backend_name()} is no database that Ask First knows. {_URL}")
    try:
        if address.get_backend_name() == "sqlite":
            engine = _sqlite(url, address.database)
        else:
            engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _PATIENCE})
        _migrate(engine, tables)
    except NoSuchModuleError:
        raise StoreError(f"{address.drivername} is no driver that Ask First knows. {_URL}") from None
    except ImportError:
        raise StoreError("PostgreSQL's driver is missing. Install it with: pip install 'askfirst[postgres]'") from None
    except DBAPIError as error:
        raise StoreError(_why(address, error)) from None
    return engine


def is_there(url: str) -> bool:
    """Tell whether a database file was ever made; a server's is taken to be. Raises StoreError."""
    try:
        address = make_url(url)
        return address.get_backend_name() != "sqlite" or not address.database or Path(address.database).exists()
    except ArgumentError:
        raise StoreError(f"the database's URL is none. {_URL}") from None
    except OSError as error:
        raise StoreError(f"{error.filename} can't be read ({why(error)})") from None


def _why(address: URL, error: DBAPIError) -> str:
    if address.get_backend_name() == "sqlite":
        return (
            f"{address.database} can't be used as a database ({error.orig})."
            " Bring it back from your backup, or name another file in ASKFIRST_DATABASE or ASKFIRST_KEYS_DATABASE"
        )
    # PostgreSQL's own words may hold the whole address.
    return (
        f"PostgreSQL at {address.host or 'this machine'} gives no access."
        " Check that it runs, and the name, password and database in ASKFIRST_DATABASE"
    )


def _sqlite(url: str, file: str | None) -> Engine:
    if not file or file == ":memory:":
        raise StoreError("a database in memory would lose every report. Write sqlite:///file.db")
    path = Path(file)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{path} can't be written ({why(error)})") from None
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver would begin transactions by itself, late; _begin_sqlite begins them.
    connection.isolation_level = None
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=30000"]
    # What a savepoint would bring back is not written into a file of its own.
    for pragma in (*pragmas, "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _migrate(engine: Engine, tables: str) -> None:
    folder = MIGRATIONS / tables
    newest = max(path.name[1:5] for path in (folder / "versions").glob("v[0-9]*.py"))
    with engine.connect() as connection:
        if _version(connection, tables) == newest:
            return
    from alembic import command  # noqa: PLC0415 -- slow to load, seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreError("the database was written by a newer version of Ask First. Install that one") from None


def _version(connection: Connection, tables: str) -> str | None:
    table = f"{tables}_version"
    if not inspect(connection).has_table(table):
        return None
    found = connection.execute(select(column("version_num")).select_from(sql_table(table))).scalar()
    return str(found) if found else None
