"""Whatever somebody sends in place of words is never fetched; they are told why, and what to do instead."""

from __future__ import annotations

import pytest

FILE = {"file_id": "f", "file_unique_id": "u"}
SHAPE = {**FILE, "width": 1, "height": 1}
STICKER = {**SHAPE, "type": "regular", "is_animated": False, "is_video": False}
OPTION = {"persistent_id": "1", "text": "yes", "voter_count": 0}
POLL = {"id": "1", "question": "?", "options": [OPTION], "total_voter_count": 0, "is_closed": False}
POLL |= {"is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False}
POLL |= {"members_only": False}
SENT = {
    "photo": [SHAPE],
    "voice": {**FILE, "duration": 3},
    "video_note": {**FILE, "length": 1, "duration": 3},
    "video": {**SHAPE, "duration": 3},
    "document": FILE,
    "sticker": STICKER,
    "contact": {"phone_number": "1", "first_name": "A"},
    "location": {"latitude": 1.0, "longitude": 1.0},
    "poll": POLL,
    "dice": {"emoji": "🎲", "value": 3},
}


@pytest.mark.parametrize("kind", SENT)
def test_it_is_answered_with_why_and_what_to_do_and_not_fetched(parent, server, kind):
    said = parent.say("", **{kind: SENT[kind]})
    assert "nobody has seen or heard it here" in said
    assert "Please tell me in words" in said
    assert {method for method, _ in server.calls} <= {
        "getMe", "setMyCommands", "deleteWebhook", "getUpdates", "sendMessage", "answerCallbackQuery",
    }  # fmt: skip


def test_the_words_below_a_picture_are_answered_and_the_picture_is_refused(parent):
    said = parent.say("", photo=SENT["photo"], caption="can I post photos of other children?")
    assert "Policy" in said
    assert "Never send a picture of a child" in said


def test_amid_a_report_a_picture_is_refused_and_the_question_is_asked_again(parent):
    parent.say("/concern")
    said = parent.say("", photo=SENT["photo"])
    assert "I can't take pictures, voice notes or files" in said
    assert "Is anybody in danger right now?" in said


@pytest.mark.usefixtures("parent")
def test_the_pictures_of_an_album_are_refused_once_and_the_words_below_it_are_heard(bot, server):
    before = len(server.seen[501])
    for words in ({}, {"caption": "can I post these?"}, {}):
        server.says(501, "", photo=SENT["photo"], media_group_id="album", **words)
    bot.rests()
    assert len(server.seen[501]) == before + 2


def test_a_message_passed_on_from_somebody_else_is_taken_as_words(parent):
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}
    assert "Policy" in parent.say("can I film the nativity play?", forward_origin=origin)
