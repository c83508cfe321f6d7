"""Somebody who changes the words of a question is answered again; nothing else is done anew."""

from __future__ import annotations

import pytest

from tests.bot.channels.slack.test_slack_places import CHANNEL, public

QUESTION = "can i add one of the mums on insta?"
ANOTHER = "can i post pictures of pupils online?"


def test_an_edited_question_is_answered_again_with_what_it_asks_now(bot, server, teacher):
    ts = server.says("UTEACHER01", QUESTION)
    bot.rests()
    seen = teacher.sees(lambda: server.edits("UTEACHER01", ts, ANOTHER))
    assert "pictures" in seen
    assert "follow" not in seen


def test_a_mention_that_was_edited_is_answered_again_in_its_thread(bot, server):
    ts = server.says("UTEACHER01", f"<@bot> {QUESTION}", CHANNEL)
    bot.rests()
    server.edits("UTEACHER01", ts, f"<@{server.teams[0].bot}> {ANOTHER}", CHANNEL)
    bot.rests()
    first, second = public(server)
    assert {first.thread, second.thread} == {ts}
    assert "pictures" in second.text


def test_an_edit_that_comes_twice_is_answered_once(bot, server):
    ts = server.says("UTEACHER01", QUESTION)
    bot.rests()
    server.edits("UTEACHER01", ts, ANOTHER)
    bot.rests()
    server.tells_again(server.envelopes[-1])
    bot.rests()
    assert len([shown for shown in server.newest("UTEACHER01") if shown.kind == "message"]) == 2


def test_a_question_edited_amid_a_report_is_no_answer_to_its_step(bot, server, teacher):
    ts = server.says("UTEACHER01", QUESTION)
    bot.rests()
    teacher.say("report")
    teacher.press("No")
    before = teacher.form.text
    server.edits("UTEACHER01", ts, "he waits at the gate")
    bot.rests()
    assert teacher.form.text == before


@pytest.mark.parametrize("words", ["lunch anyone?", "see you at three"])
def test_what_was_not_for_the_bot_is_not_for_it_once_edited(bot, server, words):
    ts = server.says("UTEACHER01", "lunch?", CHANNEL)
    server.edits("UTEACHER01", ts, words, CHANNEL)
    bot.rests()
    assert public(server) == []
