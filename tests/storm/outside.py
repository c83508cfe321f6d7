"""What stands outside the bot in the storm: a plain platform and a mail server, which write down what arrives when."""

from __future__ import annotations

import asyncio
import email
import socket
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiosmtpd.controller import Controller

from tests.storm.reports import BY_MAIL

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

    from tests.storm.people import People

_AT_ONCE = 30
"""So many events are given to the bot at once."""


class Outside:
    """The platform and the mail server; each life of the bot has its own address, by which its sends are known."""

    def __init__(self, people: People) -> None:
        self.people = people
        people.mouths[False] = self
        self.life = 0
        """The number of the bot's life that runs now."""
        self.arrivals: dict[str, list[int]] = defaultdict(list)
        """In which lives each send arrived, by its key."""
        self.withheld: Counter[str] = Counter()
        """How often the platform took a send and gave no answer, so that the bot has to send it again."""
        self.down, self.gives_no_answer = False, False
        self.turned_away, self.refused = 0, 0
        self.gone: set[str] = set()
        """Accounts which the platform refuses for good."""
        self.polled = asyncio.Event()
        """Set once the bot has asked for events."""
        self._events: list[dict[str, Any]] = []
        self._done = 0
        self._more = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._mail: Controller | None = None
        self._mail_port = 0

    async def begin(self) -> None:
        """Open the platform and the mail server."""
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_get("/{life}/events", self._give)
        app.router.add_post("/{life}/sent", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.mail_up()

    async def end(self) -> None:
        """Close both."""
        self.mail_down()
        if self._runner:
            await self._runner.cleanup()

    def address(self) -> str:
        """Give the address of the platform for the bot's life that runs now."""
        assert self._runner is not None
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/{self.life}"

    @property
    def mail_port(self) -> int:
        """The port of the mail server, the same after it was down."""
        return self._mail_port

    @property
    def quiet(self) -> bool:
        """Whether the bot has taken everything that was said."""
        return self._done >= len(self._events)

    def mail_up(self) -> None:
        """Let the mail server take mail."""
        if self._mail is None:
            self._mail = Controller(self, hostname="127.0.0.1", port=self._mail_port or _free_port())
            self._mail.start()
            self._mail_port = self._mail.port

    def mail_down(self) -> None:
        """Let nobody answer where the mail server was."""
        if self._mail:
            self._mail.stop()
            self._mail = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's
        """Take one mail, as aiosmtpd gives it, in the mail server's own thread."""
        message = email.message_from_bytes(bytes(envelope.content or b""))
        self._loop.call_soon_threadsafe(self._mailed, list(envelope.rcpt_tos), message)
        return "250 taken"

    def _mailed(self, addresses: list[str], message: Any) -> None:
        text = f"{message['Subject']}\n{message.get_payload(decode=True).decode()}"
        for address in addresses:
            self.arrivals[f"mail {address} {message['Message-ID']}"].append(self.life)
            lead = BY_MAIL.get(address, address)
            self.people.shown(lead, text, lambda reference, lead=lead: self.opens(lead, reference))

    def says(self, person: str, text: str) -> None:
        """Let somebody write to the bot."""
        self._happens(person, text=text)

    def starts_again(self, person: str) -> None:
        """Let somebody press the button that begins a report anew."""
        self._happens(person, action="report.anew")

    def opens(self, lead: str, reference: str) -> None:
        """Let a lead press the button that opens a report."""
        self._happens(lead, action="cases.open", value=reference)

    def _happens(self, person: str, **what: str) -> None:
        self._events.append({"number": len(self._events) + 1, "person": person, **what})
        self._more.set()

    async def _give(self, request: web.Request) -> web.Response:
        """Give the events after those that are done; a few at a time, and some of them twice."""
        self.polled.set()
        self._done = max(self._done, int(request.query["done"]))
        if self.quiet:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), 0.5)
            except TimeoutError:
                return web.json_response([])
        start = max(0, self._done - self.people.random.choice((0, 0, 0, 3)))
        return web.json_response(self._events[start : self._done + _AT_ONCE])

    async def _take(self, request: web.Request) -> web.Response:
        one = await request.json()
        if self.down:
            self.turned_away += 1
            return web.Response(status=503)
        if one["to"] in self.gone:
            self.refused += 1
            return web.Response(status=403)
        key = one["key"]
        self.arrivals[key].append(int(request.match_info["life"]))
        self.people.shown(one["to"], one["text"], lambda reference: self.opens(one["to"], reference))
        if self.gives_no_answer and not self.withheld[key] and request.transport:
            self.withheld[key] += 1
            request.transport.abort()
        return web.json_response({})


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
