"""An erased report can't be read by anybody any more, whatever copy of the database is brought back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from bot.cli import askfirst
from bot.opening import now, open_store
from bot.settings import Settings
from knowledge.contact_loader import load_contacts
from knowledge.contacts import Contacts
from tests.bot.leading import at_work
from tests.handlers.telling import CONTACTS, STORY, lead


def types(*words, **more):
    return CliRunner().invoke(askfirst, [str(word) for word in words], **more)


@dataclass
class Kept:
    """A store with one report in it, whose DSL works on the command line."""

    settings: Settings
    reference: str
    code: str
    engine: object

    def watched(self):
        """Let the bot look once at all that is due."""
        with open_store(self.settings, now) as store:
            watch = at_work(store, self.engine, load_contacts(self.settings.contacts), now).watch
            while watch.turn():
                pass

    def key_bytes(self):
        """All that is in the database of the keys, the log beside it too."""
        return b"".join(file.read_bytes() for file in self.settings.data.glob("askfirst-keys.db*"))


@pytest.fixture
def kept(engine, tmp_path, monkeypatch):
    # What is asked in school hours is asked now, on whatever day these tests are run.
    monkeypatch.setattr(Contacts, "next_open", lambda _contacts, at: at)
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text(CONTACTS.read_text().replace("something-else: 25", "grooming: 1"))
    settings = Settings(data=tmp_path / "data", contacts=contacts, _env_file=None)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(contacts))
    with open_store(settings, now) as store:
        bot = at_work(store, engine, load_contacts(contacts), now)
        _, code = bot.report()
        bot.works()
        one_time = store.leads.code("st-peters", "dsl-1")
        (line,) = store.cases.listed("st-peters", lead(bot.world, "dsl-1"))
    assert types("cases", "enrol", one_time).exit_code == 0
    assert STORY in " ".join(types("cases", "show", line.reference).output.split())
    return Kept(settings, line.reference, code, engine)


@pytest.fixture
def over(kept, monkeypatch):
    """The same, closed for as long as the school keeps it, and its leads asked."""
    assert types("cases", "close", kept.reference, "settled").exit_code == 0
    monkeypatch.setattr("knowledge.keeping._YEAR", timedelta())
    kept.watched()
    return kept


def test_an_open_report_is_never_erased(kept, monkeypatch):
    monkeypatch.setattr("knowledge.keeping._YEAR", timedelta())
    kept.watched()
    result = types("cases", "erase", kept.reference, "--yes")
    assert result.exit_code == 1
    assert "Only a closed report can be" in result.output
    assert types("cases", "show", kept.reference).exit_code == 0


def test_a_closed_report_is_not_erased_before_its_time_nor_before_somebody_was_asked(kept, monkeypatch):
    types("cases", "close", kept.reference, "settled")
    kept.watched()
    assert types("cases", "erase", kept.reference, "--yes").exit_code == 1
    monkeypatch.setattr("knowledge.keeping._YEAR", timedelta())
    assert types("cases", "erase", kept.reference, "--yes").exit_code == 1
    assert types("cases", "show", kept.reference).exit_code == 0


def test_somebody_is_asked_whether_they_are_sure_and_may_say_no(over):
    result = types("cases", "erase", over.reference, input="n\n")
    assert "can't be undone" in result.output
    assert "until the old backups of the keys are thrown away" in result.output
    assert result.exit_code == 1
    assert types("cases", "show", over.reference).exit_code == 0


def test_whoever_may_not_read_it_may_not_erase_it_and_learns_nothing(over, monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 4711)
    code = types("cases", "code", "ict-technician-1").output.split("technician-1: ")[1][:19]
    types("cases", "enrol", code)
    refused = types("cases", "erase", over.reference, "--yes")
    assert refused.exit_code == 1
    assert refused.output.replace(over.reference, "R-0000-0000") == types("cases", "erase", "R-0000-0000").output


def test_it_is_gone_at_once_with_its_key_and_the_record_says_that_it_was_erased(over):
    with create_engine(over.settings.keys_url).connect() as keys:
        wrapped = keys.execute(text("SELECT wrapped FROM case_keys")).scalars().all()
    assert [one in over.key_bytes() for one in wrapped] == [True] * len(wrapped)
    assert types("cases", "erase", over.reference, input="y\n").exit_code == 0
    assert [one in over.key_bytes() for one in wrapped] == [False] * len(wrapped)
    assert types("cases", "show", over.reference).exit_code == 1
    assert over.reference not in types("cases").output
    assert "is whole" in types("audit", "verify").output
    with create_engine(over.settings.database_url).connect() as main:
        assert main.execute(text("SELECT step FROM record ORDER BY number")).scalars().all()[-1] == "erased"


def test_an_older_backup_brings_nothing_of_it_back(over, tmp_path):
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    assert types("cases", "erase", over.reference, "--yes").exit_code == 0
    for file in over.settings.data.glob("askfirst.db*"):
        file.unlink()
    restored = types("restore", "--from", tmp_path / "a" / "askfirst.db")
    assert restored.exit_code == 0, restored.output
    assert "1 of the reports can't be read" in restored.output
    assert over.reference not in types("cases").output
    assert types("cases", "show", over.reference).exit_code == 1
    assert "is whole" in types("audit", "verify").output
    over.watched()
    with open_store(over.settings, now) as store:
        assert store.cases.status(over.code) is None
        assert not store.watches.failing()


def test_the_older_backup_of_the_keys_is_what_would_bring_it_back(over, tmp_path):
    """This is why docs and command say to throw those away."""
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    assert types("cases", "erase", over.reference, "--yes").exit_code == 0
    for file in over.settings.data.glob("*.db*"):
        file.unlink()
    done = types(
        "restore", "--from", tmp_path / "a" / "askfirst.db", "--keys-from", tmp_path / "b" / "askfirst-keys.db"
    )
    assert done.exit_code == 0
    assert "can't be read" not in done.output
    assert types("cases", "show", over.reference).exit_code == 0


def test_without_keys_nothing_is_brought_back(over, tmp_path):
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    master = over.settings.master_key_file.read_bytes()
    shutil.rmtree(over.settings.data)
    over.settings.data.mkdir()
    over.settings.master_key_file.write_bytes(master)
    result = types("restore", "--from", tmp_path / "a" / "askfirst.db")
    assert result.exit_code == 2
    assert "--keys-from" in result.output
