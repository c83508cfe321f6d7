"""Whatever Telegram or the network does, every message is answered and nothing is done twice."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from tests.platforms.running import RunningBot
from tests.platforms.telegram_parts import Fault
from tests.platforms.telegram_people import Parent

QUESTION = "can I film the nativity play?"


def answers(bot, user: int) -> int:
    """Count what the bot has said to somebody."""
    bot.rests()
    return len(bot.server.seen[user])


def rows(folder, what: str) -> int:
    """Count rows of the database."""
    with closing(sqlite3.connect(folder / "askfirst.db")) as database:
        return database.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0]  # noqa: S608 -- the tests' own words


@pytest.mark.usefixtures("parent")
@pytest.mark.parametrize(
    "fault",
    [
        Fault("sendMessage", retry_after=1),
        Fault("sendMessage", status=500),
        Fault("sendMessage", drop=True),
    ],
    ids=["asked to wait", "a fault of the server", "a connection that breaks"],
)
def test_an_answer_that_could_not_be_sent_is_sent_again_once(bot, server, fault):
    before = answers(bot, 501)
    server.faults.append(fault)
    server.says(501, QUESTION)
    assert answers(bot, 501) == before + 1


@pytest.mark.usefixtures("parent")
def test_an_answer_that_may_have_arrived_is_sent_again_rather_than_lost(bot, server):
    before = answers(bot, 501)
    server.faults.append(Fault("sendMessage", drop=True, after=True))
    server.says(501, QUESTION)
    assert answers(bot, 501) == before + 2


@pytest.mark.usefixtures("parent")
def test_while_one_chat_has_to_wait_another_is_answered(bot, server):
    other = Parent(bot, 502)
    held = threading.Event()
    server.faults.append(Fault("sendMessage", held=held))
    server.says(501, QUESTION)
    server.waits(lambda: not server.faults, "the first answer being held up")
    server.says(502, "/start st-peters")
    server.waits(lambda: bool(server.seen[other.user]), "the other's answer")
    held.set()
    bot.rests()


@pytest.mark.usefixtures("parent")
def test_an_update_that_comes_twice_is_answered_once(bot, server):
    before = answers(bot, 501)
    server.says(501, QUESTION, times=2)
    assert answers(bot, 501) == before + 1


def test_a_button_that_is_pressed_twice_changes_things_once(parent):
    parent.say("/quiz")
    parent.press("Just me")
    parent.say("a")
    twice = parent.press("Confirm", times=2)
    assert "nothing has changed" in twice or "already" in twice or "stays as it is" in twice
    assert "Question 2 of" in parent.press("Next question")


def test_a_button_whose_message_shows_the_answer_already_is_no_error(bot, parent, server):
    parent.say("/quiz")
    parent.press("Just me")
    server.faults.append(Fault("editMessageText", drop=True, after=True))
    parent.press(next(label for label, *_ in parent.offered if label.startswith("A. ")))
    assert bot.store.deliveries.given_up() == []


@pytest.mark.usefixtures("parent")
def test_updates_that_come_in_the_wrong_order_are_handled_in_the_right_one(bot, server):
    with server.paused():
        server.says(501, "/tip")
        server.says(501, "/privacy")
        server.updates.reverse()
    bot.rests()
    tip, privacy = server.seen[501][-2:]
    assert "tip" in tip.text
    assert "list of your questions" in privacy.text


@pytest.mark.usefixtures("parent")
def test_somebody_who_blocked_the_bot_is_given_up_where_the_administrator_sees_it(bot, server):
    server.blocked.add(501)
    server.says(501, QUESTION)
    bot.rests()
    (lost,) = bot.store.deliveries.given_up()
    assert (lost.channel, lost.count) == ("telegram", 1)
    assert "blocked" in lost.why
    assert "film" not in lost.why


def test_what_was_said_while_the_bot_was_down_is_answered_when_it_is_back(server, engine, tmp_path):
    with RunningBot(server, engine, tmp_path) as first:
        Parent(first, 501).say("/start st-peters")
    server.says(501, QUESTION)
    with RunningBot(server, engine, tmp_path) as second:
        assert answers(second, 501) == 2


def test_a_quiz_goes_on_where_it_was_after_a_restart(server, engine, tmp_path):
    with RunningBot(server, engine, tmp_path) as first:
        person = Parent(first, 501)
        person.say("/start st-peters")
        person.say("/quiz")
        seen = person.press("Just me")
    with RunningBot(server, engine, tmp_path) as second:
        person.bot = second
        assert seen.splitlines()[1] in person.say("quiz")


def test_nothing_that_was_said_stands_readable_in_the_database(parent, tmp_path):
    parent.say("my secret question about zebras")
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"zebras" not in held


def test_the_content_of_an_event_is_erased_once_it_is_handled_and_sent(parent, tmp_path):
    parent.say(QUESTION)
    assert rows(tmp_path, "outbox WHERE sealed IS NOT NULL") == 0
    assert rows(tmp_path, "inbox WHERE sealed IS NOT NULL") == 0
