"""Opens the store with all its parts, and says in one line where that can't be done."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot.store.alarms import StoredAlarms
from bot.store.alone import at_work
from bot.store.buttons import StoredButtons
from bot.store.case_steps import CaseSteps
from bot.store.cases import StoredCases
from bot.store.databases import StoreError, Unopenable, is_there, open_database
from bot.store.deliveries import StoredDeliveries
from bot.store.drafts import StoredDrafts
from bot.store.events import StoredEvents
from bot.store.factors import StoredFactors
from bot.store.keys import Keys
from bot.store.leads import StoredLeads
from bot.store.links import StoredLinks
from bot.store.memory import StoredMemory
from bot.store.record import Record
from bot.store.report_messages import ReportMessages
from bot.store.rotating import rotate
from bot.store.sealing import add_master_key, keep_newest_keys, key_is_missing, master_from
from bot.store.sessions import StoredSessions
from bot.store.subscriptions import StoredSubscriptions
from bot.store.units import Units
from bot.store.watches import StoredWatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.settings import Settings
    from bot.store.sealing import Lookup


class SetUpProblem(click.ClickException):
    """A setting, a store or a contacts file that can't be used, and how to mend it."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Store:
    """What is kept, opened."""

    memory: StoredMemory
    drafts: StoredDrafts
    cases: StoredCases
    record: Record
    leads: StoredLeads
    watches: StoredWatches
    alarms: StoredAlarms
    units: Units
    events: StoredEvents
    deliveries: StoredDeliveries
    buttons: StoredButtons
    report_messages: ReportMessages
    links: StoredLinks
    sessions: StoredSessions
    factors: StoredFactors
    subscriptions: StoredSubscriptions


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


@contextmanager
def open_store(settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[Store]:
    """Open the store, and close it in the end; raises SetUpProblem where it can't be used."""
    databases = []
    try:
        try:
            fresh = key_is_missing(settings.master_key.get_secret_value(), settings.master_key_file)
            master = master_from(settings.master_key.get_secret_value(), settings.master_key_file)
            for url, tables in ((settings.database_url, "main"), (settings.keys_url, "keys")):
                databases.append(open_database(url, tables))
            main, apart = Units(databases[0]), databases[1]
            keys = Keys(apart, master, main)
            lookup = _lookup_of(keys, settings.master_key_file, fresh=fresh)
        except StoreError as error:
            raise SetUpProblem(f"{error}.") from None
        drafts, record = StoredDrafts(main, keys, lookup), Record(main, lookup)
        alarms = StoredAlarms(main, lookup, clock)
        leads = StoredLeads(main, master, lookup, clock, alarms)
        steps = CaseSteps(main, keys, lookup, record=record, leads=leads, clock=clock)
        cases = StoredCases(main, keys, lookup, drafts_of=drafts, record=record, steps=steps)
        yield Store(
            memory=StoredMemory(main, master, lookup, clock),
            drafts=drafts,
            cases=cases,
            record=record,
            leads=leads,
            watches=StoredWatches(main, cases, steps),
            alarms=alarms,
            units=main,
            events=StoredEvents(main, master, lookup),
            deliveries=StoredDeliveries(main, master, lookup),
            buttons=StoredButtons(main, master, lookup),
            report_messages=ReportMessages(main, master, lookup),
            links=StoredLinks(main, master, lookup, clock),
            sessions=StoredSessions(main, master, lookup, clock),
            factors=StoredFactors(main, master, clock),
            subscriptions=StoredSubscriptions(main, master, lookup),
        )
    finally:
        for database in databases:
            database.dispose()


def _lookup_of(keys: Keys, file: Path, *, fresh: bool) -> Lookup:
    """Give what keyed hashes are made with; a fresh key that opens nothing is not left where the right one belongs."""
    try:
        return keys.lookup()
    except Unopenable:
        if not fresh:
            raise
        file.unlink(missing_ok=True)
        raise StoreError(
            f"{file} is not there, and without it nobody can open what is stored. Bring it back from where you keep"
            " its copy, or put the master key into ASKFIRST_MASTER_KEY where it stood there"
        ) from None


def there_is_a_store(settings: Settings) -> None:
    """Raise SetUpProblem where nothing was ever kept at the place that the settings name."""
    try:
        if is_there(settings.database_url):
            return
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    raise SetUpProblem(
        "there is no store at the place that the settings name. Run this in the folder with your .env, or name the"
        " place in ASKFIRST_DATA."
    )


def rotate_master_key(settings: Settings) -> int:
    """Wrap everything with a new master key, and throw away those of the key file before the last; raises StoreError.

    The one before stays, so neither a crash in between nor what another process wraps meanwhile loses anything.
    """
    there_is_a_store(settings)
    if at_work(settings.database_url):
        raise StoreError("askfirst run is at work. End it first, and start it again afterwards")
    given, file = settings.master_key.get_secret_value(), settings.master_key_file
    if given and "," not in given:
        raise StoreError(
            "ASKFIRST_MASTER_KEY holds one key alone. Put a new one before it (askfirst keys new makes one), with a"
            " comma between them"
        )
    urls = {"main": settings.database_url, "keys": settings.keys_url}
    databases = {tables: open_database(url, tables) for tables, url in urls.items()}
    try:
        # A key that doesn't fit is said before another is made.
        Keys(databases["keys"], master_from(given, file), Units(databases["main"])).lookup()
        if not given:
            add_master_key(file)
        count = rotate(databases, master_from(given, file))
    finally:
        for database in databases.values():
            database.dispose()
    if not given:
        keep_newest_keys(file)
    return count
