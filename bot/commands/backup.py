"""`askfirst backup` and `askfirst restore`: everything that is kept, and apart from it the keys that open it."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app import SetUpProblem, settings_from_environment
from bot.store.copying import copy, is_empty, lay_to_rest
from bot.store.databases import StoreError

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
    askfirst backup --to /backup/reports --keys-to /elsewhere/keys
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    if target.resolve() == keys_to.resolve():
        raise click.BadParameter("the keys have to stand in another folder. Name one with --keys-to")
    settings = settings_from_environment()
    try:
        # The keys last: a key that has no case is harmless, a case without its key is lost.
        copy(settings.database_url, f"sqlite:///{target / 'askfirst.db'}", "main")
        copy(settings.keys_url, f"sqlite:///{keys_to / 'askfirst-keys.db'}", "keys")
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    click.echo(f"{target / 'askfirst.db'}\n{keys_to / 'askfirst-keys.db'}")


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
        if keys_from:
            copy(f"sqlite:///{keys_from}", settings.keys_url, "keys")
        elif is_empty(settings.keys_url, "keys"):
            raise click.UsageError("There are no keys in the store that the settings name. Give --keys-from.")
        copy(f"sqlite:///{source}", settings.database_url, "main")
        gone = lay_to_rest(settings.database_url, settings.keys_url)
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    if gone:
        click.echo(
            f"{gone} of the reports can't be read, since their keys are not there: they were erased after this backup,"
            " or are newer than the backup of the keys."
        )
    click.echo("Restored. Run askfirst audit verify and askfirst doctor now.")
