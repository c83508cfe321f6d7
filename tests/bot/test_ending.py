"""The process told to end in every state: it is gone within ten seconds, cleanly, and the next start loses nothing."""

from __future__ import annotations

import contextlib
import signal
import socket
import sqlite3
import threading

import pytest

from bot.opening import open_store
from bot.settings import Settings
from tests.bot.channels.telegram.test_telegram_process import process, running
from tests.platforms.slack_parts import free_port
from tests.platforms.telegram import FakeTelegram
from tests.platforms.telegram_parts import PATIENCE, Fault

pytestmark = pytest.mark.slow

IN_TIME = 10


@pytest.fixture
def server():
    with FakeTelegram() as made:
        yield made


def told_to_end(bot):
    """Tell the process to end; give its exit code, and what it said to the standard error."""
    bot.send_signal(signal.SIGTERM)
    _, errors = bot.communicate(timeout=IN_TIME)
    return bot.returncode, errors


def test_while_a_send_hangs_it_ends_and_the_next_start_sends_at_once_and_counts_it(server, tmp_path):
    held = threading.Event()
    server.faults.append(Fault("sendMessage", held=held, drop=True))
    with running(server, tmp_path, schools="st-peters") as bot:
        server.says(3001, "/privacy")
        server.waits(lambda: not server.faults, "a send on its way")
        assert told_to_end(bot) == (0, "")
        held.set()
    with open_store(Settings(_env_file=None, data=tmp_path)) as store:
        assert store.deliveries.waiting() == 1
        with running(server, tmp_path, schools="st-peters"):
            server.waits(lambda: server.seen[3001], "the answer")
            server.waits(lambda: not store.deliveries.waiting(), "the end of sending")
        assert store.deliveries.repeats() == 1


def test_while_it_is_busy_it_ends_and_the_next_start_answers_everybody(server, tmp_path):
    people = range(3001, 3101)
    with running(server, tmp_path, schools="st-peters") as bot:
        for person in people:
            server.says(person, "can i post photos from sports day?")
        server.waits(lambda: len(server.calls) > 5, "some work")
        assert told_to_end(bot) == (0, "")
    with running(server, tmp_path, schools="st-peters"):
        server.waits(lambda: all(server.seen[person] for person in people), "an answer to everybody", 2 * PATIENCE)
    assert {len(server.seen[person]) for person in people} == {1}


def test_while_the_store_is_locked_it_ends_and_says_why_it_did_not_wait(server, tmp_path):
    with (
        running(server, tmp_path, schools="st-peters") as bot,
        contextlib.closing(sqlite3.connect(tmp_path / "askfirst.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        server.says(3001, "/privacy")
        code, errors = told_to_end(bot)
    assert code == 0
    assert "something hangs" in errors
    with running(server, tmp_path, schools="st-peters"):
        server.waits(lambda: server.seen[3001], "the answer")


def test_while_a_case_page_is_open_and_a_form_half_sent_it_ends(server, tmp_path):
    port = free_port()
    page = {"page_address": f"http://127.0.0.1:{port}", "page_listen": f"127.0.0.1:{port}"}
    with (
        running(server, tmp_path, schools="st-peters", **page) as bot,
        socket.create_connection(("127.0.0.1", port)) as looking,
        socket.create_connection(("127.0.0.1", port)) as sending,
    ):
        looking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert looking.recv(100).startswith(b"HTTP/1.1 200")
        form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\ncode="
        sending.sendall(b"POST /again HTTP/1.1\r\nHost: localhost\r\n" + form)
        assert told_to_end(bot) == (0, "")


def test_killed_it_sends_what_it_had_in_hand_as_soon_as_it_starts_again(server, tmp_path):
    held = threading.Event()
    server.faults.append(Fault("sendMessage", held=held, drop=True))
    with running(server, tmp_path, schools="st-peters") as bot:
        server.says(3001, "/privacy")
        server.waits(lambda: not server.faults, "a send on its way")
        bot.kill()
        held.set()
    with open_store(Settings(_env_file=None, data=tmp_path)) as store, running(server, tmp_path, schools="st-peters"):
        server.waits(lambda: server.seen[3001], "the answer", 5)
        server.waits(lambda: not store.deliveries.waiting(), "the end of sending")
        assert store.deliveries.repeats() == 1


def test_a_second_one_on_the_same_file_is_refused_in_one_clear_line_and_disturbs_nobody(server, tmp_path):
    with running(server, tmp_path, schools="st-peters"):
        second = process(server, tmp_path, schools="st-peters")
        _, errors = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1
        assert errors.startswith("Error: askfirst run is at work on")
        assert len(errors.strip().splitlines()) == 1
        server.says(3001, "/privacy")
        server.waits(lambda: server.seen[3001], "the answer")


def test_two_on_one_postgresql_answer_everybody_once(tmp_path, postgres):
    people = range(3001, 3041)
    with FakeTelegram() as server:
        database = postgres.fresh()
        given = {"schools": "st-peters", "database": database}
        with running(server, tmp_path, **given) as first, running(server, tmp_path, **given):
            for person in people:
                server.says(person, "/privacy", times=2)
            server.waits(lambda: len(server.calls) > 10, "some work")
            first.kill()
            server.waits(lambda: all(server.seen[p] for p in people), "an answer to everybody", 3 * PATIENCE)
            with open_store(Settings(_env_file=None, data=tmp_path, database=database)) as store:
                server.waits(lambda: not store.deliveries.waiting(), "the end of sending", 2 * PATIENCE)
                assert sum(len(server.seen[person]) - 1 for person in people) <= store.deliveries.repeats()
