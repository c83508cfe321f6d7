"""Knows who is staff in a workspace, and who is a guest or comes from another one."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError

from bot.channels.channel import NotYet, Refused
from bot.channels.slack.calls import NO_ANSWER, outcome, said
from knowledge.model import Audience

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.channels.channel import Payload

_log = logging.getLogger(__name__)

_FRESH = 3600.0
"""Seconds for which an account's kind is taken as known; a member can become a guest."""
_PAGE = 200


class NotKnown(NotYet):
    """Slack hasn't said yet who somebody is."""


class People:
    """The people of one workspace by role."""

    def __init__(self, client: AsyncWebClient, team: str, governors: frozenset[str]) -> None:
        self._client, self._team, self._governors = client, team, governors
        self._roles: dict[str, tuple[Audience, float]] = {}
        self._asked: dict[str, asyncio.Task[None]] = {}

    async def learn_all(self) -> None:
        """Ask for everybody at once; whoever is missing then is asked for when they write."""
        cursor = ""
        try:
            while True:
                page = await self._client.users_list(limit=_PAGE, cursor=cursor)
                for user in page["members"]:
                    self._note(user)
                cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
                if not cursor:
                    return
        except (SlackApiError, *NO_ANSWER) as error:
            _log.warning("Slack did not list the workspace's people (%s); each is asked for", type(error).__name__)

    async def learn(self, user: str, patience: float) -> None:
        """Find out who somebody is, but don't wait longer than this many seconds."""
        if self._known(user):
            return
        task = self._asked.get(user) or asyncio.create_task(self._ask(user))
        self._asked[user] = task
        await asyncio.wait([task], timeout=patience)

    def role(self, user: str) -> Audience:
        """Give somebody's role; raises NotKnown while it isn't known."""
        if found := self._roles.get(user):
            return found[0]
        raise NotKnown

    def _known(self, user: str) -> bool:
        found = self._roles.get(user)
        return found is not None and time.monotonic() - found[1] < _FRESH

    async def _ask(self, user: str) -> None:
        try:
            self._note((await self._client.users_info(user=user))["user"])
        except SlackApiError as error:
            if isinstance(outcome(error), Refused):
                # Somebody of a connected workspace whom Slack won't show; and where a scope is missing, everybody.
                self._roles[user] = (Audience.VISITOR, time.monotonic())
            _log.warning("Slack did not say who somebody is (%s)", said(error))
        except NO_ANSWER as error:
            _log.warning("Slack did not say who somebody is (%s)", type(error).__name__)
        finally:
            self._asked.pop(user, None)

    def _note(self, user: Payload) -> None:
        self._roles[user["id"]] = (role_of(user, self._team, self._governors), time.monotonic())


def role_of(user: Payload, team: str, governors: frozenset[str]) -> Audience:
    """Give the role of an account: guests and people of connected workspaces look like members until asked."""
    if user["id"] in governors:
        return Audience.GOVERNOR
    guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    elsewhere = team not in (user.get("team_id", team), *(user.get("enterprise_user") or {}).get("teams", ()))
    return Audience.VISITOR if guest or elsewhere else Audience.STAFF
