"""One workspace in which the bot is connected: who it is there, its client, its people and its app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.channel import Refused, Unreachable, Unusable
from bot.channels.slack.calls import BAD_TOKEN, NO_ANSWER, outcome, said
from bot.channels.slack.connection import Socket
from bot.channels.slack.people import People

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.response import BoltResponse

    from bot.channels.slack.workspaces import Workspace


@dataclass(slots=True)
class Seat:
    """A workspace that is connected."""

    workspace: Workspace
    client: AsyncWebClient
    people: People
    team: str
    name: str
    bot: str
    bot_id: str
    granted: frozenset[str]
    """The scopes of the bot token, as Slack says them."""
    app: AsyncApp
    socket: Socket | None = None

    @property
    def itself(self) -> str:
        """Give the bot's own id as a person of this workspace."""
        return f"{self.team}/{self.bot}"

    def commits_with(self, commit: Callable[[dict[str, Any]], Awaitable[BoltResponse]]) -> None:
        """Let everything that passes the library's own checks end here: committed, or dropped."""

        async def take(body: dict[str, Any]) -> BoltResponse:
            return await commit(body)

        self.app.middleware(take)

    async def plug(self) -> None:
        """Open a socket, where there is none; raises Unusable where the token is none, or Unreachable."""
        if self.socket:
            return
        await self.check_app_token()
        self.socket = Socket(self.app, self.workspace.app_token)
        await self.socket.open()

    async def check_app_token(self) -> None:
        """Ask Slack whether a socket could be opened; raises Unusable where the token is none, or Unreachable."""
        token = self.workspace.app_token
        try:
            await self.client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            raise _token_problem(error, self.workspace, "ASKFIRST_SLACK_APP_TOKEN") from None
        except (SlackClientError, *NO_ANSWER) as error:
            raise _unreachable(type(error).__name__) from None

    async def unplug(self) -> None:
        """Close the socket, where there is one."""
        if self.socket:
            await self.socket.close()
            self.socket = None

    async def answers(self) -> str:
        """Give an empty text where Slack still knows the bot, else why it gave no answer; raises Unusable."""
        try:
            await self.client.auth_test()
        except SlackApiError as error:
            if said(error) in BAD_TOKEN:
                raise _token_problem(error, self.workspace, "ASKFIRST_SLACK_BOT_TOKEN") from None
            return said(error) or "a broken answer"
        except (SlackClientError, *NO_ANSWER) as error:
            return type(error).__name__
        return ""


async def sit(workspace: Workspace, api: str, governors: frozenset[str], *, signed: bool) -> Seat:
    """Ask Slack who the bot is in a workspace, or raise Unusable or Unreachable; `signed` requests are checked."""
    client = AsyncWebClient(workspace.bot_token, base_url=api, timeout=15, retry_handlers=[])
    try:
        me = await client.auth_test()
    except SlackApiError as error:
        raise _token_problem(error, workspace, "ASKFIRST_SLACK_BOT_TOKEN") from None
    except (SlackClientError, *NO_ANSWER) as error:
        raise _unreachable(type(error).__name__) from None
    team = str(me["team_id"])
    itself = AuthorizeResult.from_auth_test_response(bot_token=workspace.bot_token, auth_test_response=me)

    async def authorize() -> AuthorizeResult:
        """Say who the bot is; Bolt would ask Slack itself, once for each event of the first burst."""
        return itself

    app = AsyncApp(
        # Without a token of its own, so that Bolt takes what `authorize` says.
        client=AsyncWebClient(base_url=api, timeout=15, retry_handlers=[]),
        authorize=authorize,
        # Over a socket nothing is signed, since the socket itself is ours; the library still asks for a secret.
        signing_secret=workspace.signing_secret or "none",
        request_verification_enabled=signed,
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
    people = People(client, team, governors)
    granted = frozenset(scope.strip() for scope in me.headers.get("x-oauth-scopes", "").split(",") if scope.strip())
    bot, bot_id = str(me["user_id"]), str(me.get("bot_id", ""))
    return Seat(workspace, client, people, team, str(me.get("team", team)), bot, bot_id, granted, app)


def _unreachable(why: str) -> Unreachable:
    return Unreachable(f"Slack can't be reached ({why}). Check the network.")


def _token_problem(error: SlackApiError, workspace: Workspace, setting: str) -> Unusable:
    word = said(error)
    if word in BAD_TOKEN:
        return Unusable(
            f"Slack does not know the token of {workspace.school}. Copy it again from your app's page into {setting}."
        )
    meant = outcome(error)
    if isinstance(meant, Refused):
        return Unusable(f"Slack did not take the token of {workspace.school} ({meant}). Check {setting}.")
    return _unreachable(str(meant))
