"""What keeps the bot hearing: the webhook and its secret, the heartbeat, and a loud end where the store fails."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from contextlib import closing

import pytest
from aiohttp import ClientSession

from bot.channels.channel import Unreachable, Unusable
from bot.store.databases import StoreError
from tests.bot.channels.telegram.test_telegram_faults import QUESTION, answers
from tests.bot.channels.telegram.test_telegram_process import running
from tests.platforms.running import RunningBot
from tests.platforms.telegram_parts import PATIENCE, Fault
from tests.platforms.telegram_people import Parent

SECRET = "a-secret_of-the-webhook"  # noqa: S105 -- of a test


def webhook_settings() -> dict[str, str]:
    """Give the settings of a webhook on a port that is free."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    return {
        "telegram_webhook": f"http://127.0.0.1:{port}/telegram",
        "telegram_webhook_secret": SECRET,
        "telegram_listen": f"127.0.0.1:{port}",
    }


@pytest.fixture
def hooked(server, engine, tmp_path):
    """The bot, told by webhook."""
    with RunningBot(server, engine, tmp_path, webhook_settings()) as running:
        yield running
    assert running.error is None


def in_loop(bot, work):
    """Do something in the bot's own loop."""
    return asyncio.run_coroutine_threadsafe(work, bot.loop).result(PATIENCE)


def channel_of(bot):
    """Give the bot's Telegram channel."""
    return bot.channels[0]


def test_by_webhook_messages_and_buttons_are_answered(hooked, server):
    assert hooked.told[0].startswith("Telegram: connected as @askfirst_bot, by webhook at http://127.0.0.1:")
    parent = Parent(hooked, 501)
    parent.say("/start st-peters")
    assert "St Peter" in parent.say("/start st-peters")
    parent.say("/tip")
    assert "A tip about" in parent.press("Another tip")
    assert not any(method == "getUpdates" for method, _ in server.calls)


def test_by_webhook_a_duplicate_is_answered_once(hooked, server):
    Parent(hooked, 501).say("/start st-peters")
    before = answers(hooked, 501)
    server.says(501, QUESTION, times=2)
    assert answers(hooked, 501) == before + 1


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}], ids=["no secret", "wrong"])
def test_whoever_does_not_know_the_secret_is_refused_and_nothing_is_kept(hooked, server, headers):
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 66, "type": "private"}}}
    update["message"] |= {"from": {"id": 66, "is_bot": False, "first_name": "X"}, "text": "/forget"}

    async def post() -> int:
        async with (
            ClientSession() as http,
            http.post(server.webhook["url"], json=update, headers=headers) as response,
        ):
            return response.status

    assert asyncio.run(post()) == 403
    hooked.rests()
    assert server.seen[66] == []


def test_by_webhook_telegram_is_told_only_after_the_commit(hooked, server, monkeypatch):
    kept = hooked.store.events.store
    monkeypatch.setattr(hooked.store.events, "store", _fails)
    server.says(501, "/start st-peters")
    hooked.ends()
    assert server.updates, "it was acknowledged although it was not kept"
    monkeypatch.setattr(hooked.store.events, "store", kept)
    assert isinstance(hooked.error, Unusable)
    hooked.error = None


def test_a_webhook_that_somebody_took_away_is_set_again(hooked, server):
    server.webhook = {}
    in_loop(hooked, channel_of(hooked).heartbeat())
    assert server.webhook["secret_token"] == SECRET
    assert "St Peter" in Parent(hooked, 501).say("/start st-peters")


def test_a_poller_that_died_silently_is_found_and_polls_again(bot, parent):
    channel = channel_of(bot)
    updater = channel._updater  # noqa: SLF001 -- the library's own task is killed, as nobody else can
    bot.loop.call_soon_threadsafe(updater._Updater__polling_task.cancel)  # noqa: SLF001
    bot.server.waits(updater._Updater__polling_task.done, "its death")  # noqa: SLF001
    assert updater.running, "the library does not know it"
    channel._polls.asked_at = float("-inf")  # noqa: SLF001 -- a long silence
    in_loop(bot, channel.heartbeat())
    assert "A tip about" in parent.say("/tip")


@pytest.mark.slow
def test_polling_that_could_not_begin_again_amid_an_outage_begins_again_after_it(bot, parent):
    channel = channel_of(bot)
    channel._polls.asked_at = float("-inf")  # noqa: SLF001 -- a long silence
    bot.server.faults += [Fault("deleteWebhook", status=500)] * 4
    with pytest.raises(Unreachable):
        in_loop(bot, channel.heartbeat())
    assert not channel._updater.running  # noqa: SLF001
    channel._polls.asked_at = float("-inf")  # noqa: SLF001
    in_loop(bot, channel.heartbeat())
    assert "A tip about" in parent.say("/tip")


def test_while_it_polls_the_heartbeat_leaves_it_alone(bot, parent):
    channel = channel_of(bot)
    before = channel._updater._Updater__polling_task  # noqa: SLF001
    in_loop(bot, channel.heartbeat())
    assert channel._updater._Updater__polling_task is before  # noqa: SLF001
    assert "A tip about" in parent.say("/tip")


def test_a_heartbeat_that_gets_no_answer_is_no_reason_to_end(bot, parent):
    bot.server.faults.append(Fault("getMe", status=500))
    with pytest.raises(Unreachable):
        in_loop(bot, channel_of(bot).heartbeat())
    assert "A tip about" in parent.say("/tip")


def test_a_store_that_fails_for_a_moment_is_tried_again_and_nothing_is_lost(bot, parent, monkeypatch):
    tries = []
    keeps = bot.store.events.store

    def fails_twice(*args):
        tries.append(args)
        if len(tries) <= 2:
            raise StoreError("the database failed (OperationalError)")
        return keeps(*args)

    monkeypatch.setattr(bot.store.events, "store", fails_twice)
    assert "A tip about" in parent.say("/tip")
    assert len(tries) == 3


@pytest.mark.slow
def test_a_store_that_fails_for_good_ends_it_loudly_and_what_was_said_is_answered_afterwards(server, engine, tmp_path):
    with RunningBot(server, engine, tmp_path) as bot:
        Parent(bot, 501).say("/start st-peters")
        bot.store.events.store = _fails
        server.says(501, QUESTION)
        bot.ends()
        assert isinstance(bot.error, Unusable)
        assert "OperationalError" in str(bot.error)
    with RunningBot(server, engine, tmp_path) as again:
        assert answers(again, 501) == 2


def _fails(*_):
    raise StoreError("the database failed (OperationalError)")


@pytest.mark.slow
def test_a_process_whose_store_fails_for_good_ends_with_one_clear_line(server, tmp_path):
    with running(server, tmp_path, schools="st-peters") as bot:
        with closing(sqlite3.connect(tmp_path / "askfirst.db")) as database:
            database.execute("DROP TABLE inbox")
        server.says(501, "/start")
        _, errors = bot.communicate(timeout=PATIENCE)
    assert bot.returncode == 1
    assert errors.splitlines()[-1] == "Error: the database failed (OperationalError)"
    assert "Traceback" not in errors


def test_whoever_blocked_the_bot_holds_nobody_else_up_and_is_answered_when_they_come_back(bot, parent, server):
    server.blocked.add(501)
    server.says(501, "/tip")
    other = Parent(bot, 502)
    assert "St Peter" in other.say("/start st-peters")
    server.blocked.discard(501)
    assert "A tip about" in parent.say("/tip")
