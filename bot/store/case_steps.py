"""Writes down each step that is taken in a case, and what it changes: who has it, who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from bot.store.prepared import Prepared, put
from bot.store.tables import cases, holders, readers, stamp, watches
from knowledge.restoring import who_restores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from bot.store.keys import Keys
    from bot.store.leads import StoredLeads
    from bot.store.record import Record
    from bot.store.sealing import Lookup
    from bot.store.units import Units
    from handlers.ports import CaseStep, Lead, NewCase

_OPEN = ("new", "taken")
_ONLY_IN = {
    **dict.fromkeys(("taken", "message", "did", "closed"), _OPEN),
    **dict.fromkeys(("reopened", "erased"), ("closed",)),
}
"""The states in which a step can be taken, where not in every one."""
_NEXT_STATE = {"taken": "taken", "closed": "closed", "reopened": "taken", "erased": "erased"}
_UNREAD = ("stepped-back",)
"""What can be done by somebody who has not opened the case."""
STEPS = ("taken", "note", "message", "did", "closed", "reopened", "stepped-back", "let-in", "exported", "erased")


_LET_IN = put(readers)
_WATCH = Prepared(
    insert(watches).values(
        case_id=bindparam("case_id"),
        state="new",
        wave=0,
        due=bindparam("at"),
        wave_due=bindparam("at"),
        touched=bindparam("at"),
        told=0,
        failed=0,
    )
)


class CaseSteps:
    """The steps of all cases."""

    def __init__(
        self,
        units: Units,
        keys: Keys,
        lookup: Lookup,
        *,
        record: Record,
        leads: StoredLeads,
        clock: Callable[[], datetime],
    ) -> None:
        self._units, self._keys, self._lookup = units, keys, lookup
        self._record, self._leads, self._clock = record, leads, clock

    def reader(self, school: str, who: str) -> str:
        """Give the hash under which a reader stands beside a case."""
        return self._lookup.of("reader", school, who)

    def begin(self, connection: Connection, case_id: str, case: NewCase) -> str:
        """Let the readers of a new case in, and have it watched over; give the ids of those next in line."""
        ids = {lead.label: lead.id for lead in self._leads.holders(case.school)}
        who = case.readers if case.trial else tuple(ids[label] for label in case.people if label in ids)
        for position, one in enumerate(who):
            self._let_in(connection, case_id, case.school, one, position)
        _WATCH.do(connection, {"case_id": case_id, "at": stamp(case.at)})
        return " ".join(ids[label] for label in case.next_in_line if label in ids)

    def opened(self, connection: Connection, row: Row[Any], key: bytes, reader: str) -> None:
        """Write down that a case was opened; the first to open it has it in hand, and nobody is told any more."""
        now = self._clock()
        connection.execute(
            update(cases).where((cases.c.id == row.id) & cases.c.opened.is_(None)).values(opened=stamp(now))
        )
        connection.execute(
            update(watches)
            .where((watches.c.case_id == row.id) & (watches.c.state == "new"))
            .values(
                state="taken",
                lead=self.reader(row.school, reader),
                touched=stamp(now),
                due=stamp(now),
                wave_due=stamp(now),
                wave=0,
            )
        )
        self._record.write(connection, row.id, key, now, "opened", {"by": self.named(row.school, reader)})

    def act(self, row: Row[Any], case: NewCase, reader: str, step: str, inside: Mapping[str, str]) -> bool:
        """Take a step; False where it can't be taken now, or by somebody who has not opened the case."""
        key = self._keys.get(row.id)
        if key is None or step not in STEPS:
            return False
        now, mine = self._clock(), self.reader(row.school, reader)
        by = self.named(row.school, reader)
        if step not in _UNREAD and not self._has_opened(row, key, reader, by):
            return False
        try:
            with self._units.begin() as connection:
                watch = connection.execute(
                    select(watches).where(watches.c.case_id == row.id).with_for_update()
                ).one_or_none()
                if watch is None or not _can_be_taken(step, watch):
                    return False
                if step == "let-in" and not self._restore(connection, row, case, reader, inside["who"]):
                    return False
                if step in ("erased", "stepped-back"):
                    whose = readers.c.reader == mine if step == "stepped-back" else true()
                    connection.execute(delete(readers).where((readers.c.case_id == row.id) & whose))
                change = _change(step, watch, mine, stamp(now))
                connection.execute(update(watches).where(watches.c.case_id == row.id).values(change))
                self._record.write(connection, row.id, key, now, step, {**inside, "by": by})
        except IntegrityError:
            return False  # they could read it already
        return True

    def wrote_back(self, row: Row[Any], text: str) -> bool:
        """Write down what the reporter added, and have whoever has the case told of it."""
        key = self._keys.get(row.id)
        if key is None:
            return False
        now = self._clock()
        with self._units.begin() as connection:
            self._record.write(connection, row.id, key, now, "reply", {"text": text})
            connection.execute(update(watches).where(watches.c.case_id == row.id).values(due=stamp(now)))
        return True

    def told(self, row: Row[Any], text: str) -> None:
        """Write down what the bot itself tells the reporter."""
        if key := self._keys.get(row.id):
            with self._units.begin() as connection:
                self._record.write(connection, row.id, key, self._clock(), "message", {"text": text})

    def erase(self, row: Row[Any]) -> None:
        """Erase the key of a case, and with it all that it seals, in every copy; its record stays whole."""
        self._keys.erase(row.id)

    def escalated(self, row: Row[Any], labels: Iterable[str]) -> None:
        """Let those who are next in line read a case, and write that down."""
        key, ids = self._keys.get(row.id), {lead.label: lead.id for lead in self._leads.holders(row.school)}
        if key is None:
            return
        with self._units.begin() as connection:
            last = connection.execute(
                select(func.coalesce(func.max(readers.c.position), -1)).where(readers.c.case_id == row.id)
            ).scalar_one()
            there = set(connection.execute(select(readers.c.reader).where(readers.c.case_id == row.id)).scalars())
            for label in labels:
                if label in ids and self.reader(row.school, ids[label]) not in there:
                    last += 1
                    self._let_in(connection, row.id, row.school, ids[label], last)
                    self._record.write(connection, row.id, key, self._clock(), "escalated", {"who": label})

    def in_line(self, row: Row[Any], case: NewCase, happened: Iterable[CaseStep]) -> tuple[str, ...]:
        """Give the labels of those who may still be asked next.

        Nobody is whose contact was changed since the case came, since a changed contact opens no earlier case; nor is
        whoever stepped back from it.
        """
        happened = tuple(happened)
        known = next((step.inside["next_in_line"].split() for step in happened if "next_in_line" in step.inside), None)
        back = {step.by for step in happened if step.step == "stepped-back"}
        there = {x.label for x in self._leads.holders(row.school) if known is None or x.id in known} - back
        return tuple(label for label in case.next_in_line if label in there)

    def named(self, school: str, reader: str) -> str:
        """Give the label of a reader, or the role on trial."""
        with self._units.reading() as connection:
            label = connection.execute(
                select(holders.c.label).where((holders.c.id == reader) & (holders.c.school == school))
            ).scalar()
        return label or reader

    def who_reads(self, case_id: str, school: str) -> tuple[str, ...]:
        """Give the labels of those who may read a case and still hold their contact, in order."""
        with self._units.reading() as connection:
            rows = connection.execute(
                select(readers.c.reader).where(readers.c.case_id == case_id).order_by(readers.c.position)
            ).scalars()
            order = {reader: place for place, reader in enumerate(rows)}
        by_hash = {self.reader(school, lead.id): lead.label for lead in self._leads.holders(school)}
        return tuple(by_hash[one] for one in sorted(order, key=lambda one: order[one]) if one in by_hash)

    def label_of(self, school: str, hashed: str | None) -> str:
        """Give the label of whoever has a case in hand, or nothing."""
        return next((x.label for x in self._leads.holders(school) if self.reader(school, x.id) == hashed), "")

    def _has_opened(self, row: Row[Any], key: bytes, reader: str, by: str) -> bool:
        """Tell whether somebody has opened a case; whoever held their contact before them had the same label."""
        with self._units.reading() as connection:
            since = connection.execute(select(holders.c.since).where(holders.c.id == reader)).scalar() or ""
        steps = self._record.steps(row.id, key)
        return any(step.step == "opened" and step.by == by and stamp(step.at) >= since for step in steps)

    def _restore(self, connection: Connection, row: Row[Any], case: NewCase, reader: str, who: str) -> bool:
        """Let in somebody who was left out in doubt, or who has taken over a contact; never whom it is about."""
        holding = self._leads.holders(row.school)
        mine = next((lead.roles for lead in holding if lead.id == reader), (reader,))
        # Somebody who is doubted and has been let in must not let in others.
        doubted = {*case.doubtful, *case.never}
        trusted = doubted.isdisjoint((*mine, *(lead.label for lead in holding if lead.id == reader)))
        if not trusted or who_restores(case.readers, case.excluded) not in mine:
            return False
        found = [lead for lead in holding if who == lead.label or who in lead.roles]
        entitled = [lead for lead in found if _entitled(lead, case)]
        for lead in entitled:
            self._let_in(connection, row.id, row.school, lead.id, 99)
        return bool(entitled)

    def _let_in(self, connection: Connection, case_id: str, school: str, who: str, position: int) -> None:
        row = {"case_id": case_id, "reader": self.reader(school, who), "position": position}
        connection.execute(_LET_IN, row)


