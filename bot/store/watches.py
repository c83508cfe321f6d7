"""Keeps when somebody is to be told of each case next; a case is in one process's hand at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from bot.store.tables import cases, stamp, unstamp, watches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from bot.store.case_steps import CaseSteps
    from bot.store.cases import StoredCases
    from bot.store.units import Units
    from handlers.ports import CaseStep, NewCase


@dataclass(frozen=True, slots=True)
class Watched:
    """A case whose time has come: how it stands, who may read it, and what happened.

    `wave` counts how often somebody was told; `lead` is the label of whoever has it in hand.
    """

    row: Row[Any]
    reference: str
    state: str
    wave: int
    due: datetime
    touched: datetime
    lead: str
    readers: tuple[str, ...]
    case: NewCase
    steps: tuple[CaseStep, ...]


class StoredWatches:
    """What watches over the cases, in the database."""

    def __init__(self, units: Units, stored: StoredCases, steps: CaseSteps) -> None:
        self._units, self._cases, self._steps = units, stored, steps

    def take(self, at: datetime, schools: Iterable[str]) -> Watched | None:
        """Give the next case whose time has come, held against other processes until the unit under way ends."""
        query = (
            select(cases, watches.c.state, watches.c.lead, watches.c.wave, watches.c.due, watches.c.touched)
            .join(watches, watches.c.case_id == cases.c.id)
            .where((watches.c.due <= stamp(at)) & cases.c.school.in_(list(schools)))
            .order_by(watches.c.due)
            .limit(1)
            .with_for_update(skip_locked=True, of=watches)
        )
        with self._units.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        found = self._cases.whole(row)
        if found is None:
            self.put(row, row.wave, None)  # its key was erased, and with it the case
            return self.take(at, schools)
        case, happened = found
        return Watched(
            row=row,
            reference=row.reference,
            state=row.state,
            wave=row.wave,
            due=unstamp(row.due),
            touched=unstamp(row.touched),
            lead=self._steps.label_of(row.school, row.lead),
            readers=self._steps.who_reads(row.id, row.school),
            case=case,
            steps=happened,
        )

    def put(self, row: Row[Any], wave: int, due: datetime | None) -> None:
        """Note how often somebody was told of a case, and when somebody is told next."""
        with self._units.begin() as connection:
            connection.execute(
                update(watches).where(watches.c.case_id == row.id).values(wave=wave, due=stamp(due) if due else None)
            )

    def let_in(self, row: Row[Any], labels: Iterable[str]) -> None:
        """Let those who are next in line read a case."""
        self._steps.escalated(row, labels)

    def tell_reporter(self, row: Row[Any], text: str) -> None:
        """Leave a message for the reporter."""
        self._steps.told(row, text)

    def next_due(self) -> datetime | None:
        """Say when the next case is due."""
        with self._units.reading() as connection:
            due = connection.execute(select(func.min(watches.c.due))).scalar()
        return unstamp(due) if due else None
