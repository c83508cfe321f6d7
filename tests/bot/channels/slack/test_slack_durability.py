"""Nothing that was said to the bot in Slack is lost or done twice, whatever fails between the two."""

from __future__ import annotations

from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import text as sql

from bot.channels.channel import Unusable
from bot.store.databases import StoreError
from handlers.wording import say
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Fault
from tests.platforms.slack_people import Colleague, running

QUESTION = "can i add one of the mums on insta?"
ANSWERS_TO_A_REPORT = ("No", "Something else", "No, somebody outside the school", "I'm not sure", "Yes")


def to_the_last_step(teacher):
    """Fill a report up to what happened."""
    teacher.say("report")
    for label in ANSWERS_TO_A_REPORT:
        teacher.press(label)


def cases(bot):
    """Count the reports that are stored."""
    with bot.store.units.reading() as connection:
        return connection.execute(sql("SELECT count(*) FROM cases")).scalar_one()


def answers(server, user="UTEACHER01"):
    return [s for s in server.newest(user) if s.kind == "message"]


def test_an_event_that_comes_twice_is_answered_once(bot, server):
    server.says("UTEACHER01", QUESTION, times=3)
    bot.rests()
    server.tells_again(server.envelopes[-1])
    bot.rests()
    assert len(answers(server)) == 1


def test_what_is_said_while_the_socket_is_cut_is_answered_once_it_is_back(server, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.channels.slack.connection._PING", 0.5)  # how often the library looks
    with running(server, engine, tmp_path) as bot:
        server.drops_sockets()
        server.says("UTEACHER01", QUESTION)
        bot.rests()
    assert len(answers(server)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.postMessage", error="internal_error"),
        Fault("chat.postMessage", status=500),
        Fault("chat.postMessage", drop=True),
        Fault("chat.postMessage", retry_after=1),
    ],
    ids=["slacks own fault", "status 500", "cut connection", "too many at once"],
)
def test_an_answer_is_sent_again_until_it_arrives(bot, server, fault):
    server.faults.append(fault)
    server.says("UTEACHER01", QUESTION)
    bot.rests()
    assert len(answers(server)) == 1
    assert server.faults == []


def test_an_answer_that_slack_never_takes_is_given_up_where_the_administrator_sees_it(bot, server):
    server.faults.append(Fault("chat.postMessage", error="channel_not_found"))
    server.says("UTEACHER01", QUESTION)
    bot.rests()
    assert [g.why for g in bot.store.deliveries.given_up()] == ["channel_not_found"]


def test_a_form_sent_twice_takes_its_step_once_and_makes_one_report(bot, server, teacher):
    to_the_last_step(teacher)
    form = teacher.form
    teacher.sees(lambda: server.submits("UTEACHER01", form, text="he waits at the gate", times=2))
    assert "When did it happen" in teacher.form.text
    for _ in range(3):
        teacher.press(say("report.skip"))
    teacher.press("Send", times=2)
    assert cases(bot) == 1


def test_a_step_sent_again_after_no_answer_came_shows_the_step_that_is_due(bot, server, teacher):
    to_the_last_step(teacher)
    form = replace(teacher.form)
    first = server.submits("UTEACHER01", form, text="he waits at the gate")
    bot.rests()
    again = server.submits("UTEACHER01", form, text="he waits at the gate")
    bot.rests()
    shown = [envelope.answer["view"]["private_metadata"] for envelope in (first, again)]
    assert shown[0] == shown[1]
    assert '"when"' in shown[0]


def test_a_report_goes_on_after_a_restart(engine, tmp_path):
    with FakeSlack() as server:
        teacher = Colleague(None, server.joins("UTEACHER01"))
        with running(server, engine, tmp_path) as teacher.bot:
            to_the_last_step(teacher)
        with running(server, engine, tmp_path) as teacher.bot:
            teacher.say("he waits at the gate")
            assert "When did it happen" in teacher.form.text
    assert server.violations == []


