"""`askfirst cases`: what a lead sees of the reports that were routed to them, and every step that they take."""

from __future__ import annotations

import getpass
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import SetUpProblem, contacts_of, meet, now, open_store, settings_from_environment
from bot.channels.terminal.render import render
from bot.exporting import as_csv, as_pdf, write_privately
from bot.packs import DEFAULT_SCHOOL, folders_of, known_school, load
from handlers import case_view
from handlers.cases import DID
from handlers.chronology import chronology, clock
from handlers.wording import say
from knowledge.model import ROLES
from knowledge.reading import did_you_mean
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import Store
    from knowledge.contacts import Contacts
    from knowledge.model import School

TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks: a lead by the account of this machine, or on trial a role."""

    store: Store
    school: School
    reader: str
    title: str
    roles: tuple[str, ...]
    contacts: Contacts | None = None


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]")
@click.option("--as", "reader", help="On trial: your role, such as dsl, head or chair.")
@click.pass_context
def cases(context: click.Context, school: str | None, reader: str | None) -> None:
    """Show a lead the reports that were routed to them, and take steps in them.

    \b
    askfirst cases code dsl-1                 make the one-time code by which a lead enrols
    askfirst cases enrol CODE                 enrol with the account that you are logged in with here
    askfirst cases                            your reports
    askfirst cases show R-7KQ3-M2XD
    askfirst cases message R-7KQ3-M2XD "Thank you. We are looking into it."
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    context.obj = (school, reader)
    if context.invoked_subcommand is None:
        with _asking(context.obj) as asker:
            click.echo(render(case_view.listing(asker.store.cases, asker.school, asker.reader, asker.title)))


_AS = (
    click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]"),
    click.option("--as", "reader", help="On trial: your role, such as dsl, head or chair."),
)


@cases.command()
@click.argument("reference")
@_AS[0]
@_AS[1]
@click.pass_obj
def show(given: tuple[str | None, str | None], reference: str, school: str | None, reader: str | None) -> None:
    """Open one report; that you opened it is written down."""
    with _asking((school or given[0], reader or given[1])) as asker:
        reply = case_view.one(asker.store.cases, asker.school, reference, asker.reader)
        if reply is None:
            raise _refused(asker, reference)
        click.echo(render(reply))


@cases.command()
@click.argument("reference")
@click.pass_obj
def take(given: tuple[str | None, str | None], reference: str) -> None:
    """Take a report over: you have it in hand then."""
    _act(given, reference, "taken", {})


@cases.command()
@click.argument("reference")
@click.argument("text")
@click.pass_obj
def note(given: tuple[str | None, str | None], reference: str, text: str) -> None:
    """Write a note for those who may read a report."""
    _act(given, reference, "note", {"text": text})


@cases.command()
@click.argument("reference")
@click.argument("text")
@click.pass_obj
def message(given: tuple[str | None, str | None], reference: str, text: str) -> None:
    """Write to the reporter, who reads it with the receipt code."""
    _act(given, reference, "message", {"text": text})


@cases.command()
@click.argument("reference")
@click.argument("what", type=click.Choice(DID))
@click.argument("text")
@click.pass_obj
def did(given: tuple[str | None, str | None], reference: str, what: str, text: str) -> None:
    """Write down a step outside the bot: what, with whom and when."""
    _act(given, reference, "did", {"what": what, "text": text})


@cases.command()
@click.argument("reference")
@click.argument("reason")
@click.pass_obj
def close(given: tuple[str | None, str | None], reference: str, reason: str) -> None:
    """Close a report, and say why."""
    _act(given, reference, "closed", {"text": reason})


@cases.command()
@click.argument("reference")
@click.argument("reason")
@click.pass_obj
def reopen(given: tuple[str | None, str | None], reference: str, reason: str) -> None:
    """Open a closed report again, and say why."""
    _act(given, reference, "reopened", {"text": reason})


@cases.command("step-back")
@click.argument("reference")
@click.pass_obj
def step_back(given: tuple[str | None, str | None], reference: str) -> None:
    """Step back from a report: you can't read it any more, and the others are told."""
    _act(given, reference, "stepped-back", {})


@cases.command()
@click.argument("reference")
@click.confirmation_option(prompt="Erased is erased, in every backup with other keys too. Erase it?")
@click.pass_obj
def erase(given: tuple[str | None, str | None], reference: str) -> None:
    """Erase a closed report for good, once you were asked to: the school's own time for its kind is over then."""
    _act(given, reference, "erased", {})


@cases.command("let-in")
@click.argument("reference")
@click.argument("who")
@click.pass_obj
def let_in(given: tuple[str | None, str | None], reference: str, who: str) -> None:
    """As the chair, or whoever stands in, let in somebody (such as head-1) who was left out in doubt."""
    _act(given, reference, "let-in", {"who": who})


