"""Keeps when somebody is to be told of each case next; a case is in one process's hand at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from bot.store.tables import cases, record, stamp, unstamp, watches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from bot.store.case_steps import CaseSteps
    from bot.store.cases import StoredCases
    from bot.store.units import Units
    from handlers.ports import CaseStep, NewCase


_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""How long a case that could not be seen to is left alone: doubled each time."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A case that is to be looked at: how it stands, who may read it, and what happened.

    `wave` counts how often somebody was told, and the next time is `wave_due`; `told` counts the messages that
    those whom they are for know of. `lead` is the label of whoever has it in hand, `in_line` are those of whoever may
    be asked next.
    """

    row: Row[Any]
    reference: str
    state: str
    wave: int
    wave_due: datetime | None
    told: int
    touched: datetime
    lead: str
    readers: tuple[str, ...]
    in_line: tuple[str, ...]
    case: NewCase
    steps: tuple[CaseStep, ...]


class StoredWatches:
    """What watches over the cases, in the database."""

    def __init__(self, units: Units, stored: StoredCases, steps: CaseSteps) -> None:
        self._units, self._cases, self._steps = units, stored, steps

    def take(self, at: datetime, schools: Iterable[str]) -> Row[Any] | None:
        """Give the row of the next case whose time has come, held against others until the unit under way ends."""
        query = (
            select(cases, *(column for column in watches.c if column is not watches.c.case_id))
            .join(watches, watches.c.case_id == cases.c.id)
            .where((watches.c.due <= stamp(at)) & cases.c.school.in_(list(schools)))
            .order_by(watches.c.due)
            .limit(1)
            .with_for_update(skip_locked=True, of=watches)
        )
        with self._units.reading() as connection:
            return connection.execute(query).one_or_none()

    def whole(self, row: Row[Any]) -> Watched | None:
        """Open a case, or give None where its key was erased; raises Unopenable."""
        found = self._cases.whole(row)
        if found is None:
            return None
        case, happened = found
        return Watched(
            row=row,
            reference=row.reference,
            state=row.state,
            wave=row.wave,
            wave_due=unstamp(row.wave_due) if row.wave_due else None,
            told=row.told,
            touched=unstamp(row.touched),
            lead=self._steps.label_of(row.school, row.lead),
            readers=self._steps.who_reads(row.id, row.school),
            in_line=self._steps.in_line(row, case, happened),
            case=case,
            steps=happened,
        )

    def put(self, row: Row[Any], *, wave: int, due: datetime | None) -> None:
        """Note how often somebody was told of a case, that its messages are told, and when it is looked at next."""
        when = stamp(due) if due else None
        mine = (record.c.case_id == row.id) & record.c.step.in_(("message", "reply"))
        told = select(func.count()).select_from(record).where(mine).scalar_subquery()
        self._set(row, wave=wave, due=when, wave_due=when, told=told, failed=0)

    def put_off(self, row: Row[Any], at: datetime) -> timedelta:
        """Leave a case alone for a while that could not be seen to, longer each time; the others go on."""
        pause: timedelta = min(_FIRST_PAUSE * 2 ** min(row.failed, 16), _LONGEST_PAUSE)
        self._set(row, due=stamp(at + pause), failed=row.failed + 1)
        return pause

    def bring_forward(self, by: timedelta) -> None:
        """Bring forward when every case is looked at next, since the clock was set back by so much."""
        with self._units.begin() as connection:
            rows = connection.execute(select(watches).where(watches.c.due.is_not(None)).with_for_update()).all()
            for row in rows:
                earlier = {n: stamp(unstamp(at) - by) for n in ("due", "wave_due") if (at := getattr(row, n))}
                connection.execute(update(watches).where(watches.c.case_id == row.case_id).values(earlier))

    def look_anew(self, school: str, at: datetime) -> None:
        """Have every case of a school that somebody has in hand looked at now, since its contacts have changed."""
        mine = select(cases.c.id).where(cases.c.school == school)
        with self._units.begin() as connection:
            connection.execute(
                update(watches).where((watches.c.state == "taken") & watches.c.case_id.in_(mine)).values(due=stamp(at))
            )

    def failing(self) -> list[str]:
        """Name the cases that could not be seen to when they were last looked at, by the ids of their keys."""
        query = select(watches.c.case_id).where(watches.c.failed > 0).order_by(watches.c.case_id)
        with self._units.reading() as connection:
            return list(connection.execute(query).scalars())

    def erase(self, row: Row[Any]) -> None:
        """Erase a case for good."""
        self._steps.erase(row)

    def let_in(self, row: Row[Any], labels: Iterable[str]) -> None:
        """Let those who are next in line read a case."""
        self._steps.escalated(row, labels)

    def tell_reporter(self, row: Row[Any], text: str) -> None:
        """Leave a message for the reporter."""
        self._steps.told(row, text)

    def hand_back(self, row: Row[Any], at: datetime) -> None:
        """Have a case looked for a reader anew, since whoever had it in hand may not read it any more."""
        self._set(row, state="new", lead=None, wave=0, due=stamp(at), wave_due=stamp(at))

    def _set(self, row: Row[Any], **values: object) -> None:
        with self._units.begin() as connection:
            connection.execute(update(watches).where(watches.c.case_id == row.id).values(values))
