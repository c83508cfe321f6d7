"""Makes one call to Slack, and says what became of it: sent, to be tried again, or never taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.channel import Refused, Unsure, Wait

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.channels.channel import Payload

NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError)
"""What is raised where Slack gave no answer, or slack_sdk stumbles over one that is not Slack's, such as a page."""
BAD_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
)
"""What Slack says of a token that is none, or no more."""
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "accesslimited"})
_TOO_MANY = 429
_FAULT = 500
_OK = 200
_PATIENCE = 30.0
"""Seconds to wait where Slack asks for patience and doesn't say how long."""


async def call(client: AsyncWebClient, method: str, args: Payload) -> Payload:
    """Make a call of the Web API; raises Wait, Unsure or Refused."""
    try:
        return dict((await client.api_call(method, json=args)).data)  # type: ignore[arg-type]
    except SlackApiError as error:
        raise outcome(error) from None
    except (SlackClientError, *NO_ANSWER) as error:
        raise Unsure(type(error).__name__) from None


async def respond(url: str, args: Payload) -> None:
    """Answer at the address that came with a command or a press; raises Wait, Unsure or Refused."""
    webhook = AsyncWebhookClient(url, timeout=15, retry_handlers=[])
    try:
        answer = await webhook.send_dict(args)
    except (SlackClientError, *NO_ANSWER) as error:
        raise Unsure(type(error).__name__) from None
    if answer.status_code == _OK:
        return
    if answer.status_code == _TOO_MANY:
        raise Wait(_seconds(dict(answer.headers)))
    if answer.status_code >= _FAULT:
        raise Unsure(f"status {answer.status_code}")
    raise Refused(f"the address of the answer is no more (status {answer.status_code})")


def outcome(error: SlackApiError) -> Exception:
    """Say what a call's error means for trying again."""
    response = error.response
    status, word = getattr(response, "status_code", 0), said(error)
    if status == _TOO_MANY or word in ("ratelimited", "rate_limited"):
        return Wait(_seconds(dict(getattr(response, "headers", {}))))
    # Without a word of Slack's own it was somebody else who answered, such as a web filter; and what meets a token that
    # is being changed waits, since the heartbeat finds one that is wrong for good.
    if status >= _FAULT or word in _PASSING or word in BAD_TOKEN or not word:
        return Unsure(word or f"status {status}")
    return Refused(word)


def said(error: SlackApiError) -> str:
    """Give Slack's own word for an error; a broken answer has none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _seconds(headers: dict[str, str]) -> float:
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(given) if given.replace(".", "", 1).isdigit() else _PATIENCE
