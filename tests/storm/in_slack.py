"""The Slack of the storm: the fake one of the channel tests, with real websockets, and those who are in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from handlers.wording import say
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import SECRET, Envelope, Shown, Team
from tests.storm.reports import DSL_IN_SLACK

if TYPE_CHECKING:
    from tests.storm.outside import Outside

_OPEN = say("notices.open")
_ANEW = say("report.anew")


class StormSlack(FakeSlack):
    """A Slack whose people do at once what the storm's people do; its server is a thread of its own."""

    def of(self, outside: Outside) -> None:
        """Take what stands beside it, and let its people in."""
        self._outside, self._people, self._main = outside, outside.people, asyncio.get_running_loop()
        self.down, self.turned_away = False, 0
        self._pressed: list[tuple[str, Shown, str, Envelope]] = []
        self.mouth = _Mouth(self)
        self._people.mouths[True] = self.mouth
        self.joins(DSL_IN_SLACK)

    def settings(self) -> dict[str, str]:
        """Give the settings with which the bot comes here."""
        team = self.teams[0]
        return {
            "slack_api": self.url,
            "slack_bot_token": team.bot_token,
            "slack_app_token": team.app_token,
            "slack_signing_secret": SECRET,
            "slack_schools": team.school,
        }

    def press_again(self) -> None:
        """Let whoever pressed a button in vain, since nobody was there to hear it, press it once more."""
        failed = [one for one in self._pressed if one[3].failed]
        self._pressed = [one for one in self._pressed if not (one[3].failed or one[3].acknowledged)]
        for user, shown, label, _ in failed:
            if label in shown.labels:  # an answer that came late may have taken it away
                self.press(user, shown, label)

    def press(self, user: str, shown: Shown, label: str) -> None:
        """Press a button of a message."""
        self._pressed.append((user, shown, label, self.presses(user, shown, label)))

    async def _api(self, request: web.Request) -> web.Response:
        if self.down:
            self.turned_away += 1
            return web.Response(status=503)
        return await super()._api(request)

    async def _m_chat_postMessage(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Slack's
        key = args.pop("storm_key", "")
        result = await super()._m_chat_postMessage(team, args)
        self._main.call_soon_threadsafe(self._arrived, f"slack {key}")
        return result

    def _arrived(self, key: str) -> None:
        self._outside.arrivals[key].append(self._outside.life)

    def _log(self, shown: Shown) -> None:
        super()._log(shown)
        who = shown.only or shown.channel.removeprefix("D")
        if shown.kind != "home" and "user" not in shown.body:
            self._main.call_soon_threadsafe(self._shown, who, shown, shown.text)

    def _shown(self, who: str, shown: Shown, text: str) -> None:
        self._people.shown(who, text, lambda _: self.press(who, shown, _OPEN) if _OPEN in shown.labels else None)


class _Mouth:
    """How people speak in Slack."""

    def __init__(self, slack: StormSlack) -> None:
        self._slack = slack

    def says(self, person: str, text: str) -> None:
        """Type something into one's own chat with the bot."""
        if person not in self._slack.users:
            self._slack.joins(person)
        self._slack.says(person, text)

    def starts_again(self, person: str) -> None:
        """Press the button that begins a report anew."""
        shown = next(one for one in self._slack.newest(person) if _ANEW in one.labels)
        self._slack.press(person, shown, _ANEW)
