"""`askfirst manifest`: the manifest from which Slack makes the app."""

from __future__ import annotations

import json

import click

from bot.channels.slack.manifest import SCOPES
from bot.channels.slack.manifest import manifest as slack_manifest


@click.command()
@click.option("--url", default="", help="The https address for events over HTTP, such as https://…/slack/st-peters.")
@click.option("--scopes", is_flag=True, help="Say in plain words what each permission is for.")
def manifest(url: str, *, scopes: bool) -> None:
    """Print the manifest of the Slack app, to paste where Slack asks for one.

    Without --url it is for Socket Mode, which needs no address of your own.
    """
    if url and not url.startswith("https://"):
        raise click.BadParameter("Slack takes only addresses that begin with https://", param_hint="--url")
    if scopes:
        click.echo("\n".join(f"{scope:<20}{purpose}" for scope, purpose in SCOPES.items()))
    else:
        click.echo(json.dumps(slack_manifest(url), ensure_ascii=False, indent=2))
