"""Whatever answers in Telegram's place, or keeps its answer from the bot, counts as an outage and loses nothing."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.channels.channel import Unreachable
from tests.bot.channels.telegram.test_telegram_upkeep import channel_of, hooked, in_loop
from tests.platforms.running import RunningBot
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_parts import Fault

__all__ = ["hooked"]

PAGE = "<html>Blocked by your school"


class FilteredTelegram(FakeTelegram):
    """A Telegram in whose place a web filter answers to the method that it `filters`, or to all of them (`*`)."""

    filters = ""
    page = (403, PAGE)
    met = 0
    """How often the filter answered."""

    async def _call(self, request):
        if self.filters not in ("*", request.match_info["method"]):
            return await super()._call(request)
        self.met += 1
        status, words = self.page
        return web.Response(status=status, text=words, content_type="text/html")


@pytest.fixture
def filtered():
    with FilteredTelegram() as server:
        yield server
    assert server.violations == []


@pytest.mark.parametrize("page", [(403, PAGE), (404, PAGE), (200, PAGE), (200, '{"blocked": true}')], ids=str)
def test_an_answer_that_a_web_filter_kept_from_telegram_is_sent_once_it_lets_go(filtered, engine, tmp_path, page):
    with RunningBot(filtered, engine, tmp_path) as bot:
        filtered.page, filtered.filters = page, "sendMessage"
        filtered.says(501, "/start st-peters")
        filtered.waits(lambda: filtered.met, "a call that the filter answers")
        filtered.filters = ""
        bot.rests()
        assert bot.store.deliveries.given_up() == []
    assert len(filtered.seen[501]) == 1


@pytest.mark.parametrize("status", [403, 404, 200])
def test_a_web_filter_that_answers_the_heartbeat_ends_nothing(filtered, engine, tmp_path, status):
    with RunningBot(filtered, engine, tmp_path) as bot:
        filtered.page, filtered.filters = (status, PAGE), "getMe"
        for _ in range(2):
            with pytest.raises(Unreachable):
                in_loop(bot, channel_of(bot).heartbeat())
        filtered.filters = ""
        in_loop(bot, channel_of(bot).heartbeat())
    assert bot.error is None


def test_a_web_filter_that_answers_the_polls_ends_nothing(filtered, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.channels.telegram.client._POLL", 1)
    with RunningBot(filtered, engine, tmp_path) as bot:
        filtered.page, filtered.filters = (404, PAGE), "getUpdates"
        filtered.waits(lambda: filtered.met, "a poll that the filter answers")
        filtered.filters = ""
        filtered.says(501, "/start st-peters")
        filtered.waits(lambda: filtered.seen[501], "an answer")
    assert bot.error is None


@pytest.mark.parametrize("status", [403, 404, 200])
def test_a_web_filter_that_answers_at_the_start_is_an_outage_that_ends(filtered, engine, tmp_path, monkeypatch, status):
    monkeypatch.setattr("bot.connecting._AGAIN", 0.05)
    filtered.page, filtered.filters = (status, PAGE), "*"
    with RunningBot(filtered, engine, tmp_path) as bot:
        filtered.waits(lambda: filtered.met > 2, "further tries")
        filtered.filters = ""
        filtered.says(501, "/start st-peters")
        filtered.waits(lambda: filtered.seen[501], "an answer")
    assert bot.error is None


@pytest.mark.slow
def test_a_webhook_that_was_set_again_without_an_answer_is_listened_for(hooked, server):
    server.webhook = {}
    server.faults += [Fault("setWebhook", drop=True, after=True)] * 4
    with pytest.raises(Unreachable):
        in_loop(hooked, channel_of(hooked).heartbeat())
    assert server.webhook, "Telegram knows of it, and nobody listens there"
    in_loop(hooked, channel_of(hooked).heartbeat())
    server.says(501, "/start st-peters")
    server.waits(lambda: server.seen[501], "an answer")
