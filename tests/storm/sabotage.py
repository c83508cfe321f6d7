"""Faults that are put into the bot on purpose, one at a time, to see that the storm notices."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.channels.channel import Delivery
from bot.store.cases import StoredCases
from bot.store.deliveries import StoredDeliveries
from bot.store.events import StoredEvents
from bot.store.record import Record
from bot.telling import Telling
from tests.storm.reports import LEADS
from tests.storm.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

_numbers = itertools.count()


def _loses_reports() -> None:
    """Tell the platform that an event arrived, and keep none that sends a report."""
    plain = StoredEvents.store

    def store(self: Any, events: Any, at: Any) -> list[bool]:
        kept = [event for event in events if event.payload.get("text") != "send"]
        fresh = iter(plain(self, kept, at))
        return [next(fresh) if event in kept else True for event in events]

    StoredEvents.store = store  # type: ignore[method-assign]


def _stores_twice() -> None:
    """Store each case a second time."""
    plain = StoredCases.send

    def send(self: Any, case: Any) -> Any:
        sent = plain(self, case)
        plain(self, replace(case, draft=f"{case.draft} again {next(_numbers)}"))
        return sent

    StoredCases.send = send  # type: ignore[method-assign]


def _confirms_first() -> None:
    """Give receipts for cases that are not kept."""
    plain = StoredCases.send

    def send(self: Any, case: Any) -> Any:
        sent = []

        def send_and_fail() -> None:
            with self._units.begin():
                sent.append(plain(self, case))
                raise LookupError

        with contextlib.suppress(LookupError):
            send_and_fail()
        return sent[0]

    StoredCases.send = send  # type: ignore[method-assign]


def _drops_notices() -> None:
    """Promise no notice to a lead, and tell no reporter either."""
    Telling.promise = lambda *_given, **_named: None  # type: ignore[method-assign,assignment]
    Telling.push = lambda *_given: None  # type: ignore[method-assign,assignment]


def _tells_the_subject() -> None:
    """Send the head a copy of whatever is sent to anybody on the wire."""
    plain = StoredDeliveries.promise

    def promise(self: Any, deliveries: Any, at: Any) -> None:
        copies = [
            Delivery(one.channel, f"{one.key} copy", LEADS["head-1"], {**one.payload, "to": LEADS["head-1"]})
            for one in deliveries
            if one.channel == Wire.name
        ]
        plain(self, [*deliveries, *copies], at)

    StoredDeliveries.promise = promise  # type: ignore[method-assign]


def _breaks_the_record() -> None:
    """Write rows that are linked to none before."""
    plain = Record._chained  # noqa: SLF001 -- the storm breaks what it can

    def chained(self: Any, _before: str, number: int, *given: Any) -> str:
        return plain(self, "", number, *given)

    Record._chained = chained  # type: ignore[method-assign]  # noqa: SLF001


def _sends_twice() -> None:
    """Send everything a second time at once."""
    plain = Wire.send

    async def send(self: Any, payload: Any) -> None:
        await plain(self, payload)
        await plain(self, payload)

    Wire.send = send  # type: ignore[method-assign]


SABOTAGE: dict[str, Callable[[], None]] = {
    "lost": _loses_reports,
    "doubled": _stores_twice,
    "confirmed_but_not_stored": _confirms_first,
    "forgotten": _drops_notices,
    "wrong": _tells_the_subject,
    "record_broken_at": _breaks_the_record,
    "repeated_without_a_kill": _sends_twice,
}
"""What is put into the bot, by the judgement that goes red."""
