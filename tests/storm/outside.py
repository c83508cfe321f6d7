"""What stands outside the bot in the storm: the platform, the mail server, the reporters and the leads."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

LEADS = {"head-1": "90001", "dsl-1": "90002", "deputy-dsl-1": "90003", "chair-1": "90004"}
BY_MAIL = {"chair@governors.example.org": "90004"}
_REFERENCE = re.compile(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}")
_CODE = re.compile(r"Receipt code: ((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})")
GRAVE = "a man online asks my daughter for nude pictures and she says she wants to kill herself"
SCRIPTS = {
    "request": ("report", "no", "A friend or follow request", "no, a pupil", "{mark}", "send"),
    "grooming": (
        *("report", "no", "Somebody is getting too close to a child online", "No, somebody outside the school", "yes"),
        *("{mark}", "skip", "skip", "skip", "send"),
    ),
    "head": (
        *("report", "no", "How an adult behaves", "yes, an adult at the school", "Executive Principal", "no", "yes"),
        *("{mark}", "skip", "skip", "skip", "send"),
    ),
    "left": ("report", GRAVE + " {mark}"),
}
"""What a reporter types, by the sort of report; "left" is never sent."""


@dataclass
class Report:
    """One report as it is seen from outside."""

    number: int
    sort: str
    confirmed: float = 0.0
    reference: str = ""
    code: str = ""
    told: list[str] = field(default_factory=list)
    opened_by: list[str] = field(default_factory=list)
    ringing: bool = False
    told_again: bool = False

    @property
    def person(self) -> str:
        """The account of its reporter."""
        return f"reporter-{self.number}"

    @property
    def mark(self) -> str:
        """A word that stands in this report alone."""
        return f"wrblx{self.number:06d}"


class Outside:
    """The world around the process under test; everything that it says is written down here."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a storm that can be repeated
        self.reports: dict[str, Report] = {}
        self.by_reference: dict[str, Report] = {}
        self.sent: dict[str, int] = {}
        self.wrong: list[str] = []
        self.down = False
        self.still = False
        """Whether leads open everything that they are told of, so that the storm can end."""
        self.polled = asyncio.Event()
        """Set once the bot has asked for events."""
        self._events: list[dict[str, Any]] = []
        self._done = 0
        self._more = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._mail: Controller | None = None
        self._mail_port = 0

    async def begin(self) -> str:
        """Open the platform and the mail server; give the platform's address."""
        app = web.Application()
        app.router.add_get("/events", self._give)
        app.router.add_post("/sent", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.mail_up()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}"

    async def end(self) -> None:
        """Close both."""
        self.mail_down()
        if self._runner:
            await self._runner.cleanup()

    @property
    def mail_port(self) -> int:
        """The port of the mail server, the same after it was down."""
        return self._mail_port

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
        """Take one mail, as aiosmtpd gives it."""
        text = bytes(envelope.content or b"").decode(errors="replace")
        for address in envelope.rcpt_tos:
            self._count(f"mail {address} {hash(text.split('Message-ID')[0] + text.partition('Subject')[2])}")
            self._noticed(BY_MAIL.get(address, address), text)
        return "250 taken"

    def says(self, person: str, **what: str) -> None:
        """Let somebody write to the bot."""
        self._events.append({"number": len(self._events) + 1, "person": person, **what})
        self._more.set()

    def tells(self, report: Report) -> None:
        """Let a reporter begin, with everything that they will type."""
        self.reports[report.person] = report
        for line in SCRIPTS[report.sort]:
            self.says(report.person, text=line.format(mark=report.mark))

    async def _give(self, request: web.Request) -> web.Response:
        """Give the events after those that are done; a few at a time, and some of them twice."""
        self.polled.set()
        self._done = max(self._done, int(request.query["done"]))
        if len(self._events) <= self._done:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), 0.5)
            except TimeoutError:
                return web.json_response([])
        start = max(0, self._done - self.random.choice((0, 0, 0, 3)))
        return web.json_response(self._events[start : self._done + 30])

    async def _take(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        one = await request.json()
        self._count(one["id"])
        to, text = one["to"], one["text"]
        if report := self.reports.get(to):
            self._told_reporter(report, text)
        else:
            self._noticed(to, text)
        return web.json_response({})

    def _count(self, key: str) -> None:
        self.sent[key] = self.sent.get(key, 0) + 1

    def _told_reporter(self, report: Report, text: str) -> None:
        code, reference = _CODE.search(text), _REFERENCE.search(text)
        if code and reference:
            if report.code and report.code != code[1] and not report.told_again:
                self.wrong.append(f"{report.person} got two receipts")
            report.code, report.reference = code[1], reference[0]
            report.confirmed = report.confirmed or time.time()
            self.by_reference[report.reference] = report
        elif "Type status to read it" in text and not report.confirmed:
            self.says(report.person, text="status")
        elif "Nobody has seen it" in text and not report.confirmed:
            # They came back after a long pause, so that what they typed was no answer to a step: they tell it again.
            # Had it spoken of danger, the first telling may have been passed on meanwhile: two cases, as promised.
            report.told_again = True
            self.says(report.person, action="report.anew")
            for line in SCRIPTS[report.sort][1:]:
                self.says(report.person, text=line.format(mark=report.mark))
        elif "You have a message" in text:
            report.ringing = True
        elif "Something went wrong" in text or "SORRY" in text:
            self.wrong.append(f"{report.person} was told that something went wrong")

    def _noticed(self, lead: str, text: str) -> None:
        """Take what a lead is shown: a notice, which they open now or not, or the case itself."""
        reference = _REFERENCE.search(text)
        if reference is None:
            return
        marks = re.findall(r"wrblx(\d{6})", text)
        if marks:
            for mark in marks:
                report = self.reports[f"reporter-{int(mark)}"]
                self.by_reference.setdefault(reference[0], report)
                report.opened_by.append(lead)
                if report.sort == "head" and lead == LEADS["head-1"]:
                    self.wrong.append(f"{report.person}: the head was shown it")
            return
        known = self.by_reference.get(reference[0])
        if known:
            known.told.append(lead)
            if known.sort == "head" and lead == LEADS["head-1"]:
                self.wrong.append(f"{known.person}: the head was told")
        never = known is not None and known.number % 50 == 7
        if "report" in text.lower() and not never and (self.still or self.random.random() < 0.5):
            self.says(lead, action="cases.open", value=reference[0])


def _free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
