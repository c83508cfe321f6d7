"""What the case page keeps, on both databases: whatever is good once is good once, whoever comes at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.opening import open_store
from bot.store.factors import app_of, new_secret
from bot.store.links import LASTS, Link

LINK = Link("st-peters", "chair@governors.example.org", "R-7KQ3-M2XD")


@pytest.fixture
def store(a_database, clock):
    with open_store(a_database, clock) as store:
        yield store


def at_once(do, times=8):
    """Do something from several threads, and count how often it worked."""
    with ThreadPoolExecutor(times) as pool:
        return sum(bool(done) for done in pool.map(lambda _: do(), range(times)))


def test_a_link_gives_back_what_it_opens_until_it_runs_out(store, clock):
    token = store.links.make(LINK)
    clock.goes_on(LASTS - timedelta(seconds=1))
    assert store.links.look(token) == LINK
    clock.goes_on(timedelta(seconds=1))
    assert store.links.look(token) is None


def test_a_link_is_used_once_by_whoever_comes_first(store):
    token = store.links.make(LINK)
    assert at_once(lambda: store.links.use(token)) == 1
    assert store.links.look(token) is None


def test_one_code_is_taken_once(store, clock):
    secret = new_secret()
    store.factors.keep("holder", secret, 0)
    code = app_of(secret).generate(int(clock().timestamp())).decode()
    assert at_once(lambda: store.factors.fits("holder", code)) == 1
    assert store.factors.missing(frozenset({"holder", "other"})) == {"other"}


def test_one_form_counts_once(store):
    cookie = store.sessions.begin("", {"lead": "x"})
    assert at_once(lambda: store.sessions.first_time(cookie, "form")) == 1
    assert store.sessions.first_time(cookie, "another")
    assert not store.sessions.first_time("no cookie", "form")


def test_a_fresh_session_ends_the_one_that_the_browser_had(store):
    first = store.sessions.begin("", {"lead": "x"})
    second = store.sessions.begin(first, {"lead": "y"})
    assert store.sessions.current(first) == {}
    assert store.sessions.current(second) == {"lead": "y"}
    store.sessions.end(second)
    assert store.sessions.current(second) == {}
