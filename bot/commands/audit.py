"""`askfirst audit`: checks that nobody has changed the record of cases."""

from __future__ import annotations

import sys

import click

from bot.app import settings_from_environment
from bot.opening import open_store, there_is_a_store


@click.group()
def audit() -> None:
    """Check the record of all cases."""


@audit.command()
def verify() -> None:
    """Go through the record, step by step, and say whether it is whole.

    Exit code 0 when it is, 1 when a step was changed, moved or taken out. It reads no content, and says nothing
    of how many cases there are.
    """
    settings = settings_from_environment()
    there_is_a_store(settings)
    with open_store(settings) as store:
        broken = store.record.first_broken()
    if broken is None:
        click.echo("The record is whole: no step was changed, moved or taken out.")
        return
    click.echo(f"The record was changed from outside at step {broken}. Compare it with a backup, and tell your DPO.")
    sys.exit(1)
