"""What was written to the bot while it was away for longer than Slack tries again is read back, all of it, once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.opening import now
from bot.store.databases import StoreError
from bot.store.memory import StoredMemory
from tests.bot.channels.slack.test_slack_durability import QUESTION, answers
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Fault
from tests.platforms.slack_people import running

TEACHER = "UTEACHER01"


@pytest.fixture
def away(engine, tmp_path, monkeypatch):
    """A server on which the bot answered once; it went away an hour ago, and what is said now is half an hour old."""
    monkeypatch.setattr("bot.channels.slack.outage._PAGE", 2)
    monkeypatch.setattr("bot.channels.slack.outage._PAUSES", (0.0,) * 5)
    with FakeSlack() as server:
        server.joins(TEACHER)
        with running(server, engine, tmp_path) as bot:
            server.first = server.says(TEACHER, QUESTION)
            bot.rests()
            itself = f"{server.teams[0].id}/{server.teams[0].bot}"
            at = {"at": (now() - timedelta(hours=1)).isoformat()}
            bot.store.memory.keep(itself, itself, "slack.alive", at, None)
        server.outside = True
        half_an_hour_ago = int(now().timestamp()) - 1800
        monkeypatch.setattr(server, "now", lambda: f"{half_an_hour_ago}.{next(server._count):06d}")  # noqa: SLF001 -- its clock
        yield server
    assert server.violations == []


@pytest.fixture
def back(away, engine, tmp_path):
    """Start the bot again, and wait until so many answers stand there."""

    def comes(count, *users):
        away.outside = False
        with running(away, engine, tmp_path) as bot:
            for user in users or (TEACHER,):
                away.waits(
                    lambda user=user: len(answers(away, user)) >= count, "the answers to what was said meanwhile"
                )
            bot.rests()

    return comes


def test_a_message_is_answered_once(away, back):
    away.says(TEACHER, "when is the policy reviewed next?")
    back(2)
    back(2)
    assert len(answers(away)) == 2


def test_more_messages_than_fit_a_page_are_all_answered_in_their_order(away, back, engine, tmp_path):
    asked = ("help", "privacy", "can i use my phone in lessons?", "help", QUESTION)
    for text in asked:
        away.says(TEACHER, text)
    back(1 + len(asked))
    other = away.joins("UTEACHER02")
    with running(away, engine, tmp_path) as bot:
        for text in asked:
            away.says(other, text)
            bot.rests()
    late, at_once = ([shown.text for shown in answers(away, user)][: len(asked)] for user in (TEACHER, other))
    assert late == at_once


def test_what_was_written_in_a_thread_of_the_chat_is_answered_there(away, back):
    away.says(TEACHER, "what about a former pupil?", thread=away.first)
    back(2)
    assert answers(away)[0].thread == away.first


def test_everybody_is_read_back_though_slack_fails_and_asks_for_patience(away, back):
    users = [away.joins(f"UTEACHER1{number}") for number in range(3)]
    for user in users:
        away.says(user, QUESTION)
    away.faults += [
        Fault("conversations.list", status=500),
        Fault("conversations.history", retry_after=1),
        Fault("conversations.history", drop=True),
    ]
    back(1, *users)
    assert away.faults == []


def test_a_chat_that_slack_refuses_keeps_nobody_elses_from_being_read(away, back):
    other = away.joins("UTEACHER02")
    away.says(other, QUESTION)
    away.faults.append(Fault("conversations.history", error="channel_not_found"))
    back(1, other)


def test_killed_amid_reading_back_it_is_read_by_the_next(away, back, engine, tmp_path):
    away.says(TEACHER, "when is the policy reviewed next?")
    away.outside, held = False, threading.Event()
    away.faults.append(Fault("conversations.history", held=held, drop=True))
    with running(away, engine, tmp_path):
        away.waits(lambda: not away.faults, "a chat that is being read")
    held.set()
    assert len(answers(away)) == 1
    back(2)


def test_it_is_read_back_though_the_store_failed_just_then(away, back, monkeypatch):
    monkeypatch.setattr("bot.channels.slack.outage._AGAIN", 0.0)
    recall, fails = StoredMemory.recall, iter([True])

    def fails_once(self, person, conversation, ability):
        if ability == "slack.alive" and next(fails, False):
            raise StoreError("the database failed (DiskFull)")
        return recall(self, person, conversation, ability)

    monkeypatch.setattr(StoredMemory, "recall", fails_once)
    away.says(TEACHER, "when is the policy reviewed next?")
    back(2)
    assert not next(fails, False)
