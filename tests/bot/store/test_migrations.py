"""A store of any earlier revision, with a report in it, goes on with everything that it held."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, insert, inspect, select, update

from bot.opening import open_store
from bot.store import tables
from bot.store.databases import MIGRATIONS, open_database
from tests.bot.store.sending import send

REVISIONS = sorted(path.name[1:5] for path in (MIGRATIONS / "main" / "versions").glob("v[0-9]*.py"))


def at_revision(url, revision):
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS / "main"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def carry(source, target):
    """Copy whatever the older tables have room for."""
    there = MetaData()
    there.reflect(target)
    with source.connect() as reading, target.begin() as writing:
        for table in tables.main.sorted_tables:
            old = there.tables.get(table.name)
            if old is None or table.name == "subscriptions":
                continue
            rows = [
                {name: value for name, value in row.items() if name in old.c}
                for row in reading.execute(select(table)).mappings()
            ]
            for row in rows:
                writing.execute(update(old).values(row) if table.name == "chain" else insert(old).values(row))


def chain_as_before(engine, lookup):
    """Chain the record as it was chained before its end was marked."""
    there, before = MetaData(), ""
    there.reflect(engine)
    record, chain = there.tables["record"], there.tables["chain"]
    with engine.begin() as connection:
        for row in connection.execute(select(record).order_by(record.c.number)).all():
            sealed = hashlib.sha256(row.sealed).hexdigest()
            before = lookup.of("record", before, str(row.number), sealed, row.case_id, row.at, row.step)
            connection.execute(update(record).where(record.c.number == row.number).values(chained=before))
        connection.execute(update(chain).values(chained=before))


def carried_back(settings, older_url, revision, lookup):
    """Carry everything to a database of an earlier revision; give the settings with which that one is opened."""
    head, older = open_database(settings.database_url, "main"), at_revision(older_url, revision)
    carry(head, older)
    chain_as_before(older, lookup)
    head.dispose()
    older.dispose()
    return settings.model_copy(update={"database": older_url, "keys_database": settings.keys_url})


def test_every_revision_has_a_number_of_its_own_and_follows_the_one_before():
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def older_url(request, tmp_path):
    """An address at which there is no database yet, or an empty one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'older.db'}"
    return request.getfixturevalue("postgres").fresh()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_report_and_a_draft_of_an_earlier_revision_are_there_after_it(kept, a_case, a_draft, older_url, revision):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        store.drafts.keep("another", "another", a_draft("draft-2"))
        store.memory.keep("somebody", "here", "ask", {"q": 1}, None)
        lookup = store.record._lookup  # noqa: SLF001 -- to chain as an earlier version did
    settings = carried_back(kept.settings, older_url, revision, lookup)
    with open_store(settings, kept.clock) as store:
        assert store.cases.status(sent.code).reference == sent.reference
        assert store.cases.opened("st-peters", sent.reference, "dsl").case == sent.case
        assert store.drafts.current("another", "another") == a_draft("draft-2")
        assert store.memory.recall("somebody", "here", "ask") == {"q": 1}
        assert store.record.first_broken() is None
        with store.units.unit():
            assert store.watches.take(kept.clock(), ["st-peters"]).reference == sent.reference
        assert store.cases.write_back(sent.code, "more")
        assert store.record.first_broken() is None
        with store.units.begin() as connection:
            connection.execute(update(tables.chain).values(mark=None))
        assert store.record.first_broken()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_report_in_hand_at_an_earlier_revision_is_in_hand_after_it_and_nothing_is_told_twice(
    kept, a_case, a_draft, older_url, revision
):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        store.cases.opened("st-peters", sent.reference, "dsl")
        store.cases.act("st-peters", sent.reference, "dsl", "message", {"text": "Thank you"})
        kept.clock.goes_on(timedelta(hours=1))
        with store.units.unit():
            row = store.watches.take(kept.clock(), ["st-peters"])
            store.watches.put(row, wave=0, due=kept.clock() + timedelta(days=1))
        lookup = store.record._lookup  # noqa: SLF001 -- to chain as an earlier version did
    settings = carried_back(kept.settings, older_url, revision, lookup)
    kept.clock.goes_on(timedelta(days=2))
    with open_store(settings, kept.clock) as store, store.units.unit():
        watched = store.watches.whole(store.watches.take(kept.clock(), ["st-peters"]))
        assert watched.state == "taken"
        assert watched.wave_due
        # Before the third revision there were no messages.
        assert watched.told == 1 or revision < "0003"


@pytest.mark.slow
def test_postgresql_goes_through_every_revision_too(postgres):
    url = postgres.fresh()
    for revision in REVISIONS:
        at_revision(url, revision).dispose()
    engine = open_database(url, "main")
    assert set(tables.main.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_fresh_store_opens_and_takes_a_report(kept, a_case, a_draft):
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(kept.opened())
        sent = send(store, replace(a_case(), unfinished=True), a_draft())
        assert store.cases.sent("draft-1") == sent
