"""From a report to the chair who reads it: the bot at work with a real SMTP server and its case page, nothing faked."""

from __future__ import annotations

import asyncio
import re
import threading
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from bot.app import case_page_of, channels_of, settings_from_environment, world_in
from bot.cli import askfirst
from bot.opening import open_store
from bot.run import Running
from tests.bot.casepage.browsing import Visitor, free_port, sets_up
from tests.bot.casepage.conftest import ABOUT_HEAD
from tests.fakes import Person
from tests.handlers.telling import CONTACTS, lead, tell

PATIENCE = 20


class Postbox:
    """Takes e-mail for the chair."""

    def __init__(self):
        self.arrived = threading.Event()
        self.words = ""

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd's own
        if envelope.rcpt_tos == ["chair@governors.example.org"]:
            self.words = envelope.content.decode()
            self.arrived.set()
        return "250 OK"


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def settings(postbox, tmp_path, monkeypatch):
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    here = f"127.0.0.1:{free_port()}"
    for name, value in {
        "DATA": tmp_path / "data",
        "CONTACTS": CONTACTS,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": controller.port,
        "SMTP_SECURITY": "none",
        "PAGE_ADDRESS": f"http://{here}",
        "PAGE_LISTEN": here,
    }.items():
        monkeypatch.setenv(f"ASKFIRST_{name}", str(value))
    yield settings_from_environment()
    controller.stop()


@pytest.fixture
def store(settings, clock):
    with open_store(settings, clock) as store:
        yield store


@pytest.fixture
def world(settings, store, engine, clock, contacts):
    """The world of the bot, which runs in a thread until the test ends; then it has ended without an error."""
    world = world_in(store, engine, contacts, clock, settings)
    channels, told = channels_of(settings, store, ["st-peters"]), []
    page = case_page_of(settings, store, world, channels)
    ready, running = threading.Event(), []

    def hears(line):
        told.append(line)
        if "is running" in line:
            ready.set()

    async def work():
        running.extend([Running(store, world, channels, hears, page), asyncio.get_running_loop()])
        await running[0].run()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert ready.wait(PATIENCE)
    assert any(line.startswith("Case page: http://127.0.0.1") for line in told)
    yield world
    running[1].call_soon_threadsafe(running[0].end)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_chair_with_email_alone_is_told_opens_the_report_and_answers(settings, store, world, postbox, clock):
    visitor = Visitor(settings.page_address)
    app = sets_up(visitor, store, "chair-1", clock)
    reporter = Person(world)
    tell(reporter, **ABOUT_HEAD)
    reporter.presses("Send")
    assert postbox.arrived.wait(PATIENCE)
    assert "He shouted" not in postbox.words
    address = re.search(r"http://127\.0\.0\.1:\d+/open/\S+", postbox.words)[0]
    visitor.goes(urlsplit(address).path)
    assert visitor.sends(code=app()).status == 403
    clock.now = clock.now.replace(minute=clock.now.minute + 1)
    assert "He shouted" in visitor.sends(code=app()).text
    (line,) = world.cases.listed("st-peters", lead(world, "chair-1"))
    assert line.state == "taken"


def test_check_and_run_know_that_email_opens_reports_now_and_doctor_names_leads_without_an_app(settings, store):
    result = CliRunner().invoke(askfirst, ["doctor"])
    assert "chair-1 has no channel" not in result.output
    assert "chair-1 has no authenticator app yet" in result.output
    assert "askfirst cases --school st-peters code chair-1" in result.output
    made = CliRunner().invoke(askfirst, ["cases", "code", "chair-1"]).output
    assert f"{settings.page_address}/enrol" in made
    store.factors.keep(next(x.id for x in store.leads.holders("st-peters") if x.label == "chair-1"), b"x" * 20, 1)
    assert "chair-1 has no authenticator app yet" not in CliRunner().invoke(askfirst, ["doctor"]).output
