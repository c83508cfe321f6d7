"""Nothing that a reporter or a lead writes stands in plain words in a file, the log, an error, doctor or a backup."""

from __future__ import annotations

import logging
import random
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary, create_engine, func, inspect, select, text

from bot.channels.channel import Received
from bot.cli import askfirst
from bot.opening import open_store
from bot.settings import Settings
from bot.store import tables
from bot.store.links import Link
from handlers import unfinished
from handlers.ports import Subscription
from knowledge.contact_loader import load_contacts
from knowledge.model import KINDS
from tests.bot.leading import at_work
from tests.fakes import Person
from tests.handlers.telling import CONTACTS
from tests.handlers.telling import lead as lead_of

ANSWERS = {"danger": "no", "who": "adult", "role": "volunteer", "child": "yes", "safe": "yes"}
WRITTEN = ("what", "when", "where", "reach")
IN_A_CASE = (("note", ""), ("did", "spoke-to-parent"), ("message", ""), ("closed", ""), ("reopened", ""))
CHOICES = (*KINDS, "volunteer", "spoke-to-parent")
"""What is chosen and not written says something of a report, too."""


class Marks:
    """A random word for each thing that somebody may write."""

    def __init__(self):
        self.all: dict[str, str] = {}

    def __getitem__(self, thing):
        return self.all.setdefault(thing, f"zq{random.getrandbits(60):015x}")

    def found_in(self, content, *words):
        """The things, and some words beside them, that stand in bytes or in a text."""
        content = content if isinstance(content, bytes) else content.encode()
        wanted = {**self.all, **{word: word for word in words}}
        return [thing for thing, word in wanted.items() if word.encode() in content]


@pytest.fixture
def mark():
    return Marks()


@pytest.fixture
def contacts(mark):
    """The contacts of a school, with a head whose name is a marker."""
    found = load_contacts(CONTACTS)["st-peters"]
    named = tuple(replace(p, names=(mark["named"],)) if p.label == "head-1" else p for p in found.people)
    return {"st-peters": replace(found, people=named)}


def reports(bot, mark, kind):
    """Send a report of a kind, every field of it a marker; give its reporter and the receipt code."""
    person = Person(bot.world, name=mark[f"{kind}: person"])
    person.says("report")
    while (field := person.last.form and person.last.form.next_field) is not None:
        name = field.name
        if name in WRITTEN:
            named = f" {mark['named']}" if name == "where" else ""
            person.says(mark[f"{kind}: {name}"] + named)
        else:
            value = {**ANSWERS, "kind": kind}.get(name, "unsure")
            person.sends(action="report.answer", value=f"{name}:{value}")
    sent = person.presses("Send")
    return person, sent.split("Receipt code: ")[1][:19]


def leads(mark, kind, lead, code, reporter):
    """Take every step in the newest case with words, and let its reporter answer."""
    lead.says("cases")
    seen = lead.presses("Open R-")
    assert all(mark[f"{kind}: {name}"] in seen for name in WRITTEN if f"{kind}: {name}" in mark.all)
    reference = lead.button("Note for leads").value
    for step, what in IN_A_CASE:
        lead.sends(action=f"cases.{step}", value=f"{reference}:{what}" if what else reference)
        assert reference in lead.says(mark[f"{kind}: {step}"])
    lead.sends(action="cases.letter", value=f"{reference}:ask-to-remove")
    lead.says(mark["blank"])
    reporter.says(f"status {code}")
    reporter.presses("Write to the school")
    reporter.says(mark[f"{kind}: reply"])
    return reference


def live(bot, mark, monkeypatch):
    """Reports of every kind from the first word to the end, and whatever else somebody may write, or may go wrong."""
    dsl, store, now = bot.enrols("dsl-1", "slack", "T1/U0123ABCF"), bot.store, bot.clock()
    codes = []
    for kind in KINDS:
        bot.clock.goes_on(timedelta(minutes=1))
        reporter, code = reports(bot, mark, kind)
        codes.append(code)
        reference = leads(mark, kind, dsl, code, reporter)
    bot.works()
    dsl.sends(action="cases.letter", value=f"{reference}:ask-to-remove")
    dsl.says(mark["half a letter"])
    for name in ("draft", "flawed"):
        Person(bot.world, name=name).says("report")
    Person(bot.world, name="draft").says(mark["draft"])
    with monkeypatch.context() as broken:
        broken.setattr(store.drafts, "keep", lambda *given: [][len(str(given))])
        assert "went wrong" in Person(bot.world, name="flawed").says(mark["flawed"])
    Person(bot.world, name="curious").says(f"can i add {mark['asked']} on insta?")
    store.events.store([Received("slack", mark["event"], mark["line"], "1", {"text": mark["payload"]})], now)
    store.report_messages.note(mark["chat"], 7, now)
    store.buttons.keep("report.answer", mark["button"])
    store.links.make(Link("st-peters", f"{mark['link']}@example.org", reference))
    store.sessions.begin("", {"code": mark["session"]})
    store.factors.keep(store.leads.holders("st-peters")[0].id, mark["factor"].encode(), 1)
    whose = mark["subscriber"]
    store.subscriptions.keep(Subscription(whose, whose, "test", "st-peters", mark["plan"], now + timedelta(days=30)))
    waits_and_fails(bot, mark, monkeypatch)
    return codes


