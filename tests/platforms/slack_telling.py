"""Tells the bot what happened in a Slack: by its socket or over HTTP, and again until it says that it heard."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError

from tests.platforms.slack_kit import check_view
from tests.platforms.slack_parts import ACKNOWLEDGED_WITHIN, PATIENCE, SECRET, Envelope, Team
from tests.platforms.slack_state import State

_PAUSE = 0.1
"""The server's own pause between two tries over HTTP, in seconds; Slack's are longer."""


class Telling(State):
    """A Slack that tells the bot."""

    def _tell_event(self, team: Team, event: dict[str, Any], sample: str, times: int = 1) -> None:
        home = self.users.get(event.get("user", ""), {}).get("team_id", team.id)
        body = {
            "token": "masked",
            "team_id": home,  # of somebody in a shared channel it may be theirs; the app's own stands below
            "api_app_id": "A1",
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev{next(self._count):08d}",
            "event_time": int(time.time()),
            "is_ext_shared_channel": home != team.id,
            "authorizations": [
                {"team_id": team.id, "user_id": team.bot, "is_bot": True, "is_enterprise_install": False}
            ],
        }
        self.violations += self.samples.check(body, f"events/{sample}.json")
        self._tell(team, "events_api", body, times)

    def _tell(self, team: Team, kind: str, payload: dict[str, Any], times: int = 1) -> Envelope:
        samples = {
            "block_actions": "app-backend/interactive-components/BlockActionPayload.json",
            "message_action": "app-backend/interactive-components/MessageShortcutPayload.json",
            "view_submission": "app-backend/views/ViewSubmissionPayload.json",
        }
        if payload.get("type") in samples:
            self.violations += self.samples.check(payload, samples[payload["type"]])
        envelope = Envelope(team, kind, payload, f"envelope-{next(self._count)}")
        if self.outside:
            return envelope
        with self._changed:
            self.envelopes.append(envelope)
        for _ in range(times):
            asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop)
        return envelope

    async def _send(self, envelope: Envelope) -> None:
        """Tell the bot, again until it says that it heard; of what a person pressed, filled in or commanded, once."""
        if self.bot_url:
            await self._post(envelope)
            return
        events = envelope.kind == "events_api"
        while not self._ended.is_set():
            sockets = [s for s in self._sockets[envelope.team.school] if not s.closed]
            if sockets:
                message = {"type": envelope.kind, "envelope_id": envelope.id, "payload": envelope.payload}
                message["accepts_response_payload"] = not events
                envelope.sent.append(time.monotonic())
                try:
                    await sockets[-1].send_str(json.dumps(message))
                except (ConnectionError, RuntimeError):
                    await asyncio.sleep(0.02)  # whoever held the other end is dead, and the server has yet to see it
                    continue
                if envelope.acknowledged or await self._heard(envelope):
                    return
            if not events:
                self._fail(envelope)
                return
            await asyncio.sleep(0.02)  # the server's own pause while nobody is connected

    async def _heard(self, envelope: Envelope) -> bool:
        end = self._loop.time() + ACKNOWLEDGED_WITHIN
        while self._loop.time() < end and not envelope.acknowledged:
            if not any(not s.closed for s in self._sockets[envelope.team.school]):
                return False
            await asyncio.sleep(0.01)
        return bool(envelope.acknowledged)

    async def _post(self, envelope: Envelope) -> None:
        events = envelope.kind == "events_api"
        body = (
            json.dumps(envelope.payload)
            if events
            else urlencode(
                envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
            )
        )
        for attempt in range(int(PATIENCE / _PAUSE)):
            headers = self.signed(body)
            headers["Content-Type"] = "application/json" if events else "application/x-www-form-urlencoded"
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
            envelope.sent.append(time.monotonic())
            try:
                async with self._http.post(
                    f"{self.bot_url}/{envelope.team.school}", data=body, headers=headers
                ) as answer:
                    said = await answer.text()
                    if answer.ok:
                        self._acknowledge(envelope, json.loads(said) if said.startswith("{") else {})
                        return
            except (ClientError, TimeoutError):
                pass
            if not events:
                break
            await asyncio.sleep(_PAUSE)
        self._fail(envelope)

    def _fail(self, envelope: Envelope) -> None:
        """Give up: the person is shown that it didn't work, and may do it again."""
        with self._changed:
            envelope.failed = not envelope.acknowledged
            self._changed.notify_all()

    def signed(self, body: str) -> dict[str, str]:
        """Give the headers that say that this comes from Slack."""
        at = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    def _acknowledge(self, envelope: Envelope, answer: dict[str, Any]) -> None:
        with self._changed:
            if not envelope.acknowledged:
                envelope.acknowledged, envelope.answer = time.monotonic(), answer
                self._after(envelope, answer)
            self._changed.notify_all()

    def _after(self, envelope: Envelope, answer: dict[str, Any]) -> None:
        """Do what the bot's acknowledgement of a form asks for; an empty one closes it."""
        if envelope.payload.get("type") != "view_submission":
            return
        shown = self.views.get(envelope.payload["view"]["id"])
        if shown is None:
            return
        if answer.get("response_action") == "update":
            self.violations += check_view(answer["view"])
            shown.body = answer["view"]
            self._log(shown)
        elif not answer:
            self.views.pop(shown.ts, None)

    def tells_again(self, envelope: Envelope) -> None:
        """Send something once more that was acknowledged already."""
        asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop)
