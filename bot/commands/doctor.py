"""`askfirst doctor`: looks over everything that the bot needs, and says how to mend what isn't well."""

from __future__ import annotations

import sys

import click

from bot.app import settings_from_environment
from bot.doctor import examine


@click.command()
def doctor() -> None:
    """Check settings, contacts, packs, store and tokens, and say how to mend each.

    Exit code 0 when all is well, 1 when something is to be mended.
    """
    ill = False
    for finding in examine(settings_from_environment()):
        ill = ill or bool(finding.mend)
        click.echo(f"{'✗' if finding.mend else '✓'} {finding.part}: {finding.found}")
        if finding.mend:
            click.echo(f"    {finding.mend.rstrip('.')}.")
    sys.exit(1 if ill else 0)
