"""What makes the store fast is held by counting commits; what must not be lost by it is held beside that."""

from __future__ import annotations

import contextlib
import logging
import math

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy import event as sqlalchemy_event

from bot import inbox
from bot.channels.channel import Delivery, Received
from bot.inbox import TOGETHER
from bot.opening import open_store
from bot.store.databases import StoreError, Unopenable
from bot.store.prepared import Prepared
from bot.store.tables import case_keys
from handlers.ports import Draft
from tests.fakes import FakeClock

NAME = "test"
NOW = FakeClock()()


class Answering:
    """A channel that keeps each message as an answer of a draft, and stumbles where it is told to."""

    name = NAME

    def __init__(self, store):
        self.store = store
        self.stumbles = {}

    def answer(self, received, _world):
        who = received.line
        self.store.drafts.keep(who, who, Draft(f"draft of {who}", "st-peters", received.payload, NOW))
        if who in self.stumbles:
            raise self.stumbles[who]
        return [Delivery(NAME, received.event, who, {"to": who})]

    def sorry(self, received):
        return [Delivery(NAME, f"sorry {received.event}", received.line, {"to": received.line})]


class World:
    """As much of the world as the inbox asks for."""

    clock = FakeClock()


@pytest.fixture
def store(a_database):
    with open_store(a_database, FakeClock()) as store:
        yield store


@pytest.fixture
def channel(store):
    return Answering(store)


@pytest.fixture
def handle(store, channel, monkeypatch):
    """Handle one group of events, as the inbox does in its thread, however slow the machine is."""
    monkeypatch.setattr(inbox, "LONG", math.inf)

    def no_news(*_):
        pytest.fail("nothing here breaks the store for good")

    return inbox.Inbox(store, World(), {NAME: channel}, lambda: None, no_news)._handle_next  # noqa: SLF001 -- one group


@contextlib.contextmanager
def commits_counted():
    commits = []

    def committed(_):
        commits.append(1)

    sqlalchemy_event.listen(Engine, "commit", committed)
    try:
        yield commits
    finally:
        sqlalchemy_event.remove(Engine, "commit", committed)


def messages(people, step=1):
    return [Received(NAME, f"{who} {step}", who, f"{step}", {"said": who}) for who in people]


def people(count):
    return [f"reporter-{number}" for number in range(count)]


def held(store, who):
    draft = store.drafts.current(who, who)
    return draft.answers if draft else None


def test_what_many_say_at_once_is_safe_with_one_commit_and_answered_with_two(store, handle):
    everybody = people(TOGETHER)
    with commits_counted() as commits:
        assert all(store.events.store(messages(everybody), NOW))
    assert len(commits) == 1
    with commits_counted() as commits:
        assert handle()
    assert len(commits) == 2, "the new drafts' keys, then all that was said"
    store.events.store(messages(everybody, step=2), NOW)
    with commits_counted() as commits:
        assert handle()
    assert len(commits) == 1, "the keys are there"
    assert [held(store, who) for who in everybody] == [{"said": who} for who in everybody]
    assert store.deliveries.waiting() == 2 * TOGETHER


def test_whoever_waits_alone_waits_for_no_more_commits_than_before(store, handle):
    store.events.store(messages(["reporter"]), NOW)
    handle()
    store.events.store(messages(["reporter"], step=2), NOW)
    with commits_counted() as commits:
        assert handle()
    assert len(commits) == 1


@pytest.mark.parametrize("stumble", [LookupError(), Unopenable("changed from outside")], ids=lambda e: type(e).__name__)
def test_one_event_that_fails_takes_nothing_from_those_handled_with_it(store, channel, handle, caplog, stumble):
    caplog.set_level(logging.CRITICAL)
    everybody = people(5)
    channel.stumbles = {everybody[2]: stumble}
    store.events.store(messages(everybody), NOW)
    assert handle()
    answered = [who for who in everybody if who != everybody[2]]
    assert [held(store, who) for who in everybody] == [{"said": who} if who in answered else None for who in everybody]
    assert store.deliveries.waiting() == len(answered)
    assert store.events.waiting().count == 1
    assert keys_kept(store) == len(answered), "the key of what was undone is not kept"


