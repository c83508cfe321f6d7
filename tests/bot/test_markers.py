"""Nothing that a reporter or a lead writes stands in plain words in a file, the log or a backup."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect, text

from bot.app import open_store
from bot.cli import askfirst
from bot.settings import Settings
from knowledge.contacts import load_contacts
from tests.bot.leading import at_work
from tests.fakes import Person
from tests.handlers.telling import CONTACTS

FIELDS = (
    "what",
    "when",
    "where",
    "reach",
    "person",
    "draft",
    "note",
    "message",
    "reply",
    "closed",
    "flawed",
    "did",
    "reopened",
)


@pytest.fixture
def mark():
    """A random word for each field."""
    return {field: f"zq{random.getrandbits(60):015x}" for field in FIELDS}


def live(bot, mark, monkeypatch):
    """A report from its first word to its end, a draft that is left, and a fault amid another one."""
    reporter = Person(bot.world, name=mark["person"])
    reporter.says("report")
    for label in ("No", "Somebody is getting too close", "No, somebody outside", "Yes"):
        reporter.presses(label)
    for field in ("what", "when", "where", "reach"):
        reporter.says(mark[field])
    code = reporter.presses("Send").split("Receipt code: ")[1][:19]
    bot.works()
    dsl = bot.enrols("dsl-1", "slack", "T1/U0123ABCF")
    dsl.says("cases")
    assert mark["what"] in dsl.presses("Open R-")
    for buttons, field in (
        (("Note for leads",), "note"),
        (("Write down a step", "Spoke to the parent"), "did"),
        (("Write to the reporter",), "message"),
        (("Close it",), "closed"),
        (("Reopen it",), "reopened"),
    ):
        for button in buttons:
            dsl.presses(button)
        assert "R-" in dsl.says(mark[field])
        dsl.presses("Open R-")
    reporter.says(f"status {code}")
    reporter.presses("Write to the school")
    reporter.says(mark["reply"])
    for field in ("draft", "flawed"):
        Person(bot.world, name=field).says("report")
    Person(bot.world, name="draft").says(mark["draft"])
    with monkeypatch.context() as broken:
        broken.setattr(bot.store.drafts, "keep", lambda *given: [][len(str(given))])
        assert "went wrong" in Person(bot.world, name="flawed").says(mark["flawed"])
    bot.goes_on(timedelta(hours=5))
    return (code, *mark.values())


def test_no_field_stands_in_database_wal_log_or_backup(engine, clock, tmp_path, monkeypatch, caplog, mark):  # noqa: PLR0917 -- fixtures
    caplog.set_level(logging.DEBUG)
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    data = tmp_path / "data"
    with open_store(Settings(data=data, _env_file=None), clock) as store:
        words = live(at_work(store, engine, load_contacts(CONTACTS), clock), mark, monkeypatch)
        monkeypatch.setenv("ASKFIRST_DATA", str(data))
        said = CliRunner().invoke(askfirst, ["backup", "--to", str(tmp_path / "a"), "--keys-to", str(tmp_path / "b")])
        assert said.exit_code == 0, said.output
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert {"askfirst.db", "askfirst.db-wal", "askfirst-keys.db"} <= {file.name for file in files}
        for file in files:
            content = file.read_bytes()
            assert [word for word in words if word.encode() in content] == [], file.name
        seen = caplog.text + said.output + "".join(alarm.name for alarm in store.alarms.raised())
        assert [word for word in words if word in seen] == []


@pytest.mark.slow
def test_no_field_stands_in_any_table_of_postgresql_or_in_a_file_beside_it(  # noqa: PLR0917 -- fixtures
    engine, clock, tmp_path, postgres, monkeypatch, capfd, mark
):
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    url = postgres.fresh()
    with open_store(Settings(data=tmp_path, database=url, _env_file=None), clock) as store:
        words = live(at_work(store, engine, load_contacts(CONTACTS), clock), mark, monkeypatch)
        database = create_engine(url)
        with database.connect() as connection:
            names = inspect(connection).get_table_names()
            found = {name: str(connection.execute(text(f'select t::text from "{name}" t')).all()) for name in names}  # noqa: S608 -- its own tables
        database.dispose()
    assert {"cases", "record", "drafts", "inbox", "outbox"} <= set(found)
    assert "R-" in found["cases"]
    for name, rows in found.items():
        # What is stored as bytes is shown in hexadecimal.
        assert [word for word in words if word in rows or word.encode().hex() in rows] == [], name
    said = "".join(capfd.readouterr())
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.stat().st_size]
    assert [word for word in words if word in said or any(word.encode() in file for file in files)] == []
