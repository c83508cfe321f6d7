"""Promises what leads and reporters are told outside a conversation: notices, and a push that says next to nothing."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.store.databases import StoreError
from handlers.notices import message_waiting
from knowledge.escalating import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.channels.channel import Channel, Delivery
    from bot.opening import Store
    from handlers.message import Reply
    from handlers.ports import NewCase, World
    from knowledge.contacts import Contacts

_log = logging.getLogger(__name__)

_REMEMBERS = timedelta(days=7)
"""How long it counts that a lead's place refused a message, unless one was taken there since."""


class Telling:
    """Tells on the channels that run here.

    `faulty` names those that could not write their last notice; `refused` are the leads' places, by school, in which
    the last message was refused for good: blocked, closed, or gone.
    """

    def __init__(self, store: Store, world: World, channels: Mapping[str, Channel]) -> None:
        self._store, self._world, self.channels = store, world, channels
        self.faulty: set[str] = set()
        self.refused: list[tuple[str, Notice]] = []

    def look(self) -> None:
        """Find out where messages are refused."""
        self.refused = []
        for slug in self._world.contacts:
            places = [Notice(one.label, *place) for one in self.reachable(slug).people for place in one.channels]
            for name in self.channels:
                lines = {line: one for one in places if one.channel == name for line in self._lines(slug, one)}
                refusing = self._store.deliveries.refusing(name, list(lines), self._world.clock() - _REMEMBERS)
                self.refused += [(slug, lines[line]) for line in refusing]

    def _lines(self, school: str, place: Notice) -> list[str]:
        try:
            found = self.channels[place.channel].tell(school, place.address, message_waiting())
        except Exception:  # noqa: BLE001 -- a channel that can't write a notice is an alarm of its own
            return []
        return [one.line for one in found]

    def reachable(self, school: str) -> Contacts:
        """Give a school's contacts with the channels that run here alone; where messages are refused comes last."""
        contacts = self._world.contacts[school]
        refused = {(one.channel, one.address) for where, one in self.refused if where == school}
        found = [
            replace(
                person,
                channels=tuple(sorted((c for c in person.channels if c[0] in self.channels), key=refused.__contains__)),
            )
            for person in contacts.people
        ]
        return replace(contacts, people=tuple(person for person in found if person.channels))

    def first_channels(self, school: str, labels: Iterable[str]) -> list[Notice]:
        """Give one notice for each of some people, on the channel that they want first."""
        first = dict[str, Notice]()
        for notice in self.every_channel(school, labels):
            first.setdefault(notice.label, notice)
        return list(first.values())

    def every_channel(self, school: str, labels: Iterable[str]) -> list[Notice]:
        """Give notices for some people, one on each of their channels, in the order in which they want them."""
        people = {person.label: person for person in self.reachable(school).people}
        return [Notice(label, *channel) for label in labels if label in people for channel in people[label].channels]

    def chase(self, school: str, notice: Notice, reply: Reply, key: str, now: datetime, *, reference: str) -> None:
        """Promise one notice that a case waits, unless one is still on its way to the same place."""
        about = _about(reference, notice)
        if not self._store.deliveries.waits(about):
            self.promise(school, notice, reply, key, now, about=about)

    def leave_alone(self, school: str, reference: str, now: datetime) -> None:
        """Withdraw every notice that a case waits which isn't sent yet, now that somebody has it."""
        people = self._world.contacts[school].people
        places = (Notice(person.label, *channel) for person in people for channel in person.channels)
        self._store.deliveries.withdraw([_about(reference, place) for place in places], now)

    def promise(self, school: str, notice: Notice, reply: Reply, key: str, now: datetime, *, about: str = "") -> None:
        """Promise one notice; a channel that can't even write it down keeps nobody else from being told."""
        try:
            deliveries = self.channels[notice.channel].tell(school, notice.address, reply)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 -- a fault of ours in one channel: seen, and tried again next time
            _log.error("%s can't write a notice (%s)", notice.channel, type(error).__name__)
            self.faulty.add(notice.channel)
            return
        self.faulty.discard(notice.channel)
        keyed = [
            replace(delivery, key=f"{key} {notice.label} {notice.channel} {number}", about=about)
            for number, delivery in enumerate(deliveries)
        ]
        self._store.deliveries.promise(keyed, now)

    def push(self, case: NewCase, key: str, now: datetime, reply: Reply) -> None:
        """Push to the reporter no more than that there is a message, and only where that is safe."""
        channel = self.channels.get(case.channel)
        if channel is None or case.answers.get("safe") == "no":
            return
        found: list[Delivery] = list(channel.tell(case.school, case.person, reply))
        self._store.deliveries.promise(
            [replace(delivery, key=f"{key} push {number}", optional=True) for number, delivery in enumerate(found)],
            now,
        )


def _about(reference: str, notice: Notice) -> str:
    return f"{reference} waits: {notice.label} {notice.channel} {notice.address}"
