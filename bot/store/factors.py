"""Keeps each lead's second factor: the secret of their authenticator app, and the newest code that was taken."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, insert, select, update

from bot.store.tables import holders, second_factors, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.store.sealing import Master
    from bot.store.units import Units

_BYTES, DIGITS, _SECONDS = 20, 6, 30
_DRIFT = 1
"""How many steps of time a phone's clock may be ahead or behind."""


def new_secret() -> bytes:
    """Make the secret of a fresh second factor."""
    return os.urandom(_BYTES)


def app_of(secret: bytes) -> TOTP:
    """Give what makes the codes of a secret, as every authenticator app does."""
    return TOTP(secret, DIGITS, SHA1(), _SECONDS)  # noqa: S303 -- what authenticator apps know; as an HMAC it is sound


class StoredFactors:
    """The second factors, in the database."""

    def __init__(self, units: Units, master: Master, clock: Callable[[], datetime]) -> None:
        self._units, self._master, self._clock = units, master, clock

    def step(self, secret: bytes, code: str, after: int = -1) -> int | None:
        """Give the step of time of a code that is right now, and newer than another; None where it is neither."""
        given = "".join(code.split()).encode()
        now = int(self._clock().timestamp()) // _SECONDS
        app, found = app_of(secret), None
        for step in range(now - _DRIFT, now + _DRIFT + 1):
            if hmac.compare_digest(app.generate(step * _SECONDS), given) and step > after:
                found = step
        return found

    def keep(self, holder: str, secret: bytes, step: int) -> None:
        """Keep a lead's second factor in place of the one before, and let go of those of former holders."""
        with self._units.begin() as connection:
            gone = select(holders.c.id).where(holders.c.until.is_not(None))
            connection.execute(
                delete(second_factors).where((second_factors.c.holder == holder) | second_factors.c.holder.in_(gone))
            )
            connection.execute(
                insert(second_factors).values(
                    holder=holder, sealed=self._master.wrap(secret), step=step, since=stamp(self._clock())
                )
            )

    def fits(self, holder: str, code: str) -> bool:
        """Tell whether a code is the lead's, and take it: the same one is never taken twice."""
        with self._units.begin() as connection:
            row = connection.execute(
                select(second_factors).where(second_factors.c.holder == holder).with_for_update()
            ).one_or_none()
            step = self.step(self._master.unwrap(row.sealed), code, row.step) if row else None
            if step is None:
                return False
            connection.execute(update(second_factors).where(second_factors.c.holder == holder).values(step=step))
        return True

    def missing(self, ids: frozenset[str]) -> frozenset[str]:
        """Give those of some leads who have none."""
        with self._units.reading() as connection:
            found = connection.execute(select(second_factors.c.holder).where(second_factors.c.holder.in_(ids)))
            return ids - frozenset(found.scalars())
