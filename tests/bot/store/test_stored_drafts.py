"""Drafts and memory in a real database: kept over a restart, erased for good, none read by another."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from datetime import timedelta


def keys_kept(kept):
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst-keys.db")) as database:
        return database.execute("SELECT count(*) FROM case_keys").fetchone()[0]


def test_each_answer_of_a_draft_is_there_after_a_restart(kept, a_draft):
    draft = a_draft()
    with kept.opened() as store:
        store.drafts.keep("somebody", "here", draft)
    with kept.opened() as store:
        assert store.drafts.current("somebody", "here") == draft
        longer = replace(draft, answers={**draft.answers, "when": "today"}, changing="what")
        store.drafts.keep("somebody", "here", longer)
        assert store.drafts.current("somebody", "here") == longer
        assert list(store.drafts.current("somebody", "here").answers) == ["danger", "what", "when"]
    assert keys_kept(kept) == 1


def test_a_draft_belongs_to_one_person_in_one_conversation(kept, a_draft):
    with kept.opened() as store:
        store.drafts.keep("somebody", "here", a_draft())
        assert store.drafts.current("somebody", "there") is None
        assert store.drafts.current("somebody else", "here") is None


def test_a_draft_that_is_dropped_loses_its_key_too(kept, a_draft):
    with kept.opened() as store:
        store.drafts.keep("somebody", "here", a_draft())
        store.drafts.drop("somebody", "here")
        assert store.drafts.current("somebody", "here") is None
    assert keys_kept(kept) == 0


def test_another_draft_in_its_place_gets_another_key(kept, a_draft):
    with kept.opened() as store:
        store.drafts.keep("somebody", "here", a_draft("one"))
        store.drafts.keep("somebody", "here", a_draft("two"))
        assert store.drafts.current("somebody", "here").id == "two"
    assert keys_kept(kept) == 1


def test_forgetting_somebody_erases_their_drafts_and_memory_everywhere_and_nobody_elses(kept, a_draft):
    with kept.opened() as store:
        for person, place in (("somebody", "here"), ("somebody", "there"), ("another", "here")):
            store.drafts.keep(person, place, a_draft())
            store.memory.keep(person, place, "quiz", {"at": 3}, None)
        for left in store.drafts.of("somebody"):
            store.drafts.drop(left.person, left.conversation)
        store.memory.forget("somebody")
        for place in ("here", "there"):
            assert store.drafts.current("somebody", place) is None
            assert store.memory.recall("somebody", place, "quiz") == {}
        assert store.drafts.current("another", "here") is not None
        assert store.memory.recall("another", "here", "quiz") == {"at": 3}
    assert keys_kept(kept) == 1


def test_memory_lasts_over_a_restart_until_its_time_has_passed(kept):
    with kept.opened() as store:
        store.memory.keep("somebody", "here", "ask", {"q": 1}, kept.clock() + timedelta(minutes=30))
        store.memory.keep("somebody", "here", "quiz", {"at": 1}, None)
    with kept.opened() as store:
        assert store.memory.recall("somebody", "here", "ask") == {"q": 1}
        kept.clock.goes_on(timedelta(minutes=30))
        assert store.memory.recall("somebody", "here", "ask") == {}
        assert store.memory.recall("somebody", "here", "quiz") == {"at": 1}
        store.memory.keep("somebody", "here", "quiz", {"at": 2}, None)
        assert store.memory.recall("somebody", "here", "quiz") == {"at": 2}
        store.memory.drop("somebody", "here", "quiz")
        assert store.memory.recall("somebody", "here", "quiz") == {}


def test_what_has_passed_is_let_go_of(kept):
    with kept.opened() as store:
        store.memory.keep("somebody", "here", "ask", {"q": 1}, kept.clock() + timedelta(minutes=30))
        kept.clock.goes_on(timedelta(hours=1))
        store.memory.keep("another", "here", "ask", {"q": 1}, None)
    with contextlib.closing(sqlite3.connect(kept.folder / "askfirst.db")) as database:
        assert database.execute("SELECT count(*) FROM memory").fetchone()[0] == 1
