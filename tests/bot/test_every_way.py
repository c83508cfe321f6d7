"""A lead does the same with a report on the case page, in Slack, in Telegram and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bot.app import contacts_of, world_in
from bot.cli import askfirst
from bot.delivery import Watch
from bot.opening import now
from bot.settings import Settings
from bot.store.case_steps import STEPS
from handlers.wording import say
from tests.bot.casepage.browsing import Visitor, link, served, sets_up
from tests.fakes import Person
from tests.handlers.telling import CONTACTS, STORY, lead, tell
from tests.platforms.running import RunningBot
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_people import Colleague, running
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_people import Parent

pytestmark = pytest.mark.slow

CHAIR = "chair@governors.example.org"
SLACK, TELEGRAM = "U0123ABCH", 123456781
WORDS = {
    "note": "a note",
    "message": "a message",
    "closed": "all is done",
    "reopened": "there is more",
}
REFERRED = {"what": "referred-lado", "text": "number 12, at ten"}
ASKED = {"parent": "Ms Sample", "posted": "on Monday", "where": "in a group", "about": "a class", "by": "Friday"}
EVER = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Page:
    """The chair with the case page and an authenticator app."""

    visitor: Visitor
    store: object

    def enrols(self):
        self.app = sets_up(self.visitor, self.store, "chair-1", now)

    def opens(self, reference):
        self.visitor.goes(link(self.store, reference, CHAIR))
        # A code is taken once, and that of now has set the app up.
        return self.visitor.sends(code=self.app(30)).text

    def takes(self, step, _reference, **inside):
        who = f"/{inside.pop('who')}" if "who" in inside else ""
        assert self.visitor.goes(f"/case/{'erase' if step == 'erased' else step}{who}").status == 200
        return self.visitor.sends(**inside).text

    def letter(self, _reference, **blanks):
        self.visitor.goes("/case/letters/ask-to-remove")
        return self.visitor.sends(**blanks).html

    def copies(self, _reference):
        self.visitor.goes("/case")
        return self.visitor.sends("/case/chronology/csv").body


@dataclass
class Chat:
    """The chair in their own chat with the bot."""

    person: object
    store: object

    def enrols(self):
        assert "You are enrolled" in self.person.say(f"enrol {self.store.leads.code('st-peters', 'chair-1')}")

    def opens(self, reference):
        self.person.say("cases")
        return self.person.press(f"Open {reference}")

    def takes(self, step, reference, **inside):
        if step not in ("let-in", "reopened", "stepped-back", "erased"):
            self.opens(reference)
        elif step != "stepped-back":
            self.person.press(f"Open {reference}")
        if step == "erased":
            self.person.press(say("cases.do_erase"))
        seen = self.person.press(say(f"cases.do_{step}", who=inside.get("who", "")))
        if step == "stepped-back":
            seen = self.person.press("Yes, step back")
        if "what" in inside:
            self.person.press(say(f"cases.did_{inside['what']}"))
        return self.person.say(inside["text"]) if "text" in inside else seen

    def letter(self, reference, **blanks):
        self.opens(reference)
        self.person.press("Letter templates")
        seen = self.person.press("The governing board asks a parent to remove a post")
        for words in blanks.values():
            assert "of 7:" in seen
            seen = self.person.say(words)
        for _ in range(7 - len(blanks)):
            seen = self.person.press("Leave it blank")
        return seen


class Terminal:
    """The chair at a terminal of the school's own server."""

    NAMES = {"taken": "take", "closed": "close", "reopened": "reopen", "stepped-back": "step-back", "erased": "erase"}  # noqa: RUF012

    def __init__(self, store):
        self.store = store

    def types(self, *words, **more):
        result = CliRunner().invoke(askfirst, ["cases", *words], **more)
        assert result.exit_code == 0, result.output
        return result.output

    def enrols(self):
        self.types("enrol", self.store.leads.code("st-peters", "chair-1"))

    def opens(self, reference):
        return " ".join(self.types("show", reference).split())

    def takes(self, step, reference, **inside):
        return self.types(
            self.NAMES.get(step, step),
            reference,
            *inside.values(),
            input="y\n" if step in ("erased", "stepped-back") else None,
        )

    def letter(self, reference, **blanks):
        return self.types("letter", reference, "ask-to-remove", *(f"{name}={words}" for name, words in blanks.items()))

    def copies(self, reference):
        file = self.folder / "chronology.csv"
        self.types("export", reference, "--csv", str(file))
        return file.read_bytes()


@pytest.fixture
def contacts(tmp_path, monkeypatch):
    """The example contacts, with a chair who can be reached everywhere, and years that are over at once."""
    file = tmp_path / "contacts.yaml"
    channels = f"[{{slack: {SLACK}}}, {{telegram: {TELEGRAM}}}, {{email: {CHAIR}}}]"
    text = CONTACTS.read_text().replace(f"[{{email: {CHAIR}}}]", channels)
    file.write_text(text.replace("something-else: 25", "grooming: 1"))
    monkeypatch.setattr("knowledge.keeping._YEAR", timedelta())
    # What is asked in school hours is asked now, on whatever day these tests are run.
    monkeypatch.setattr("knowledge.contacts.Contacts.next_open", lambda _contacts, at: at)
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(file))
    return file


