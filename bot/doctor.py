"""Looks over everything that the bot needs, and says of each part whether it is well and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bot.alarming import LATE, STUCK
from bot.app import channels_of, contacts_of, meet, schools_served
from bot.channels.channel import Examined, Unusable
from bot.opening import now, open_store
from bot.packs import load
from bot.reachable import MEND, dead_ends, openable
from bot.store.alone import at_work
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from bot.channels.channel import Channel
    from bot.opening import Store
    from bot.settings import Settings
    from knowledge.contacts import Contacts
    from knowledge.model import School

_ALARMS = {
    "channel": (
        "{} gives no answer, or isn't set any more: what is promised on it waits, and nothing may come in",
        "Look at that channel below. Is it set? Does its token still work? Look at the network of this machine, too",
    ),
    "notice": (
        "a notice to a lead waits: {}",
        "Look for “can't write a notice” in the log of askfirst run, and tell us the error's name",
    ),
    "case": (
        "case {}",
        "Where its key was lost, bring back the keys from your backup, and tell the DSL in person that a report waits",
    ),
    "draft": (
        "the unfinished report {}",
        "Where its key was lost, bring back the keys from your backup; else tell us the error's name in the log",
    ),
    "alone": (
        "a report has nobody left who may read it and can be told: {}",
        "Tell the chair in person: its reporter was told whom to ring, and may ring them, too",
    ),
    "refused": (
        "{}: the last message to this lead was refused there",
        "Ask them to unblock the bot and write to it once, or change that channel in the contacts",
    ),
    "unreachable": ("{}: none of their channels runs here, so they are never told", MEND),
}
"""What each kind of alarm says, and how it is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part that was looked at; `mend` says what to do where it isn't well."""

    part: str
    found: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at settings, contacts, packs, store and channels, in this order."""
    try:
        contacts = contacts_of(settings)
        folders = schools_served(settings, contacts)
    except click.ClickException as error:
        yield Finding("schools", error.message, "Mend that, then look again")
        return
    yield from _packs(settings, folders, contacts)
    try:
        with open_store(settings) as store:
            yield Finding("data folder", str(settings.data))
            yield from _store(store, now())
            yield from keys_apart(settings)
            yield from readable_by_others(settings)
            yield from _at_work(settings)
            meet(store, contacts)
            yield from _without_app(store, contacts, openable(settings))
            yield from _without_account(store, contacts, openable(settings))
            yield from _channels(settings, store, folders)
    except click.ClickException as error:
        yield Finding("store", error.message, "Mend that, then look again")


def _packs(settings: Settings, folders: Mapping[str, Path], contacts: Mapping[str, Contacts]) -> Iterator[Finding]:
    try:
        schools = load(folders.values(), [topic.id for topic in load_topics()])
    except click.ClickException as error:
        yield Finding("packs", error.message, "Mend these lines, then run askfirst check")
        return
    for school in schools:
        yield Finding(
            "pack", f"{school.name} ({school.slug}): {len(school.clauses)} clauses, {len(school.routes)} routes"
        )
        yield from _contacts(school, contacts.get(school.slug), openable(settings))


def _contacts(school: School, contacts: Contacts | None, channels: Collection[str]) -> Iterator[Finding]:
    if contacts is None:
        yield Finding(
            "contacts",
            f"{school.slug} is on trial: nobody receives its reports",
            "Write its contacts after docs/contacts.example.yaml and name them in ASKFIRST_CONTACTS",
        )
        return
    dead = dead_ends(school, contacts, channels, now())
    for line in dead:
        yield Finding("contacts", line, MEND)
    if not dead:
        yield Finding("contacts", f"{school.slug}: {len(contacts.people)} people, every report can be opened")


def _store(store: Store, at: datetime) -> Iterator[Finding]:
    waiting = store.events.waiting()
    # What is on its way now isn't counted, since whoever may not know of a report could tell it by its notices.
    late, minutes = store.deliveries.overdue(at - STUCK), STUCK.total_seconds() / 60
    yield Finding(
        "store",
        f"open; messages that wait to be answered: {waiting.count}, to be sent for over {minutes:.0f} minutes: {late}",
    )
    if waiting.oldest and at - waiting.oldest > LATE:
        yield Finding(
            "inbox",
            f"a message has waited since {waiting.oldest:%d %B %H:%M} UTC",
            "Start askfirst run, and look at its log",
        )
    if waiting.given_up:
        yield Finding(
            "inbox",
            f"messages that could not be answered in the last week: {waiting.given_up}; their senders were told so",
            "Look for “given up” in the log of askfirst run, and tell us the error's name",
        )
    yield from _alarms(store)
    for lost in store.deliveries.given_up():
        yield Finding(
            "outbox",
            f"messages that {lost.channel} did not take in the last month: {lost.count},"
            f" the last on {lost.newest:%d %B}: {lost.why}",
            "Where a person blocked the bot nothing is to be done; else check the token and the network",
        )
    if broken := store.record.first_broken():
        yield Finding(
            "record", f"the record of cases was changed at step {broken}", "Compare it with a backup, and tell your DPO"
        )
    if repeats := store.deliveries.repeats():
        yield Finding(
            "outbox", f"messages that may have arrived twice, since nothing told that they had arrived once: {repeats}"
        )


def keys_apart(settings: Settings) -> Iterator[Finding]:
    """Warn where the keys of reports stand in the same database as the reports, so that each backup holds both."""
    if settings.keys_url == settings.database_url:
        yield Finding(
            "keys",
            "the keys stand in the same database as the reports: every dump of it holds both, and what was erased can"
            " be read again from an older one",
            "Make a second, empty database and name it in ASKFIRST_KEYS_DATABASE. Where there are reports already,"
            " docs/for-it-case-page.md says under “Backup” how they move",
        )


def _at_work(settings: Settings) -> Iterator[Finding]:
    """Say so where `askfirst run` was at work once, and isn't now."""
    if at_work(settings.database_url) is False:
        yield Finding(
            "run",
            "askfirst run is not at work: nobody is answered, and nobody is told of a report",
            "Start it, and see to it that it starts again by itself",
        )


