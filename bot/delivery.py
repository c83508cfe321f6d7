"""Watches over every case: tells its leads until one has opened it, reminds whoever has it, and tells the reporter."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.alarming import Alarms
from bot.announcing import announce
from bot.store.databases import StoreError, Unopenable
from bot.telling import Telling
from handlers import notices, unfinished
from handlers.receipt import for_reporter, help_lines
from handlers.wording import say
from knowledge.escalating import ALONE, next_wave, wave
from knowledge.keeping import kept_until
from knowledge.model import Audience
from knowledge.routing import Concern, Urgency, whom_to_ring

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from bot.channels.channel import Channel
    from bot.opening import Store
    from bot.store.watches import Watched
    from handlers.message import Reply
    from handlers.ports import CaseStep, World
    from knowledge.escalating import Notice

_log = logging.getLogger(__name__)

_TIDIES = timedelta(minutes=1)
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
_BUNDLES = timedelta(minutes=15)
"""In which time one notice stands for all the reports of one urgency of somebody who sends very many."""
_WRITTEN = ("message", "reply")


class Watch:
    """Does what is due for every case; each step is one transaction."""

    def __init__(
        self, store: Store, world: World, channels: Mapping[str, Channel], down: Callable[[], Collection[str]]
    ) -> None:
        """Take the channels that run here, and what names those whose platform gives no answer."""
        self._store, self._world = store, world
        self._telling = Telling(store, world, channels)
        self._alarms = Alarms(store, world, channels, down)
        self._tidied: datetime | None = None
        self._seen: datetime | None = None

    def turn(self) -> bool:
        """Do one thing that is due; tell whether there was one."""
        now = self._world.clock()
        if self._seen and self._seen - now > _TIDIES:
            _log.warning("the clock was set back; what was due for cases is brought forward")
            self._store.watches.bring_forward(self._seen - now)
        self._seen = now
        if self._tidied is None or now - self._tidied >= _TIDIES or now < self._tidied:
            self._tidied = now
            self._tidy()
            announce(self._store, self._world, self._telling)
            self._telling.look()
            self._alarms.look(now, self._telling)
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
            fresh = self._tell_of_messages(watched, now)
            if watched.state == "taken" and watched.lead not in watched.readers:
                # Whoever had it has left or changed: the others who may read it are asked, or those next in line.
                self._store.watches.hand_back(watched.row, now)
                return
            if danger := self._unheard(watched):
                wave, wave_due = self._chase_danger(watched, danger, now, fresh=fresh)
            elif watched.state != "new":
                self._telling.leave_alone(watched.case.school, watched.reference, now)
            if wave_due is not None and wave_due <= now:
                open_from = now if watched.state == "new" else contacts.next_open(now)
                what = {"new": self._chase, "taken": self._remind, "closed": self._ask_to_erase}[watched.state]
                # Nobody is reminded at night; whoever hasn't opened a report yet is told whatever the hour.
                wave, wave_due = what(watched, now) if open_from <= now else (wave, open_from)
        self._store.watches.put(watched.row, wave=wave, due=wave_due)

    def _unheard(self, watched: Watched) -> CaseStep | None:
        """Give the first words of danger that the reporter has added since somebody last looked at the case."""
        found = None
        for step in reversed(watched.steps):
            if step.by:
                break
            if step.step == "reply" and unfinished.in_danger_now(step.inside.get("text", ""), self._world):
                found = step
        return found

    def _chase_danger(
        self, watched: Watched, danger: CaseStep, now: datetime, *, fresh: bool
    ) -> tuple[int, datetime | None]:
        """Chase words of danger until somebody has opened them, whoever has the case; fresh ones were told."""
        wait = timedelta(minutes=self._world.contacts[watched.case.school].waits[Urgency.NOW.value])
        if fresh:
            return watched.wave, now + wait
        if watched.wave_due is None or watched.wave_due > now:
            return watched.wave, watched.wave_due
        urgent = replace(watched, case=replace(watched.case, urgency=Urgency.NOW, bundled=False))
        if watched.state == "new":
            return self._chase(urgent, now)
        number = max(1, int((now - danger.at) / wait))
        _, due = self._chase(replace(urgent, wave=number), now, notices.reporter_wrote(watched.reference, danger=True))
        if number >= ALONE:
            self._tell_reporter(watched, now)
        return watched.wave, due

    def _chase(self, watched: Watched, now: datetime, reply: Reply | None = None) -> tuple[int, datetime | None]:
        """Tell the next ones, that there is a report or what `reply` says."""
        contacts = self._telling.reachable(watched.case.school)
        told = wave(watched.wave, contacts, watched.readers, watched.in_line, now)
        if told.joining:
            self._store.watches.let_in(watched.row, told.joining)
        again = watched.wave > 0
        reply = reply or notices.new_report(watched.reference, watched.case.urgency.value, again=again)
        key = f"{watched.reference} {len(watched.steps)} wave {watched.wave}"
        if watched.case.bundled:
            # One notice for all that its reporter sent lately; each of them is stored and chased all the same.
            reply = notices.many_reports(watched.reference, watched.case.urgency.value)
            which = f"{watched.case.school} {watched.case.person} {watched.case.urgency.value}"
            key = f"bundle {which} {now.timestamp() // _BUNDLES.total_seconds():.0f}"
        for notice in told.notices:
            if watched.case.bundled:
                self._telling.promise(watched.case.school, notice, reply, key, now)
            else:
                self._telling.chase(watched.case.school, notice, reply, key, now, reference=watched.reference)
        if watched.case.unfinished and watched.wave == 0:
            self._telling.push(watched.case, f"{watched.reference} passed on", now, notices.message_waiting())
        if told.reporter_too:
            self._tell_reporter(watched, now)
        self._alarm_of_nobody(watched, nobody=not told.notices)
        return watched.wave + 1, next_wave(watched.wave, watched.case.urgency, contacts, now)

    def _alarm_of_nobody(self, watched: Watched, *, nobody: bool) -> None:
        """Let the administrator see a case that nobody can be told of, but where that could be somebody left out."""
        if watched.case.excluded or watched.case.never or not (nobody or watched.wave):
            return
        self._store.alarms.set(f"alone {watched.row.id}", ["waits"] if nobody else [])
        if nobody:
            _log.error("a report has nobody left who could be told; see askfirst doctor")

    def _remind(self, watched: Watched, now: datetime) -> tuple[int, datetime | None]:
        """Remind whoever has a case that nobody has touched for some school days, then another who may see it."""
        contacts = self._world.contacts[watched.case.school]
        untouched = contacts.school_days(watched.touched, now)
        number = untouched // contacts.remind_after
        if number > watched.wave:
            others = [label for label in watched.readers if label != watched.lead]
            whom = [watched.lead] if number == 1 else [watched.lead, *others[:1]]
            reply = notices.untouched(watched.reference, str(untouched))
            for notice in self._telling.first_channels(watched.case.school, whom):
                key = f"{watched.reference} {watched.touched} reminder {number}"
                self._telling.promise(watched.case.school, notice, reply, key, now)
        return max(watched.wave, number), now + _DAY

    def _ask_to_erase(self, watched: Watched, now: datetime) -> tuple[int, datetime | None]:
        """Ask those who may read a closed case whether it is erased, once the school's time for its kind is over."""
        years = self._world.contacts[watched.case.school].keeps_years.get(watched.case.kind)
        end = kept_until(watched.steps, years)
        if end is None or now < end:
            return watched.wave, min(filter(None, (end, now + _MONTH)))
        reply = notices.kept_long_enough(watched.reference, str(years))
        for notice in self._telling.first_channels(watched.case.school, list(watched.readers)):
            self._telling.promise(
                watched.case.school, notice, reply, f"{watched.reference} erase {end} {watched.wave}", now
            )
        return watched.wave + 1, now + _MONTH

    def _tell_of_messages(self, watched: Watched, now: datetime) -> bool:
        """Tell the reporter and whoever has the case of what was written since; say whether some of it was danger."""
        fresh = False
        written = [step for step in watched.steps if step.step in _WRITTEN]
        for number, step in list(enumerate(written))[watched.told :]:
            if step.step == "message":
                self._telling.push(
                    watched.case, f"{watched.reference} message {number}", now, notices.message_waiting()
                )
                continue
            danger = unfinished.in_danger_now(step.inside.get("text", ""), self._world)
            fresh |= danger
            told, reply = (
                self._told_of_reply(watched, danger=danger),
                notices.reporter_wrote(watched.reference, danger=danger),
            )
            for notice in told:
                self._telling.promise(watched.case.school, notice, reply, f"{watched.reference} reply {number}", now)

        return fresh

    def _told_of_reply(self, watched: Watched, *, danger: bool) -> list[Notice]:
        """Give whom to tell of a reporter's words: whoever has the case, or of danger every reader everywhere."""
        if danger:
            return self._telling.every_channel(watched.case.school, watched.readers)
        whom = [watched.lead] if watched.lead in watched.readers else watched.readers
        return self._telling.first_channels(watched.case.school, whom)

    def _tell_reporter(self, watched: Watched, now: datetime) -> None:
        """Leave word for the reporter whom to ring, once, and push that there is a message."""
        if not self._knows(watched):
            self._store.watches.tell_reporter(watched.row, self._whom_to_ring(watched))
            key = f"{watched.reference} message {_messages(watched)}"
            self._telling.push(watched.case, key, now, notices.message_waiting())

    def _knows(self, watched: Watched) -> bool:
        """Tell whether the reporter was told already whom to ring."""
        return bool(watched.case.ring) or any(step.step == "message" and not step.by for step in watched.steps)

    def _whom_to_ring(self, watched: Watched) -> str:
        case = watched.case
        child, concern = case.role == Audience.PUPIL, Concern(case.kind, frozenset(case.about), case.child_at_risk)
        lines = help_lines(for_reporter(whom_to_ring(concern), child=child), case.school, self._world)
        return say("cases.child_nobody_opened" if child else "cases.nobody_opened", lines=lines)


def _messages(watched: Watched) -> int:
    return sum(step.step in _WRITTEN for step in watched.steps)