@cases.command()
@click.argument("reference")
@_AS[0]
@_AS[1]
@click.option("--pdf", type=_FILE, help="Write it as a PDF to this file.")
@click.option("--csv", type=_FILE, help="Write it as a table to this file; it opens in every spreadsheet.")
@click.pass_obj
def export(  # noqa: PLR0917 -- click gives them by name
    given: tuple[str | None, str | None],
    reference: str,
    school: str | None,
    reader: str | None,
    pdf: Path | None,
    csv: Path | None,
) -> None:
    """Take a copy of a report's chronology; that you took it is written down. Keep it safe, and delete it in time."""
    if not pdf and not csv:
        raise click.UsageError("Say where to write it: --pdf FILE, --csv FILE or both.")
    if there := [str(file) for file in (pdf, csv) if file and file.exists()]:
        raise click.BadParameter(f"{', '.join(there)} is there already. Name another file")
    with _asking((school or given[0], reader or given[1])) as asker:
        view = asker.store.cases.opened(asker.school.slug, reference, asker.reader)
        found = chronology(view, asker.school, asker.contacts) if view else None
        if not found or not asker.store.cases.act(asker.school.slug, reference, asker.reader, "exported", {}):
            raise _refused(asker, reference)
        made = say("page.made", who=asker.title, when=clock(now().astimezone(found.zone)))
        try:
            if csv:
                write_privately(csv, as_csv(found))
            if pdf:
                write_privately(pdf, as_pdf(found, made))
        except OSError as error:
            raise SetUpProblem(f"the copy can't be written ({error.strerror}).") from None
    click.echo("\n".join(str(file) for file in (pdf, csv) if file))


@cases.command()
@click.argument("code")
def enrol(code: str) -> None:
    """Enrol with a one-time code: this machine's account is yours from then on."""
    settings = settings_from_environment()
    with open_store(settings) as store:
        meet(store, contacts_of(settings))
        account = _account()
        allowed = store.alarms.allowed("enrol", account)
        lead = store.leads.enrol(code, TERMINAL, account) if allowed else None
    if lead is None:
        raise SetUpProblem(say("cases.no_such_code") if allowed else say("status.too_many"))
    click.echo(say("cases.enrolled", who=lead.label))


@cases.command()
@click.argument("label")
@click.pass_obj
def code(given: tuple[str | None, str | None], label: str) -> None:
    """Make the one-time code by which the lead with a LABEL of the contacts enrols; give it to them in person."""
    settings = settings_from_environment()
    with open_store(settings) as store:
        meet(store, contacts_of(settings))
        school = known_school(given[0] or DEFAULT_SCHOOL, folders_of(only=settings.packs))
        made = store.leads.code(school, label)
        known = [lead.label for lead in store.leads.holders(school)]
    if made is None:
        raise click.BadParameter(f"nobody in the contacts is {label}. {did_you_mean(label, known)}")
    click.echo(say("cases.code", code=made, who=label))
    if settings.page_address:
        click.echo(say("cases.code_page", address=f"{settings.page_address.rstrip('/')}/enrol"))


def _act(given: tuple[str | None, str | None], reference: str, step: str, inside: dict[str, str]) -> None:
    with _asking(given) as asker:
        if not asker.store.cases.act(asker.school.slug, reference, asker.reader, step, inside):
            raise _refused(asker, reference)
        click.echo(say(f"cases.done_{step}", reference=reference))


def _refused(asker: _Asker, reference: str) -> click.ClickException:
    return click.ClickException(say("cases.refused", title=asker.title, reference=reference))


@contextmanager
def _asking(given: tuple[str | None, str | None]) -> Iterator[_Asker]:
    settings = settings_from_environment()
    contacts = contacts_of(settings)
    folders = folders_of(only=settings.packs)
    slug, role = known_school(given[0] or DEFAULT_SCHOOL, folders), given[1]
    if slug not in contacts and role is None:
        raise click.UsageError("Say who you are, such as: askfirst cases --as dsl")
    if slug not in contacts and role not in ROLES:
        raise click.BadParameter(f"there is no role {role}. {did_you_mean(role or '', ROLES)}")
    school = load([folders[slug]], [topic.id for topic in load_topics()])[0]
    with open_store(settings) as store:
        if slug not in contacts:
            yield _Asker(store, school, role or "", school.title_of(role or ""), (role or "",))
            return
        meet(store, contacts)
        lead = store.leads.who(slug, TERMINAL, _account())
        if lead is None:
            raise click.ClickException(say("cases.not_enrolled"))
        yield _Asker(store, school, lead.id, lead.label, lead.roles, contacts[slug])


def _account() -> str:
    """Give the account that somebody is logged in with, which the system itself vouches for where it can."""
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
