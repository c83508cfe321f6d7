"""`askfirst cases code` and `enrol`: a lead becomes known by an account, with a one-time code."""

from __future__ import annotations

import click

from bot.app import contacts_of, meet, settings_from_environment
from bot.commands.leading import TERMINAL, Given, account, as_somebody
from bot.opening import SetUpProblem, open_store
from bot.packs import DEFAULT_SCHOOL, folders_of, known_school
from handlers.wording import say
from knowledge.reading import did_you_mean


@click.command()
@click.argument("code")
def enrol(code: str) -> None:
    """Enrol with a one-time code: this machine's account is yours from then on."""
    settings = settings_from_environment()
    with open_store(settings) as store:
        meet(store, contacts_of(settings))
        waiting = store.leads.whose(code)
        known = store.leads.who(waiting.school, TERMINAL, account()) if waiting else None
        if waiting and known and known.label != waiting.label:
            raise SetUpProblem(say("cases.account_of_another", who=known.label))
        allowed = store.alarms.allowed("enrol", account())
        lead = store.leads.enrol(code, TERMINAL, account()) if allowed else None
        if lead:
            store.alarms.right("enrol", account())
    if lead is None:
        raise SetUpProblem(say("cases.no_such_code") if allowed else say("status.too_many"))
    click.echo(say("cases.enrolled", who=lead.label))


@click.command()
@click.argument("label")
@as_somebody
def code(given: Given, label: str) -> None:
    """Make the one-time code by which the lead with a LABEL of the contacts enrols; give it to them in person."""
    settings = settings_from_environment()
    contacts = contacts_of(settings)
    with open_store(settings) as store:
        meet(store, contacts)
        school = known_school(given.school or DEFAULT_SCHOOL, folders_of(only=settings.packs))
        if school not in contacts:
            raise SetUpProblem(f"{school} has no contacts yet. Name its contacts.yaml in ASKFIRST_CONTACTS.")
        made = store.leads.code(school, label)
        known = [lead.label for lead in store.leads.holders(school)]
    if made is None:
        raise click.BadParameter(f"nobody in the contacts is {label}. {did_you_mean(label, known)}")
    click.echo(say("cases.code", code=made, who=label))
    if settings.page_address:
        click.echo(say("cases.code_page", address=f"{settings.page_address.rstrip('/')}/enrol"))
