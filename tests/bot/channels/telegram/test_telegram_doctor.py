"""The doctor looks at what Telegram holds of the bot, and says how to mend it."""

from __future__ import annotations

import pytest

from bot.doctor import examine
from bot.settings import Settings
from tests.platforms.telegram_parts import TOKEN


@pytest.fixture
def found(server, tmp_path):
    """Let the doctor look; give what it found of Telegram, with how to mend it."""

    def look(**more):
        given = {"data": tmp_path, "telegram_token": TOKEN, "telegram_api": server.url, "trial": True, **more}
        settings = Settings(_env_file=None, **given)
        return {finding.found: finding.mend for finding in examine(settings) if finding.part == "telegram"}

    return look


def test_all_is_well_with_a_fresh_bot(found):
    lines = found()
    assert set(lines.values()) == {""}
    assert "Telegram: connected as @askfirst_bot, by polling" in lines
    assert "the menu shows 10 commands" in lines


def test_a_wrong_token_is_said_with_where_to_get_the_right_one(found):
    assert found(telegram_token="1:wrong") == {  # noqa: S106 -- of a test
        "can't be used": "Telegram does not know this token. Copy it again from @BotFather into"
        " ASKFIRST_TELEGRAM_TOKEN."
    }


def test_a_bot_that_hears_everything_in_groups_is_noticed(found, server):
    server.hears_all = True
    assert "/setprivacy" in found()["it hears everything that is said in groups"]


def test_a_webhook_that_takes_the_messages_away_is_noticed(found, server):
    server.webhook = {"url": "https://elsewhere.example.org/hook"}
    assert found()["messages go to https://elsewhere.example.org/hook"]


def test_a_webhook_that_telegram_cannot_reach_is_noticed(found, server):
    hook = "https://bot.example.org/telegram"
    server.webhook, server.delivery_error = {"url": hook}, "Connection refused"
    lines = found(telegram_webhook=hook)
    assert "ASKFIRST_TELEGRAM_LISTEN" in lines["Telegram could not deliver lately: Connection refused"]