def test_a_store_that_fails_amid_a_group_keeps_nothing_of_it_and_the_next_try_keeps_all(store, channel, handle):
    everybody = people(5)
    channel.stumbles = {everybody[4]: StoreError("the disk is full")}
    store.events.store(messages(everybody), NOW)
    with pytest.raises(StoreError):
        handle()
    assert [held(store, who) for who in everybody] == [None] * 5
    assert (store.events.waiting().count, store.deliveries.waiting(), keys_kept(store)) == (5, 0, 0)
    channel.stumbles = {}
    assert handle()
    assert [held(store, who) for who in everybody] == [{"said": who} for who in everybody]
    assert (store.events.waiting().count, store.deliveries.waiting(), keys_kept(store)) == (0, 5, 5)


def test_a_group_that_takes_long_ends_early_and_the_rest_is_handled_next(store, handle, monkeypatch):
    monkeypatch.setattr(inbox, "LONG", -1.0)
    store.events.store(messages(people(3)), NOW)
    assert handle()
    assert store.events.waiting().count == 2
    assert handle()
    assert handle()
    assert not handle()
    assert store.deliveries.waiting() == 3


def test_what_two_say_in_one_line_is_never_handled_in_one_commit(store, handle):
    store.events.store(messages(["reporter"]) + messages(["reporter"], step=2), NOW)
    assert handle()
    assert store.events.waiting().count == 1
    assert handle()
    assert not handle()


def test_nothing_is_kept_whose_key_is_not(store, handle, monkeypatch):
    def full(*_):
        raise StoreError("the disk is full")

    store.events.store(messages(["reporter"]), NOW)
    monkeypatch.setattr(store.units, "keep_keys", full)
    with pytest.raises(StoreError):
        handle()
    assert held(store, "reporter") is None
    assert store.events.waiting().count == 1


def test_a_database_that_fails_in_a_handler_fails_the_group_although_the_handler_caught_it(store, channel, handle):
    broken = Prepared(text("SELECT nonsense"))
    plain = channel.answer

    def answer(received, world):
        with contextlib.suppress(StoreError), store.units.one() as connection:
            broken.do(connection, {})
        return plain(received, world)

    channel.answer = answer
    store.events.store(messages(["reporter"]), NOW)
    with pytest.raises(StoreError):
        handle()
    assert store.events.waiting().count == 1
    assert store.deliveries.waiting() == 0


def test_what_is_read_twice_amid_a_message_is_what_was_written_between(store):
    with store.units.unit():
        assert held(store, "reporter") is None
        store.drafts.keep("reporter", "reporter", Draft("one", "st-peters", {"what": "first"}, NOW))
        assert held(store, "reporter") == {"what": "first"}
        store.memory.keep("reporter", "here", "ask", {"at": 1}, None)
        assert store.memory.recall("reporter", "here", "ask") == {"at": 1}
        with contextlib.suppress(LookupError), store.units.begin():
            store.drafts.drop("reporter", "reporter")
            store.memory.drop("reporter", "here", "ask")
            assert held(store, "reporter") is None
            assert store.memory.recall("reporter", "here", "ask") == {}
            raise LookupError
        assert held(store, "reporter") == {"what": "first"}
        assert store.memory.recall("reporter", "here", "ask") == {"at": 1}
        store.memory.forget("reporter")
        assert store.memory.recall("reporter", "here", "ask") == {}


def test_an_event_that_comes_twice_in_one_group_is_new_once(store):
    assert store.events.store([*messages(["one", "two"]), *messages(["one"])], NOW) == [True, True, False]
    assert store.events.store(messages(["two", "three"]), NOW) == [False, True]


@pytest.mark.parametrize("inner", ["begin", "unit", "one"])
def test_a_transaction_within_another_is_refused_at_once_instead_of_waiting_forever(store, inner):
    with (
        store.units.begin(),
        pytest.raises(RuntimeError, match=r"Put both within one unit"),
        getattr(store.units, inner)(),
    ):
        pytest.fail("it would wait for the one around it")
    with store.units.unit(), store.units.begin(), store.units.begin():
        store.drafts.keep("reporter", "reporter", Draft("one", "st-peters", {}, NOW))
    assert held(store, "reporter") == {}, "within a unit each is a part of it, and the store goes on"


def keys_kept(store):
    keys = store.drafts._keys  # noqa: SLF001 -- nobody else asks how many there are
    with keys._own.reading() as connection:  # noqa: SLF001
        return connection.execute(select(func.count()).select_from(case_keys)).scalar_one()
