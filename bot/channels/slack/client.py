"""Speaks with Slack over the network: receives by sockets or by HTTP, and sends; nothing else."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.response import BoltResponse

from bot.channels.channel import Pace, Received, Refused, Unreachable, Unusable
from bot.channels.slack import pages
from bot.channels.slack.answer import THREAD, answer, sorry, tell
from bot.channels.slack.calls import call, respond
from bot.channels.slack.examining import examine
from bot.channels.slack.heard import NAME, Heard, Kind
from bot.channels.slack.installed import team_of
from bot.channels.slack.outage import Outage
from bot.channels.slack.parse import parse
from bot.channels.slack.people import NotKnown
from bot.channels.slack.seat import sit
from bot.channels.slack.steps import Steps
from handlers.message import Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from datetime import datetime

    from slack_bolt.async_app import AsyncApp

    from bot.channels.channel import Delivery, Payload
    from bot.channels.slack.seat import Seat
    from bot.channels.slack.workspaces import Workspace
    from handlers.message import Reply
    from handlers.ports import Memory, World
    from knowledge.model import Audience

_log = logging.getLogger(__name__)

PACE = Pace(overall=0.02, line=1.0)
"""Slack allows about one message a second in a channel; what is too fast it answers with a wait."""
_WHO_WAITS = 0.6
"""Seconds for which an event waits to hear who sent it."""
_LETTING_GO = 1.0
"""Seconds for which the end waits for requests in hand: one whose event can't be kept would wait for ever."""
_BIG_BODY = 4 * 1024 * 1024


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
        self._seats: dict[str, Seat] = {}
        self._steps, self._outage = Steps(), Outage(memory, clock)
        self._threads: set[tuple[str, str]] = set()
        self._server: web.AppRunner | None = None
        self._reading: set[asyncio.Task[None]] = set()
        self._receive: Callable[[Received], Awaitable[bool]] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> str:
        """Ask Slack who the bot is in each workspace, and who is staff there."""
        self._loop = asyncio.get_running_loop()
        there = [seat.workspace for seat in self._seats.values()]
        for workspace in (one for one in self._workspaces if one not in there):
            seat = await sit(workspace, self._api, self._governors, signed=self._address is not None)
            if taken := self._seats.get(seat.team):
                raise Unusable(
                    f"Two bot tokens are of the workspace {seat.name}, for {taken.workspace.school} and"
                    f" {workspace.school}. Give each school a workspace of its own in ASKFIRST_SLACK_BOT_TOKEN."
                )
            seat.commits_with(self._commit)
            self._seats[seat.team] = seat
            await seat.people.learn_all()
        where = ", ".join(f"{s.name} ({s.workspace.school})" for s in self._seats.values())
        how = f"over HTTP on port {self._address[1]}" if self._address else "by Socket Mode"
        return f"Slack: connected to {where}, {how}"

    async def examine(self) -> list[tuple[str, str]]:
        """Look at what each workspace lets the bot do, and at whether events can come in."""
        return [line for seat in self._seats.values() for line in await examine(seat, by_socket=not self._address)]

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Begin to receive."""
        self._receive = receive
        if self._address:
            await self._serve(*self._address)
        else:
            for seat in self._seats.values():
                await seat.plug()
        for seat in self._seats.values():
            self._read_back(seat)

    def _read_back(self, seat: Seat) -> None:
        """Begin to read what was said while nobody listened."""
        task = asyncio.create_task(self._outage.read_back(seat, self._take_again))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _serve(self, host: str, port: int) -> None:
        server = web.Application(client_max_size=_BIG_BODY)
        for seat in self._seats.values():
            server.router.add_post(f"/slack/{seat.workspace.school}", _taking(seat.app))
        self._server = web.AppRunner(server, access_log=None, shutdown_timeout=_LETTING_GO)
        await self._server.setup()
        try:
            await web.TCPSite(self._server, host, port).start()
        except OSError as error:
            raise Unusable(f"Slack's events can't be received (port {port}: {error.strerror}).") from None

    async def _commit(self, body: Payload) -> BoltResponse:
        """Commit what is meant for the bot, then tell Slack that it arrived; drop anything else unstored."""
        seat = self._seats.get(team_of(body))
        if seat is None:
            # The same app was put into a workspace that is nobody's; its people aren't this school's.
            _log.warning("something came from a workspace that the settings don't name; it was dropped")
            return BoltResponse(status=200)
        heard = parse(body, seat.bot)
        if heard is None or (heard.kind is Kind.FOLLOW_UP and not await self._spoke(heard)):
            return BoltResponse(status=200)
        if heard.in_channel:
            self._threads.add((heard.person, heard.conversation))
        await seat.people.learn(heard.user, _WHO_WAITS)
        taken = self._take(seat, heard, body)
        if heard.kind is Kind.SUBMIT:
            return await self._steps.acknowledged(heard.event, taken)
        await taken
        return BoltResponse(status=200)

    async def _take(self, seat: Seat, heard: Heard, body: Payload) -> bool:
        assert self._receive is not None  # noqa: S101 -- nothing comes in before listen
        place = heard.place or f"{self._clock().timestamp():.6f}"
        kept = {name: value for name, value in body.items() if name not in ("token", "bot_access_token")}
        payload = {"team": seat.team, "body": kept}
        return await self._receive(Received(NAME, heard.event, heard.person, place, payload))

    async def _take_again(self, seat: Seat, body: Payload) -> None:
        """Take what Slack gave up telling, where it was meant for the bot."""
        if heard := parse(body, seat.bot):
            await seat.people.learn(heard.user, _WHO_WAITS)
            await self._take(seat, heard, body)

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
        return answer(heard, seat.workspace.school, self._role(seat, heard.user), world)

    def _role(self, seat: Seat, user: str) -> Audience:
        """Give somebody's role, or have it asked for; raises NotKnown until then."""
        try:
            return seat.people.role(user)
        except NotKnown:
            assert self._loop is not None  # noqa: S101 -- open comes first
            asyncio.run_coroutine_threadsafe(seat.people.learn(user, 0), self._loop)
            raise

    def changed(self, world: World) -> list[Delivery]:
        """Give the pages of those who opened theirs, where somebody else has changed what they say."""
        return [delivery for seat in list(self._seats.values()) for delivery in self._changed(seat, world)]

    def _changed(self, seat: Seat, world: World) -> Iterator[Delivery]:
        for user in pages.watched(seat.team, world):
            person = f"{seat.team}/{user}"
            try:
                role = self._role(seat, user)
            except NotKnown:
                continue  # it is asked for, and looked at the next time
            message = Message(NAME, "", person, person, seat.workspace.school, role, world.clock())
            yield from pages.brought_up_to_date(seat.team, user, message, world, pages.on_page(person, world))

    def sorry(self, event: Received) -> list[Delivery]:
        """Say that an event could not be handled."""
        seat = self._seats.get(event.payload["team"])  # None where the workspace was taken out of the settings
        heard = parse(event.payload["body"], seat.bot) if seat else None
        return sorry(heard) if heard else []

    def tell(self, school: str, whom: str, reply: Reply) -> list[Delivery]:
        """Tell one person something in their own chat; without a team, in their school's workspace."""
        team, _, user = whom.rpartition("/")
        if team not in self._seats:
            if not any(one.school == school for one in self._workspaces):
                return []
            # By the school where Slack has not said yet which team that is: what is promised waits for it.
            team = next((t for t, seat in self._seats.items() if seat.workspace.school == school), school)
        return tell(team, user, reply)

    def _seat(self, of: str) -> Seat:
        """Give the seat of a team, or of a school."""
        by_school = (seat for seat in self._seats.values() if seat.workspace.school == of)
        return self._seats.get(of) or next(by_school)

    async def send(self, payload: Payload) -> None:
        """Make one call; what came too late for its place is sent to the person's own chat."""
        if "ack" in payload and self._steps.come(payload["ack"], payload["args"]["view"]):
            return
        client = self._seat(payload["team"]).client
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
        """Ask whether the tokens still work, open sockets that have died anew, and read back what came meanwhile."""
        failed: Unreachable | None = None
        for seat in self._seats.values():
            try:
                await self._look_after(seat)
            except Unreachable as error:
                failed = error
        if failed:
            raise failed

    async def _look_after(self, seat: Seat) -> None:
        if why := await seat.answers():
            raise Unreachable(f"Slack did not answer the heartbeat ({why}).")
        if self._address is None and not (seat.socket and await seat.socket.alive()):
            _log.warning("the socket to %s had died; it is opened anew", seat.name)
            await seat.unplug()
            await seat.plug()
        if await self._outage.was_long(seat):
            self._read_back(seat)
        else:
            await self._outage.note_alive(seat)

    async def stop(self) -> None:
        """Receive no more."""
        for task in self._reading:
            task.cancel()
        for seat in self._seats.values():
            await seat.unplug()
        if self._server:
            await self._server.cleanup()
            self._server = None

    async def close(self) -> None:
        """Let go of the network."""
        await self.stop()


def _taking(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def take(request: web.Request) -> web.Response:
        answered = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answered)

    return take
