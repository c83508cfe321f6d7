"""Keeps which messages of a chat hold words of a report, so that they can be deleted there; the words it never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from bot.store.tables import report_messages, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.sealing import Lookup, Master
    from bot.store.units import Units


class ReportMessages:
    """The ids of messages, by chat: sealed, under a keyed hash."""

    def __init__(self, units: Units, master: Master, lookup: Lookup) -> None:
        self._units, self._master, self._lookup = units, master, lookup

    def note(self, chat: str, message: int, at: datetime) -> None:
        """Note that a message holds words of a report since a time; noted twice, it stands once."""
        here = (report_messages.c.chat == self._hash(chat)) & (report_messages.c.message == message)
        row = {"chat": self._hash(chat), "message": message, "sealed": self._master.wrap(chat.encode())}
        with self._units.begin() as connection:
            connection.execute(delete(report_messages).where(here))
            connection.execute(insert(report_messages).values(**row, noted=stamp(at)))

    def of(self, chat: str, until: datetime) -> list[int]:
        """Give the messages of a chat that were noted up to a time, the oldest first."""
        query = (
            select(report_messages.c.message)
            .where((report_messages.c.chat == self._hash(chat)) & (report_messages.c.noted <= stamp(until)))
            .order_by(report_messages.c.message)
        )
        with self._units.reading() as connection:
            return list(connection.execute(query).scalars())

    def chats(self, until: datetime) -> list[str]:
        """Give the chats with messages that were noted up to a time."""
        query = select(report_messages.c.chat, report_messages.c.sealed).where(report_messages.c.noted <= stamp(until))
        with self._units.reading() as connection:
            found = {row.chat: row.sealed for row in connection.execute(query).all()}
        return [self._master.unwrap(sealed).decode() for sealed in found.values()]

    def let_go(self, chat: str, messages: Iterable[int]) -> None:
        """Forget messages that are deleted, or never can be."""
        here = (report_messages.c.chat == self._hash(chat)) & report_messages.c.message.in_(list(messages))
        with self._units.begin() as connection:
            connection.execute(delete(report_messages).where(here))

    def _hash(self, chat: str) -> str:
        return self._lookup.of("chat", chat)
