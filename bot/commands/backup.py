"""`askfirst backup` and `askfirst restore`: everything that is kept, and apart from it the keys that open it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import settings_from_environment
from bot.opening import SetUpProblem, there_is_a_store
from bot.store.backups import laid_out
from bot.store.copying import check, copy, is_empty, lay_to_rest
from bot.store.databases import StoreError

if TYPE_CHECKING:
    from bot.settings import Settings

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--to", "target", type=_FOLDER, required=True, help="The folder for what is kept: askfirst.db.")
@click.option("--keys-to", type=_FOLDER, required=True, help="Another folder, for the keys: askfirst-keys.db.")
def backup(target: Path, keys_to: Path) -> None:
    """Copy everything that is kept, while the bot runs; the keys go to a folder of their own.

    Keep the two apart, and neither with the master key: whoever has all three can read every report. Once a case is
    erased, old backups of the keys still hold its key, so throw those away after a set time.

    \b
    askfirst backup --to /backup/reports/2026-11-21 --keys-to /elsewhere/keys/2026-11-21
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    if target.resolve() == keys_to.resolve():
        raise click.BadParameter("the keys have to stand in another folder. Name one with --keys-to")
    there = [str(file) for file in (target / "askfirst.db", keys_to / "askfirst-keys.db") if file.exists()]
    if there:
        raise SetUpProblem(
            f"{' and '.join(there)} is there already. Name new folders, such as ones with today's date in their names."
        )
    settings = settings_from_environment()
    there_is_a_store(settings)
    try:
        # The keys last: a key that has no case is harmless, a case without its key is lost.
        copy(settings.database_url, f"sqlite:///{target / 'askfirst.db'}", "main")
        copy(settings.keys_url, f"sqlite:///{keys_to / 'askfirst-keys.db'}", "keys")
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    click.echo(f"{target / 'askfirst.db'}\n{keys_to / 'askfirst-keys.db'}")
    kept = "ASKFIRST_MASTER_KEY" if settings.master_key.get_secret_value() else settings.master_key_file
    click.echo(f"The master key is not in it, and nothing opens without it: keep a copy of {kept} in a third place.")


@click.command()
@click.option("--from", "source", type=_FILE, required=True, help="The backup of what is kept, askfirst.db.")
@click.option(
    "--keys-from", type=_FILE, help="The backup of the keys, askfirst-keys.db; leave it out where they are still there."
)
def restore(source: Path, keys_from: Path | None) -> None:
    """Put a backup back into the store that the settings name, which has to be empty.

    Give the master key of that time. What was promised and perhaps sent before is sent again. A report whose key is
    not there stays unreadable: one that was erased since, or one that is newer than the backup of the keys.
    """
    settings = settings_from_environment()
    try:
        gone = _brought_back(settings, source, keys_from)
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    if gone:
        click.echo(
            f"{gone} of the reports can't be read, since their keys are not there: they were erased after this backup,"
            " or are newer than the backup of the keys."
        )
    if not settings.master_key.get_secret_value() and not settings.master_key_file.exists():
        click.echo(
            f"The master key is not there yet. Put the one of that time into {settings.master_key_file} first of all;"
            " without it no report can be read."
        )
    click.echo("Restored. Run askfirst audit verify and askfirst doctor now.")


def _brought_back(settings: Settings, source: Path, keys_from: Path | None) -> int:
    """Put both halves back; give how many reports have no key. Raises StoreError."""
    with ExitStack() as passing:
        # Before anything is written, so that a backup of which one half is broken can be tried anew.
        reports = passing.enter_context(laid_out(source, "main", settings.data))
        check(reports, settings.database_url, "main")
        if keys_from:
            copy(passing.enter_context(laid_out(keys_from, "keys", settings.data)), settings.keys_url, "keys")
        elif is_empty(settings.keys_url, "keys"):
            raise click.UsageError("There are no keys in the store that the settings name. Give --keys-from.")
        copy(reports, settings.database_url, "main")
    return lay_to_rest(settings.database_url, settings.keys_url)