def waits_and_fails(bot, mark, monkeypatch):
    """Let a push be refused and another wait, and a notice, a case and a draft fail with words in their errors."""
    for name, reporter in (("refused", f"blocked {mark['refused']}"), ("kept back", mark["kept back"])):
        bot.channels["test"].down = name == "kept back"
        person, code = bot.report(reporter)
        for _ in range(5):
            bot.goes_on(timedelta(hours=1))
        assert "opened your report in time" in person.says(f"status {code}")

    def fails(name):
        def raising(*given, **_):
            raise ValueError(f"{mark[name]} {given}")

        return raising

    for broken, part, name in (
        (bot.channels["slack"], "tell", "notice that fails"),
        (bot.store.watches, "whole", "case that fails"),
        (unfinished, "speaks_of_danger", "draft that fails"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, part, fails(name))
            bot.goes_on(timedelta(hours=1))


def everything_is_kept(settings):
    """See that each table with something sealed in it holds a row, so that none was looked through in vain."""
    for url, metadata in ((settings.database_url, tables.main), (settings.keys_url, tables.keys)):
        database = create_engine(url)
        with database.connect() as connection:
            for table in metadata.sorted_tables:
                for column in (c for c in table.c if isinstance(c.type, LargeBinary)):
                    assert connection.execute(select(func.count(column))).scalar(), f"{column} holds nothing"
        database.dispose()


def types(*words):
    """What a command says, with all that Python would say where it breaks."""
    result = CliRunner().invoke(askfirst, [str(word) for word in words])
    return result.output + "".join(traceback.format_exception(result.exception) if result.exception else [])


def commands(data, tmp_path, monkeypatch):
    """What the administrator's commands say."""
    monkeypatch.setenv("ASKFIRST_DATA", str(data))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(CONTACTS))
    said = types("backup", "--to", tmp_path / "a", "--keys-to", tmp_path / "b")
    assert "askfirst-keys.db" in said
    return said + types("audit", "verify") + types("doctor") + types("cases")


def test_no_field_of_any_kind_of_report_stands_in_a_file_the_log_doctor_or_a_backup(  # noqa: PLR0917 -- fixtures
    engine, contacts, clock, tmp_path, monkeypatch, caplog, capfd, mark
):
    caplog.set_level(logging.DEBUG)
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    settings = Settings(data=tmp_path / "data", _env_file=None)
    with open_store(settings, clock) as store:
        codes = live(at_work(store, engine, contacts, clock), mark, monkeypatch)
        everything_is_kept(settings)
        said = commands(settings.data, tmp_path, monkeypatch)
        said += "".join(alarm.name for alarm in store.alarms.raised())
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert {"askfirst.db", "askfirst.db-wal", "askfirst-keys.db", "askfirst-keys.db-wal"} <= {f.name for f in files}
        for file in files:
            content = file.read_bytes()
            assert mark.found_in(content, *codes, *CHOICES) == [], file.name
    logged = caplog.text + "".join(capfd.readouterr())
    for words in ("a draft can't be seen to", "slack can't write a notice", "trying again in 1 min", "fault "):
        assert words in logged
    assert "store: open" in said
    assert mark.found_in(logged, *codes, *CHOICES) == []
    # Doctor names kinds where it speaks of routes that lead nowhere.
    assert mark.found_in(said, *codes) == []


def test_a_command_that_breaks_shows_no_word_of_what_it_was_to_store(engine, clock, tmp_path, monkeypatch, mark):
    data = tmp_path / "data"
    with open_store(Settings(data=data, _env_file=None), clock) as store:
        bot = at_work(store, engine, load_contacts(CONTACTS), clock)
        bot.report("reporter", story=mark["what"])
        reference = store.cases.listed("st-peters", lead_of(bot.world, "dsl-1"))[0].reference
    monkeypatch.setenv("ASKFIRST_DATA", str(data))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(CONTACTS))
    types("cases", "enrol", types("cases", "code", "dsl-1").split("dsl-1: ")[1][:19])
    assert mark["what"] in types("cases", "show", reference)
    database = create_engine(f"sqlite:///{data / 'askfirst.db'}")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE chain RENAME TO elsewhere"))
    database.dispose()
    said = types("cases", "note", reference, mark["note"])
    assert "the database failed" in said
    assert mark.found_in(said) == []


@pytest.mark.slow
def test_no_field_stands_in_any_table_of_postgresql_or_in_a_file_beside_it(  # noqa: PLR0917 -- fixtures
    engine, contacts, clock, tmp_path, postgres, monkeypatch, capfd, mark
):
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    settings = Settings(data=tmp_path, database=postgres.fresh(), _env_file=None)
    with open_store(settings, clock) as store:
        codes = live(at_work(store, engine, contacts, clock), mark, monkeypatch)
        everything_is_kept(settings)
        database = create_engine(settings.database_url)
        with database.connect() as connection:
            names = inspect(connection).get_table_names()
            found = {name: str(connection.execute(text(f'select t::text from "{name}" t')).all()) for name in names}  # noqa: S608 -- its own tables
        database.dispose()
    assert {"cases", "record", "drafts", "inbox", "outbox"} <= set(found)
    assert "R-" in found["cases"]
    for name, rows in found.items():
        # What is stored as bytes is shown in hexadecimal.
        shown = [thing for thing, word in mark.all.items() if word.encode().hex() in rows]
        assert mark.found_in(rows, *codes, *CHOICES) + shown == [], name
    said = "".join(capfd.readouterr())
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.stat().st_size]
    assert mark.found_in(said, *codes, *CHOICES) == []
    assert [thing for file in files for thing in mark.found_in(file, *codes, *CHOICES)] == []
