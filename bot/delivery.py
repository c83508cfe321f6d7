"""Watches over every case: tells its leads until one has opened it, reminds whoever has it, and tells the reporter."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.store.databases import StoreError
from handlers import notices, unfinished
from handlers.receipt import help_lines
from handlers.wording import say
from knowledge.escalating import Notice, next_wave, wave
from knowledge.routing import ADULTS_AT_SCHOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.app import Store
    from bot.channels.channel import Channel, Delivery
    from bot.store.watches import Watched
    from handlers.message import Reply
    from handlers.ports import World
    from knowledge.contacts import Contacts

_log = logging.getLogger(__name__)

_IDLE = 2.0
_TIDIES = timedelta(minutes=1)
_DAY = timedelta(days=1)
_STUCK = timedelta(minutes=10)
"""After how long without an answer a channel counts as down."""
ALL_NOW = 99
"""A wave in which everybody is told on every channel."""
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)


class Watch:
    """Does what is due for every case, for as long as it runs; each step is one transaction."""

    def __init__(
        self,
        store: Store,
        world: World,
        channels: Mapping[str, Channel],
        promised: Callable[[], None],
        broken: Callable[[str], None],
    ) -> None:
        """Take `promised`, told when there is something to send, and `broken`, told when the store fails for good."""
        self._store, self._world, self._channels = store, world, channels
        self._promised, self._broken = promised, broken
        self._tidied: datetime | None = None
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Let `run` return."""
        self._ending.set()

    async def run(self) -> None:
        """Do what is due until `end` is called."""
        failed = 0
        while not self._ending.is_set():
            try:
                busy = await asyncio.to_thread(self.turn)
                failed = 0
            except StoreError as error:
                if failed == len(_PAUSES):
                    self._broken(str(error))
                    return
                _log.warning("the store failed, trying again: %s", error)
                await asyncio.sleep(_PAUSES[failed])
                failed += 1
                continue
            if busy:
                self._promised()
                continue
            try:
                await asyncio.wait_for(self._ending.wait(), _IDLE)
            except TimeoutError:
                continue

    def turn(self) -> bool:
        """Do one thing that is due; tell whether there was one."""
        now = self._world.clock()
        if self._tidied is None or now - self._tidied >= _TIDIES or now < self._tidied:
            self._tidied = now
            unfinished.tidy(self._world)
            self._announce()
            self._alarm(now)
        with self._store.units.unit():
            watched = self._store.watches.take(now, self._world.engine.schools)
            if watched is None:
                return False
            self._see_to(watched, now)
        return True

    def _see_to(self, watched: Watched, now: datetime) -> None:
        contacts = self._world.contacts.get(watched.case.school)
        if watched.case.trial or contacts is None:
            self._store.watches.put(watched.row, watched.wave, None)
            return
        self._tell_reporter_of_messages(watched, now)
        if watched.state == "new":
            self._chase(watched, now)
        elif watched.state == "taken":
            self._remind(watched, now)
        else:
            self._tell_of_reply(watched, now)
            self._store.watches.put(watched.row, watched.wave, None)

    def _chase(self, watched: Watched, now: datetime) -> None:
        """Tell the next ones; where nobody has opened it in time, tell the reporter whom to ring."""
        contacts = self._reachable(watched.case.school)
        told = wave(watched.wave, contacts, watched.readers, watched.case.next_in_line, now)
        if told.joining:
            self._store.watches.let_in(watched.row, told.joining)
        reply = notices.new_report(watched.reference, watched.case.urgency.value, again=watched.wave > 0)
        for notice in told.notices:
            self._promise(
                watched.case.school, notice, reply, f"{watched.reference} {len(watched.steps)} wave {watched.wave}", now
            )
        if told.reporter_too and not self._knows(watched):
            self._tell_reporter(watched, now)
        if not told.notices:
            _log.error("a report has nobody left who could be told; see askfirst doctor")
        due = next_wave(watched.wave, watched.case.urgency, contacts, now)
        self._store.watches.put(watched.row, watched.wave + 1, due)

    def _remind(self, watched: Watched, now: datetime) -> None:
        """Remind whoever has a case that nobody has touched for some school days, then another who may see it."""
        contacts = self._world.contacts[watched.case.school]
        self._tell_of_reply(watched, now)
        untouched = contacts.school_days(watched.touched, now)
        number = untouched // contacts.remind_after
        if number > watched.wave:
            others = [label for label in watched.readers if label != watched.lead]
            first = [watched.lead] if watched.lead in watched.readers else others[:1]
            whom = first if number == 1 else [*first, *others[:1]]
            reply = notices.untouched(watched.reference, str(untouched))
            for notice in self._first_channels(watched, whom):
                self._promise(
                    watched.case.school, notice, reply, f"{watched.reference} {watched.touched} reminder {number}", now
                )
        self._store.watches.put(watched.row, max(watched.wave, number), now + _DAY)

    def _tell_of_reply(self, watched: Watched, now: datetime) -> None:
        """Tell whoever has the case that the reporter has written; once for each time."""
        for number, step in enumerate(watched.steps):
            if step.step == "reply":
                whom = [watched.lead] if watched.lead in watched.readers else list(watched.readers)
                for notice in self._first_channels(watched, whom):
                    reply = notices.reporter_wrote(watched.reference)
                    self._promise(watched.case.school, notice, reply, f"{watched.reference} reply {number}", now)

    def _tell_reporter_of_messages(self, watched: Watched, now: datetime) -> None:
        """Push no more than "You have a message", and only where the reporter said that it is safe."""
        if watched.case.answers.get("safe") == "no":
            return
        for number, step in enumerate(watched.steps):
            if step.step == "message":
                self._push(watched, f"{watched.reference} message {number}", now)

    def _tell_reporter(self, watched: Watched, now: datetime) -> None:
        self._store.watches.tell_reporter(watched.row, self._whom_to_ring(watched))
        if watched.case.answers.get("safe") != "no":
            self._push(watched, f"{watched.reference} message {len(watched.steps)}", now)

    def _knows(self, watched: Watched) -> bool:
        """Tell whether the reporter was told already whom to ring."""
        return bool(watched.case.ring) or any(step.step == "message" and not step.by for step in watched.steps)

    def _whom_to_ring(self, watched: Watched) -> str:
        case = watched.case
        adult = not ADULTS_AT_SCHOOL.isdisjoint(case.about)
        ring = ["lado"] if adult else []
        ring += ["childrens-social-care", "out-of-hours", "police"] if case.child_at_risk or not adult else ["nspcc"]
        return say("cases.nobody_opened", lines=help_lines(ring, case.school, self._world))

    def _first_channels(self, watched: Watched, labels: list[str]) -> list[Notice]:
        people = {person.label: person for person in self._reachable(watched.case.school).people}
        return [Notice(label, *people[label].channels[0]) for label in labels if label in people]

    def _reachable(self, school: str) -> Contacts:
        """Give a school's contacts with the channels that run here alone."""
        contacts = self._world.contacts[school]
        found = [
            replace(person, channels=tuple(c for c in person.channels if c[0] in self._channels))
            for person in contacts.people
        ]
        return replace(contacts, people=tuple(person for person in found if person.channels))

    def _promise(self, school: str, notice: Notice, reply: Reply, key: str, now: datetime) -> None:
        deliveries = self._channels[notice.channel].tell(school, notice.address, reply)
        keyed = [
            replace(delivery, key=f"{key} {notice.label} {notice.channel} {number}")
            for number, delivery in enumerate(deliveries)
        ]
        self._store.deliveries.promise(keyed, now)

    def _push(self, watched: Watched, key: str, now: datetime) -> None:
        channel = self._channels.get(watched.case.channel)
        if channel is None:
            return
        found: list[Delivery] = list(channel.tell(watched.case.school, watched.case.person, notices.message_waiting()))
        self._store.deliveries.promise(
            [replace(delivery, key=f"{key} push {number}", optional=True) for number, delivery in enumerate(found)],
            now,
        )

    def _announce(self) -> None:
        """Tell DSL and chair of every change of contacts; on every channel, and never twice."""
        now = self._world.clock()
        with self._store.units.unit():
            for change in self._store.alarms.announcements():
                if change.school not in self._world.contacts:
                    continue
                contacts = self._reachable(change.school)
                told = wave(ALL_NOW, contacts, contacts.holders(("dsl", "chair"), now), (), now).notices
                reply = notices.contact_changed(change.label, change.what)
                for notice in told:
                    self._promise(
                        change.school, notice, reply, f"contact {change.school} {change.label} {change.what} {now}", now
                    )

    def _alarm(self, now: datetime) -> None:
        """Raise an alarm for each channel that gives no answer, and let go of it once it does."""
        stuck = self._store.deliveries.stuck(now - _STUCK)
        for name in self._store.alarms.set("channel", stuck):
            _log.error("%s is down: what is promised waits. See askfirst doctor", name)
        unreached = [
            f"{slug} {person.label}"
            for slug, contacts in self._world.contacts.items()
            for person in contacts.people
            if person.left is None and not any(channel in self._channels for channel, _ in person.channels)
        ]
        for name in self._store.alarms.set("unreachable", unreached):
            _log.error("%s: none of their channels runs here. See askfirst doctor", name)
