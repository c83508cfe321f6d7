"""A school with leads: its bot at work on a set clock, with channels that write down what they would send."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.app import world_in
from bot.channels.channel import Delivery, Pace, Refused, Unsure
from bot.delivery import Watch
from bot.store.deliveries import Outcome
from tests.fakes import Person
from tests.handlers.telling import tell

if TYPE_CHECKING:
    from pathlib import Path

    from bot.opening import Store
    from handlers.message import Reply
    from handlers.ports import World
    from tests.fakes import FakeClock

RETRY = timedelta(minutes=1)


@dataclass
class FakeChannel:
    """A channel that writes down what it tells, or is down; whoever is `blocked` takes nothing there."""

    name: str
    told: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    blocked: set[str] = field(default_factory=lambda: {"blocked", "blocked reporter"})
    pace: Pace = field(default_factory=lambda: Pace(0, 0))

    def tell(self, _school: str, whom: str, reply: Reply) -> list[Delivery]:
        """Give one delivery with the words of the reply."""
        words = " ".join(line for card in reply.cards for line in (card.headline, *card.lines))
        return [Delivery(self.name, "", whom, {"whom": whom, "words": words})]

    def send(self, payload: dict[str, Any]) -> None:
        """Write it down, or give no answer."""
        if self.down:
            raise Unsure("down")
        if payload["whom"] in self.blocked:
            raise Refused("blocked")
        self.told.append((payload["whom"], payload["words"]))


@dataclass
class AtWork:
    """The bot of a school at work, moved on by the test's clock alone."""

    store: Store
    world: World
    clock: FakeClock
    channels: dict[str, FakeChannel]
    watch: Watch

    def goes_on(self, by: timedelta) -> list[tuple[str, str, str]]:
        """Let time pass and do all that is due; give what was sent, as (channel, whom, words)."""
        self.clock.goes_on(by)
        return self.works()

    def works(self) -> list[tuple[str, str, str]]:
        """Do all that is due, and send all that is promised."""
        while self.watch.turn():
            pass
        now, sent = self.clock(), []
        leased = self.store.deliveries.turn([], list(self.channels), now, now, 1000)
        while leased:
            outcomes = []
            for one in leased:
                channel = self.channels[one.delivery.channel]
                try:
                    channel.send(one.delivery.payload)
                    outcomes.append(Outcome(one.number))
                    sent.append((channel.name, *channel.told[-1]))
                except Unsure:
                    outcomes.append(Outcome(one.number, due=now + RETRY))
                except Refused as refused:
                    outcomes.append(Outcome(one.number, given_up=str(refused)))
            leased = self.store.deliveries.turn(outcomes, list(self.channels), now, now, 1000)
        return sent

    def enrols(self, label: str, channel: str, person: str, school: str = "st-peters") -> Person:
        """Enrol somebody with a one-time code, and give them to chat with."""
        lead = Person(self.world, school=school, name=person, channel=channel)
        assert "You are enrolled" in lead.says(f"enrol {self.store.leads.code(school, label)}")
        return lead

    def report(self, name: str = "reporter", **what: Any) -> tuple[Person, str]:
        """Send a report; give its reporter and the receipt code."""
        person = Person(self.world, name=name)
        tell(person, **what)
        while "Is it about them" in person.sees:
            person.presses("I'm not sure")
        sent = person.presses("Send")
        return person, sent.split("Receipt code: ")[1][:19]


def at_work(store: Store, engine: Any, contacts: Any, clock: FakeClock, *names: str) -> AtWork:
    """Set the bot to work on some channels."""
    channels = {name: FakeChannel(name) for name in names or ("slack", "telegram", "email", "test")}
    world = world_in(store, engine, contacts, clock)
    watch = Watch(store, world, channels, frozenset)
    return AtWork(store, world, clock, channels, watch)


def opened(person: Person) -> str:
    """Let a lead open the first report of their list; give what they see."""
    person.says("cases")
    return person.presses("Open R-")


def whom(sent: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """Give the channels and addresses of what was sent."""
    return {(channel, address) for channel, address, _ in sent}


def spoil(folder: Path, table: str, column: str) -> None:
    """Change a byte of the oldest row from outside, as a failing disk does."""
    with contextlib.closing(sqlite3.connect(folder / "askfirst.db")) as database:
        number, value = database.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchone()  # noqa: S608 -- ours
        changed = bytes([value[0] ^ 1]) + value[1:]
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, number))  # noqa: S608
        database.commit()
