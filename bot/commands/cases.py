"""`askfirst cases`: what a lead sees of the reports that were routed to them, and every step that they take."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from bot.channels.terminal.render import render
from bot.commands.case_copies import export, letter
from bot.commands.enrolling import code, enrol
from bot.commands.leading import Given, as_somebody, asking, of_report
from bot.opening import now
from handlers import case_view
from handlers.cases import DID, erasing
from handlers.wording import say

_EVER = datetime.min.replace(tzinfo=UTC)


@click.group(invoke_without_command=True)
@as_somebody
def cases(given: Given) -> None:
    """Show a lead the reports that were routed to them, and take steps in them.

    Where a step needs your words and you leave them out, you are asked for them: then they don't stay among the
    commands that your terminal remembers.

    \b
    askfirst cases code dsl-1                 make the one-time code by which a lead enrols
    askfirst cases enrol CODE                 enrol with the account that you are logged in with here
    askfirst cases                            your reports
    askfirst cases show R-7KQ3-M2XD
    askfirst cases message R-7KQ3-M2XD
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    if click.get_current_context().invoked_subcommand is None:
        with asking(given) as asker:
            listing = case_view.listing(asker.store.cases, asker.school, asker.reader, asker.title, asker.contacts)
            click.echo(render(listing))


@cases.command()
@of_report
@as_somebody
def show(given: Given, reference: str) -> None:
    """Open one report; that you opened it is written down."""
    with asking(given) as asker:
        reply = case_view.one(asker.store.cases, asker.school, reference, asker.reader, asker.contacts)
        if reply is None:
            raise asker.refused(reference)
        click.echo(render(reply))


@cases.command()
@of_report
@as_somebody
def take(given: Given, reference: str) -> None:
    """Take a report over: you have it in hand then."""
    _act(given, reference, "taken", {})


@cases.command()
@of_report
@click.argument("text", required=False)
@as_somebody
def note(given: Given, reference: str, text: str | None) -> None:
    """Write a note for those who may read a report."""
    _act(given, reference, "note", {"text": _words(text, "note")})


@cases.command()
@of_report
@click.argument("text", required=False)
@as_somebody
def message(given: Given, reference: str, text: str | None) -> None:
    """Write to the reporter, who reads it with the receipt code."""
    _act(given, reference, "message", {"text": _words(text, "message")})


@cases.command()
@of_report
@click.argument("what", type=click.Choice(DID), metavar="WHAT")
@click.argument("text", required=False)
@as_somebody
def did(given: Given, reference: str, what: str, text: str | None) -> None:
    """Write down a step outside the bot: what, with whom and when.

    \b
    WHAT is one of:
      spoke-to-parent      asked-removal    told-platform   considered-police
      referred-lado        referred-police  referred-ceop   referred-social-care
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    _act(given, reference, "did", {"what": what, "text": _words(text, "did_when")})


@cases.command()
@of_report
@click.argument("reason", required=False)
@as_somebody
def close(given: Given, reference: str, reason: str | None) -> None:
    """Close a report, and say why."""
    _act(given, reference, "closed", {"text": _words(reason, "closed")})


@cases.command()
@of_report
@click.argument("reason", required=False)
@as_somebody
def reopen(given: Given, reference: str, reason: str | None) -> None:
    """Open a closed report again, and say why."""
    _act(given, reference, "reopened", {"text": _words(reason, "reopened")})


@cases.command("step-back")
@of_report
@click.option("--yes", is_flag=True, help="Don't ask whether you are sure.")
@as_somebody
def step_back(given: Given, reference: str, yes: bool) -> None:
    """Step back from a report: you can't read it any more, and the others are told."""
    if not yes:
        click.confirm(f"{say('page.ask_stepped-back')} {say('cases.sure')}", abort=True)
    _act(given, reference, "stepped-back", {})


@cases.command()
@of_report
@click.option("--yes", is_flag=True, help="Don't ask whether you are sure.")
@as_somebody
def erase(given: Given, reference: str, yes: bool) -> None:
    """Erase a closed report for good, once you were asked to: the school's own time for its kind is over then.

    Its key is destroyed, so a backup of the reports can't be read any more either, once the backups of the keys that
    still hold it are thrown away.
    """
    with asking(given) as asker:
        view = asker.store.cases.read_on(asker.school.slug, reference, asker.reader, _EVER)
        if view is None:
            raise asker.refused(reference)
        if not erasing(view, asker.contacts, now()):
            raise click.ClickException(say("cases.not_erased", reference=reference))
        if not yes:
            click.confirm(say("cases.ask_erased", reference=reference), abort=True)
        if not asker.store.cases.act(asker.school.slug, reference, asker.reader, "erased", {}):
            raise click.ClickException(say("cases.not_erased", reference=reference))
        click.echo(say("cases.done_erased", reference=reference))


@cases.command("let-in")
@of_report
@click.argument("who")
@as_somebody
def let_in(given: Given, reference: str, who: str) -> None:
    """As the chair, or whoever stands in, let in somebody (such as head-1) who was left out in doubt."""
    _act(given, reference, "let-in", {"who": who})


cases.add_command(export)
cases.add_command(letter)
cases.add_command(enrol)
cases.add_command(code)


def _words(given: str | None, asks: str) -> str:
    """Give a step's words, asked for where they were left out, or taken from a file or another command."""
    text = given
    if text is None:
        ask = say(f"cases.ask_{asks}")
        text = str(click.prompt(ask)) if sys.stdin.isatty() else sys.stdin.read()
    if not text.strip():
        raise click.UsageError(say("page.say_something"))
    return text.strip()


def _act(given: Given, reference: str, step: str, inside: dict[str, str]) -> None:
    with asking(given) as asker:
        if not asker.store.cases.act(asker.school.slug, reference, asker.reader, step, inside):
            raise asker.not_done(reference)
        click.echo(say(f"cases.done_{step}", reference=reference))
