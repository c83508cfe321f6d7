"""`askfirst keys`: changes the master key, which opens the keys of all cases."""

from __future__ import annotations

import click

from bot.app import settings_from_environment
from bot.opening import SetUpProblem, rotate_master_key
from bot.store.databases import StoreError


@click.group()
def keys() -> None:
    """Look after the master key."""


@keys.command()
def rotate() -> None:
    """Wrap everything with a new master key.

    Stop askfirst run first, and start it again afterwards. The key before it stays in the file master.key until the
    next time, for what a chat or a command may have wrapped meanwhile; run this twice to be rid of a key at once.
    Where the key stands in ASKFIRST_MASTER_KEY, put a new one before it there (askfirst keys new makes one), with a
    comma between them, run this, and take the old one out when everything was started anew.
    """
    settings = settings_from_environment()
    try:
        rotate_master_key(settings)
    except StoreError as error:
        raise SetUpProblem(f"{error}.") from None
    click.echo("Everything is wrapped with the new master key.")
    if settings.master_key.get_secret_value():
        click.echo("Start everything anew; then you can take the older keys out of ASKFIRST_MASTER_KEY.")
    else:
        click.echo("The key before it stays in the file until the next time. Copy the file to its third place now.")
    click.echo("Backups made before need the old key: keep it with them, or make a fresh backup.")


@keys.command()
def new() -> None:
    """Print a fresh master key, for ASKFIRST_MASTER_KEY."""
    from bot.store.sealing import new_master_key  # noqa: PLC0415 -- cryptography is slow to load

    click.echo(new_master_key())
