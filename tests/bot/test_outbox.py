"""What is promised is sent once, whatever hangs, ends or jumps; what may have been sent before is counted."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from bot.channels.channel import Delivery, Pace, Unsure
from bot.opening import open_store
from bot.outbox import PATIENCE, Outbox
from bot.store.deliveries import Outcome

NAME = "test"


class Platform:
    """A channel that is busy, gives no answer, or takes everything."""

    pace = Pace(0, 0)

    def __init__(self):
        self.sent, self.begun = [], asyncio.Event()
        self.hangs = self.down = False
        self.during = lambda: None

    async def send(self, payload):
        self.begun.set()
        self.during()
        if self.hangs:
            await asyncio.Event().wait()
        if self.down:
            raise Unsure("down")
        self.sent.append(payload["text"])


@pytest.fixture
def store(a_database, clock):
    with open_store(a_database, clock) as store:
        yield store


@pytest.fixture
async def platform():
    return Platform()


@pytest.fixture
async def outbox(store, platform, clock):
    return Outbox(store.deliveries, {NAME: platform}, clock, lambda _: None)


def promise(store, clock, *numbers):
    store.deliveries.promise([Delivery(NAME, f"key-{n}", f"line-{n}", {"text": n}) for n in numbers], clock())


async def all_sent(store, outbox, clock=None):
    """Let an outbox work until nothing waits."""
    running = asyncio.create_task(outbox.run())
    while store.deliveries.waiting():
        outbox.wake()
        if clock:
            clock.goes_on(timedelta(minutes=5))
        await asyncio.sleep(0)
    outbox.end()
    await running


async def test_what_hangs_at_the_end_is_let_go_sent_at_once_by_the_next_process_and_counted(
    store, outbox, platform, clock
):
    promise(store, clock, 1)
    platform.hangs = True
    running = asyncio.create_task(outbox.run())
    await platform.begun.wait()
    outbox.end()
    outbox.let_go()
    await running
    assert store.deliveries.waiting() == 1
    platform.hangs = False
    await all_sent(store, Outbox(store.deliveries, {NAME: platform}, clock, lambda _: None))
    assert platform.sent == [1]
    assert store.deliveries.repeats() == 1


async def test_what_only_waited_for_its_turn_at_the_end_is_sent_by_the_next_and_is_no_repeat(store, platform, clock):
    platform.pace = Pace(overall=99, line=99)
    outbox = Outbox(store.deliveries, {NAME: platform}, clock, lambda _: None)
    promise(store, clock, 1, 2)
    running = asyncio.create_task(outbox.run())
    await platform.begun.wait()
    outbox.end()
    outbox.let_go()
    await running
    platform.pace = Pace(0, 0)
    await all_sent(store, Outbox(store.deliveries, {NAME: platform}, clock, lambda _: None))
    assert sorted(platform.sent) == [1, 2]
    assert store.deliveries.repeats() == 0


async def test_what_a_killed_process_had_in_hand_is_sent_at_once_where_nobody_else_is_at_work(
    store, outbox, platform, clock
):
    promise(store, clock, 1)
    now = clock()
    assert len(store.deliveries.turn([], [NAME], now, now + timedelta(seconds=20), 9)) == 1
    assert store.deliveries.turn([], [NAME], now, now + timedelta(seconds=20), 9) == []
    assert store.deliveries.take_back(clock()) == 1
    await all_sent(store, outbox)
    assert platform.sent == [1]
    assert store.deliveries.repeats() == 1


async def test_what_may_have_arrived_though_no_answer_came_is_counted_when_it_is_sent_again(
    store, outbox, platform, clock
):
    promise(store, clock, 1)
    platform.down = True

    def tried():
        platform.down = store.deliveries.repeats() == 0

    platform.during = tried
    await all_sent(store, outbox, clock)
    assert platform.sent == [1]
    assert store.deliveries.repeats() == 1


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=-3)])
async def test_a_clock_that_jumps_by_days_amid_sending_doubles_nothing(store, outbox, platform, clock, jump):
    promise(store, clock, 1, 2, 3)
    jumps = [jump]

    def jumped():
        if jumps:
            clock.goes_on(jumps.pop())
            outbox.wake()

    platform.during = jumped
    await all_sent(store, outbox)
    assert sorted(platform.sent) == [1, 2, 3]
    assert store.deliveries.repeats() == 0


async def test_a_lease_given_before_the_clock_was_set_back_holds_nothing_up(store, platform, clock):
    promise(store, clock, 1)
    now = clock()
    assert len(store.deliveries.turn([], [NAME], now, now + timedelta(seconds=20), 9)) == 1
    clock.goes_on(timedelta(days=-3))
    await all_sent(store, Outbox(store.deliveries, {NAME: platform}, clock, lambda _: None))
    assert platform.sent == [1]


async def test_what_waits_to_be_sent_again_is_sent_though_the_clock_is_set_back(store, clock):
    promise(store, clock, 1)
    clock.goes_on(timedelta(hours=8))
    now = clock()
    (one,) = store.deliveries.turn([], [NAME], now, now + timedelta(seconds=20), 9)
    store.deliveries.turn([Outcome(one.number, due=now + timedelta(minutes=5))], [NAME], now, now, 0)
    clock.goes_on(-timedelta(hours=6))
    clock.goes_on(timedelta(minutes=30))
    assert store.deliveries.turn([], [NAME], clock(), clock() + timedelta(seconds=20), 9)


async def test_after_days_without_the_bot_one_network_error_gives_nothing_up(store, outbox, platform, clock):
    promise(store, clock, 1)
    clock.goes_on(3 * PATIENCE)
    failures = [1]

    def fails_once():
        platform.down = bool(failures)
        failures.clear()

    platform.during = fails_once
    await all_sent(store, outbox, clock)
    assert platform.sent == [1]
    assert store.deliveries.given_up() == []


async def test_a_send_that_fails_is_tried_again_at_growing_pauses_up_to_five_minutes(store, outbox, platform, clock):
    promise(store, clock, 1)
    tries = []
    platform.down = True

    def tried():
        tries.append(clock())
        platform.down = len(tries) < 14

    platform.during = tried
    running = asyncio.create_task(outbox.run())
    while store.deliveries.waiting():
        due = store.deliveries.next_due([NAME], clock())
        if due and not platform.begun.is_set():
            clock.now = due
        platform.begun.clear()
        outbox.wake()
        await asyncio.sleep(0)
    outbox.end()
    await running
    pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 5
    assert pauses[-1] == 300


async def test_a_platform_that_never_answers_is_given_up_in_the_end_and_the_administrator_sees_it(
    store, outbox, platform, clock
):
    promise(store, clock, 1)
    platform.down = True
    await all_sent(store, outbox, clock)
    (lost,) = store.deliveries.given_up()
    assert "tried for 24 hours: down" in lost.why
