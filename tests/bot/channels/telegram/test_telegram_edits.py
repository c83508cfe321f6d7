"""Somebody changes a message that they sent before."""

from __future__ import annotations

from bot.channels.telegram.parse import Me, parse
from tests.bot.channels.telegram.test_telegram_faults import answers

GROUP = -78


def edits(bot, user: int, text: str, chat: int | None = None) -> list[str]:
    """Change an earlier message, and give what the bot then says."""
    before = len(bot.server.seen[chat or user])
    bot.server.edits(user, text, chat)
    bot.rests()
    return [m.text for m in bot.server.seen[chat or user][before:]]


def test_an_edited_question_is_answered_again(bot, parent):
    first = parent.say("can I film the nativity pley and put it on facebok?")
    (again,) = edits(bot, 501, "can I take my child's phone to school for them?")
    assert again not in first


def test_an_edit_amid_a_report_changes_nothing_and_is_explained(bot, parent):
    parent.say("/concern")
    (said,) = edits(bot, 501, "no")
    assert "You are in the middle of something" in said
    assert "Is anybody in danger" in parent.say("/concern")


def test_an_edit_amid_a_quiz_is_no_answer_to_its_question(bot, parent):
    parent.say("/quiz")
    parent.press("Just me")
    (said,) = edits(bot, 501, "a")
    assert "You are in the middle of something" in said


def test_an_edit_that_comes_twice_is_answered_once(bot, parent):
    parent.say("/privacy")
    before = answers(bot, 501)
    bot.server.edits(501, "/tip", times=2)
    assert answers(bot, 501) == before + 1


def test_in_a_group_an_edit_is_answered_only_where_it_is_for_the_bot(bot, parent):
    bot.server.group(GROUP, "Year 4 parents")
    bot.server.says(parent.user, "hello all", GROUP)
    assert edits(bot, 501, "hello everybody", GROUP) == []
    assert len(edits(bot, 501, "@askfirst_bot can I post photos of other children?", GROUP)) == 1


def test_a_place_that_is_shared_and_moves_on_is_no_message():
    moved = {"message_id": 1, "date": 0, "chat": {"id": 9, "type": "private"}, "from": {"id": 9, "is_bot": False}}
    update = {"update_id": 1, "edited_message": {**moved, "edit_date": 1, "location": {"latitude": 1, "longitude": 1}}}
    assert parse(update, Me(1, "askfirst_bot")) is None
