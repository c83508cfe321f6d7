"""Says which routes lead to somebody who could not open a report, or to where somebody else would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.opening import SetUpProblem
from knowledge.model import KINDS, SUBJECTS
from knowledge.routing import Concern, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.settings import Settings
    from knowledge.contacts import Contacts, Person
    from knowledge.model import School

MEND = "Give them a channel in the contacts on which this bot runs, or change the route."


def openable(settings: Settings) -> frozenset[str]:
    """Give the channels that run with these settings and on which a report's content can be opened."""
    found = {
        "telegram": bool(settings.telegram_token.get_secret_value()),
        "slack": bool(settings.slack_bot_token.get_secret_value()),
        "email": bool(settings.smtp_host and settings.page_address),
    }
    return frozenset(channel for channel, runs in found.items() if runs)


def refuse_dead_ends(
    schools: Iterable[School], contacts: Mapping[str, Contacts], channels: Iterable[str], at: datetime
) -> None:
    """Raise SetUpProblem where a report of one of these schools could reach somebody who can't open it at this time."""
    channels = frozenset(channels)
    found = [line for s in schools if s.slug in contacts for line in dead_ends(s, contacts[s.slug], channels, at)]
    if found:
        raise SetUpProblem("\n".join(["some reports could not be opened:", *found, MEND]))


def dead_ends(school: School, contacts: Contacts, channels: Iterable[str], at: datetime) -> list[str]:
    """Say for each role that is told of some report why nobody with it could open one, and who would read another's."""
    channels, day = frozenset(channels), at.astimezone(contacts.zone).date()
    told: dict[str, str] = {}
    for kind in KINDS:
        for subject in SUBJECTS:
            concern = Concern(kind, frozenset({subject}), child_at_risk=True)
            for recipient in route(school, concern).recipients:
                told.setdefault(recipient.role, f"{kind} about {subject}")
    return [
        f"{school.slug}: {school.title_of(role)} ({role}) is told of {example}, and {why}"
        for role, example in told.items()
        if (why := _why([p for p in contacts.people if role in p.roles and p.holds(day)], channels))
    ] + [
        f"{school.slug}: {one} and {other} are reached in the same place, so each would read what the other is told"
        for one, other in contacts.shared_places(day)
    ]


def _why(holders: Sequence[Person], channels: frozenset[str]) -> str:
    if not holders:
        return "nobody in the contacts holds that role today"
    if not any(channel in channels for person in holders for channel, _ in person.channels):
        return f"{', '.join(p.label for p in holders)} has no channel on which it could be opened"
    return ""
