"""Whatever can't be kept is not acknowledged, and what comes in a wrong order or again does nothing twice."""

from __future__ import annotations

import pytest

from bot.channels.channel import Unusable
from bot.store.databases import StoreError
from handlers.wording import say
from tests.bot.channels.slack.test_slack_durability import QUESTION, answers, cases, to_the_last_step
from tests.bot.channels.slack.test_slack_places import CHANNEL, hidden, public
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import free_port
from tests.platforms.slack_people import Colleague, running

TEACHER = "UTEACHER01"


def asks(server):
    server.says(TEACHER, QUESTION)


def mentions(server):
    server.says(TEACHER, f"<@bot> {QUESTION}", CHANNEL)


def commands(server):
    server.commands(TEACHER, "/concern", "he waits at the gate")


def chooses_the_shortcut(server):
    server.raises_concern_about(TEACHER, next(iter(server.messages[CHANNEL])), CHANNEL)


def submits(server):
    server.submits(TEACHER, server.form(TEACHER), text="he waits at the gate")


def presses(server):
    server.presses(TEACHER, answers(server)[0], say("slack.open_form"))


@pytest.fixture(params=["by socket", "over HTTP"])
def breaking(request, engine, tmp_path, monkeypatch):
    """A bot amid somebody's report, whose store takes nothing any more."""
    monkeypatch.setattr("bot.rounds.PAUSES", (0.0,))
    monkeypatch.setattr("bot.channels.slack.client._LETTING_GO", 0.1)
    port = free_port()
    over_http = {"bot_url": f"http://127.0.0.1:{port}/slack"} if request.param == "over HTTP" else {}
    with FakeSlack(**over_http) as server:
        server.joins(TEACHER)
        bot = running(server, engine, tmp_path, **({"slack_listen": f"127.0.0.1:{port}"} if over_http else {}))
        with bot:
            server.says(TEACHER, "lunch?", CHANNEL)
            to_the_last_step(Colleague(bot, TEACHER))

            def fails(*_):
                raise StoreError("the disk is full")

            monkeypatch.setattr(bot.store.events, "store", fails)
            yield server, bot


@pytest.mark.parametrize("does", [asks, mentions, commands, chooses_the_shortcut, submits, presses])
def test_what_cannot_be_kept_is_not_acknowledged_and_the_process_ends_loudly(breaking, does):
    server, bot = breaking
    before, told = len(server.envelopes), len(server.calls)
    does(server)
    bot.ends()
    assert isinstance(bot.error, Unusable)
    assert "the disk is full" in str(bot.error)
    fresh = server.envelopes[before:]
    assert fresh
    assert [envelope.acknowledged for envelope in fresh] == [0.0] * len(fresh)
    assert [method for method, _ in server.calls[told:] if method.startswith(("chat.", "views."))] == []


@pytest.fixture
def held(server, monkeypatch):
    """What Slack tells the bot, kept until a test lets it go, in an order of its own."""
    kept, real = [], server._send  # noqa: SLF001 -- the network between the two

    async def hold(envelope):
        kept.append(envelope)

    def let_go(order):
        server.waits(lambda: len(kept) == len(server.envelopes) - before, "all that is held")
        monkeypatch.setattr(server, "_send", real)
        for envelope in order(kept):
            server.tells_again(envelope)

    before = len(server.envelopes)
    monkeypatch.setattr(server, "_send", hold)
    return let_go


@pytest.mark.usefixtures("bot")
def test_messages_that_come_in_a_wrong_order_and_again_are_each_answered_once(bot, server, held):
    for number in range(3):
        server.says(TEACHER, f"can i add one of the mums on insta {number}")
    held(lambda kept: [*reversed(kept), *kept])
    bot.rests()
    assert len(answers(server)) == 3


@pytest.mark.parametrize("order", [list, lambda kept: [*reversed(kept), *kept]], ids=["as told", "turned and doubled"])
def test_the_two_events_of_a_mention_are_one_question_in_whichever_order(bot, server, held, order):
    ts = server.says(TEACHER, f"<@bot> {QUESTION}", CHANNEL)
    held(order)
    bot.rests()
    assert [shown.thread for shown in public(server)] == [ts]


def test_an_edit_that_comes_before_its_question_leaves_both_answered(bot, server, held):
    ts = server.says(TEACHER, QUESTION)
    server.edits(TEACHER, ts, "can i post pictures of pupils online?")
    held(reversed)
    bot.rests()
    assert len(answers(server)) == 2


def test_commands_shortcuts_and_presses_that_come_twice_do_nothing_twice(bot, server, teacher):
    ts = server.says(TEACHER, "lunch?", CHANNEL)
    server.commands(TEACHER, "/can-i", QUESTION, times=2)
    bot.rests()
    assert len(hidden(server, TEACHER)) == 1
    server.raises_concern_about(TEACHER, ts, CHANNEL)
    bot.rests()
    server.tells_again(server.envelopes[-1])
    bot.rests()
    opened = [args["trigger_id"] for method, args in server.calls if method == "views.open"]
    assert len(opened) == len(set(opened)) == 1
    teacher.say("stop")
    to_the_last_step(teacher)
    teacher.say("he waits at the gate")
    for _ in range(3):
        teacher.press(say("report.skip"))
    teacher.press("Send", times=3)
    assert cases(bot) == 1
