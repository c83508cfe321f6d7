"""A platform that gives no answer when the bot starts keeps nobody on another one waiting, and is tried again."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from bot.channels.channel import Unusable
from bot.run import _LIMIT
from bot.store.databases import StoreError
from bot.store.watches import StoredWatches
from handlers.wording import say
from tests.bot.channels.slack.test_slack_faults import FilteredSlack
from tests.handlers.telling import CONTACTS
from tests.platforms.running import RunningBot
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import SECRET
from tests.platforms.slack_parts import Fault as SlackFault
from tests.platforms.slack_people import running
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


@contextmanager
def starting(bot):
    """Start the bot and don't wait until it runs; end it afterwards."""
    threading.Thread(target=bot.__enter__, daemon=True).start()
    try:
        yield
    finally:
        bot.__exit__()


@pytest.fixture
def held():
    """What a call waits for that hangs; let go of at the end."""
    held = threading.Event()
    yield held
    held.set()


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


def test_slack_is_connected_although_something_else_answered_in_its_place_when_it_was_tried_again(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.connecting._AGAIN", 0.05)
    with FilteredSlack() as slack:
        slack.joins("UTEACHER01")
        slack.page, slack.filters = (200, "text/plain"), "auth.test"
        with running(slack, engine, tmp_path) as bot:
            slack.waits(lambda: slack.met > 2, "further tries")
            slack.filters = ""
            slack.says("UTEACHER01", "/privacy")
            slack.waits(lambda: slack.newest("UTEACHER01"), "an answer")
    assert bot.error is None


def test_a_store_that_fails_for_good_while_a_platform_hangs_ends_the_bot(on_both, slack, held, monkeypatch):
    def fails(*_):
        raise StoreError("the database failed (DiskFull)")

    monkeypatch.setattr(StoredWatches, "take", fails)
    monkeypatch.setattr("bot.rounds.PAUSES", (0.05,))
    slack.faults.append(SlackFault("apps.connections.open", held=held))
    with pytest.raises(Unusable, match="DiskFull"):
        on_both.__enter__()
    assert not held.is_set()


def test_told_to_end_while_a_platform_hangs_the_bot_ends_in_time(on_both, slack, held):
    slack.faults.append(SlackFault("auth.test", held=held))
    with starting(on_both):
        slack.waits(lambda: not slack.faults, "a call that hangs")
        on_both.loop.call_soon_threadsafe(on_both.running.end)
        on_both._thread.join(_LIMIT)  # noqa: SLF001 -- its end, for which a watchdog would not wait any longer
        assert not on_both.alive


def test_while_telegram_hangs_people_on_slack_are_answered(on_both, slack, telegram, held):
    telegram.faults += [TelegramFault("deleteWebhook", held=held)] * 4
    with starting(on_both):
        telegram.waits(lambda: len(telegram.faults) < 4, "a call that hangs")
        slack.says("UTEACHER01", "/privacy")
        slack.waits(lambda: slack.newest("UTEACHER01"), "an answer on Slack")
        assert not held.is_set()
