"""Watches over every case: tells its leads until one has opened it, reminds whoever has it, and tells the reporter."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.store.databases import StoreError, Unopenable
from handlers import notices, unfinished
from handlers.receipt import help_lines
from handlers.wording import say
from knowledge.escalating import Notice, next_wave, wave
from knowledge.keeping import kept_until
from knowledge.routing import ADULTS_AT_SCHOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from bot.app import Store
    from bot.channels.channel import Channel, Delivery
    from bot.store.watches import Watched
    from handlers.message import Reply
    from handlers.ports import World
    from knowledge.contacts import Contacts

_log = logging.getLogger(__name__)

_IDLE = 2.0
_TIDIES = timedelta(minutes=1)
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
_BUNDLES = timedelta(minutes=15)
"""In which time one notice stands for all the reports of somebody who sends very many."""
_WRITTEN = ("message", "reply")
_TOLD = ("dsl", "chair")
"""The roles that are told of every change of contacts."""
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
        self._faulty: set[str] = set()
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
            self._tidy()
            self._announce()
            self._alarm(now)
        row = None
        try:
            with self._store.units.unit():
                row = self._store.watches.take(now, self._world.engine.schools)
                if row is None:
                    return False
                watched = self._store.watches.whole(row)
                if watched is None:  # its key was erased, and with it the case
                    self._store.watches.put(row, wave=row.wave, due=None)
                else:
                    self._see_to(watched, now)
        except Unopenable as error:
            if row is None:
                raise
            self._put_off(row, error, now)
        except StoreError:
            raise
        except Exception as error:
            if row is None:
                raise
            self._put_off(row, error, now)
        return True

    def _put_off(self, row: Row[Any], error: Exception, now: datetime) -> None:
        """Leave one case alone for a while, so that it stops no other; the administrator sees it as an alarm."""
        pause = self._store.watches.put_off(row, now)
        minutes = pause.total_seconds() / 60
        _log.error("case %s can't be seen to (%s), trying again in %d min", row.id, type(error).__name__, minutes)

    def _tidy(self) -> None:
        """See to every draft that was left, each by itself, so that one that fails stops no other."""
        failed = list(self._store.drafts.shut())
        for left in unfinished.left_for_long(self._world):
            try:
                with self._store.units.unit():
                    unfinished.see_to(left, self._world)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever is wrong with one draft, the others wait for it in vain
                _log.error("a draft can't be seen to (%s)", type(error).__name__)
                failed.append(left.draft.id)
        self._store.alarms.set("draft", [f"{name} can't be opened or passed on" for name in failed])

    def _see_to(self, watched: Watched, now: datetime) -> None:
        contacts = self._world.contacts.get(watched.case.school)
        wave_due, wave = watched.wave_due, watched.wave
        if watched.state == "erased":
            self._store.watches.erase(watched.row)
            wave_due = None
        elif watched.case.trial or contacts is None:
            wave_due = None
        else:
            self._tell_of_messages(watched, now)
            if wave_due is not None and wave_due <= now:
                what = {"new": self._chase, "taken": self._remind, "closed": self._ask_to_erase}[watched.state]
                wave, wave_due = what(watched, now)
        self._store.watches.put(watched.row, wave=wave, due=wave_due)

    def _chase(self, watched: Watched, now: datetime) -> tuple[int, datetime | None]:
        """Tell the next ones."""
        contacts = self._reachable(watched.case.school)
        told = wave(watched.wave, contacts, watched.readers, watched.case.next_in_line, now)
        if told.joining:
            self._store.watches.let_in(watched.row, told.joining)
        reply = notices.new_report(watched.reference, watched.case.urgency.value, again=watched.wave > 0)
        key = f"{watched.reference} {len(watched.steps)} wave {watched.wave}"
        if watched.case.bundled:
            # One notice for all that its reporter sent lately; each of them is stored and chased all the same.
            reply = notices.many_reports(watched.reference, watched.case.urgency.value)
            key = f"bundle {watched.case.school} {now.timestamp() // _BUNDLES.total_seconds():.0f}"
        for notice in told.notices:
            self._promise(watched.case.school, notice, reply, key, now)
        if watched.case.unfinished and watched.wave == 0:
            self._push(watched, f"{watched.reference} passed on", now, notices.passed_on())
        if told.reporter_too:
            self._tell_reporter(watched, now)
        if not told.notices:
            _log.error("a report has nobody left who could be told; see askfirst doctor")
        return watched.wave + 1, next_wave(watched.wave, watched.case.urgency, contacts, now)

    def _remind(self, watched: Watched, now: datetime) -> tuple[int, datetime | None]:
        """Remind whoever has a case that nobody has touched for some school days, then another who may see it."""
        contacts = self._world.contacts[watched.case.school]
        untouched = contacts.school_days(watched.touched, now)
        number = untouched // contacts.remind_after
        if number > watched.wave:
            others = [label for label in watched.readers if label != watched.lead]
            first = [watched.lead] if watched.lead in watched.readers else others[:1]
            whom = first if number == 1 else [*first, *others[:1]]
            reply = notices.untouched(watched.reference, str(untouched))
            for notice in self._first_channels(watched, whom):
                key = f"{watched.reference} {watched.touched} reminder {number}"
                self._promise(watched.case.school, notice, reply, key, now)
        return max(watched.wave, number), now + _DAY

    def _ask_to_erase(self, watched: Watched, now: datetime) -> tuple[int, datetime | None]:
        """Ask those who may read a closed case whether it is erased, once the school's time for its kind is over."""
        years = self._world.contacts[watched.case.school].keeps_years.get(watched.case.kind)
        end = kept_until(watched.steps, years)
        if end is None or now < end:
            return watched.wave, min(filter(None, (end, now + _MONTH)))
        reply = notices.kept_long_enough(watched.reference, str(years))
        for notice in self._first_channels(watched, list(watched.readers)):
            self._promise(watched.case.school, notice, reply, f"{watched.reference} erase {end} {watched.wave}", now)
        return watched.wave + 1, now + _MONTH

    def _tell_of_messages(self, watched: Watched, now: datetime) -> None:
        """Tell the reporter and whoever has the case of what was written since anybody was last told."""
        written = [step for step in watched.steps if step.step in _WRITTEN]
        for number, step in list(enumerate(written))[watched.told :]:
            if step.step == "message":
                self._push(watched, f"{watched.reference} message {number}", now, notices.message_waiting())
                continue
            whom = [watched.lead] if watched.lead in watched.readers else list(watched.readers)
            for notice in self._first_channels(watched, whom):
                reply = notices.reporter_wrote(watched.reference)
                self._promise(watched.case.school, notice, reply, f"{watched.reference} reply {number}", now)

    def _tell_reporter(self, watched: Watched, now: datetime) -> None:
        """Leave word for the reporter whom to ring, once, and push that there is a message."""
        if not self._knows(watched):
            self._store.watches.tell_reporter(watched.row, self._whom_to_ring(watched))
            key = f"{watched.reference} message {_messages(watched)}"
            self._push(watched, key, now, notices.message_waiting())

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
        """Promise one notice; a channel that can't even write it down keeps nobody else from being told."""
        try:
            deliveries = self._channels[notice.channel].tell(school, notice.address, reply)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 -- a fault of ours in one channel: seen, and tried again next time
            _log.error("%s can't write a notice (%s)", notice.channel, type(error).__name__)
            self._faulty.add(notice.channel)
            return
        self._faulty.discard(notice.channel)
        keyed = [
            replace(delivery, key=f"{key} {notice.label} {notice.channel} {number}")
            for number, delivery in enumerate(deliveries)
        ]
        self._store.deliveries.promise(keyed, now)

    def _push(self, watched: Watched, key: str, now: datetime, reply: Reply) -> None:
        """Push to the reporter no more than that there is a message, and only where that is safe."""
        channel = self._channels.get(watched.case.channel)
        if channel is None or watched.case.answers.get("safe") == "no":
            return
        found: list[Delivery] = list(channel.tell(watched.case.school, watched.case.person, reply))
        self._store.deliveries.promise(
            [replace(delivery, key=f"{key} push {number}", optional=True) for number, delivery in enumerate(found)],
            now,
        )

    def _announce(self) -> None:
        """Tell DSL and chair of every change of contacts, those of before it too; on every channel, never twice."""
        now = self._world.clock()
        with self._store.units.unit():
            changes = self._store.alarms.announcements()
            for change in changes:
                if change.school not in self._world.contacts:
                    continue
                contacts = self._reachable(change.school)
                told = {
                    (notice.channel, notice.address): notice
                    for notice in wave(ALL_NOW, contacts, contacts.holders(_TOLD, now), (), now).notices
                }
                for channel, address in self._store.leads.reached_before(change.school, _TOLD, change.at):
                    if channel in self._channels:
                        told.setdefault((channel, address), Notice("before", channel, address))
                reply = notices.contact_changed(change.label, change.what)
                for number, notice in enumerate(told.values()):
                    key = f"contact {change.school} {change.label} {change.what} {change.at} {number}"
                    self._promise(change.school, notice, reply, key, now)
            if changes:
                self._store.leads.let_go()

    def _alarm(self, now: datetime) -> None:
        """Raise an alarm for each channel that gives no answer, and let go of it once it does."""
        stuck = self._store.deliveries.stuck(now - _STUCK)
        for name in self._store.alarms.set("channel", stuck):
            _log.error("%s is down: what is promised waits. See askfirst doctor", name)
        self._store.alarms.set("notice", [f"{name} can't write one" for name in sorted(self._faulty)])
        self._store.alarms.set("case", [f"{one} can't be opened or told of" for one in self._store.watches.failing()])
        unreached = [
            f"{slug} {person.label}"
            for slug, contacts in self._world.contacts.items()
            for person in contacts.people
            if person.left is None and not any(channel in self._channels for channel, _ in person.channels)
        ]
        for name in self._store.alarms.set("unreachable", unreached):
            _log.error("%s: none of their channels runs here. See askfirst doctor", name)


def _messages(watched: Watched) -> int:
    return sum(step.step in _WRITTEN for step in watched.steps)
