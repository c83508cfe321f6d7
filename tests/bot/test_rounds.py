"""What is due is done round after round; a store that fails is tried again, and one that is broken is told of."""

from __future__ import annotations

import asyncio

import pytest

from bot.rounds import PAUSES, Rounds, tried
from bot.store.databases import StoreError


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("bot.rounds.PAUSES", tuple(0.0 for _ in PAUSES))


def failing(times, result="kept"):
    """Give something that the store fails at so often before it works, and how often it was tried."""
    tries = []

    def what():
        tries.append(1)
        if len(tries) <= times:
            raise StoreError("the disk is full")
        return result

    return what, tries


async def test_what_the_store_fails_at_for_a_moment_is_done_in_the_end():
    broken = []
    what, tries = failing(len(PAUSES))
    assert await tried(what, broken.append) == "kept"
    assert len(tries) == len(PAUSES) + 1
    assert broken == []


async def test_where_the_store_fails_for_good_it_is_said_once_and_nobody_goes_on_as_if_it_were_kept():
    broken, what = asyncio.get_running_loop().create_future(), failing(99)[0]
    waiting = asyncio.create_task(tried(what, broken.set_result))
    assert await broken == "the disk is full"
    assert not waiting.done()
    waiting.cancel()


async def test_a_fault_of_ours_is_not_tried_again_but_ends_the_rounds_loudly():
    def what():
        raise LookupError

    with pytest.raises(LookupError):
        await Rounds(what, lambda: None, lambda _: None, rest=99).run()


async def test_rounds_go_on_for_as_long_as_something_is_due_then_rest_until_they_are_woken():
    due, done, rested = [1, 1, 1], [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def turn():
        if due:
            return bool(due.pop())
        loop.call_soon_threadsafe(rested.set)
        return False

    rounds = Rounds(turn, lambda: done.append(1), lambda _: None, rest=99)
    running = asyncio.create_task(rounds.run())
    await rested.wait()
    assert len(done) == 3
    rested.clear()
    due.append(1)
    rounds.wake()
    await rested.wait()
    assert len(done) == 4
    rounds.end()
    await running


async def test_rounds_that_rest_look_again_by_themselves():
    turns = []

    def turn():
        turns.append(1)
        if len(turns) == 3:
            rounds.end()
        return False

    rounds = Rounds(turn, lambda: None, lambda _: None, rest=0.0)
    await rounds.run()
    assert len(turns) == 3
