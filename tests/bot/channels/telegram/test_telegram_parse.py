"""What the bot hears in Telegram, and what it never listens to."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.parse import FILES, Heard, Me, parse

ME = Me(1, "askfirst_bot")


def heard(text: str = "", chat_type: str = "private", **more: Any) -> Heard | None:
    """Parse a message with this text."""
    message = {
        "message_id": 5,
        "date": 1_790_000_000,
        "chat": {"id": 9, "type": chat_type},
        "from": {"id": 9, "is_bot": False},
        **({"text": text} if text else {}),
        **more,
    }
    return parse({"update_id": 70, "message": message}, ME)


def test_in_a_private_chat_everything_typed_is_for_the_bot():
    assert heard("can i film the play?").text == "can i film the play?"


@pytest.mark.parametrize(
    "said", ["hello all", "@somebody_else can I?", "/ask@another_bot can I?", "mail me@askfirst_bots.example.org"]
)
def test_in_a_group_what_is_for_others_is_not_heard(said):
    assert heard(said, "supergroup") is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("@askfirst_bot can I film?", "can I film?"),
        ("can I film, @AskFirst_Bot ?", "can I film,  ?"),
        ("/ask@askfirst_bot can I film?", "/ask can I film?"),
        ("/tip", "/tip"),
    ],
)
def test_in_a_group_what_is_addressed_to_the_bot_is_heard_without_its_name(said, text):
    assert heard(said, "supergroup").text == text


def test_in_a_group_an_answer_to_the_bot_is_for_the_bot():
    assert heard("and at lunch?", "group", reply_to_message={"from": {"id": ME.id}}).text == "and at lunch?"
    assert heard("and at lunch?", "group", reply_to_message={"from": {"id": 2}}) is None


def test_a_link_brings_its_code():
    opened = heard("/start st-peters_staff")
    assert (opened.text, opened.code) == ("/start", "st-peters_staff")


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_noted_by_its_kind_and_nothing_of_it_is_kept(kind):
    only = heard(**{kind: [{"file_id": "secret"}]})
    assert only.files == (kind,)
    assert "secret" not in repr(only)


def test_the_words_beside_a_picture_are_heard():
    assert heard(photo=[{}], caption="can I post this?").text == "can I post this?"


@pytest.mark.parametrize("service", [{"new_chat_members": []}, {"pinned_message": {}}, {"group_chat_created": True}])
def test_what_telegram_itself_tells_is_nothing(service):
    assert heard(**service) is None


def test_other_bots_are_not_heard():
    assert heard("hello", **{"from": {"id": 2, "is_bot": True}}) is None


def test_a_press_comes_from_whoever_pressed_and_not_from_whoever_wrote():
    query = {"id": "q", "from": {"id": 8, "is_bot": False}, "data": "ask.yes|"}
    query["message"] = {"message_id": 3, "date": 0, "chat": {"id": -4, "type": "group"}}
    pressed = parse({"update_id": 71, "callback_query": query}, ME)
    assert (pressed.user, pressed.chat, pressed.data, pressed.private) == (8, -4, "ask.yes|", False)


def test_what_comes_later_sorts_later_also_past_a_power_of_ten():
    earlier = parse({"update_id": 99, "message": _plain()}, ME)
    later = parse({"update_id": 100, "message": _plain()}, ME)
    assert earlier.place < later.place


def _plain() -> dict[str, Any]:
    return {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 1, "type": "private"},
        "from": {"id": 1, "is_bot": False},
        "text": "x",
    }
