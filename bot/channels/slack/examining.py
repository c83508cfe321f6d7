"""Looks at what Slack holds of the bot in a workspace, and says how to mend what isn't well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channels.channel import Unusable
from bot.channels.slack.calls import NO_ANSWER, said
from bot.channels.slack.manifest import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.channels.slack.seat import Seat

_ANEW = "then press Reinstall to Workspace under Install App"
_NO_APP = "Slack does not say of which app a token is"


async def examine(seat: Seat, *, by_socket: bool) -> list[tuple[str, str]]:
    """Give what was found of one workspace and how to mend it, empty where it is well; raises Unusable."""
    found = list(_scopes(seat.granted))
    if by_socket:
        await seat.check_app_token()
        found.append(await _app(seat))
    return [(f"{seat.name}: {line}", mend) for line, mend in found]


def _scopes(granted: frozenset[str]) -> Iterator[tuple[str, str]]:
    missing, needless = [scope for scope in SCOPES if scope not in granted], sorted(granted - SCOPES.keys())
    if missing:
        named = "; ".join(f"{scope}, {SCOPES[scope]}" for scope in missing)
        mend = f"On your app's page, put what askfirst manifest prints into App Manifest, {_ANEW}"
        yield f"it may not do what it needs: {named}", mend
    if needless:
        mend = f"On your app's page, take them out under OAuth & Permissions, {_ANEW}"
        yield f"it may do more than it needs: {', '.join(needless)}", mend
    if not missing and not needless:
        yield f"it may do the {len(SCOPES)} things that it needs, and no more", ""


async def _app(seat: Seat) -> tuple[str, str]:
    """Find out whether both tokens are of one app: else the socket opens, and nothing that people say comes in."""
    client, token = seat.client, seat.workspace.app_token
    try:
        # Each answers for its own app, and neither needs a scope that isn't there already.
        mine = (await client.bots_info(bot=seat.bot_id))["bot"].get("app_id")
        sockets = (await client.api_call("auth.test", headers={"Authorization": f"Bearer {token}"})).get("app_id")
    except SlackApiError as error:
        return f"{_NO_APP} ({said(error)})", ""
    except (SlackClientError, *NO_ANSWER) as error:
        raise Unusable(f"Slack can't be asked ({type(error).__name__}). Check the network, then try again.") from None
    if not mine or not sockets:
        return _NO_APP, ""
    if mine != sockets:
        mend = "Copy ASKFIRST_SLACK_APP_TOKEN from Basic Information of the app that ASKFIRST_SLACK_BOT_TOKEN is of"
        return f"the tokens are of two apps, {mine} and {sockets}, so that nothing comes in", mend
    return "events come by Socket Mode", ""
