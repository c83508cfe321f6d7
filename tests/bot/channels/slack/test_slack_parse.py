"""What is said in Slack is taken as it was meant, and what isn't meant for the bot is nothing."""

from __future__ import annotations

import pytest

from bot.channels.slack.heard import Kind
from bot.channels.slack.parse import parse
from bot.channels.slack.spots import place_in_block, place_of
from bot.channels.slack.typed import plain

BOT = "UBOT"


def event(**more):
    inside = {
        "type": "message",
        "user": "U1",
        "text": "can I?",
        "ts": "1.000001",
        "channel": "D1",
        "channel_type": "im",
    }
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {**inside, **more}}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("see <https://x.example.org/a|the page>", "see the page"),
        ("see <https://x.example.org/a>", "see https://x.example.org/a"),
        ("ask <@U2> in <#C1|general> <!here>", "ask @U2 in #general @here"),
        ("", ""),
    ],
)
def test_words_are_read_as_their_writer_saw_them(typed, read):
    assert plain(typed) == read


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"subtype": "channel_join"},
        {"text": "  "},
        {"channel": "C1", "channel_type": "channel"},
        {"channel": "C1", "channel_type": "channel", "thread_ts": "0.1", "text": "<@U2> what do you think?"},
        {"type": "reaction_added"},
    ],
)
def test_what_is_not_meant_for_the_bot_is_nothing(more):
    assert parse(event(**more), BOT) is None


def test_a_mention_that_comes_as_two_events_is_one():
    one = event(type="app_mention", channel="C1", text=f"<@{BOT}> can I?", channel_type=None)
    two = event(channel="C1", channel_type="channel", text=f"<@{BOT}> can I?")
    assert parse(one, BOT).event == parse(two, BOT).event
    assert parse(two, BOT).kind is Kind.MENTION
    assert parse(two, BOT).text == "can I?"


def test_files_are_noted_and_never_fetched():
    heard = parse(
        event(subtype="file_share", text="", files=[{"id": "F1", "url_private": "https://x.example.org"}]), BOT
    )
    assert heard.files == ("F1",)


def test_an_edit_counts_only_where_the_words_changed():
    message = {"type": "message", "user": "U1", "text": "new", "ts": "1.0", "edited": {"user": "U1", "ts": "2.0"}}
    changed = {"subtype": "message_changed", "message": message, "previous_message": {**message, "text": "old"}}
    assert parse(event(**changed), BOT).edited
    assert parse(event(**{**changed, "previous_message": message}), BOT) is None
    unfurled = {k: v for k, v in message.items() if k != "edited"}
    assert parse(event(**{**changed, "message": unfurled}), BOT) is None


def test_a_button_carries_the_conversation_and_the_person_that_it_was_written_for():
    assert place_of(place_in_block("T1/C1/1.2", "U1", 0)) == ("T1/C1/1.2", "U1")
    assert place_of("something else") == ("", "")


def test_an_unknown_payload_is_nothing():
    assert parse({"type": "workflow_step_edit"}, BOT) is None
    assert parse({"command": "/other", "text": ""}, BOT) is None
