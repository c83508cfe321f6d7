"""Keeps the reports that were sent: each sealed with its own key, opened by its readers alone."""

from __future__ import annotations

import json
import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from bot.store.databases import StoreError
from bot.store.prepared import put
from bot.store.sealing import new_reference, seal, tidy_code, unseal
from bot.store.tables import cases, readers, stamp, unstamp, watches
from handlers.ports import CaseLine, CaseStatus, CaseStep, CaseView, NewCase, Sent
from knowledge.routing import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from bot.store.case_steps import CaseSteps
    from bot.store.drafts import StoredDrafts
    from bot.store.keys import Keys
    from bot.store.record import Record
    from bot.store.sealing import Lookup
    from bot.store.units import Units

_TRIES = 5
_INSIDE = tuple(field.name for field in fields(NewCase))
_LISTS = ("about", "readers", "excluded", "signposts", "ring", "people", "next_in_line", "never", "doubtful")


_PUT = put(cases, "opened")
_WITH_STATE = select(cases, watches.c.state, watches.c.lead).outerjoin(watches, watches.c.case_id == cases.c.id)
_OF_DRAFT = _WITH_STATE.where(cases.c.draft == bindparam("from"))


class StoredCases:
    """The Cases of handlers.ports, in the database."""

    def __init__(
        self,
        units: Units,
        keys: Keys,
        lookup: Lookup,
        *,
        drafts_of: StoredDrafts,
        record: Record,
        steps: CaseSteps,
    ) -> None:
        self._units, self._keys, self._lookup = units, keys, lookup
        self._drafts, self._record, self._steps = drafts_of, record, steps

    def send(self, case: NewCase) -> Sent:
        """Store a case and erase its draft in one commit; the same draft sent again gives the same case."""
        for _ in range(_TRIES):
            if sent := self.sent(case.draft):
                return sent
            case_id, key = self._drafts.key_of(case.person, case.conversation, case.draft) or self._keys.make()
            try:
                return self._store(case, case_id, key)
            except IntegrityError:
                continue  # the reference was taken, or somebody else sent this draft a moment before
        raise StoreError("no free reference was found for a report")

    def _store(self, case: NewCase, case_id: str, key: bytes) -> Sent:
        reference, code = new_reference(), self._lookup.code(case.draft)
        row = {
            "id": case_id,
            "school": case.school,
            "reference": reference,
            "receipt": self._lookup.of("receipt", code),
            "draft": self._lookup.of("draft", case.draft),
            "urgency": case.urgency.value,
            "received": stamp(case.at),
            "sealed": seal(key, _as_bytes(case), f"case {case_id}"),
        }
        with self._units.begin() as connection:
            connection.execute(_PUT, row)
            in_line = self._steps.begin(connection, case_id, case)
            received = {"readers": ", ".join(case.readers), "next_in_line": in_line}
            self._record.write(connection, case_id, key, case.at, "received", received)
            self._drafts.sent(connection, case.person, case.conversation, case_id)
        return Sent(reference, code, case)

    def sent(self, draft: str) -> Sent | None:
        """Give what a draft became, or None where it was never sent."""
        with self._units.reading() as connection:
            row = connection.execute(_OF_DRAFT, {"from": self._lookup.of("draft", draft)}).one_or_none()
        case = self._content(row) if row else None
        return Sent(row.reference, self._lookup.code(draft), case) if row and case else None

    def status(self, code: str) -> CaseStatus | None:
        """Give the status of the case with a receipt code, or None where there is none."""
        row = self._find(cases.c.receipt == self._lookup.of("receipt", tidy_code(code)))
        case = self._content(row) if row else None
        if row is None or case is None:
            return None
        line = _line(row)
        messages = tuple(step for step in self._all_steps(row) if step.step in ("message", "reply"))
        closed = row.state == "closed"
        return CaseStatus(line.reference, case.school, line.received, line.opened, case.trial, closed, messages)

    def listed(self, school: str, reader: str) -> tuple[CaseLine, ...]:
        """List a reader's cases, newest first."""
        with self._units.reading() as connection:
            rows = connection.execute(
                _WITH_STATE.join(readers, readers.c.case_id == cases.c.id)
                .where(readers.c.reader == self._steps.reader(school, reader))
                .order_by(cases.c.received.desc(), cases.c.id)
            ).all()
        return tuple(_line(row) for row in rows)

    def opened(self, school: str, reference: str, reader: str) -> CaseView | None:
        """Open a case for a reader and record it; None where there is none or it isn't theirs, alike."""
        row = self._theirs(school, reference, reader)
        key = self._keys.get(row.id) if row else None
        case = self._content(row) if row else None
        if row is None or key is None or case is None:
            return None
        with self._units.begin() as connection:
            self._steps.opened(connection, row, key, reader)
        row = self._find(cases.c.id == row.id) or row
        lead = self._steps.label_of(school, row.lead)
        return CaseView(_line(row), case, lead, self._all_steps(row))

    def read_on(self, school: str, reference: str, reader: str, since: datetime) -> CaseView | None:
        """Give a case to a reader who has opened it since a time; what is opened once is recorded once."""
        row = self._theirs(school, reference, reader)
        case = self._content(row) if row else None
        if row is None or case is None:
            return None
        happened, by = self._all_steps(row), self._steps.named(school, reader)
        if not any(step.step == "opened" and step.by == by and step.at >= since for step in happened):
            return None
        return CaseView(_line(row), case, self._steps.label_of(school, row.lead), happened)

    def act(self, school: str, reference: str, reader: str, step: str, inside: dict[str, str]) -> bool:
        """Take a step in a case that is a reader's; False where it isn't, or the step can't be taken now."""
        row = self._theirs(school, reference, reader)
        case = self._content(row) if row else None
        done = bool(row and case and self._steps.act(row, case, reader, step, inside))
        if done and row and step == "erased" and self._units.keys() is None:
            # Within a unit the key must not go before the unit is kept: there whoever watches over cases erases it.
            self._steps.erase(row)
        return done

    def write_back(self, code: str, text: str) -> bool:
        """Let the reporter add a message to the case with a receipt code; False where there is none."""
        row = self._find(cases.c.receipt == self._lookup.of("receipt", tidy_code(code)))
        return bool(row and self._steps.wrote_back(row, text))

    def whole(self, row: Row[Any]) -> tuple[NewCase, tuple[CaseStep, ...]] | None:
        """Give what a case holds and what happened in it, or None where its key was erased."""
        case = self._content(row)
        return (case, self._all_steps(row)) if case else None

    def _theirs(self, school: str, reference: str, reader: str) -> Row[Any] | None:
        mine = select(readers.c.case_id).where(readers.c.reader == self._steps.reader(school, reader))
        return self._find((cases.c.reference == reference.strip().upper()) & cases.c.id.in_(mine))

    def _all_steps(self, row: Row[Any]) -> tuple[CaseStep, ...]:
        key = self._keys.get(row.id)
        return self._record.steps(row.id, key) if key else ()

    def _find(self, where: ColumnElement[bool]) -> Row[Any] | None:
        with self._units.reading() as connection:
            return connection.execute(_WITH_STATE.where(where)).one_or_none()

    def _content(self, row: Row[Any]) -> NewCase | None:
        key = self._keys.get(row.id)
        return _from_bytes(unseal(key, row.sealed, f"case {row.id}")) if key else None


def new_id() -> str:
    """Make a random id that nobody can guess, short enough for any button."""
    return secrets.token_urlsafe(12)


def _line(row: Row[Any]) -> CaseLine:
    opened = unstamp(row.opened) if row.opened else None
    return CaseLine(row.reference, Urgency(row.urgency), unstamp(row.received), opened, row.state or "new")


def _as_bytes(case: NewCase) -> bytes:
    return json.dumps({name: getattr(case, name) for name in _INSIDE} | {"at": stamp(case.at)}).encode()


def _from_bytes(content: bytes) -> NewCase:
    inside = json.loads(content)
    inside.update({name: tuple(inside.get(name, ())) for name in _LISTS})
    return NewCase(**{**inside, "urgency": Urgency(inside["urgency"]), "at": unstamp(inside["at"])})
