"""Speaks with Slack over the network: receives by sockets or by HTTP, and sends; nothing else."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.channel import Pace, Received, Refused, Unusable
from bot.channels.slack.answer import THREAD, answer, sorry, tell
from bot.channels.slack.calls import BAD_TOKEN, NO_ANSWER, call, respond, said
from bot.channels.slack.connection import Socket
from bot.channels.slack.parse import NAME, Heard, Kind, parse
from bot.channels.slack.people import NotKnown, People
from bot.channels.slack.render import saved

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.channel import Delivery, Payload
    from bot.channels.slack.workspaces import Workspace
    from handlers.message import Reply
    from handlers.ports import Memory, World

_log = logging.getLogger(__name__)

PACE = Pace(overall=0.02, line=1.0)
"""Slack allows about one message a second in a channel; what is too fast it answers with a wait."""
_FORM_WAITS = 2.2
"""Seconds for which a form waits for its next step; Slack gives up after three."""
_WHO_WAITS = 0.6
"""Seconds for which an event waits to hear who sent it."""
_ALIVE = "slack.alive"
_OUTAGE = timedelta(minutes=2)
"""From how long a silence on our side direct messages are read back."""
_MARGIN = timedelta(minutes=5)
"""How much further back is read: clocks differ, and the last sign of life was a while before the end."""
_LONGEST_OUTAGE = timedelta(days=5)
_BIG_BODY = 4 * 1024 * 1024


@dataclass(slots=True)
class _Seat:
    """A workspace that is connected."""

    workspace: Workspace
    client: AsyncWebClient
    people: People
    team: str
    name: str
    bot: str
    app: AsyncApp
    socket: Socket | None = None


class Slack:
    """The Slack channel."""

    name = NAME

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        memory: Memory,
        clock: Callable[[], datetime],
        *,
        api: str,
        governors: frozenset[str] = frozenset(),
        listen: tuple[str, int] | None = None,
        pace: Pace = PACE,
    ) -> None:
        """Take the workspaces and the address of the Web API; with `listen`, events come over HTTP, else by sockets."""
        self.pace = pace
        self._workspaces, self._memory, self._clock = workspaces, memory, clock
        self._api, self._governors, self._address = api, governors, listen
        self._seats: dict[str, _Seat] = {}
        self._forms: dict[str, list[asyncio.Future[Payload]]] = {}
        self._threads: set[tuple[str, str]] = set()
        self._server: web.AppRunner | None = None
        self._reading: set[asyncio.Task[None]] = set()
        self._receive: Callable[[Received], Awaitable[bool]] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> str:
        """Ask Slack who the bot is in each workspace, and who is staff there."""
        self._loop = asyncio.get_running_loop()
        for workspace in self._workspaces:
            seat = await self._sit(workspace)
            self._seats[seat.team] = seat
            await seat.people.learn_all()
        where = ", ".join(f"{s.name} ({s.workspace.school})" for s in self._seats.values())
        how = f"over HTTP on port {self._address[1]}" if self._address else "by Socket Mode"
        return f"Slack: connected to {where}, {how}"

    async def _sit(self, workspace: Workspace) -> _Seat:
        client = AsyncWebClient(workspace.bot_token, base_url=self._api, timeout=15, retry_handlers=[])
        try:
            me = await client.auth_test()
        except SlackApiError as error:
            raise Unusable(_token_problem(error, workspace, "ASKFIRST_SLACK_BOT_TOKEN")) from None
        except (SlackClientError, *NO_ANSWER) as error:
            raise Unusable(
                f"Slack can't be reached ({type(error).__name__}). Check the network, then try again."
            ) from None
        team = str(me["team_id"])
        app = AsyncApp(
            client=client,
            token=workspace.bot_token,
            # Over a socket nothing is signed, since the socket itself is ours; the library still asks for a secret.
            signing_secret=workspace.signing_secret or "none",
            request_verification_enabled=self._address is not None,
            process_before_response=True,
            attaching_conversation_kwargs_enabled=False,
        )
        people = People(client, team, self._governors)
        seat = _Seat(workspace, client, people, team, str(me.get("team", team)), str(me["user_id"]), app)

        async def commit(body: dict[str, Any]) -> BoltResponse:
            return await self._commit(seat, body)

        # Nothing stands behind this: whatever passes the library's own checks is committed here or dropped here.
        app.middleware(commit)
        return seat

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Begin to receive."""
        self._receive = receive
        if self._address:
            await self._serve(*self._address)
        else:
            for seat in self._seats.values():
                await self._plug(seat)
        for seat in self._seats.values():
            task = asyncio.create_task(self._read_back(seat))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def _plug(self, seat: _Seat) -> None:
        token = seat.workspace.app_token
        try:
            await seat.client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            raise Unusable(_token_problem(error, seat.workspace, "ASKFIRST_SLACK_APP_TOKEN")) from None
        except (SlackClientError, *NO_ANSWER) as error:
            raise Unusable(
                f"Slack can't be reached ({type(error).__name__}). Check the network, then try again."
            ) from None
        seat.socket = Socket(seat.app, token)
        await seat.socket.open()

    async def _serve(self, host: str, port: int) -> None:
        server = web.Application(client_max_size=_BIG_BODY)
        for seat in self._seats.values():
            server.router.add_post(f"/slack/{seat.workspace.school}", _taking(seat.app))
        self._server = web.AppRunner(server, access_log=None)
        await self._server.setup()
        try:
            await web.TCPSite(self._server, host, port).start()
        except OSError as error:
            raise Unusable(f"Slack's events can't be received (port {port}: {error.strerror}).") from None

    async def _commit(self, seat: _Seat, body: Payload) -> BoltResponse:
        """Commit what is meant for the bot, then tell Slack that it arrived; drop anything else unstored."""
        heard = parse(body, seat.bot)
        if heard is None or (heard.kind is Kind.FOLLOW_UP and not await self._spoke(heard)):
            return BoltResponse(status=200)
        if heard.in_channel:
            self._threads.add((heard.person, heard.conversation))
        await seat.people.learn(heard.user, _WHO_WAITS)
        if heard.kind is Kind.SUBMIT:
            return await self._next_step(seat, heard, body)
        await self._take(seat, heard, body)
        return BoltResponse(status=200)

    async def _take(self, seat: _Seat, heard: Heard, body: Payload) -> bool:
        assert self._receive is not None  # noqa: S101 -- nothing comes in before listen
        place = heard.place or f"{self._clock().timestamp():.6f}"
        kept = {name: value for name, value in body.items() if name not in ("token", "bot_access_token")}
        payload = {"team": seat.team, "body": kept}
        return await self._receive(Received(NAME, heard.event, heard.person, place, payload))

    async def _next_step(self, seat: _Seat, heard: Heard, body: Payload) -> BoltResponse:
        """Commit a form's step, then acknowledge it with the next one, as soon as that is promised."""
        step: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._forms.setdefault(heard.event, []).append(step)
        try:
            fresh = await self._take(seat, heard, body)
            shown = await asyncio.wait_for(step, _FORM_WAITS)
        except TimeoutError:
            if not fresh:
                return BoltResponse(status=503)  # this one is not the first to ask; let Slack say so
            shown = saved()
        finally:
            waiting = self._forms.get(heard.event, [])
            if step in waiting:
                waiting.remove(step)
            if not waiting:
                self._forms.pop(heard.event, None)
        return BoltResponse(status=200, body={"response_action": "update", "view": shown})

    async def _spoke(self, heard: Heard) -> bool:
        """Tell whether this person spoke to the bot in this thread before."""
        if (heard.person, heard.conversation) in self._threads:
            return True
        kept = await asyncio.to_thread(self._memory.recall, heard.person, heard.conversation, THREAD)
        return bool(kept)

    def answer(self, event: Received, world: World) -> list[Delivery]:
        """Handle an event."""
        seat = self._seats[event.payload["team"]]
        heard = parse(event.payload["body"], seat.bot)
        if heard is None:
            return []
        try:
            role = seat.people.role(heard.user)
        except NotKnown:
            assert self._loop is not None  # noqa: S101 -- open comes first
            asyncio.run_coroutine_threadsafe(seat.people.learn(heard.user, 0), self._loop)
            raise
        return answer(heard, seat.workspace.school, role, world)

    def sorry(self, event: Received) -> list[Delivery]:
        """Say that an event could not be handled."""
        heard = parse(event.payload["body"], self._seats[event.payload["team"]].bot)
        return sorry(heard) if heard else []

    def tell(self, school: str, whom: str, reply: Reply) -> list[Delivery]:
        """Tell one person something in their own chat; without a team, in their school's workspace."""
        team, _, user = whom.rpartition("/")
        teams = [team] if team in self._seats else [t for t, s in self._seats.items() if s.workspace.school == school]
        return [delivery for one in teams for delivery in tell(one, user, reply)]

    async def send(self, payload: Payload) -> None:
        """Make one call; what came too late for its place is sent to the person's own chat."""
        waiting = [step for step in self._forms.pop(payload.get("ack", ""), []) if not step.done()]
        if waiting:
            for step in waiting:
                step.set_result(payload["args"]["view"])
            return
        client = self._seats[payload["team"]].client
        try:
            if payload["method"] == "respond":
                await respond(payload["url"], payload["args"])
            else:
                await call(client, payload["method"], payload["args"])
        except Refused as refused:
            if "late" not in payload:
                raise
            _log.info("%s came too late (%s); it goes to the chat", payload["method"], refused)
            await call(client, "chat.postMessage", payload["late"])

    async def heartbeat(self) -> None:
        """Ask whether the tokens still work, and open sockets that have died anew."""
        for seat in self._seats.values():
            try:
                await seat.client.auth_test()
            except SlackApiError as error:
                if said(error) in BAD_TOKEN:
                    raise Unusable(_token_problem(error, seat.workspace, "ASKFIRST_SLACK_BOT_TOKEN")) from None
                _log.warning("Slack did not answer the heartbeat (%s)", said(error))
                continue
            except (SlackClientError, *NO_ANSWER) as error:
                _log.warning("Slack did not answer the heartbeat (%s)", type(error).__name__)
                continue
            if seat.socket and not await seat.socket.alive():
                _log.warning("the socket to %s had died; it is opened anew", seat.name)
                await seat.socket.close()
                await self._plug(seat)
            await asyncio.to_thread(self._note_alive, seat)

    def _note_alive(self, seat: _Seat) -> None:
        now = self._clock().isoformat()
        self._memory.keep(_itself(seat), _itself(seat), _ALIVE, {"at": now}, None)

    async def _read_back(self, seat: _Seat) -> None:
        """Read the direct messages that came while nobody listened; those that are known are dropped by their ids."""
        kept = await asyncio.to_thread(self._memory.recall, _itself(seat), _itself(seat), _ALIVE)
        await asyncio.to_thread(self._note_alive, seat)
        now = self._clock()
        since = datetime.fromisoformat(kept["at"]) if kept else now
        if now - since < _OUTAGE:
            return
        oldest = max(since - _MARGIN, now - _LONGEST_OUTAGE).timestamp()
        try:
            async for page in await seat.client.conversations_list(types="im", limit=200):
                for chat in page["channels"]:
                    await self._read_chat(seat, chat["id"], oldest)
        except (SlackApiError, SlackClientError, *NO_ANSWER) as error:
            _log.warning("direct messages could not be read back (%s)", type(error).__name__)

    async def _read_chat(self, seat: _Seat, channel: str, oldest: float) -> None:
        history = await seat.client.conversations_history(channel=channel, oldest=f"{oldest:.6f}", limit=100)
        for message in reversed(history["messages"]):
            event = {**message, "channel": channel, "channel_type": "im"}
            body = {"type": "event_callback", "team_id": seat.team, "event": event}
            heard = parse(body, seat.bot)
            if heard:
                await seat.people.learn(heard.user, _WHO_WAITS)
                await self._take(seat, heard, body)

    async def stop(self) -> None:
        """Receive no more."""
        for task in self._reading:
            task.cancel()
        for seat in self._seats.values():
            if seat.socket:
                await seat.socket.close()
                seat.socket = None
        if self._server:
            await self._server.cleanup()
            self._server = None

    async def close(self) -> None:
        """Let go of the network."""
        await self.stop()


def _itself(seat: _Seat) -> str:
    return f"{seat.team}/{seat.bot}"


def _taking(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def take(request: web.Request) -> web.Response:
        answered = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answered)

    return take


def _token_problem(error: SlackApiError, workspace: Workspace, setting: str) -> str:
    word = said(error)
    if word in BAD_TOKEN:
        return (
            f"Slack does not know the token of {workspace.school}. Copy it again from your app's page into {setting}."
        )
    return f"Slack did not take the token of {workspace.school} ({word}). Check {setting}."
