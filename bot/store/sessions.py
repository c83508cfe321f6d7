"""Keeps the short sessions of the case page: who has which case open, or is setting up a second factor."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from bot.store.tables import sessions, stamp, unstamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units

IDLE = timedelta(minutes=30)
"""How long a session goes on in which nothing is done."""
LASTS = timedelta(hours=4)


class StoredSessions:
    """The sessions, in the database; the browser has a random cookie, and only its hash is kept."""

    def __init__(self, units: Units, master: Master, lookup: Lookup, clock: Callable[[], datetime]) -> None:
        self._units, self._master, self._lookup, self._clock = units, master, lookup, clock

    @staticmethod
    def fresh() -> str:
        """Make a cookie that is nobody's yet."""
        return secrets.token_urlsafe(32)

    def mark(self, cookie: str) -> str:
        """Give what every form of this browser holds, so that no other site can send one in its name."""
        return self._lookup.of("form", cookie)

    def begin(self, before: str, inside: Mapping[str, str]) -> str:
        """Begin a session under a fresh cookie, and end the one that this browser had before."""
        cookie, now = self.fresh(), self._clock()
        with self._units.begin() as connection:
            connection.execute(delete(sessions).where(self._over(now) | self._mine(before)))
            connection.execute(
                insert(sessions).values(
                    cookie=self._lookup.of("session", cookie),
                    sealed=self._seal(inside),
                    idle=stamp(now + IDLE),
                    until=stamp(now + LASTS),
                )
            )
        return cookie

    def current(self, cookie: str) -> dict[str, str]:
        """Give what a session holds, and let it go on; an empty dict where there is none or it is over."""
        now = self._clock()
        with self._units.begin() as connection:
            row = connection.execute(select(sessions).where(self._mine(cookie) & ~self._over(now))).one_or_none()
            if row is None:
                return {}
            idle = min(now + IDLE, unstamp(row.until))
            connection.execute(update(sessions).where(self._mine(cookie)).values(idle=stamp(idle)))
        inside: dict[str, str] = json.loads(self._master.unwrap(row.sealed))
        return inside

    def first_time(self, cookie: str, form: str) -> bool:
        """Tell whether a form comes for the first time, so that pressing twice does nothing twice."""
        with self._units.begin() as connection:
            row = connection.execute(select(sessions).where(self._mine(cookie)).with_for_update()).one_or_none()
            inside = json.loads(self._master.unwrap(row.sealed)) if row else {}
            sent = inside.get("sent", "").split()
            if row is None or form in sent:
                return False
            inside["sent"] = " ".join([*sent, form])
            connection.execute(update(sessions).where(self._mine(cookie)).values(sealed=self._seal(inside)))
        return True

    def end(self, cookie: str) -> None:
        """End a session."""
        with self._units.begin() as connection:
            connection.execute(delete(sessions).where(self._mine(cookie)))

    def _seal(self, inside: Mapping[str, str]) -> bytes:
        return self._master.wrap(json.dumps(dict(inside)).encode())

    def _mine(self, cookie: str) -> ColumnElement[bool]:
        return sessions.c.cookie == self._lookup.of("session", cookie)

    @staticmethod
    def _over(now: datetime) -> ColumnElement[bool]:
        return (sessions.c.idle <= stamp(now)) | (sessions.c.until <= stamp(now))