@pytest.fixture(params=["page", "slack", "telegram", "terminal"])
def way(request, engine, contacts, tmp_path):
    """The chair on one of the ways, with the bot at work beside them."""
    data = tmp_path / "data"
    if request.param == "slack":
        with FakeSlack() as server:
            for user in (SLACK, "U0123ABCD", "U0123ABCE", "U0123ABCF", "U0123ABCG"):
                server.joins(user)
            with running(server, engine, data, contacts=contacts) as bot:
                yield bot, Chat(Colleague(bot, SLACK), bot.store)
            assert server.violations == []
        return
    given = {"contacts": contacts, "schools": "st-peters"}
    with FakeTelegram() as server, RunningBot(server, engine, data, given) as bot:
        if request.param == "telegram":
            person = Parent(bot, TELEGRAM)
            person.say("/start st-peters")
            yield bot, Chat(person, bot.store)
        elif request.param == "terminal":
            terminal = Terminal(bot.store)
            terminal.folder = tmp_path
            yield bot, terminal
        else:
            world = world_in(bot.store, engine, contacts_of(Settings(contacts=contacts, _env_file=None)), now)
            with served(bot.store, world) as base:
                yield bot, Page(Visitor(base), bot.store)


def test_every_step_is_there_and_stands_in_the_record_alike(way, engine, contacts):
    bot, chair = way
    world = world_in(bot.store, engine, contacts_of(Settings(contacts=contacts, _env_file=None)), now)
    channels = {channel.name: channel for channel in bot.channels}
    watch = Watch(bot.store, world, channels, frozenset)
    reporter = Person(world, name="reporter")
    tell(reporter, story=f"{STORY}. Mx Placeholder was there")
    while "Is it about them" in reporter.sees:
        reporter.presses("I'm not sure")
    code = reporter.presses("Send").split("Receipt code: ")[1][:19]
    who, other = lead(world, "chair-1"), lead(world, "dsl-1")
    (line,) = world.cases.listed("st-peters", who)
    reference = line.reference

    chair.enrols()
    assert "moon_walker" in chair.opens(reference)
    for step in ("note", "message"):
        assert reference in chair.takes(step, reference, text=WORDS[step])
    assert WORDS["message"] in Person(world, name="elsewhere").says(code)
    assert reference in chair.takes("did", reference, **REFERRED)
    assert "Done" in chair.takes("let-in", reference, who="head-1")
    assert world.cases.listed("st-peters", lead(world, "head-1"))
    world.cases.opened("st-peters", reference, other)
    world.cases.act("st-peters", reference, other, "taken", {})
    assert "in hand now" in chair.takes("taken", reference)
    shown = chair.letter(reference, **ASKED)
    assert "Dear Ms Sample," in shown
    assert "by Friday, and" in shown
    assert "________" in shown
    if hasattr(chair, "copies"):
        assert b"moon_walker" in chair.copies(reference)
    for step in ("closed", "reopened", "closed"):
        assert reference in chair.takes(step, reference, text=WORDS[step])

    steps = world.cases.read_on("st-peters", reference, who, EVER).steps
    mine = [(step.step, dict(step.inside)) for step in steps if step.by == "chair-1" and step.step != "opened"]
    expected = [
        ("note", {"text": WORDS["note"]}),
        ("message", {"text": WORDS["message"]}),
        ("did", REFERRED),
        ("let-in", {"who": "head-1"}),
        ("taken", {}),
        *([("exported", {})] if hasattr(chair, "copies") else []),
        ("closed", {"text": WORDS["closed"]}),
        ("reopened", {"text": WORDS["reopened"]}),
        ("closed", {"text": WORDS["closed"]}),
    ]
    assert mine == expected
    assert {step for step, _ in mine} | {"exported", "stepped-back", "erased"} == set(STEPS)

    while watch.turn():
        pass
    assert "is erased" in chair.takes("erased", reference)
    while watch.turn():
        pass
    assert world.cases.status(code) is None
    assert world.cases.listed("st-peters", who) == ()


def test_whoever_steps_back_reads_nothing_more(way, engine, contacts):
    bot, chair = way
    world = world_in(bot.store, engine, contacts_of(Settings(contacts=contacts, _env_file=None)), now)
    reporter = Person(world, name="reporter")
    tell(reporter, kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted")
    reporter.presses("Send")
    (line,) = world.cases.listed("st-peters", lead(world, "chair-1"))
    chair.enrols()
    assert "He shouted" in chair.opens(line.reference)
    assert "stepped back" in chair.takes("stepped-back", line.reference)
    assert world.cases.listed("st-peters", lead(world, "chair-1")) == ()
