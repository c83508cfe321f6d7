"""`askfirst cases`: what a lead sees of the reports that were routed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.app import open_store, settings_from_environment
from bot.channels.terminal.render import render
from bot.packs import DEFAULT_SCHOOL, folders_of, known_school, load
from handlers import case_view as showing
from handlers.wording import say
from knowledge.model import ROLES
from knowledge.reading import did_you_mean
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from knowledge.model import School


@click.group(invoke_without_command=True)
@click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]")
@click.option("--as", "reader", help="Your role, such as dsl, head or chair.")
@click.pass_context
def cases(context: click.Context, school: str | None, reader: str | None) -> None:
    r"""Show a lead the reports that were routed to them.

    \b
    askfirst cases --school st-peters --as dsl
    askfirst cases show R-7KQ3-M2XD --as dsl
    """
    context.obj = (school, reader)
    if context.invoked_subcommand is None:
        one, role = _asker(school, reader)
        with open_store(settings_from_environment()) as store:
            click.echo(render(showing.listing(store.cases, one, role)))


@cases.command()
@click.argument("reference")
@click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]")
@click.option("--as", "reader", help="Your role, such as dsl, head or chair.")
@click.pass_obj
def show(given: tuple[str | None, str | None], reference: str, school: str | None, reader: str | None) -> None:
    """Open one report; that you opened it is written down."""
    one, role = _asker(school or given[0], reader or given[1])
    with open_store(settings_from_environment()) as store:
        reply = showing.one(store.cases, one, reference, role)
    if reply is None:
        raise click.ClickException(say("cases.refused", title=one.title_of(role), reference=reference))
    click.echo(render(reply))


def _asker(school: str | None, reader: str | None) -> tuple[School, str]:
    if reader is None:
        raise click.UsageError("Say who you are, such as: askfirst cases --as dsl")
    if reader not in ROLES:
        raise click.BadParameter(f"there is no role {reader}. {did_you_mean(reader, ROLES)}")
    folders = folders_of()
    slug = known_school(school or DEFAULT_SCHOOL, folders)
    return load([folders[slug]], [topic.id for topic in load_topics()])[0], reader