@pytest.mark.slow
def test_on_postgresql_nothing_is_lost_or_done_twice_either(server, engine, tmp_path, postgres):
    with running(server, engine, tmp_path, database=postgres.fresh()) as bot:
        teacher = Colleague(bot, "UTEACHER01")
        server.says("UTEACHER01", QUESTION, times=3)
        bot.rests()
        assert len(answers(server)) == 1
        to_the_last_step(teacher)
        form = teacher.form
        teacher.sees(lambda: server.submits("UTEACHER01", form, text="he waits at the gate", times=2))
        for _ in range(3):
            teacher.press(say("report.skip"))
        teacher.press("Send", times=2)
        assert cases(bot) == 1
        server.opens("UTEACHER01")
        bot.rests()
        assert "stored on" in server.homes["UTEACHER01"].text
        teacher.say("quiz")
        assert "Question 1 of" in answers(server)[0].text


def test_over_http_a_request_that_slack_did_not_sign_is_refused(http_bot):
    forged = Request(f"{http_bot[0].bot_url}/st-peters", data=b"{}", headers={"Content-Type": "application/json"})  # noqa: S310 -- ours
    with pytest.raises(HTTPError, match="401"):
        urlopen(forged, timeout=5)  # noqa: S310 -- the bot of this test


def test_over_http_a_question_is_answered_and_a_form_is_filled(http_teacher):
    assert "⛔" in http_teacher.say(QUESTION)
    to_the_last_step(http_teacher)
    assert "When did it happen" in http_teacher.say("he waits at the gate")


def test_over_http_a_commit_that_fails_is_no_acknowledgement_so_that_slack_comes_again(
    http_bot, http_teacher, monkeypatch
):
    server, _ = http_bot
    store = http_teacher.bot.store.events
    real, fails = store.store, iter([True, True, False])

    def store_or_fail(events, at):
        if next(fails, False):
            raise StoreError("database is locked")
        return real(events, at)

    monkeypatch.setattr(store, "store", store_or_fail)
    http_teacher.say(QUESTION)
    assert len(answers(server)) == 1


def test_a_socket_that_opens_and_never_says_a_word_is_found_and_opened_anew(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.connecting._HEARTBEAT", 0.02)
    monkeypatch.setattr("bot.channels.slack.connection._GREETING", 0.1)
    with FakeSlack(speechless=2) as server:
        server.joins("UTEACHER01")
        with running(server, engine, tmp_path) as bot:
            server.says("UTEACHER01", QUESTION)
            bot.rests()
            assert len(answers(server)) == 1
    assert server.sockets_opened >= 3


def test_a_socket_that_cannot_be_opened_anew_at_once_is_tried_again_with_the_next_heartbeat(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.connecting._HEARTBEAT", 0.02)
    monkeypatch.setattr("bot.channels.slack.connection._GREETING", 0.1)
    with FakeSlack(speechless=1) as server:
        server.joins("UTEACHER01")
        with running(server, engine, tmp_path) as bot:
            server.faults += [Fault("apps.connections.open", status=503)] * 2
            server.says("UTEACHER01", QUESTION)
            bot.rests()
            assert len(answers(server)) == 1
        assert bot.error is None
    assert server.faults == []


@pytest.mark.parametrize("setting", ["slack_bot_token", "slack_app_token"])
def test_a_wrong_token_ends_the_start_with_one_line_that_names_its_setting(engine, tmp_path, setting):
    bot = None
    with FakeSlack() as server, pytest.raises(Unusable, match=f"ASKFIRST_{setting.upper()}") as ended:  # noqa: PT012
        bot = running(server, engine, tmp_path, **{setting: "xoxb-wrong"})
        bot.__enter__()
    bot.ends()
    assert "xoxb" not in str(ended.value)


def test_a_burst_right_after_the_start_makes_nobody_wait_for_slack_to_say_who_the_bot_is(bot, server):
    asked = sum(method == "auth.test" for method, _ in server.calls)
    for number in range(20):
        server.says("UTEACHER01", f"can i use my phone at lunch {number}")
    bot.rests()
    assert sum(method == "auth.test" for method, _ in server.calls) == asked
