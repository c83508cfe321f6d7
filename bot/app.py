"""Wires everything together, the only place that does: settings, packs and store become the World."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from bot.channels.channel import Unusable
from bot.opening import SetUpProblem, now, open_store
from bot.packs import folders_of, known_school, load
from bot.settings import Settings
from bot.store.cases import new_id
from bot.store.links import Link
from handlers.ports import World
from knowledge.contact_loader import load_contacts
from knowledge.reading import PackError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.casepage.server import CasePage
    from bot.channels.channel import Channel
    from bot.opening import Store
    from knowledge.answering.engine import Engine
    from knowledge.contacts import Contacts


def settings_from_environment() -> Settings:
    """Read the settings; raises SetUpProblem for one that can't be used, without repeating its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "\n".join(_as_it_should_be(str(one["loc"][0])) for one in error.errors())
        raise SetUpProblem(f"a setting can't be used as it stands. This is what it should be:\n{wrong}") from None


def _as_it_should_be(name: str) -> str:
    return f"ASKFIRST_{name.upper()}: {Settings.model_fields[name].description}"


def channels_of(settings: Settings, store: Store, schools: Collection[str]) -> list[Channel]:
    """Make the channels that the settings name, for the schools served; each loads its library only here."""
    found: list[Channel] = []
    if token := settings.telegram_token.get_secret_value():
        from bot.channels.telegram.client import Telegram, Webhook  # noqa: PLC0415

        webhook = None
        if settings.telegram_webhook:
            host, _, port = settings.telegram_listen.rpartition(":")
            secret = settings.telegram_webhook_secret.get_secret_value()
            webhook = Webhook(settings.telegram_webhook, host, int(port), secret)
        found.append(Telegram(token, store.buttons, store.report_messages, api=settings.telegram_api, webhook=webhook))
    if settings.slack_bot_token.get_secret_value():
        found.append(_slack(settings, store, schools))
    if settings.smtp_host:
        from bot.channels.email.client import Email, Server  # noqa: PLC0415

        server = Server(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
            sender=settings.smtp_from or f"askfirst@{settings.smtp_host}",
        )
        found.append(Email(server, _links_of(settings, store)))
    return found


def _links_of(settings: Settings, store: Store) -> Callable[[str, str, str], str] | None:
    """Give what makes the links to the case page, where there is one."""
    address = settings.page_address.rstrip("/")

    def link(school: str, whom: str, reference: str) -> str:
        return f"{address}/open/{store.links.make(Link(school, whom, reference))}"

    return link if address else None


def case_page_of(settings: Settings, store: Store, world: World, channels: Collection[Channel]) -> CasePage | None:
    """Make the case page that the settings name."""
    if not settings.page_address:
        return None
    from bot.casepage.desk import Desk  # noqa: PLC0415 -- as with channels
    from bot.casepage.server import CasePage  # noqa: PLC0415

    mail = next((channel for channel in channels if channel.name == "email"), None)
    host, _, port = settings.page_listen.rpartition(":")
    desk = Desk(store, world, mail)
    return CasePage(settings.page_address, (host, int(port)), desk, store.sessions)


def _slack(settings: Settings, store: Store, schools: Collection[str]) -> Channel:
    from bot.channels.slack.client import Slack  # noqa: PLC0415
    from bot.channels.slack.workspaces import workspaces  # noqa: PLC0415

    host, _, port = settings.slack_listen.rpartition(":")
    try:
        found = workspaces(
            settings.slack_bot_token.get_secret_value(),
            settings.slack_app_token.get_secret_value(),
            settings.slack_signing_secret.get_secret_value(),
            settings.slack_schools,
            served=schools,
            by_http=bool(port),
        )
    except Unusable as error:
        raise SetUpProblem(str(error)) from None
    governors = frozenset(part.strip() for part in settings.slack_governors.split(",") if part.strip())
    listen = (host, int(port)) if port else None
    return Slack(found, store.memory, now, api=settings.slack_api, governors=governors, listen=listen)


