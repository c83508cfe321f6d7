"""Whatever stands between the bot and Slack, or goes wrong in Slack, the bot lives on and nobody loses an answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from bot.channels.channel import Received, Unreachable
from bot.opening import now
from tests.bot.channels.slack.test_slack_durability import QUESTION, answers
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import PATIENCE, Fault
from tests.platforms.slack_people import running

TEACHER = "UTEACHER01"
FOR_LONG = 10_000
PAGES = [(403, "text/html"), (200, "text/html"), (200, "text/plain"), (503, "application/json")]


class FilteredSlack(FakeSlack):
    """A Slack in whose place a web filter answers to the method that it `filters`, or to all of them (`*`)."""

    filters = ""
    page = (403, "text/html")
    met = 0
    """How often the filter answered."""

    async def _api(self, request):
        if self.filters not in ("*", request.match_info["method"]):
            return await super()._api(request)
        self.met += 1
        status, kind = self.page
        return web.Response(status=status, text="<html>Blocked by your school", content_type=kind)


@pytest.fixture
def filtered():
    with FilteredSlack() as server:
        server.joins(TEACHER)
        yield server
    assert server.violations == []


def beats(bot):
    """Let the bot look after Slack now."""
    asyncio.run_coroutine_threadsafe(bot.channels[0].heartbeat(), bot.loop).result(PATIENCE)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_an_answer_that_a_web_filter_kept_from_slack_is_sent_once_it_lets_go(filtered, engine, tmp_path, page):
    with running(filtered, engine, tmp_path) as bot:
        filtered.page, filtered.filters = page, "chat.postMessage"
        filtered.says(TEACHER, QUESTION)
        filtered.waits(lambda: filtered.met, "a call that the filter answers")
        filtered.filters = ""
        bot.rests()
        assert bot.store.deliveries.given_up() == []
    assert len(answers(filtered)) == 1


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_web_filter_that_answers_the_heartbeat_ends_nothing(filtered, engine, tmp_path, page):
    with running(filtered, engine, tmp_path) as bot:
        filtered.page, filtered.filters = page, "*"
        for _ in range(2):
            with pytest.raises(Unreachable):
                beats(bot)
        filtered.filters = ""
        beats(bot)
        filtered.says(TEACHER, QUESTION)
        bot.rests()
    assert bot.error is None
    assert len(answers(filtered)) == 1


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive", "invalid_auth"])
def test_an_answer_that_meets_a_token_that_is_being_changed_is_sent_once_it_works_again(server, bot, word):
    server.faults.append(Fault("chat.postMessage", error=word))
    server.says(TEACHER, QUESTION)
    bot.rests()
    assert server.faults == []
    assert len(answers(server)) == 1


def test_what_was_said_in_an_outage_amid_a_life_is_answered_once_slack_is_back(server, bot):
    server.says(TEACHER, QUESTION)
    bot.rests()
    server.outside = True
    server.drops_sockets()
    server.faults += [Fault("*", drop=True)] * FOR_LONG
    itself = f"{server.teams[0].id}/{server.teams[0].bot}"
    # As it stands after three hours without a sign of life.
    at = {"at": (now() - timedelta(hours=3)).isoformat()}
    bot.store.memory.keep(itself, itself, "slack.alive", at, None)
    with pytest.raises(Unreachable):
        beats(bot)
    server.says(TEACHER, "when is the policy reviewed next?")
    server.faults.clear()
    server.outside = False
    beats(bot)
    server.waits(lambda: len(answers(server)) == 2, "the answer to what was said meanwhile")


def test_an_event_of_a_workspace_that_was_taken_out_of_the_settings_holds_nobody_up(
    server, engine, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.inbox._PAUSE", timedelta(0))
    monkeypatch.setattr("bot.inbox._IDLE", 0.02)
    with running(server, engine, tmp_path) as bot:
        body = {"type": "event_callback", "team_id": "TGONE", "event": {"type": "message"}}
        bot.store.events.store([Received("slack", "Ev1", "TGONE/U1", "1", {"team": "TGONE", "body": body})], now())
        bot.rests()
        server.says(TEACHER, QUESTION)
        bot.rests()
    assert bot.error is None
    assert len(answers(server)) == 1


def test_a_bot_that_can_send_but_hears_nobody_raises_an_alarm(server, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.connecting._AGAIN", 0.05)
    monkeypatch.setattr("bot.delivery._TIDIES", timedelta(seconds=0.2))
    server.faults += [Fault("apps.connections.open", status=503)] * FOR_LONG
    with running(server, engine, tmp_path) as bot:
        server.waits(lambda: [alarm.name for alarm in bot.store.alarms.raised()] == ["channel slack"], "the alarm")


@pytest.mark.usefixtures("bot")
def test_somebody_whom_slack_does_not_let_the_bot_know_is_answered_as_a_guest_is(server):
    server.faults += [Fault("users.info", error="missing_scope")] * FOR_LONG
    both = server.joins("UNEW000001"), "UGUEST0001"
    for user in both:
        server.says(user, QUESTION)
    server.waits(lambda: all(answers(server, user) for user in both), "an answer for both")
    assert len({answers(server, user)[0].text for user in both}) == 1
