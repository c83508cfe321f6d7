"""E-mail through a real SMTP server: a notice arrives, and a server that fails is told apart."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from bot.channels.channel import Refused, Unsure, Wait
from bot.channels.email.client import Email, Server
from bot.store.links import LASTS
from handlers import notices


@dataclass
class Postbox:
    """Takes e-mail, or answers as it is told to."""

    answer: str = ""
    got: list[Any] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's own
        if self.answer:
            return self.answer
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def server(postbox):
    controller = Controller(postbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield Server("127.0.0.1", controller.port, "none", "", "", "askfirst@school.example.org")
    controller.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def test_a_notice_arrives_with_reference_and_urgency_alone_and_the_address_at_which_it_opens(server, postbox):
    channel = Email(server, lambda school, whom, reference: f"https://cases.example.org/{school}/{whom}/{reference}")
    assert "connected to 127.0.0.1" in await channel.open()
    (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.new_report("R-7KQ3-M2XD", "today"))
    await channel.send(delivery.payload)
    ((to, mail),) = postbox.got
    assert to == ["chair@governors.example.org"]
    assert mail["Subject"] == "New report R-7KQ3-M2XD, today"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime
    assert "https://cases.example.org/st-peters/chair@governors.example.org/R-7KQ3-M2XD" in mail.get_content()


async def test_without_a_case_page_it_says_where_else_to_open_it(server, postbox):
    channel = Email(server)
    (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.new_report("R-7KQ3-M2XD", "soon"))
    await channel.send(delivery.payload)
    assert "Open R-7KQ3-M2XD in your chat with the bot" in postbox.got[0][1].get_content()


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such person", Refused), ("451 try later", Unsure), ("421 too busy", Wait)],
)
async def test_what_the_server_says_decides_whether_it_is_tried_again(server, postbox, answer, error):
    postbox.answer = answer
    channel = Email(server)
    (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.message_waiting())
    with pytest.raises(error):
        await channel.send(delivery.payload)


async def test_a_server_that_is_down_is_tried_again_and_stops_nothing():
    down = Email(Server("127.0.0.1", _free_port(), "none", "", "", "askfirst@school.example.org"))
    assert "gives no answer now" in await down.open()
    (delivery,) = down.tell("st-peters", "chair@governors.example.org", notices.message_waiting())
    with pytest.raises(Unsure):
        await down.send(delivery.payload)


@pytest.mark.parametrize(
    "greeting",
    [
        b"554 5.7.1 Your address is blocked for now\r\n",
        b"421 4.3.2 Come back later\r\n",
        b"HTTP/1.1 403 Forbidden\r\n\r\n<html>",
        b"\xff\xfe\x00\x80\r\n",
        b"",
    ],
    ids=["blocked", "busy", "a web filter", "garbage", "nothing"],
)
async def test_a_server_that_greets_nobody_as_it_should_is_tried_again_and_stops_nothing(greeting):
    async def greet(_, writer):
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as strange:
        port = strange.sockets[0].getsockname()[1]
        channel = Email(Server("127.0.0.1", port, "none", "", "", "askfirst@school.example.org"))
        assert "gives no answer now" in await channel.open()
        (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.message_waiting())
        with pytest.raises((Unsure, Wait)):
            await channel.send(delivery.payload)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nothing_goes_out_unprotected_where_the_school_asks_for_protection(server, postbox, security):
    channel = Email(replace(server, security=security))
    (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.message_waiting())
    with pytest.raises(Unsure):
        await channel.send(delivery.payload)
    assert postbox.got == []


async def test_nobody_can_write_headers_into_it(server, postbox):
    channel = Email(server)
    (delivery,) = channel.tell(
        "st-peters", "a@b.example.org", notices.new_report("R-1\nBcc: thief@example.org", "soon")
    )
    await channel.send(delivery.payload)
    assert postbox.got[0][1]["Bcc"] is None


async def test_it_says_for_how_long_the_link_works_and_what_else_it_takes(server, postbox):
    channel = Email(server, lambda *_: "https://cases.example.org/open/x")
    (delivery,) = channel.tell("st-peters", "chair@governors.example.org", notices.new_report("R-7KQ3-M2XD", "soon"))
    await channel.send(delivery.payload)
    assert timedelta(days=3) == LASTS
    words = " ".join(postbox.got[0][1].get_content().split())
    assert "works once, within three days, with a code from your authenticator app" in words
