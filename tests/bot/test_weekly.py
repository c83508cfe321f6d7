"""Weekly tips go out when they are due, once, outside the quiet hours, and no more to whoever blocked the bot."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import world_in
from bot.channels.channel import Delivery
from bot.opening import open_store
from bot.store.deliveries import Outcome
from bot.weekly import Weekly
from handlers.ports import Subscription
from tests.bot.leading import spoil

NAME = "test"
SUNDAY = datetime(2026, 11, 22, 18, tzinfo=UTC)
CLOCK = timedelta(seconds=30)


@dataclass
class Told:
    """A channel that only notes whom it was to tell what."""

    told: list = field(default_factory=list)

    def tell(self, school, whom, reply):
        self.told.append((school, whom, reply))
        return [Delivery(NAME, "", whom, {"to": whom})]


@dataclass
class Post:
    """The weekly tips on a real store, and what goes out."""

    store: object
    world: object
    clock: object
    channel: Told
    weekly: Weekly

    def subscribe(self, person="one", plan="sun 18:00 quiet 21-7", due=SUNDAY):
        self.store.subscriptions.keep(Subscription(person, person, NAME, "st-peters", plan, due))

    def at(self, when):
        """See to all that is due at a time; give whom a tip was sent to."""
        self.clock.now = when
        before = len(self.channel.told)
        while self.weekly.turn():
            pass
        return [whom for _, whom, _ in self.channel.told[before:]]

    def refused(self):
        """Let the platform refuse all that waits."""
        now = self.clock()
        for leased in self.store.deliveries.turn([], [NAME], now, now + CLOCK, 9):
            refusal = Outcome(leased.number, given_up="Forbidden: bot was blocked by the user")
            self.store.deliveries.turn([refusal], [NAME], now, now + CLOCK, 0)


@pytest.fixture
def post(engine, clock, a_database):
    with opened(engine, clock, a_database) as made:
        yield made


@contextmanager
def opened(engine, clock, settings):
    """Open a store, as after a restart."""
    with open_store(settings, clock) as store:
        world = world_in(store, engine, {}, clock)
        channel = Told()
        weekly = Weekly(store, world, {NAME: channel})
        yield Post(store, world, clock, channel, weekly)


def test_a_tip_goes_out_when_it_is_due_and_not_before_and_once(post):
    post.subscribe()
    assert post.at(SUNDAY - timedelta(seconds=1)) == []
    assert post.at(SUNDAY) == ["one"]
    assert post.at(SUNDAY + timedelta(hours=1)) == []
    assert post.store.deliveries.waiting() == 1
    assert post.at(SUNDAY + timedelta(days=7)) == ["one"]


def test_a_restart_forgets_nobody_and_tells_nobody_twice(post, engine, clock, a_database):
    post.subscribe()
    post.subscribe("two", due=SUNDAY + timedelta(hours=1))
    assert post.at(SUNDAY) == ["one"]
    with opened(engine, clock, a_database) as again:
        assert again.at(SUNDAY + timedelta(hours=1)) == ["two"]


def test_what_is_late_waits_for_the_end_of_the_quiet_hours(post):
    post.subscribe()
    assert post.at(SUNDAY + timedelta(hours=4)) == []
    assert post.at(SUNDAY + timedelta(hours=12, minutes=59)) == []
    assert post.at(SUNDAY + timedelta(hours=13)) == ["one"]
    assert post.world.subscriptions.of("one").due == SUNDAY + timedelta(days=7)


def test_after_weeks_of_silence_one_tip_comes_and_not_all_that_were_missed(post):
    post.subscribe()
    assert post.at(SUNDAY + timedelta(days=24, hours=1)) == ["one"]
    assert post.world.subscriptions.of("one").due == SUNDAY + timedelta(days=28)


def test_whoever_stopped_gets_none(post):
    post.subscribe()
    post.store.subscriptions.drop("one")
    assert post.at(SUNDAY) == []


def test_whoever_blocked_the_bot_is_let_go_and_the_administrator_is_not_troubled(post):
    post.subscribe()
    post.at(SUNDAY)
    post.refused()
    assert post.at(SUNDAY + timedelta(days=7)) == []
    assert post.world.subscriptions.of("one") is None
    assert post.store.deliveries.given_up() == []


def test_whoever_was_not_reached_in_an_outage_stays(post):
    post.subscribe()
    post.at(SUNDAY)
    now = post.clock()
    (leased,) = post.store.deliveries.turn([], [NAME], now, now + CLOCK, 9)
    no_answer = Outcome(leased.number, given_up="tried for 24 hours: no answer")
    post.store.deliveries.turn([no_answer], [NAME], now, now + CLOCK, 0)
    assert post.at(SUNDAY + timedelta(days=7)) == ["one"]


def test_a_channel_that_does_not_run_here_is_left_to_the_process_where_it_does(post):
    there = replace(Subscription("one", "one", NAME, "st-peters", "sun 18:00 quiet 21-7", SUNDAY), channel="elsewhere")
    post.store.subscriptions.keep(there)
    assert post.at(SUNDAY) == []
    assert post.world.subscriptions.of("one") == there


def test_a_tip_that_cannot_be_written_keeps_no_other_back_and_is_tried_again_in_an_hour(post, monkeypatch):
    post.subscribe()
    post.subscribe("two", due=SUNDAY + timedelta(minutes=1))
    tell = post.channel.tell

    def fails(school, whom, reply):
        if whom == "one":
            raise RuntimeError
        return tell(school, whom, reply)

    with monkeypatch.context() as broken:
        broken.setattr(post.channel, "tell", fails)
        assert post.at(SUNDAY + timedelta(minutes=2)) == ["two"]
    assert post.at(SUNDAY + timedelta(minutes=30)) == []
    assert post.at(SUNDAY + timedelta(hours=2)) == ["one"]


def test_a_subscription_that_cannot_be_opened_keeps_no_other_back(post, a_database, tmp_path):
    if a_database.database:
        pytest.skip("the file is changed from outside")
    post.subscribe()
    spoil(tmp_path, "subscriptions", "sealed")
    post.subscribe("two")
    assert post.at(SUNDAY) == ["two"]


def test_nothing_of_it_stands_readable_in_the_database(post, tmp_path):
    post.subscribe("marker-person", "sun 18:00 quiet 21-7 roblox")
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"marker" not in held
    assert b"roblox" not in held
