"""Keeps who holds which contact, and by which accounts a lead is known; a changed contact is a new holder."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.store.prepared import Prepared
from bot.store.sealing import tidy_code
from bot.store.tables import enrolments, holders, identities, second_factors, stamp
from handlers.ports import Lead, NotTheirAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from bot.store.alarms import StoredAlarms
    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units
    from knowledge.contacts import Contacts, Person

CODE_LASTS = timedelta(days=7)
_NO_CHAT = ("terminal", "page")
"""Ways in that stand in no contact: the code alone is the ground, so each is told to DSL and chair."""


_NOW = Prepared(
    select(holders.c.id, holders.c.label, holders.c.roles)
    .where((holders.c.school == bindparam("at")) & holders.c.until.is_(None))
    .order_by(holders.c.label)
)


@dataclass(frozen=True, slots=True)
class Change:
    """A contact that is new, was changed or is gone, and when that was noticed."""

    school: str
    label: str
    what: str
    at: datetime


class StoredLeads:
    """The Leads of handlers.ports, in the database."""

    def __init__(
        self, units: Units, master: Master, lookup: Lookup, clock: Callable[[], datetime], alarms: StoredAlarms
    ) -> None:
        """Take the alarms, by which DSL and chair are told of an enrolment that the contacts can't vouch for."""
        self._units, self._master, self._lookup, self._clock = units, master, lookup, clock
        self._alarms = alarms

    def meet(self, contacts: Mapping[str, Contacts]) -> list[Change]:
        """Take in the contacts as they stand now; give what has changed since they were last looked at.

        Whoever's roles or channels have changed is a new holder: no case opens for them until somebody lets
        them in, and they have to enrol anew.
        """
        changes: list[Change] = []
        for school, found in contacts.items():
            day = self._clock().astimezone(found.zone).date()
            wanted = {p.label: p for p in found.people if p.holds(day)}
            if self._same(school, wanted):
                continue
            with self._units.begin() as connection:
                changes += self._take_in(connection, school, wanted)
        return changes

    def leave(self, contacts: Mapping[str, Contacts]) -> list[Change]:
        """End the contact of everybody whose day of leaving has come meanwhile; give those changes."""
        at = self._clock()
        with self._units.reading() as connection:
            rows = connection.execute(select(holders).where(holders.c.until.is_(None))).all()
        there = {(row.school, row.label, row.contact): row.id for row in rows}
        gone = [
            (here, Change(school, person.label, "gone", at))
            for school, found in contacts.items()
            for person in found.people
            if not person.holds(at.astimezone(found.zone).date())
            if (here := there.get((school, person.label, self._contact(person))))
        ]
        for holder, _ in gone:
            with self._units.begin() as connection:
                self._end(connection, holder, stamp(at))
        return [change for _, change in gone]

    @staticmethod
    def _end(connection: Connection, holder: str, at: str) -> None:
        connection.execute(update(holders).where(holders.c.id == holder).values(until=at))
        connection.execute(delete(identities).where(identities.c.holder == holder))
        connection.execute(delete(enrolments).where(enrolments.c.holder == holder))
        connection.execute(delete(second_factors).where(second_factors.c.holder == holder))

    def _same(self, school: str, wanted: Mapping[str, Person]) -> bool:
        with self._units.reading() as connection:
            rows = connection.execute(select(holders).where(self._current(school))).all()
        known = {row.label: row.contact for row in rows if row.sealed is not None}
        return len(known) == len(rows) and known == {p.label: self._contact(p) for p in wanted.values()}

    def _take_in(self, connection: Connection, school: str, wanted: Mapping[str, Person]) -> list[Change]:
        changes = []
        at = self._clock()
        now = stamp(at)
        rows = connection.execute(select(holders).where(self._current(school)).with_for_update()).all()
        first = not connection.execute(select(holders.c.id).where(holders.c.school == school).limit(1)).first()
        known = {row.label: row for row in rows}
        for label, row in known.items():
            if label in wanted and row.contact == self._contact(wanted[label]):
                if row.sealed is None:
                    sealed = self._sealed(wanted[label])
                    connection.execute(update(holders).where(holders.c.id == row.id).values(sealed=sealed))
                continue
            self._end(connection, row.id, now)
            changes.append(Change(school, label, "changed" if label in wanted else "gone", at))
        for label, person in wanted.items():
            if label in known and known[label].contact == self._contact(person):
                continue
            connection.execute(
                insert(holders).values(
                    id=secrets.token_hex(16),
                    school=school,
                    label=label,
                    roles=" ".join(person.roles),
                    contact=self._contact(person),
                    sealed=self._sealed(person),
                    since=now,
                )
            )
            if not first and label not in known:
                changes.append(Change(school, label, "new", at))
        return changes

    def reached_before(self, school: str, roles: Collection[str], at: datetime) -> list[tuple[str, str]]:
        """Give the channels and addresses, as they stood before a change, of those with some roles whom it touched."""
        mine = (holders.c.school == school) & (holders.c.until == stamp(at)) & holders.c.sealed.is_not(None)
        with self._units.reading() as connection:
            rows = connection.execute(select(holders).where(mine).order_by(holders.c.label)).all()
        found = [row for row in rows if not set(roles).isdisjoint(row.roles.split())]
        return [(channel, address) for row in found for channel, address in json.loads(self._master.unwrap(row.sealed))]

    def let_go(self) -> None:
        """Erase where people were reached who hold no contact any more, once that was told."""
        with self._units.begin() as connection:
            connection.execute(update(holders).where(holders.c.until.is_not(None)).values(sealed=None))

    def holders(self, school: str) -> tuple[Lead, ...]:
        """Give everybody who holds a contact of a school now."""
        with self._units.reading() as connection:
            rows = _NOW.rows(connection, {"at": school})
        return tuple(Lead(holder, school, label, tuple(roles.split())) for holder, label, roles in rows)

    def code(self, school: str, label: str) -> str | None:
        """Make a one-time code by which somebody enrols, or None where nobody holds that contact."""
        lead = next((lead for lead in self.holders(school) if lead.label == label), None)
        if lead is None:
            return None
        code = self._lookup.code(secrets.token_hex(16))
        with self._units.begin() as connection:
            connection.execute(delete(enrolments).where(enrolments.c.holder == lead.id))
            connection.execute(
                insert(enrolments).values(
                    code=self._lookup.of("enrolment", code),
                    holder=lead.id,
                    until=stamp(self._clock() + CODE_LASTS),
                )
            )
        return code

    def whose(self, code: str) -> Lead | None:
        """Give whom a one-time code would enrol, and leave it as it is; None where the code is none."""
        with self._units.reading() as connection:
            row = connection.execute(
                select(holders)
                .join(enrolments, enrolments.c.holder == holders.c.id)
                .where(
                    (enrolments.c.code == self._lookup.of("enrolment", tidy_code(code)))
                    & (enrolments.c.until > stamp(self._clock()))
                    & holders.c.until.is_(None)
                )
            ).one_or_none()
        return _lead(row) if row else None

    def enrol(self, code: str, channel: str, person: str) -> Lead | None:
        """Know a lead by an account from now on, by a one-time code; None where the code is none, or is used up.

        Raises NotTheirAccount for a chat account that isn't the one in their contact.
        """
        mine = enrolments.c.code == self._lookup.of("enrolment", tidy_code(code))
        at = self._clock()
        now, account = stamp(at), self._account(channel, person)
        with self._units.unit(), self._units.begin() as connection:
            row = connection.execute(
                select(holders)
                .join(enrolments, enrolments.c.holder == holders.c.id)
                .where(mine & (enrolments.c.until > now) & holders.c.until.is_(None))
                .with_for_update()
            ).one_or_none()
            if row is None or not connection.execute(delete(enrolments).where(mine)).rowcount:
                return None
            theirs = channel in _NO_CHAT or self._vouched(row, channel, person)
            # Somebody who had enrolled with this account before uses the code up all the same: the code's end must
            # never be undone by what follows, or somebody else could enrol with it.
            known = (identities.c.holder == row.id) & (identities.c.account == account)
            if theirs and not connection.execute(select(identities.c.holder).where(known)).first():
                connection.execute(insert(identities).values(holder=row.id, account=account, enrolled=now))
            if channel in _NO_CHAT or not theirs:
                self._alarms.announce(row.school, row.label, channel if theirs else "refused", at)
        if not theirs:
            raise NotTheirAccount(_lead(row))
        return _lead(row)

    def _vouched(self, row: Row[Any], channel: str, person: str) -> bool:
        """Tell whether an account is the one under which a contact is reached in that chat."""
        reached = json.loads(self._master.unwrap(row.sealed)) if row.sealed else []
        # A platform's ids come with their workspace or the platform's name before them.
        account = re.split("[/:]", person)[-1]
        return [channel, account] in reached

    def who(self, school: str, channel: str, person: str) -> Lead | None:
        """Give the lead of a school whom an account belongs to, or None."""
        with self._units.reading() as connection:
            row = connection.execute(
                select(holders)
                .join(identities, identities.c.holder == holders.c.id)
                .where((identities.c.account == self._account(channel, person)) & self._current(school))
                .order_by(holders.c.label)
                .limit(1)
            ).one_or_none()
        return _lead(row) if row else None

    def enrolled(self, school: str) -> frozenset[str]:
        """Give the labels of those who are known by an account."""
        with self._units.reading() as connection:
            rows = connection.execute(
                select(holders.c.label)
                .join(identities, identities.c.holder == holders.c.id)
                .where(self._current(school))
            )
            return frozenset(rows.scalars())

    def _current(self, school: str) -> ColumnElement[bool]:
        return (holders.c.school == school) & holders.c.until.is_(None)

    def _account(self, channel: str, person: str) -> str:
        return self._lookup.of("account", channel, person)

    def _sealed(self, person: Person) -> bytes:
        return self._master.wrap(json.dumps(person.channels).encode())

    def _contact(self, person: Person) -> str:
        channels = [part for channel in person.channels for part in channel]
        return self._lookup.of("contact", *sorted(person.roles), "|", *channels)


def _lead(row: Row[Any]) -> Lead:
    return Lead(row.id, row.school, row.label, tuple(row.roles.split()))
