"""Puts together what the settings say of each workspace: its tokens and its school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channels.channel import Unusable
from knowledge.reading import did_you_mean, sentence

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace's app with its tokens, and the school that it belongs to."""

    school: str
    bot_token: str
    app_token: str = ""
    signing_secret: str = ""


def workspaces(
    bot_tokens: str, app_tokens: str, secrets: str, schools: str, *, served: Collection[str], by_http: bool
) -> list[Workspace]:
    """Give the workspaces in the settings' order; raises Unusable where they don't go together."""
    bots, named = _parts(bot_tokens), _parts(schools)
    if not named and len(bots) == len(served) == 1:
        named = list(served)
    setting = "ASKFIRST_SLACK_SIGNING_SECRET" if by_http else "ASKFIRST_SLACK_APP_TOKEN"
    others = _parts(secrets if by_http else app_tokens)
    if len(named) != len(bots):
        raise Unusable(
            f"Slack has {len(bots)} bot tokens and {len(named)} schools."
            " Name each workspace's school in ASKFIRST_SLACK_SCHOOLS, in the order of the tokens."
        )
    if len(others) != len(bots):
        raise Unusable(f"Slack has {len(bots)} bot tokens, but {setting} has {len(others)}. Give one for each.")
    for school in named:
        if school not in served:
            mend = sentence(did_you_mean(school, served))
            raise Unusable(f"ASKFIRST_SLACK_SCHOOLS names {school}, which isn't served. {mend}")
    if len(set(named)) != len(named):
        raise Unusable("ASKFIRST_SLACK_SCHOOLS names a school twice. Give each workspace a school of its own.")
    return [
        Workspace(school, bot, *(("", other) if by_http else (other, "")))
        for school, bot, other in zip(named, bots, others, strict=True)
    ]


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.split(",") if part.strip()]
