"""What an administrator does with what is kept: backup and restore, a new master key, and a look at the record."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary, event

from bot.cli import askfirst
from bot.opening import open_store
from bot.settings import Settings
from bot.store import tables
from bot.store.alone import alone
from bot.store.copying import copy
from bot.store.rotating import WRAPPED
from bot.store.sealing import new_master_key
from knowledge.contact_loader import load_contacts
from tests.bot.leading import at_work
from tests.fakes import Person
from tests.handlers.telling import CONTACTS, STORY, lead, tell


@pytest.fixture
def contacts():
    return load_contacts(CONTACTS)


def types(*words):
    return CliRunner().invoke(askfirst, [str(word) for word in words])


def fill(settings, engine, contacts, clock):
    """A store with a report that nobody has opened yet, and whose notices are promised and not sent."""
    with open_store(settings, clock) as store:
        bot = at_work(store, engine, contacts, clock)
        _, code = bot.report()
        while bot.watch.turn():
            pass
        store.memory.keep("somebody", "here", "ask", {"q": 1}, None)
    return code


def brought_back(folder, monkeypatch):
    """Restore the backup of a test into a fresh folder beside the old one, with its master key; give the run."""
    monkeypatch.setenv("ASKFIRST_DATA", str(folder / "new"))
    (folder / "new").mkdir()
    (folder / "new" / "master.key").write_bytes((folder / "old" / "master.key").read_bytes())
    done = types("restore", "--from", folder / "a" / "askfirst.db", "--keys-from", folder / "b" / "askfirst-keys.db")
    assert done.exit_code == 0, done.output
    return done


def test_a_backup_with_a_report_in_flight_goes_on_where_it_stood(engine, contacts, clock, tmp_path, monkeypatch):
    code = fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    brought_back(tmp_path, monkeypatch)
    assert types("audit", "verify").exit_code == 0
    with open_store(Settings(data=tmp_path / "new", _env_file=None), clock) as store:
        bot = at_work(store, engine, contacts, clock)
        assert store.cases.status(code).opened is None
        assert {address for _, address, _ in bot.works()} == {"U0123ABCF", "U0123ABCD"}
        who = lead(bot.world, "dsl-1")
        (line,) = store.cases.listed("st-peters", who)
        assert store.cases.opened("st-peters", line.reference, who).case.answers["what"] == STORY


@pytest.mark.slow
def test_a_backup_of_postgresql_is_brought_back_into_another_one_and_goes_on(  # noqa: PLR0917 -- fixtures
    engine, contacts, clock, tmp_path, monkeypatch, postgres
):
    def another():
        made = Settings(data=tmp_path, database=postgres.fresh(), keys_database=postgres.fresh(), _env_file=None)
        monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
        monkeypatch.setenv("ASKFIRST_DATABASE", made.database_url)
        monkeypatch.setenv("ASKFIRST_KEYS_DATABASE", made.keys_url)
        return made

    code = fill(another(), engine, contacts, clock)
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    settings = another()
    words = ("restore", "--from", tmp_path / "a" / "askfirst.db", "--keys-from", tmp_path / "b" / "askfirst-keys.db")
    assert types(*words).exit_code == 0
    assert types("audit", "verify").exit_code == 0
    assert types("keys", "rotate").exit_code == 0
    with open_store(settings, clock) as store:
        bot = at_work(store, engine, contacts, clock)
        assert {address for _, address, _ in bot.works()} == {"U0123ABCF", "U0123ABCD"}
        assert store.cases.status(code).opened is None
        # What comes afterwards gets numbers of its own.
        bot.report("after the restore")
        assert {address for _, address, _ in bot.works()} == {"U0123ABCF", "U0123ABCD"}
        assert store.record.first_broken() is None


def test_a_report_that_comes_amid_a_backup_is_in_it_with_its_key_or_not_at_all(
    engine, contacts, clock, tmp_path, monkeypatch
):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    with open_store(Settings(data=tmp_path / "old", _env_file=None), clock) as store:
        bot = at_work(store, engine, contacts, clock)

        def and_a_report(*given):
            copy(*given)
            bot.report(f"reporter {given}")

        with monkeypatch.context() as amid:
            amid.setattr("bot.commands.backup.copy", and_a_report)
            assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    done = brought_back(tmp_path, monkeypatch)
    assert "can't be read" not in done.output


def test_a_report_that_is_half_written_goes_on_after_a_backup_is_brought_back(
    engine, contacts, clock, tmp_path, monkeypatch
):
    with open_store(Settings(data=tmp_path / "old", _env_file=None), clock) as store:
        person = Person(at_work(store, engine, contacts, clock).world, name="reporter")
        tell(person)
        person.says("back")
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    brought_back(tmp_path, monkeypatch)
    with open_store(Settings(data=tmp_path / "new", _env_file=None), clock) as store:
        bot = at_work(store, engine, contacts, clock)
        person = Person(bot.world, name="reporter")
        assert STORY in person.says("the office knows my number")
        assert "Receipt code" in person.presses("Send")
        assert {address for _, address, _ in bot.works()} == {"U0123ABCF", "U0123ABCD"}


def test_a_store_that_holds_something_is_never_overwritten(engine, contacts, clock, tmp_path, monkeypatch):
    fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    words = ("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b")
    done = types(*words)
    assert done.exit_code == 0
    assert f"keep a copy of {tmp_path / 'old' / 'master.key'} in a third place" in done.output
    again = types(*words)
    assert again.exit_code == 1
    assert "is there already. Name new folders" in again.output
    assert (
        types(
            "restore", "--from", tmp_path / "a" / "askfirst.db", "--keys-from", tmp_path / "b" / "askfirst-keys.db"
        ).exit_code
        == 1
    )


def test_where_one_half_of_a_backup_is_broken_nothing_is_brought_back_and_the_next_try_is_whole(
    engine, contacts, clock, tmp_path, monkeypatch
):
    code = fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    (tmp_path / "broken.db").write_bytes(b"this is no database at all, however long it is " * 100)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "new"))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "master.key").write_bytes((tmp_path / "old" / "master.key").read_bytes())
    keys = ("--keys-from", tmp_path / "b" / "askfirst-keys.db")
    broken = types("restore", "--from", tmp_path / "broken.db", *keys)
    assert broken.exit_code == 1
    assert "broken.db can't be used as a database" in broken.output
    done = types("restore", "--from", tmp_path / "a" / "askfirst.db", *keys)
    assert done.exit_code == 0, done.output
    with open_store(Settings(data=tmp_path / "new", _env_file=None), clock) as store:
        assert store.cases.status(code)


@pytest.mark.parametrize(
    "words", [("backup", "--to", "{}/a", "--keys-to", "{}/b"), ("audit", "verify"), ("keys", "rotate")]
)
def test_where_the_settings_name_a_place_without_a_store_it_is_said_and_none_is_made(words, tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "mistyped"))
    result = types(*(word.format(tmp_path) for word in words))
    assert result.exit_code == 1
    assert "there is no store at the place that the settings name" in result.output
    assert list(tmp_path.iterdir()) == []


def test_rotating_with_a_master_key_that_does_not_fit_changes_nothing(engine, contacts, clock, tmp_path, monkeypatch):
    fill(Settings(data=tmp_path, _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    file = tmp_path / "master.key"
    right = file.read_bytes()
    for wrong in (f"{new_master_key()}\n".encode(), b"", "kein Schlüssel".encode()):
        file.write_bytes(wrong)
        result = types("keys", "rotate")
        assert result.exit_code == 1
        assert "Error: the master key" in result.output
        assert file.read_bytes() == wrong
    file.write_bytes(right)
    assert types("keys", "rotate").exit_code == 0


def test_whoever_may_not_look_into_the_data_folder_is_told_which_account_can(tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    assert types("cases", "--as", "dsl").exit_code == 0

    looks = Path.exists

    def refused(self, **more):
        if self.parent == tmp_path / "data":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return looks(self, **more)

    monkeypatch.setattr(Path, "exists", refused)
    for words in (("cases", "--as", "dsl"), ("audit", "verify")):
        result = types(*words)
        assert result.exit_code == 1
        assert "(Permission denied; run this from the account that the bot runs under)" in result.output


@pytest.fixture
def a_backup(engine, contacts, clock, tmp_path, monkeypatch):
    """A backup of a store with a report, and settings that name an empty one."""
    fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    assert types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b").exit_code == 0
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "new"))
    return tmp_path / "a" / "askfirst.db", tmp_path / "b" / "askfirst-keys.db"


def test_reports_and_keys_given_the_wrong_way_round_are_refused_and_a_backup_stays_byte_for_byte(a_backup):
    reports, keys = a_backup
    before = [file.read_bytes() for file in a_backup]
    swapped = types("restore", "--from", keys, "--keys-from", reports)
    assert swapped.exit_code == 1
    assert "holds the keys, so give it with --keys-from" in swapped.output
    assert types("restore", "--from", reports, "--keys-from", keys).exit_code == 0
    assert [file.read_bytes() for file in a_backup] == before


def test_a_backup_that_was_copied_in_part_is_refused_and_the_whole_one_restored_after_it(a_backup, tmp_path):
    reports, keys = a_backup
    half = tmp_path / "half.db"
    half.write_bytes(reports.read_bytes()[: reports.stat().st_size // 8192 * 4096])
    refused = types("restore", "--from", half, "--keys-from", keys)
    assert refused.exit_code == 1
    assert "only a part of one" in refused.output
    other = tmp_path / "other.db"
    other.write_bytes(b"")
    assert "is no backup of Ask First" in types("restore", "--from", reports, "--keys-from", other).output
    assert types("restore", "--from", reports, "--keys-from", keys).exit_code == 0
    assert not [file for file in (tmp_path / "new").iterdir() if file.is_dir()]


def test_whoever_restores_without_the_master_key_is_told_to_put_it_there_first(a_backup, tmp_path):
    reports, keys = a_backup
    done = types("restore", "--from", reports, "--keys-from", keys)
    assert f"The master key is not there yet. Put the one of that time into {tmp_path / 'new' / 'master.key'}" in (
        done.output
    )
    wrong = types("audit", "verify")
    assert "Bring it back from where you keep its copy" in wrong.output
    (tmp_path / "new" / "master.key").write_bytes((tmp_path / "old" / "master.key").read_bytes())
    assert types("audit", "verify").exit_code == 0


def test_keys_and_what_they_open_are_never_put_into_one_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    result = types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "a")
    assert result.exit_code == 2
    assert "another folder" in result.output


def test_no_word_of_a_report_stands_in_a_backup(engine, contacts, clock, tmp_path, monkeypatch):
    fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b")
    for file in (*(tmp_path / "a").iterdir(), *(tmp_path / "b").iterdir()):
        content = file.read_bytes()
        for word in (STORY, "moon_walker", "Roblox", "grooming", "reporter", "chair@"):
            assert word.encode() not in content


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(engine, contacts, clock, tmp_path, monkeypatch):
    settings = Settings(data=tmp_path / "old", _env_file=None)
    code = fill(settings, engine, contacts, clock)
    old = settings.master_key_file.read_text()
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    for _ in range(2):
        result = types("keys", "rotate")
        assert result.exit_code == 0, result.output
    assert old.strip() not in settings.master_key_file.read_text()
    assert settings.master_key_file.stat().st_mode & 0o777 == 0o600
    with open_store(settings, clock) as store:
        assert store.cases.status(code)
        assert store.memory.recall("somebody", "here", "ask") == {"q": 1}
        assert {a for _, a, _ in at_work(store, engine, contacts, clock).works()} == {"U0123ABCF", "U0123ABCD"}
    assert types("audit", "verify").exit_code == 0
    settings.master_key_file.write_text(old)
    assert "doesn't fit" in types("audit", "verify").output


def test_a_report_that_somebody_sends_after_the_master_key_was_changed_beside_them_is_read(
    engine, contacts, clock, tmp_path, monkeypatch
):
    settings = Settings(data=tmp_path / "old", _env_file=None)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    with open_store(settings, clock) as store:
        reporter = Person(at_work(store, engine, contacts, clock).world, name="reporter")
        tell(reporter)
        assert types("keys", "rotate").exit_code == 0
        assert "Your report is stored" in reporter.presses("Send")
    with open_store(settings, clock) as store:
        who = lead(at_work(store, engine, contacts, clock).world, "dsl-1")
        (line,) = store.cases.listed("st-peters", who)
        assert store.cases.opened("st-peters", line.reference, who).case.answers["what"] == STORY


def test_the_master_key_is_not_changed_while_the_bot_is_at_work(engine, contacts, clock, tmp_path, monkeypatch):
    settings = Settings(data=tmp_path, _env_file=None)
    fill(settings, engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    before = settings.master_key_file.read_bytes()
    with alone(settings.database_url):
        assert "askfirst run is at work. End it first" in types("keys", "rotate").output
    assert settings.master_key_file.read_bytes() == before


def test_a_master_key_that_is_lost_is_not_replaced_by_one_that_opens_nothing(
    engine, contacts, clock, tmp_path, monkeypatch
):
    settings = Settings(data=tmp_path, _env_file=None)
    fill(settings, engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    settings.master_key_file.unlink()
    result = types("audit", "verify")
    assert result.exit_code == 1
    assert "Bring it back from where you keep its copy" in result.output
    assert not settings.master_key_file.exists()


def test_a_single_master_key_in_the_settings_is_not_taken_for_a_new_one(tmp_path, engine, contacts, clock, monkeypatch):
    key = new_master_key()
    fill(Settings(data=tmp_path, master_key=key, _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    monkeypatch.setenv("ASKFIRST_MASTER_KEY", key)
    result = types("keys", "rotate")
    assert result.exit_code == 1
    assert "Put a new one before it" in result.output


def test_every_sealed_column_is_either_wrapped_anew_or_sealed_with_a_cases_own_key():
    sealed = {
        c for m in (tables.main, tables.keys) for t in m.tables.values() for c in t.c if isinstance(c.type, LargeBinary)
    }
    by_case = {tables.cases.c.sealed, tables.drafts.c.sealed, tables.record.c.sealed}
    assert sealed == by_case | set(WRAPPED)


_TAKEN_OUT = """
DELETE FROM record WHERE number = (SELECT max(number) FROM record);
UPDATE chain SET number = (SELECT max(number) FROM record),
 chained = (SELECT chained FROM record ORDER BY number DESC LIMIT 1)"""
_TAMPERING = {
    "a step was changed": "UPDATE record SET at = '2020' WHERE number = 2",
    "a step was taken out from amid them": "DELETE FROM record WHERE number = 2",
    "the newest step was taken out": "DELETE FROM record WHERE number = (SELECT max(number) FROM record)",
    "the newest step was taken out, and the end moved back": _TAKEN_OUT,
    "the newest step was taken out, and the end unmarked": f"{_TAKEN_OUT}, mark = NULL",
    "two steps were swapped": "UPDATE record SET number = -number WHERE number IN (1, 2);"
    "UPDATE record SET number = 3 + number WHERE number < 0",
}


@pytest.fixture
def a_record(engine, contacts, clock, tmp_path, monkeypatch):
    """The settings of a store with some steps in its record, and a receipt code with which another one is taken."""
    settings = Settings(data=tmp_path / "old", _env_file=None)
    monkeypatch.setenv("ASKFIRST_DATA", str(settings.data))
    with open_store(settings, clock) as store:
        bot = at_work(store, engine, contacts, clock)
        dsl = lead(bot.world, "dsl-1")
        _, code = bot.report()
        store.cases.opened("st-peters", store.cases.listed("st-peters", dsl)[0].reference, dsl)
        assert store.cases.write_back(code, "more")
    return settings, code


@pytest.mark.parametrize("what", _TAMPERING)
def test_a_record_that_was_changed_shows_also_once_the_bot_has_gone_on_with_it(a_record, clock, what):
    settings, code = a_record
    with contextlib.closing(sqlite3.connect(settings.data / "askfirst.db")) as database:
        database.executescript(_TAMPERING[what])
    assert types("audit", "verify").exit_code == 1
    with open_store(settings, clock) as store:
        store.cases.write_back(code, "still more")
    result = types("audit", "verify")
    assert result.exit_code == 1
    assert "changed from outside at step" in result.output


def test_a_report_that_comes_while_the_record_is_looked_through_is_taken_for_no_change(bot):
    bot.report()

    @event.listens_for(bot.store.units._engine, "after_cursor_execute", once=True)  # noqa: SLF001 -- amid the look
    def another_comes(*_):
        bot.report("another reporter")

    assert bot.store.record.first_broken() is None
    assert len(bot.store.cases.listed("st-peters", lead(bot.world, "dsl-1"))) == 2


def test_a_record_that_was_changed_is_said_with_exit_code_1(engine, contacts, clock, tmp_path, monkeypatch):
    fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    assert "is whole" in types("audit", "verify").output
    with contextlib.closing(sqlite3.connect(tmp_path / "old" / "askfirst.db")) as database:
        database.execute("UPDATE record SET at = '2020'")
        database.commit()
    result = types("audit", "verify")
    assert result.exit_code == 1
    assert "changed from outside at step 1" in result.output


def test_a_lead_works_on_the_command_line_with_the_account_of_the_machine(
    engine, contacts, clock, tmp_path, monkeypatch
):
    fill(Settings(data=tmp_path / "old", _env_file=None), engine, contacts, clock)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "old"))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(CONTACTS))
    assert "I don't know this account" in types("cases").output
    code = types("cases", "code", "dsl-1").output.split("dsl-1: ")[1][:19]
    assert "You are enrolled: dsl-1" in types("cases", "enrol", code).output
    other = types("cases", "code", "chair-1").output.split("chair-1: ")[1][:19]
    assert "is that of dsl-1 already" in " ".join(types("cases", "enrol", other).output.split())
    listed = types("cases").output
    reference = listed[listed.index("R-") :][:11]
    assert STORY in " ".join(types("cases", "show", reference).output.split())
    for words in (
        ("note", reference, "a note"),
        ("message", reference, "a message"),
        ("did", reference, "referred-lado", "by phone"),
        ("close", reference, "done"),
        ("reopen", reference, "more"),
        ("take", reference),
        ("step-back", reference, "--yes"),
    ):
        result = types("cases", *words)
        assert result.exit_code == 0, result.output
    refused = types("cases", "show", reference)
    assert refused.exit_code == 1
    assert refused.output == types("cases", "show", "R-0000-0000").output.replace("R-0000-0000", reference)
