"""What the tests of the case page share: a school with a report for its chair, and the page, served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.opening import open_store
from bot.settings import Settings
from knowledge.contact_loader import load_contacts
from tests.bot.casepage.browsing import Visitor, link, served, sets_up
from tests.bot.leading import at_work
from tests.handlers.telling import CONTACTS, lead

ABOUT_HEAD = {"kind": "How an adult behaves", "who": ("Yes, an adult", "Executive Principal"), "story": "He shouted"}


@pytest.fixture
def contacts():
    return load_contacts(CONTACTS)


@pytest.fixture
def bot(engine, clock, tmp_path, contacts):
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    with open_store(Settings(data=tmp_path, _env_file=None), clock) as store:
        yield at_work(store, engine, contacts, clock)


@pytest.fixture
def base(bot):
    with served(bot.store, bot.world, list(bot.channels.values())) as address:
        yield address


@pytest.fixture
def visitor(base):
    return Visitor(base)


@pytest.fixture
def reference(bot):
    """A report about the head, which goes to the chair."""
    bot.report(**ABOUT_HEAD)
    bot.works()
    return bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference


@pytest.fixture
def app(bot, visitor, clock):
    """The chair's authenticator app."""
    return sets_up(visitor, bot.store, "chair-1", clock)


@pytest.fixture
def chair(bot, visitor, app, reference, clock):
    """The chair, with the report open."""
    clock.goes_on(timedelta(minutes=1))
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app()).status == 200
    return visitor
