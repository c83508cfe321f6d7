"""Whoever writes while their platform can't say what an answer needs is answered later, and never told to try again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.channel import Delivery, NotYet, Received
from bot.inbox import PATIENCE, Inbox
from bot.opening import open_store
from tests.fakes import FakeClock

NAME = "test"


class Asking:
    """A channel that knows who somebody is once its platform says so."""

    name = NAME
    knows = False

    def answer(self, received, _world):
        if not self.knows:
            raise NotYet
        return [Delivery(NAME, received.event, received.line, {"words": "an answer"})]

    def sorry(self, received):
        return [Delivery(NAME, f"sorry {received.event}", received.line, {"words": "sorry"})]


class World:
    """As much of the world as the inbox asks for."""

    def __init__(self, clock):
        self.clock = clock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(a_database, clock):
    with open_store(a_database, clock) as store:
        yield store


@pytest.fixture
def channel():
    return Asking()


@pytest.fixture
def goes_on(store, channel, clock):
    """Let time pass, minute by minute, while events are handled; give the words that are promised."""
    inbox = Inbox(store, World(clock), {NAME: channel}, lambda: None, pytest.fail)

    def minutes(time):
        said = []
        for _ in range(int(time / timedelta(minutes=1))):
            clock.goes_on(timedelta(minutes=1))
            while inbox._handle_next():  # noqa: SLF001 -- as its thread does
                pass
            said += [one.delivery.payload["words"] for one in store.deliveries.turn([], [NAME], clock(), clock(), 9)]
        return said

    store.events.store([Received(NAME, "1", "somebody", "1", {})], clock())
    return minutes


def test_somebody_whom_the_platform_does_not_know_for_a_day_is_answered_as_soon_as_it_does(channel, goes_on):
    assert goes_on(timedelta(hours=24)) == []
    channel.knows = True
    assert goes_on(timedelta(minutes=2))[0] == "an answer"


def test_somebody_whom_the_platform_never_knows_is_told_so_in_the_end(goes_on):
    assert goes_on(PATIENCE + timedelta(minutes=6))[0] == "sorry"


def test_whoever_waits_to_be_known_is_answered_though_the_clock_is_set_back(channel, goes_on, clock):
    assert goes_on(timedelta(hours=8)) == []
    clock.goes_on(-timedelta(hours=6))
    channel.knows = True
    assert goes_on(timedelta(minutes=30))[0] == "an answer"
