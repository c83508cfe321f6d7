"""Finds out who asks for cases on the command line: a lead by the account of this machine, or on trial a role."""

from __future__ import annotations

import getpass
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

import click

from bot.app import contacts_of, meet, settings_from_environment
from bot.opening import open_store
from bot.packs import DEFAULT_SCHOOL, folders_of, known_school, load
from handlers import case_view
from handlers.wording import say
from knowledge.model import ROLES
from knowledge.reading import did_you_mean
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.opening import Store
    from knowledge.contacts import Contacts
    from knowledge.model import School

TERMINAL = "terminal"
_REFERENCE = re.compile(r"(?:R-)?(\w{4})-?(\w{4})")


@dataclass(frozen=True, slots=True)
class Given:
    """What was said about who asks: the school, and on trial the role."""

    school: str | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, with the store open before them.

    `reader` is what the cases know them by, `label` what stands in the record, `title` what people call them.
    """

    store: Store
    school: School
    reader: str
    label: str
    title: str
    contacts: Contacts | None = None

    def refused(self, reference: str) -> click.ClickException:
        """Refuse a case that isn't there or isn't theirs, alike."""
        return click.ClickException(say("cases.refused", title=self.title, reference=reference))

    def not_done(self, reference: str) -> click.ClickException:
        """Refuse a step: one that can't be taken now, or in a case that isn't there or isn't theirs."""
        reply = case_view.not_done(self.store.cases, self.school, reference, self.reader, self.title)
        return click.ClickException(reply.cards[0].headline)


def as_somebody(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command be told the school and the role, after its own name as well as before it."""

    @click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]")
    @click.option("--as", "reader", help="On trial: your role, such as dsl, head or chair.")
    @click.pass_context
    @wraps(command)
    def told(context: click.Context, /, school: str | None, reader: str | None, **rest: object) -> None:
        before = context.obj or Given()
        context.obj = Given(school or before.school, reader or before.reader)
        command(context.obj, **rest)

    return told


def of_report(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command be told the reference of a report, however it is typed."""
    return click.argument("reference", callback=_tidied)(command)


def _tidied(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    tidy = value.strip().upper()
    match = _REFERENCE.fullmatch(tidy)
    return f"R-{match[1]}-{match[2]}" if match else tidy


@contextmanager
def asking(given: Given) -> Iterator[Asker]:
    """Open the store for whoever asks; raises a click error where they aren't known."""
    settings = settings_from_environment()
    contacts = contacts_of(settings)
    folders = folders_of(only=settings.packs)
    slug, role = known_school(given.school or DEFAULT_SCHOOL, folders), given.reader
    if slug not in contacts and role is None:
        raise click.UsageError("Say who you are, such as: askfirst cases --as dsl")
    if slug not in contacts and role not in ROLES:
        raise click.BadParameter(f"there is no role {role}. {did_you_mean(role or '', ROLES)}")
    school = load([folders[slug]], [topic.id for topic in load_topics()])[0]
    with open_store(settings) as store:
        if slug not in contacts:
            yield Asker(store, school, role or "", role or "", school.title_of(role or ""))
            return
        meet(store, contacts)
        lead = store.leads.who(slug, TERMINAL, account())
        if lead is None:
            raise click.ClickException(say("cases.not_enrolled"))
        yield Asker(store, school, lead.id, lead.label, case_view.titles_of(lead, school), contacts[slug])


def account() -> str:
    """Give the account that somebody is logged in with, which the system itself vouches for where it can."""
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
