"""Inbox, outbox, units, memory and subscriptions on both databases, with several processes at once."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from bot.channels.channel import Delivery, Received
from bot.opening import open_store
from bot.store.databases import StoreError
from bot.store.deliveries import Outcome
from handlers.ports import Subscription
from tests.fakes import FakeClock

NAME = "test"
NOW = FakeClock()()
LEASE = NOW + timedelta(seconds=20)


@pytest.fixture
def machines(a_database):
    """Two stores on one database, as two machines have them."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_store(a_database, FakeClock())) for _ in range(2)]


def event(number, line="one", place=""):
    return Received(NAME, f"event-{number}", line, place or f"{number:04d}", {"said": number})


def delivery(number, line="one", **more):
    return Delivery(NAME, f"key-{number}", line, {"text": number}, **more)


def leased(store, room=99, now=NOW):
    return [one.delivery.payload["text"] for one in store.deliveries.turn([], [NAME], now, LEASE, room)]


def test_an_event_that_comes_twice_to_two_machines_is_kept_once(machines):
    events = [event(number) for number in range(40)]
    with ThreadPoolExecutor(2) as threads:
        fresh = list(threads.map(lambda store: store.events.store(events, NOW), machines))
    assert all(one != other for one, other in zip(*fresh, strict=True))
    assert machines[0].events.waiting().count == 40


def test_two_machines_handle_each_event_once_and_each_line_in_order(machines):
    machines[0].events.store([event(n, line=f"line-{n % 5}") for n in reversed(range(40))], NOW)
    handled: list[tuple[str, int]] = []
    noting = threading.Lock()

    def handle_all(store):
        misses = 0
        while misses < 50:
            with store.units.unit():
                taken = store.events.take([NAME], NOW, 3)
                with noting:
                    handled.extend((one.event.line, one.event.payload["said"]) for one in taken)
                store.events.handled([one.number for one in taken], NOW)
            misses = 0 if taken else misses + 1

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(handle_all, machines))
    assert sorted(said for _, said in handled) == list(range(40))
    for line in {line for line, _ in handled}:
        mine = [said for one, said in handled if one == line]
        assert mine == sorted(mine)


def test_two_machines_never_have_one_delivery_in_hand_together(machines):
    machines[0].deliveries.promise([delivery(n, line=f"line-{n}") for n in range(30)], NOW)
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(leased, machines)
    rest = leased(machines[0])
    assert sorted(one + other + rest) == list(range(30))


def test_a_line_is_sent_in_order_one_at_a_time(machines):
    first, second = machines
    first.deliveries.promise([delivery(1), delivery(2), delivery(3, line="two")], NOW)
    assert leased(first) == [1, 3]
    assert leased(second) == []


def test_a_lease_that_ran_out_is_taken_over_and_counted(machines):
    first, second = machines
    first.deliveries.promise([delivery(1)], NOW)
    assert leased(first) == [1]
    assert second.deliveries.repeats() == 0
    assert leased(second, now=LEASE) == [1]
    assert second.deliveries.repeats() == 1


def test_what_is_promised_twice_is_sent_once(machines):
    for store in machines:
        store.deliveries.promise([delivery(1)], NOW)
    (only,) = machines[0].deliveries.turn([], [NAME], NOW, LEASE, 9)
    machines[0].deliveries.turn([Outcome(only.number)], [NAME], NOW, LEASE, 0)
    machines[1].deliveries.promise([delivery(1)], NOW)
    assert machines[1].deliveries.waiting() == 0


def test_what_was_refused_is_told_from_what_got_no_answer(machines):
    store = machines[0]
    store.deliveries.promise([delivery(1), delivery(2, line="two")], NOW)
    one, two = store.deliveries.turn([], [NAME], NOW, LEASE, 9)
    outcomes = [Outcome(one.number, given_up="blocked"), Outcome(two.number, given_up="tried for 24 hours")]
    store.deliveries.turn(outcomes, [NAME], NOW, LEASE, 0)
    assert store.deliveries.refused(NAME, "key-1")
    assert not store.deliveries.refused(NAME, "key-2")
    assert {lost.why for lost in store.deliveries.given_up()} == {"blocked", "tried for 24 hours"}


def test_a_unit_keeps_everything_or_nothing(machines):
    store, other = machines

    def breaks():
        with store.units.unit():
            store.memory.keep("somebody", "here", "quiz", {"at": 3}, None)
            store.deliveries.promise([delivery(1)], NOW)
            raise LookupError

    with pytest.raises(LookupError):
        breaks()
    assert other.memory.recall("somebody", "here", "quiz") == {}
    assert other.deliveries.waiting() == 0
    with store.units.unit():
        store.memory.keep("somebody", "here", "quiz", {"at": 3}, None)
        store.deliveries.promise([delivery(1)], NOW)
    assert other.memory.recall("somebody", "here", "quiz") == {"at": 3}
    assert other.deliveries.waiting() == 1


def test_a_unit_in_which_the_database_failed_keeps_nothing_even_if_somebody_caught_that(machines):
    store, other = machines

    def fails():
        with store.units.unit():
            store.deliveries.promise([delivery(1)], NOW)
            with contextlib.suppress(StoreError), store.units.begin() as connection:
                connection.exec_driver_sql("SELECT nonsense")

    with pytest.raises(StoreError):
        fails()
    assert other.deliveries.waiting() == 0


def test_memory_and_subscriptions_are_kept_alike(machines):
    store, other = machines
    store.memory.keep("somebody", "here", "ask", {"words": "é🙂"}, NOW + timedelta(minutes=1))
    assert other.memory.recall("somebody", "here", "ask") == {"words": "é🙂"}
    wanted = Subscription("somebody", "here", NAME, "st-peters", "sun 18:00 quiet 21-7", NOW)
    store.subscriptions.keep(wanted)
    assert other.subscriptions.of("somebody") == wanted
    with store.units.unit():
        assert store.subscriptions.take([NAME], NOW) == wanted
    other.subscriptions.drop("somebody")
    assert store.subscriptions.of("somebody") is None


BACK = timedelta(days=2)


def test_what_came_in_before_the_clock_was_set_back_is_handled_and_a_failure_still_waits_its_time(machines):
    store = machines[0]
    store.events.store([event(1)], NOW)
    earlier = NOW - BACK
    due = earlier + timedelta(seconds=2)
    with store.units.unit():
        (taken,) = store.events.take([NAME], earlier, 9)
        store.events.failed(taken.number, 1, earlier, due)
    with store.units.unit():
        assert store.events.take([NAME], earlier, 9) == []
        assert len(store.events.take([NAME], due, 9)) == 1


def test_what_was_promised_before_the_clock_was_set_back_is_sent_and_a_failure_still_waits_its_time(machines):
    store, earlier = machines[0], NOW - BACK
    until = earlier + timedelta(seconds=20)
    store.deliveries.promise([delivery(1)], NOW)
    (one,) = store.deliveries.turn([], [NAME], earlier, until, 9)
    again = Outcome(one.number, due=earlier + timedelta(seconds=2))
    assert store.deliveries.turn([again], [NAME], earlier, until, 9) == []
    assert leased(store, now=earlier + timedelta(seconds=2)) == [1]


def test_what_waits_on_a_channel_that_runs_nowhere_is_stuck(machines):
    store = machines[0]
    store.deliveries.promise([delivery(1)], NOW)
    later = NOW + timedelta(minutes=1)
    assert store.deliveries.stuck(later, ["another"]) == [NAME]
    assert store.deliveries.stuck(later, [NAME]) == []
    assert store.deliveries.stuck(NOW, ["another"]) == []
