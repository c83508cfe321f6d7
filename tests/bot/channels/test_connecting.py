"""A platform that gives no answer when the bot starts keeps nobody on another one waiting, and is tried again."""

from __future__ import annotations

import pytest

from handlers.wording import say
from tests.handlers.telling import CONTACTS
from tests.platforms.running import RunningBot
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import SECRET
from tests.platforms.slack_parts import Fault as SlackFault
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_parts import Fault as TelegramFault
from tests.platforms.telegram_people import Parent

FOR_LONG = 10_000


@pytest.fixture
def slack():
    with FakeSlack() as server:
        for user in ("UTEACHER01", "U0123ABCF"):
            server.joins(user)
        yield server
    assert server.violations == []


@pytest.fixture
def telegram():
    with FakeTelegram() as server:
        yield server
    assert server.violations == []


@pytest.fixture
def on_both(slack, telegram, engine, tmp_path, monkeypatch):
    """The bot on Telegram and Slack, not started yet; it tries again at once."""
    monkeypatch.setattr("bot.connecting._AGAIN", 0.05)
    team = slack.teams[0]
    given = {
        "slack_api": slack.url,
        "slack_bot_token": team.bot_token,
        "slack_app_token": team.app_token,
        "slack_signing_secret": SECRET,
        "slack_schools": team.school,
        "contacts": CONTACTS,
    }
    return RunningBot(telegram, engine, tmp_path, given)


def alarms(bot):
    return {alarm.name for alarm in bot.store.alarms.raised()}


@pytest.mark.parametrize(
    "fault",
    [
        SlackFault("auth.test", status=503),
        SlackFault("auth.test", error="internal_error"),
        SlackFault("auth.test", drop=True),
        SlackFault("apps.connections.open", status=500),
        SlackFault("apps.connections.open", retry_after=1),
        TelegramFault("getMe", status=502),
        TelegramFault("setMyCommands", drop=True),
        TelegramFault("setMyCommands", retry_after=1),
    ],
    ids=lambda fault: f"{fault.method} {fault.status or fault.retry_after or 'cut'}",
)
def test_whatever_call_gives_no_answer_at_the_start_people_on_both_platforms_are_answered(
    on_both, slack, telegram, fault
):
    (slack if isinstance(fault, SlackFault) else telegram).faults.append(fault)
    with on_both as bot:
        assert any("It is tried again" in line for line in bot.told)
        telegram.says(501, "/privacy")
        slack.says("UTEACHER01", "/privacy")
        telegram.waits(lambda: telegram.seen[501], "an answer on Telegram")
        slack.waits(lambda: slack.newest("UTEACHER01"), "an answer on Slack")
    assert bot.error is None


def test_while_slack_is_down_a_parent_reports_on_telegram_and_the_lead_is_told_as_soon_as_slack_is_back(
    on_both, slack, telegram
):
    slack.faults += [SlackFault("auth.test", status=503)] * FOR_LONG
    with on_both as bot:
        parent = Parent(bot, 501)
        parent.say("/start st-peters")
        parent.say("report")
        for label in ("No", "Something else", "No, somebody outside the school", "I'm not sure", "Yes"):
            parent.press(label)
        parent.say("He keeps following her")
        for _ in range(3):
            parent.press(say("report.skip"))
        data, seen = next((data, seen) for known, data, seen in reversed(parent.offered) if known == "Send")
        telegram.presses_data(501, seen, data)
        telegram.waits(lambda: "Receipt code" in telegram.seen[501][-1].text, "the receipt")
        telegram.waits(lambda: "channel slack" in alarms(bot), "the alarm that Slack is down")
        slack.faults.clear()
        slack.waits(lambda: slack.newest("U0123ABCF"), "the notice")
        assert say("notices.open") in slack.newest("U0123ABCF")[0].labels


def test_a_token_that_turns_out_wrong_later_ends_the_bot_with_the_line_that_names_its_setting(on_both, slack):
    slack.faults += [SlackFault("auth.test", status=503), SlackFault("auth.test", error="invalid_auth")]
    with on_both as bot:
        bot.ends()
    assert "ASKFIRST_SLACK_BOT_TOKEN" in str(bot.error)
