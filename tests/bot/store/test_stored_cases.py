"""Cases in a real database: stored once, sealed, opened by their readers alone, every step on the record."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.opening import open_store
from bot.settings import Settings
from bot.store.databases import StoreError
from bot.store.sealing import tidy_code
from knowledge.model import ROLES
from tests.bot.store.sending import WHAT, send


def test_a_report_is_there_after_a_restart_and_opens_for_its_readers(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
    with kept.opened() as store:
        view = store.cases.opened("st-peters", sent.reference, "chair")
        assert view.case == a_case()
        assert view.line.opened == kept.clock()


def test_nobody_but_its_readers_can_list_or_open_it_and_no_school_but_its_own(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        for role in set(ROLES) - {"chair", "dsl"}:
            assert store.cases.listed("st-peters", role) == ()
            assert store.cases.opened("st-peters", sent.reference, role) is None
        assert store.cases.opened("st-marys", sent.reference, "dsl") is None
        assert store.cases.opened("st-peters", "R-0000-0000", "dsl") is None


def test_the_same_draft_sent_again_gives_the_same_case_reference_and_code(kept, a_case, a_draft):
    with kept.opened() as store:
        first = send(store, a_case(), a_draft())
        assert store.cases.send(a_case()) == first
    with kept.opened() as store:
        assert store.cases.sent("draft-1") == first
        assert len(store.cases.listed("st-peters", "dsl")) == 1


def test_two_presses_at_the_same_moment_make_one_case(kept, a_case, a_draft):
    with kept.opened() as store:
        store.drafts.keep("marker-person", "marker-conversation", a_draft())
        with ThreadPoolExecutor(8) as pool:
            sent = list(pool.map(lambda _: store.cases.send(a_case()), range(8)))
        assert len({s.reference for s in sent}) == len({s.code for s in sent}) == 1
        assert len(store.cases.listed("st-peters", "dsl")) == 1
        assert store.record.first_broken() is None


def test_sending_erases_the_draft(kept, a_case, a_draft):
    with kept.opened() as store:
        send(store, a_case(), a_draft())
        assert store.drafts.current("marker-person", "marker-conversation") is None


def test_a_receipt_code_tells_the_status_however_it_is_typed(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        for typed in (sent.code, sent.code.lower(), sent.code.replace("-", ""), sent.code.replace("-", " ")):
            assert store.cases.status(typed).reference == sent.reference
        assert store.cases.status(sent.code).opened is None
        kept.clock.goes_on(timedelta(hours=1))
        store.cases.opened("st-peters", sent.reference, "dsl")
        assert store.cases.status(sent.code).opened == kept.clock()
        assert store.cases.status("0000-0000-0000-0000") is None


def test_letters_that_are_misread_are_put_right():
    assert tidy_code("oil0 1234 abcd efgh") == "0110-1234-ABCD-EFGH"


def test_no_word_person_or_code_of_a_report_stands_on_disk(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        store.drafts.keep("marker-other", "marker-conversation", a_draft("draft-2"))
        store.memory.keep("marker-person", "marker-conversation", "ask", {"q": "marker-question"}, None)
        files = [path for path in kept.folder.iterdir() if path.is_file()]
        assert {path.name for path in files} >= {"askfirst.db", "askfirst.db-wal", "askfirst-keys.db"}
        for path in files:
            content = path.read_bytes()
            for secret in (b"marker", b"grooming", b"chair", sent.code.encode(), b"draft-1"):
                assert secret not in content, path.name


def test_only_the_owner_of_the_files_may_read_them(kept):
    with kept.opened():
        pass
    assert {path.stat().st_mode & 0o777 for path in kept.folder.iterdir()} == {0o600}
    assert kept.folder.stat().st_mode & 0o777 == 0o700


def test_every_opening_is_recorded_and_the_record_is_whole(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        store.cases.opened("st-peters", sent.reference, "dsl")
        store.cases.opened("st-peters", sent.reference, "dsl")
        store.cases.opened("st-peters", sent.reference, "head")
        assert store.record.first_broken() is None
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        steps = [step for (step,) in database.execute("SELECT step FROM record ORDER BY number")]
    assert steps == ["received", "opened", "opened"]


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("UPDATE record SET at = '2020-01-01' WHERE number = 2", 2),
        ("UPDATE record SET sealed = x'00' WHERE number = 1", 1),
        ("DELETE FROM record WHERE number = 1", 1),
        ("DELETE FROM record WHERE number = 3", 3),
        ("UPDATE record SET case_id = 'another' WHERE number = 2", 2),
        ("UPDATE record SET step = 'note' WHERE number = 2", 2),
    ],
)
def test_a_change_to_the_record_from_outside_is_found(kept, a_case, a_draft, change, first):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        for reader in ("dsl", "chair"):
            store.cases.opened("st-peters", sent.reference, reader)
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute(change)
        database.commit()
    with kept.opened() as store:
        assert store.record.first_broken() == first


@pytest.mark.parametrize("table", ["cases", "watches"])
def test_a_report_that_was_taken_out_from_outside_is_found_though_its_steps_stand(kept, a_case, a_draft, table):
    with kept.opened() as store:
        send(store, a_case(), a_draft())
        send(store, a_case("draft-2"), a_draft("draft-2"))
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute(f"DELETE FROM {table} WHERE rowid = 2")  # noqa: S608 -- ours
        database.commit()
    with kept.opened() as store:
        assert store.record.first_broken() == 2


def test_a_report_whose_steps_were_taken_out_by_an_older_end_of_the_record_is_found(kept, a_case, a_draft):
    with kept.opened() as store:
        send(store, a_case(), a_draft())
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        older = database.execute("SELECT number, chained, mark FROM chain").fetchone()
    with kept.opened() as store:
        send(store, a_case("draft-2"), a_draft("draft-2"))
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute("DELETE FROM record WHERE number = 2")
        database.execute("UPDATE chain SET number = ?, chained = ?, mark = ?", older)
        database.commit()
    with kept.opened() as store:
        assert store.record.first_broken() == 2


@pytest.mark.parametrize("steps", [1, 2])
def test_a_step_that_was_put_in_place_of_another_from_a_copy_in_which_things_went_otherwise_is_found(
    kept, a_case, a_draft, tmp_path, steps
):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
    copy = Settings(data=tmp_path / "copy", _env_file=None)
    shutil.copytree(kept.folder, copy.data)
    for settings, readers in ((kept.settings, ("dsl", "chair")), (copy, ("chair", "dsl"))):
        with open_store(settings, kept.clock) as store:
            for reader in readers[:steps]:
                store.cases.opened("st-peters", sent.reference, reader)
            assert store.record.first_broken() is None
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute("ATTACH ? AS copy", (str(copy.data / "askfirst.db"),))
        database.execute("DELETE FROM record WHERE number = 2")
        database.execute("INSERT INTO record SELECT * FROM copy.record WHERE number = 2")
        database.commit()
    with kept.opened() as store:
        assert store.record.first_broken() == 3


def test_content_that_was_moved_to_another_case_does_not_open(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
        send(store, a_case("draft-2"), a_draft("draft-2"))
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        database.execute("UPDATE cases SET sealed = (SELECT sealed FROM cases WHERE reference != ?)", (sent.reference,))
        database.commit()
    with kept.opened() as store, pytest.raises(StoreError, match="changed from outside"):
        store.cases.opened("st-peters", sent.reference, "dsl")


def test_a_case_whose_key_is_erased_is_gone_and_the_record_stays_whole(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = send(store, a_case(), a_draft())
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst-keys.db")) as database:
        database.execute("DELETE FROM case_keys")
        database.commit()
    with kept.opened() as store:
        assert store.cases.opened("st-peters", sent.reference, "dsl") is None
        assert store.cases.status(sent.code) is None
        assert store.record.first_broken() is None


def test_references_tell_nothing_of_how_many_there_are(kept, a_case, a_draft):
    with kept.opened() as store:
        sent = [send(store, a_case(f"d{n}", what=WHAT), a_draft(f"d{n}")).reference for n in range(20)]
    assert len(set(sent)) == 20
    assert sent != sorted(sent)
