"""Keeps the links to the case page: each opens one case, once, for whoever has the e-mail address it was sent to."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from bot.store.tables import links, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units

LASTS = timedelta(days=3)
"""Long enough for what is sent on a Friday afternoon to be opened on Monday."""
WRONG = 5
"""After so many wrong codes a link is none any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, and for which address it was made."""

    school: str
    address: str
    reference: str


class StoredLinks:
    """The links, in the database; their secret part is kept nowhere."""

    def __init__(self, units: Units, master: Master, lookup: Lookup, clock: Callable[[], datetime]) -> None:
        self._units, self._master, self._lookup, self._clock = units, master, lookup, clock

    def make(self, link: Link) -> str:
        """Make the secret part of a fresh link, and let go of those that have run out."""
        token, now = secrets.token_urlsafe(24), self._clock()
        inside = json.dumps([link.school, link.address, link.reference]).encode()
        with self._units.begin() as connection:
            connection.execute(delete(links).where(links.c.until <= stamp(now)))
            connection.execute(
                insert(links).values(
                    token=self._lookup.of("link", token),
                    sealed=self._master.wrap(inside),
                    wrong=0,
                    until=stamp(now + LASTS),
                )
            )
        return token

    def look(self, token: str) -> Link | None:
        """Give what a link opens, or None where it is none, has run out, was used or was tried too often."""
        mine = links.c.token == self._lookup.of("link", token)
        with self._units.reading() as connection:
            sealed = connection.execute(
                select(links.c.sealed).where(mine & (links.c.until > stamp(self._clock())) & (links.c.wrong < WRONG))
            ).scalar()
        return Link(*json.loads(self._master.unwrap(sealed))) if sealed else None

    def wrong(self, token: str) -> None:
        """Count a wrong code."""
        with self._units.begin() as connection:
            connection.execute(
                update(links).where(links.c.token == self._lookup.of("link", token)).values(wrong=links.c.wrong + 1)
            )

    def use(self, token: str) -> bool:
        """Use a link up; False where somebody else did so a moment before."""
        with self._units.begin() as connection:
            used = connection.execute(delete(links).where(links.c.token == self._lookup.of("link", token)))
            return bool(used.rowcount)
