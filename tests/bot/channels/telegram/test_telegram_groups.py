"""In a group the bot answers only when it is spoken to, and a concern goes to the private chat."""

from __future__ import annotations

import pytest

from tests.bot.channels.telegram.test_telegram_faults import rows

GROUP = -77


@pytest.fixture
def group(server, parent):
    """A group of parents."""
    server.group(GROUP, "Year 4 parents")
    return parent


def said(bot, text: str) -> list[str]:
    """Say something in the group and give what the bot then says there."""
    before = len(bot.server.seen[GROUP])
    bot.server.says(501, text, GROUP)
    bot.rests()
    return [m.text for m in bot.server.seen[GROUP][before:]]


@pytest.mark.usefixtures("group")
def test_what_people_say_to_each_other_is_neither_answered_nor_stored(bot, tmp_path):
    before = rows(tmp_path, "inbox")
    assert said(bot, "who has the maths homework?") == []
    assert rows(tmp_path, "inbox") == before


@pytest.mark.usefixtures("group")
def test_a_question_to_the_bot_is_answered_under_the_question(bot, server):
    (answer,) = said(bot, "@askfirst_bot can I post photos of other children?")
    assert answer
    assert server.calls[-1][1].get("reply_parameters") or any("reply_parameters" in p for _, p in server.calls)


@pytest.mark.usefixtures("group")
def test_a_concern_is_answered_in_private_and_not_a_word_of_it_in_the_group(bot, server):
    (shown,) = said(bot, "@askfirst_bot someone is threatening to post nudes of my daughter")
    assert "between the two of us" in shown
    assert "nudes" not in shown
    button = server.seen[GROUP][-1].buttons[0]
    assert button["url"] == "https://t.me/askfirst_bot?start=_concern"
    assert "999" in server.seen[501][-1].text


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("typed", ["/concern@askfirst_bot", "/status@askfirst_bot", "@askfirst_bot report"])
def test_a_report_or_its_status_is_never_begun_in_a_group(bot, typed):
    (shown,) = said(bot, typed)
    assert "between the two of us" in shown


def test_the_groups_button_leads_straight_into_the_report(group):
    assert "Is anybody in danger right now?" in group.say("/start _concern")


@pytest.mark.usefixtures("group")
def test_somebody_whom_the_bot_may_not_write_to_still_gets_the_way_there(bot, server):
    server.blocked.add(501)
    (shown,) = said(bot, "@askfirst_bot someone is threatening to post nudes of my daughter")
    assert "between the two of us" in shown
    assert bot.store.deliveries.given_up() == []


@pytest.mark.usefixtures("group")
def test_a_group_that_became_a_supergroup_is_answered_at_its_new_place(bot, server):
    server.grows(GROUP, -1001)
    server.says(501, "@askfirst_bot can I post photos of other children?", GROUP)
    bot.rests()
    assert server.seen[GROUP] == []
    assert len(server.seen[-1001]) == 1
    assert bot.store.deliveries.given_up() == []


@pytest.mark.usefixtures("group")
def test_in_a_group_with_topics_the_answer_stands_in_the_topic_of_the_question(bot, server):
    server.says(501, "@askfirst_bot tip", GROUP, message_thread_id=7, is_topic_message=True)
    bot.rests()
    assert server.seen[GROUP][-1].raw["message_thread_id"] == 7
    server.says(501, "/tip", GROUP)
    bot.rests()
    assert "message_thread_id" not in server.seen[GROUP][-1].raw


@pytest.mark.usefixtures("group")
def test_a_button_in_a_group_answers_whoever_presses_it_and_moves_nobody_elses_quiz(bot, server):
    said(bot, "/quiz")
    assert said(bot, "/quiz@askfirst_bot")
    server.presses(501, "Just me", GROUP)
    bot.rests()
    before = len(server.seen[GROUP])
    letter = next(label for label in server.labels(GROUP) if label.startswith("A"))
    newest = next(seen for seen in reversed(server.seen[GROUP]) if seen.buttons)
    server.says(502, "/start st-marys")
    server.presses_data(502, newest, next(b["callback_data"] for b in newest.buttons if b["text"] == letter))
    bot.rests()
    (told,) = server.seen[GROUP][before:]
    assert "earlier step" in told.text
    server.presses_data(501, newest, next(b["callback_data"] for b in newest.buttons if b["text"] == letter))
    bot.rests()
    assert "You chose A" in server.seen[GROUP][-1].text


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("kind", ["photo", "voice", "document"])
def test_a_file_in_a_group_is_refused_kindly_where_it_is_for_the_bot_and_else_not_seen(bot, server, kind, tmp_path):
    before = rows(tmp_path, "inbox")
    file = {"photo": [_file(width=1, height=1)], "voice": _file(duration=1), "document": _file()}[kind]
    server.says(501, "", GROUP, **{kind: file})
    bot.rests()
    assert rows(tmp_path, "inbox") == before
    server.says(501, "", GROUP, **{kind: file}, caption="@askfirst_bot can I post this?")
    bot.rests()
    assert "I don't open pictures" in server.seen[GROUP][-1].text
    assert not any(method == "getFile" for method, _ in server.calls)


@pytest.mark.usefixtures("group")
def test_an_anonymous_administrator_and_a_post_of_the_groups_channel_are_nobody_to_answer(bot, server, tmp_path):
    before = rows(tmp_path, "inbox")
    channel = {"id": -5, "type": "channel", "title": "News"}
    server.says(777000, "@askfirst_bot can I film?", GROUP, sender_chat=channel, is_automatic_forward=True)
    server.tells(channel_post={"message_id": 1, "date": 1, "chat": channel, "text": "/ask@askfirst_bot can I film?"})
    bot.rests()
    assert server.seen[GROUP] == []
    assert rows(tmp_path, "inbox") == before


def _file(**more):
    return {"file_id": "f", "file_unique_id": "u", **more}