def contacts_of(settings: Settings) -> Mapping[str, Contacts]:
    """Load the schools' own contacts; raises SetUpProblem with everything that is wrong in them."""
    if settings.contacts is None:
        return {}
    try:
        contacts = load_contacts(settings.contacts)
    except PackError as error:
        raise SetUpProblem(f"these contacts can't be used:\n{error}") from None
    of_known_schools(contacts, folders_of(only=settings.packs))
    return contacts


def of_known_schools(contacts: Iterable[str], schools: Iterable[str]) -> None:
    """Raise SetUpProblem where contacts are of a school that nobody knows: its reports would reach nobody."""
    try:
        for slug in contacts:
            known_school(slug, schools)
    except click.BadParameter as error:
        raise SetUpProblem(f"{error.message} It is named under “school” in the contacts.") from None


def schools_served(settings: Settings, contacts: Container[str]) -> dict[str, Path]:
    """Give the packs of the schools to serve; raises SetUpProblem where one has no contacts and this is no trial."""
    folders = folders_of(only=settings.packs)
    named = [slug.strip() for slug in settings.schools.split(",") if slug.strip()]
    if not named:
        named = [slug for slug in folders if settings.trial or slug in contacts]
    try:
        served = {slug: folders[slug] for slug in (known_school(slug, folders) for slug in named)}
    except click.BadParameter as error:
        raise SetUpProblem(f"{error.message} They are named in ASKFIRST_SCHOOLS.") from None
    without = [slug for slug in served or folders if slug not in contacts]
    if without and not settings.trial:
        raise SetUpProblem(
            f"nobody would receive the reports of {', '.join(without)}, since there are no contacts."
            " Name them in ASKFIRST_CONTACTS, or set ASKFIRST_TRIAL=yes to try the bot without."
        )
    return served


def meet(store: Store, contacts: Mapping[str, Contacts]) -> None:
    """Take in the contacts as they stand now; each change is an alarm until the leads were told of it."""
    with store.units.unit():
        for change in store.leads.meet(contacts):
            store.alarms.announce(change.school, change.label, change.what, change.at)


def world_in(
    store: Store,
    engine: Engine,
    contacts: Mapping[str, Contacts],
    clock: Callable[[], datetime],
    settings: Settings | None = None,
) -> World:
    """Make the world around an engine and a store that are there already, and take in the contacts."""
    meet(store, contacts)
    times = {}
    if settings:
        times["passes_on"] = timedelta(minutes=settings.unfinished_minutes)
        times["keeps_drafts"] = timedelta(days=settings.draft_days)
    return World(
        engine=engine,
        memory=store.memory,
        drafts=store.drafts,
        cases=store.cases,
        clock=clock,
        new_id=new_id,
        at_once=store.units.unit,
        contacts=contacts,
        leads=store.leads,
        tries=store.alarms,
        subscriptions=store.subscriptions,
        **times,
    )


@contextmanager
def world_of(engine: Engine, settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[World]:
    """Make the world around an engine that is there already."""
    contacts = contacts_of(settings)
    with open_store(settings, clock) as store:
        # Nothing sends from here by itself, so nobody can ask for it.
        yield replace(world_in(store, engine, contacts, clock, settings), subscriptions=None)


@contextmanager
def open_world(folders: Mapping[str, Path], progress: Callable[[int, int], None] | None = None) -> Iterator[World]:
    """Make the world of the packs in some folders, with the settings of this machine."""
    from bot.index import load_or_learn  # noqa: PLC0415 -- a command that only reads cases learns no model
    from knowledge.answering.engine import Engine  # noqa: PLC0415
    from knowledge.topics.library import load_concerns  # noqa: PLC0415

    settings = settings_from_environment()
    model = load_or_learn(progress)
    engine = Engine(load(folders.values(), model.topics), model, load_concerns())
    with world_of(engine, settings) as world:
        yield world
