"""Writes down every step of every case, append-only, each row chained to the one before, over ciphertext."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.store.prepared import Prepared, put
from bot.store.sealing import seal, unseal
from bot.store.tables import cases, chain, record, stamp, unstamp, watches
from handlers.ports import CaseStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.store.sealing import Lookup
    from bot.store.units import Units


_HEAD = Prepared(select(chain.c.number, chain.c.chained, chain.c.mark).with_for_update())
_APPEND = Prepared(put(record))
_MOVE = Prepared(update(chain).values(number=bindparam("last"), chained=bindparam("hash"), mark=bindparam("marked")))
_OLD, _FIRST, _NEXT = "record", "first marked step", "marked step"
"""How a row is hashed: before there was a mark, as the first with one, and from then on."""
_FOLLOWS = {"": (_OLD, _FIRST), _OLD: (_OLD, _FIRST), _FIRST: (_NEXT,), _NEXT: (_NEXT,)}


class Record:
    """The record of all cases. Erasing a case erases its key and leaves the chain whole."""

    def __init__(self, units: Units, lookup: Lookup) -> None:
        self._units, self._lookup = units, lookup

    def write(  # noqa: PLR0917 -- a row of the record is these six things
        self,
        connection: Connection,
        case_id: str,
        key: bytes,
        at: datetime,
        step: str,
        inside: Mapping[str, str],
    ) -> None:
        """Append a step within the transaction that takes it; the chain's one row is the writers' lock."""
        ((last, before, mark),) = _HEAD.rows(connection, {})
        # Where the mark is not ours the newest rows were taken out: the next mark isn't either, so that it shows.
        ours = mark is None or mark == self._mark(last, before)
        number, sealed = last + 1, seal(key, json.dumps(dict(inside)).encode(), f"step {case_id} {step}")
        how = _FIRST if mark is None else _NEXT
        chained = self._chained(how, before, number, sealed, case_id, stamp(at), step)
        row = {"number": number, "case_id": case_id, "at": stamp(at), "step": step, "sealed": sealed}
        _APPEND.do(connection, {**row, "chained": chained})
        _MOVE.do(connection, {"last": number, "hash": chained, "marked": self._mark(number, chained) if ours else ""})

    def steps(self, case_id: str, key: bytes) -> tuple[CaseStep, ...]:
        """Give the steps of a case, the oldest first."""
        with self._units.reading() as connection:
            rows = connection.execute(select(record).where(record.c.case_id == case_id).order_by(record.c.number)).all()
        found = []
        for row in rows:
            inside = json.loads(unseal(key, row.sealed, f"step {case_id} {row.step}"))
            by = inside.pop("by", "")
            found.append(CaseStep(unstamp(row.at), row.step, by, inside))
        return tuple(found)

    def first_broken(self) -> int | None:
        """Give the number of the first row that was changed, moved or taken out, or whose case was; None for none."""
        before, expected, how, cases_seen = "", 1, "", set()
        with self._units.at_one_moment() as connection:
            watched = select(cases.c.id).join(watches, watches.c.case_id == cases.c.id)
            there = set(connection.execute(watched).scalars())
            for row in connection.execute(select(record).order_by(record.c.number)):
                inside = (before, row.number, row.sealed, row.case_id, row.at, row.step)
                how = next((one for one in _FOLLOWS[how] if row.chained == self._chained(one, *inside)), "")
                if row.number != expected or not how or row.case_id not in there:
                    return expected
                before, expected = row.chained, expected + 1
                cases_seen.add(row.case_id)
            head = connection.execute(select(chain)).one()
        mark = None if how in ("", _OLD) else self._mark(expected - 1, before)
        whole = (head.number, head.chained, head.mark) == (expected - 1, before, mark)
        return None if whole and cases_seen == there else expected

    def _chained(self, how: str, before: str, number: int, sealed: bytes, *plain: str) -> str:
        return self._lookup.of(how, before, str(number), hashlib.sha256(sealed).hexdigest(), *plain)

    def _mark(self, number: int, chained: str) -> str:
        return self._lookup.of("end of the record", str(number), chained)