def _can_be_taken(step: str, watch: Row[Any]) -> bool:
    """Tell whether a step can be taken in the state of a case; erased is only what somebody was asked about."""
    return watch.state in _ONLY_IN.get(step, (watch.state,)) and (step != "erased" or watch.wave > 0)


def _change(step: str, watch: Row[Any], mine: str, now: str) -> dict[str, object]:
    """Give what a step changes of how a case is watched."""
    change: dict[str, object] = {"touched": now, "due": now}
    if watch.state == "taken":
        change["wave"] = 0  # it is touched, so the reminders begin anew
    if step in _NEXT_STATE:
        lead = None if step in ("closed", "erased") else mine
        change |= {"state": _NEXT_STATE[step], "wave": 0, "wave_due": now, "lead": lead}
    if step == "stepped-back" and watch.lead == mine and watch.state != "closed":
        change |= {"state": "new", "lead": None, "wave": 0, "wave_due": now}
    return change


def _entitled(lead: Lead, case: NewCase) -> bool:
    """Tell whether somebody may be let in: they were only doubted, or hold a role that was told."""
    doubted = lead.label in case.doubtful or bool(set(lead.roles) & set(case.doubtful))
    about = set(lead.roles) & (set(case.about) | (set(case.excluded) - set(case.doubtful)))
    if about or (lead.label in case.never and not doubted):
        return False
    return doubted or bool(set(lead.roles) & set(case.readers))
