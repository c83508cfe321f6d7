"""Opening the store: tables made by migrations, master keys that can be rotated, and clear words where it can't be."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from sqlalchemy import create_engine, inspect

from bot.opening import SetUpProblem, open_store
from bot.settings import Settings
from bot.store import tables
from bot.store.databases import open_database
from bot.store.sealing import new_master_key


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path):
    for name, metadata in (("main", tables.main), ("keys", tables.keys)):
        migrated = open_database(f"sqlite:///{tmp_path / name}.db", name)
        made = create_engine("sqlite://")
        metadata.create_all(made)
        for table in metadata.tables:
            there, wanted = (inspect(engine).get_columns(table) for engine in (migrated, made))
            plain = [[(c["name"], str(c["type"]), c["nullable"]) for c in columns] for columns in (there, wanted)]
            assert plain[0] == plain[1]
            there, wanted = (inspect(engine).get_indexes(table) for engine in (migrated, made))
            assert [i["column_names"] for i in there] == [i["column_names"] for i in wanted]
        migrated.dispose()
        made.dispose()


def test_nothing_is_lost_when_the_power_goes_after_a_commit(kept):
    engine = open_database(f"sqlite:///{kept.folder / 'x.db'}", "main")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(kept):
    with kept.opened():
        pass
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute("UPDATE main_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(SetUpProblem, match="newer version"), kept.opened():
        pass


def test_an_older_master_key_still_opens_what_it_sealed_and_a_wrong_one_is_refused(kept, a_draft):
    old, new = new_master_key(), new_master_key()
    before = kept.settings.model_copy(update={"master_key": type(kept.settings.master_key)(old)})
    with open_store(before, kept.clock) as store:
        store.drafts.keep("somebody", "here", a_draft())
    both = Settings(data=kept.folder, master_key=f"{new},{old}", _env_file=None)
    with open_store(both, kept.clock) as store:
        assert store.drafts.current("somebody", "here") == a_draft()
    wrong = Settings(data=kept.folder, master_key=new, _env_file=None)
    with pytest.raises(SetUpProblem, match="doesn't fit"), open_store(wrong, kept.clock):
        pass


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("database", "a file", "Write sqlite:///"),
        ("database", "sqlite://", "would lose every report"),
        ("database", "sqlite:////proc/nowhere/x.db", "can't be written"),
        ("master_key", "secret", "the master key is none"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_line_without_the_value(tmp_path, setting, value, said):
    settings = Settings(data=tmp_path, _env_file=None, **{setting: value})
    with pytest.raises(SetUpProblem, match=said) as problem, open_store(settings):
        pass
    assert "secret" not in problem.value.message