def readable_by_others(settings: Settings) -> Iterator[Finding]:
    """Name the files of the store that other accounts of this machine can read or change."""
    for file in (settings.data, *sorted(settings.data.glob("*.db")), settings.master_key_file):
        if file.exists() and (mode := file.stat().st_mode & 0o077):
            yield Finding(
                "data folder",
                f"{file} can be read or changed by other accounts of this machine ({mode:03o})",
                f"chmod {'700' if file.is_dir() else '600'} {file}",
            )


def _alarms(store: Store) -> Iterator[Finding]:
    for alarm in store.alarms.raised():
        kind, _, what = alarm.name.partition(" ")
        if kind in _ALARMS:
            words, mend = _ALARMS[kind]
            yield Finding("alarm", f"{words.format(what)}. Since {alarm.since:%d %B %H:%M} UTC", mend)


def _without_app(store: Store, contacts: Mapping[str, Contacts], channels: Collection[str]) -> Iterator[Finding]:
    """Name the leads who could open reports from e-mail alone, and have no second factor yet."""
    if "email" not in channels:
        return
    for slug, found in contacts.items():
        opens = {p.label: {channel for channel, _ in p.channels if channel in channels} for p in found.people}
        by_mail = {lead.id: lead.label for lead in store.leads.holders(slug) if opens.get(lead.label) == {"email"}}
        for label in sorted(by_mail[one] for one in store.factors.missing(frozenset(by_mail))):
            yield Finding(
                "case page",
                f"{slug}: {label} has no authenticator app yet, and can't open a report from e-mail",
                f"Run askfirst cases --school {slug} code {label}, and give them the code in person",
            )


def _without_account(store: Store, contacts: Mapping[str, Contacts], channels: Collection[str]) -> Iterator[Finding]:
    """Name the leads who are told in a chat, and are known there by no account yet."""
    for slug, found in contacts.items():
        known, held = store.leads.enrolled(slug), {lead.label for lead in store.leads.holders(slug)}
        for person in found.people:
            chats = [channel for channel, _ in person.channels if channel in channels and channel != "email"]
            if chats and person.label in held - known:
                yield Finding(
                    "leads",
                    f"{slug}: {person.label} is told on {' and '.join(chats)}, and can't open a report there yet",
                    f"Run askfirst cases --school {slug} code {person.label}, and give them the code in person",
                )


def _channels(settings: Settings, store: Store, schools: Collection[str]) -> Iterator[Finding]:
    channels = channels_of(settings, store, schools)
    if not channels:
        yield Finding("channels", "no chat platform is set", "Set ASKFIRST_TELEGRAM_TOKEN or ASKFIRST_SLACK_BOT_TOKEN")
    for channel in channels:
        yield from asyncio.run(_channel(channel))


async def _channel(channel: Channel) -> list[Finding]:
    try:
        found = [Finding(channel.name, await channel.open())]
        if isinstance(channel, Examined):
            found += [Finding(channel.name, *line) for line in await channel.examine()]
    except Unusable as error:
        return [Finding(channel.name, "can't be used", str(error))]
    else:
        return found
    finally:
        await channel.close()
