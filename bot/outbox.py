"""What is promised: sent in order and at the platform's pace, again until it arrives, or given up where it is seen."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.channels.channel import Refused, Unsure, Wait
from bot.rounds import tried
from bot.store.databases import StoreError
from bot.store.deliveries import NO_ANSWER, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.channels.channel import Channel, Pace
    from bot.store.deliveries import Leased, StoredDeliveries

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How long a process may have a delivery in hand before another one takes it over."""
SENDING = 15.0
"""Seconds after which a send that gives no answer is let go."""
ROOM = 30
"""How many deliveries are in hand at once."""
PATIENCE = timedelta(hours=24)
"""How long a delivery is tried where the platform gives no answer."""
_FEWEST_TRIES = 20
"""How often it is tried at least, some hour; the bot may have been off, or the clock have jumped, for days."""
KEPT = timedelta(days=30)
"""How long is kept what became of a delivery."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
_IDLE = 2.0


class Outbox:
    """Sends what is promised, for as long as it runs."""

    def __init__(
        self,
        deliveries: StoredDeliveries,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        broken: Callable[[str], None],
    ) -> None:
        """Take `broken`, told when the store fails for good."""
        self._deliveries, self._channels, self._clock, self._broken = deliveries, channels, clock, broken
        self._paces: dict[str, _Turns] = {}
        self._woken = asyncio.Event()
        self._in_hand: dict[int, asyncio.Task[Outcome]] = {}
        self._begun: set[int] = set()
        self._outcomes: list[Outcome] = []
        self._ending = False

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._woken.set()

    def end(self) -> None:
        """Let `run` return once what is in hand is sent."""
        self._ending = True
        self._woken.set()

    def let_go(self) -> None:
        """Wait no longer for what is being sent: the next process sends it anew, and counts it as a repeat."""
        for task in self._in_hand.values():
            task.cancel()

    async def run(self) -> None:
        """Send until `end` is called."""
        while not self._ending or self._in_hand or self._outcomes:
            self._woken.clear()
            for leased in await self._turn():
                task = self._in_hand[leased.number] = asyncio.create_task(self._send(leased))
                task.add_done_callback(partial(self._sent, leased.number))
            if not self._outcomes:
                await self._wait()

    async def _wait(self) -> None:
        """Wait until there may be something to do."""
        now = self._clock()
        due = None
        with contextlib.suppress(StoreError):  # the next turn meets it, too, and tries again
            due = await asyncio.to_thread(self._deliveries.next_due, list(self._channels), now)
        seconds = min(_IDLE, (due - now).total_seconds()) if due else _IDLE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # wait_for swallows a cancel that comes with what it waits for
                await self._woken.wait()

    async def _turn(self) -> list[Leased]:
        """Note what became of what was sent, and take more in hand."""
        outcomes, self._outcomes = self._outcomes, []
        room = 0 if self._ending else ROOM - len(self._in_hand)
        names, in_hand = list(self._channels), list(self._in_hand)

        def turn() -> list[Leased]:
            now = self._clock()
            return self._deliveries.turn(outcomes, names, now, now + LEASE, room, in_hand=in_hand)

        return await tried(turn, self._broken)

    def _sent(self, number: int, task: asyncio.Task[Outcome]) -> None:
        let_go = Outcome(number, due=self._clock(), unsure=number in self._begun)
        self._outcomes.append(let_go if task.cancelled() else task.result())
        self._begun.discard(number)
        del self._in_hand[number]
        self._woken.set()

    async def _send(self, leased: Leased) -> Outcome:
        delivery, number = leased.delivery, leased.number
        channel = self._channels[delivery.channel]
        turns = self._paces.setdefault(delivery.channel, _Turns(channel.pace))
        await asyncio.sleep(turns.wait(delivery.line, asyncio.get_running_loop().time()))
        self._begun.add(number)
        try:
            async with asyncio.timeout(SENDING):
                await channel.send(delivery.payload)
        except Wait as wait:
            return Outcome(number, due=self._clock() + timedelta(seconds=wait.seconds))
        except TimeoutError:
            return replace(self._again(leased, "no answer in time"), unsure=True)
        except Unsure as unsure:
            return replace(self._again(leased, str(unsure)), unsure=True)
        except Refused as refused:
            if not delivery.optional:
                _log.error("%s will not take a message: %s", delivery.channel, refused)
            return Outcome(number, given_up=str(refused))
        except Exception as error:  # noqa: BLE001 -- a fault of ours: tried again like no answer, then seen
            return self._again(leased, f"our own fault, {type(error).__name__}")
        return Outcome(number)

    def _again(self, leased: Leased, why: str) -> Outcome:
        channel, now = leased.delivery.channel, self._clock()
        if now - leased.made > PATIENCE and leased.tries >= _FEWEST_TRIES:
            _log.error("%s gave no answer for %s: %s", channel, PATIENCE, why)
            return Outcome(leased.number, given_up=f"{NO_ANSWER} {PATIENCE.total_seconds() / 3600:.0f} hours: {why}")
        pause = min(_FIRST_PAUSE * 2 ** min(leased.tries, 16), _LONGEST_PAUSE)
        _log.warning("%s gave no answer (%s), trying again in %d s", channel, why, pause.total_seconds())
        return Outcome(leased.number, due=now + pause)


class _Turns:
    """Says how long to wait so that sends keep a platform's pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._next = 0.0
        self._next_of: dict[str, float] = {}

    def wait(self, line: str, now: float) -> float:
        """Take the next turn of a line, and give the seconds until then."""
        self._next_of = {name: at for name, at in self._next_of.items() if at > now}
        at = max(now, self._next, self._next_of.get(line, 0.0))
        self._next = max(now, self._next) + self._pace.overall
        self._next_of[line] = at + self._pace.line
        return at - now
