"""What somebody wrote in a report doesn't stay in their chat: Telegram deletes it, at once or after some tries."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.bot.channels.telegram.test_telegram_faults import rows
from tests.platforms.running import RunningBot
from tests.platforms.telegram_parts import PATIENCE, Fault
from tests.platforms.telegram_people import Parent

WORDS = "he keeps sending her zebra messages"
REACH = "ring me on 0161 496 0000"


def report(parent: Parent) -> None:
    """Fill in a report, up to the look over it."""
    parent.say("/concern")
    parent.press("No")
    parent.press("A pupil is bullied online")
    parent.press("No, a pupil")
    parent.press("Yes")
    parent.say(WORDS)
    parent.press("Leave this out")
    parent.say("on WhatsApp")
    assert WORDS in parent.say(REACH)


def chat(bot, user: int = 501) -> str:
    """Give all that stands in somebody's chat, theirs and the bot's."""
    return "\n".join([*bot.server.typed[user].values(), *(seen.text for seen in bot.server.seen[user])])


def in_loop(bot, work):
    """Do something in the bot's own loop."""
    return asyncio.run_coroutine_threadsafe(work, bot.loop).result(PATIENCE)


def test_once_a_report_is_sent_its_words_are_gone_from_the_chat_and_the_receipt_stays(bot, parent, tmp_path):
    parent.say("can I film the nativity play?")
    report(parent)
    said = parent.press("Send")
    assert "Receipt code" in said
    assert "I now delete the messages with your report" in said
    left = chat(bot)
    for word in ("zebra", "0161", "WhatsApp", "What happened?"):
        assert word not in left
    assert "Receipt code" in left
    assert "nativity" in left
    assert rows(tmp_path, "report_messages") == 0


@pytest.mark.parametrize("leaves", ["stop", "forget", "/forget"])
def test_whoever_stops_or_forgets_a_report_finds_its_words_gone(bot, parent, leaves):
    report(parent)
    assert "I now delete the messages with what you wrote" in parent.say(leaves)
    assert "zebra" not in chat(bot)


def test_while_a_report_is_under_way_it_stands_and_cannot_be_passed_on(bot, parent):
    report(parent)
    assert "zebra" in chat(bot)
    shown = bot.server.seen[501][-1]
    assert shown.raw["has_protected_content"]
    assert not any(seen.raw.get("has_protected_content") for seen in bot.server.seen[501] if "Hello" in seen.text)


def test_a_report_begun_anew_shows_its_first_question_and_takes_the_old_words_with_it_in_the_end(bot, parent):
    report(parent)
    parent.say("/school")
    parent.press("Newall Green Primary School")
    assert "danger" in parent.say("/concern")
    parent.say("stop")
    assert "zebra" not in chat(bot)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("deleteMessages", retry_after=1),
        Fault("deleteMessages", status=500),
        Fault("deleteMessages", drop=True, after=True),
    ],
    ids=["asked to wait", "a fault of the server", "a connection that breaks"],
)
def test_what_could_not_be_deleted_at_once_is_deleted_afterwards(bot, parent, fault):
    report(parent)
    bot.server.faults.append(fault)
    parent.press("Send")
    assert "zebra" not in chat(bot)
    assert bot.store.deliveries.given_up() == []


def test_what_is_still_to_be_deleted_at_a_restart_is_deleted_after_it(server, engine, tmp_path):
    with RunningBot(server, engine, tmp_path) as first:
        person = Parent(first, 501)
        person.say("/start st-peters")
        report(person)
        person.bot.server.faults += [Fault("deleteMessages", status=500)] * 2
        server.presses_data(501, person.offered[-1][2], next(d for label, d, _ in person.offered if label == "Send"))
        server.waits(lambda: any(method == "deleteMessages" for method, _ in server.calls), "the first try")
    with RunningBot(server, engine, tmp_path) as second:
        second.rests()
        assert "zebra" not in chat(second)


def test_what_telegram_keeps_for_good_is_told_to_the_administrator_and_the_rest_is_deleted(bot, parent):
    report(parent)
    old = next(number for number, text in bot.server.typed[501].items() if text == WORDS)
    bot.server.too_old.add(old)
    parent.press("Send")
    assert [text for text in chat(bot).splitlines() if "zebra" in text] == [WORDS]
    (lost,) = bot.store.deliveries.given_up()
    assert lost.why == "1 messages that held words of a report can't be deleted any more"


def test_a_report_that_is_left_is_gone_from_the_chat_before_telegram_would_keep_it(bot, parent):
    report(parent)
    held = bot.store.report_messages
    in_loop(bot, bot.channels[0].heartbeat())
    assert "zebra" in chat(bot)
    for number in held.of("501", datetime.now(UTC)):
        held.note("501", number, datetime.now(UTC) - timedelta(hours=47))
    in_loop(bot, bot.channels[0].heartbeat())
    assert "zebra" not in chat(bot)


def test_whoever_blocked_the_bot_meanwhile_holds_nothing_up(bot, parent):
    report(parent)
    held = bot.store.report_messages
    for number in held.of("501", datetime.now(UTC)):
        held.note("501", number, datetime.now(UTC) - timedelta(hours=47))
    bot.server.blocked.add(501)
    in_loop(bot, bot.channels[0].heartbeat())
    assert held.of("501", datetime.now(UTC)) == []


def test_a_button_of_a_message_that_is_gone_is_answered_all_the_same(parent):
    report(parent)
    change = "Change: What happened"
    assert change in {label for label, *_ in parent.offered}
    parent.press("Send")
    assert "earlier step" in parent.press(change)


@pytest.mark.parametrize("gone", ["before the press", "after the press"])
def test_an_answer_that_should_replace_a_message_comes_anew_where_that_is_gone(bot, parent, server, gone):
    parent.say("/quiz")
    parent.press("Just me")
    _, data, seen = next(found for found in parent.offered if found[0].startswith("A. "))
    if gone == "before the press":
        server.seen[501].remove(seen)
        server.presses_data(501, seen, data)
    else:
        with server.paused():
            server.presses_data(501, seen, data)
            server.seen[501].remove(seen)
    bot.rests()
    assert "You chose A" in server.seen[501][-1].text
    assert bot.store.deliveries.given_up() == []


def test_where_nothing_is_reported_nothing_is_noted(bot, parent, tmp_path):
    for said in ("can I film the nativity play?", "/tip", "someone threatens to post nudes of my daughter", "/privacy"):
        parent.say(said)
    assert bot.server.typed[501]
    assert rows(tmp_path, "report_messages") == 0
