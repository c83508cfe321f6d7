"""A parent chats with the bot in Telegram."""

from __future__ import annotations


def test_a_link_from_the_school_opens_the_chat_as_a_parent_there(parent):
    seen = parent.say("/start st-marys")
    assert "St Mary" in seen
    assert "a parent or carer" in seen


def test_a_link_can_say_that_its_readers_are_staff(parent):
    assert "somebody on the staff" in parent.say("/start st-peters_staff")


def test_a_question_is_answered_from_the_school_of_the_link(parent):
    assert "Social" in parent.say("can I film the nativity play?")


def test_the_menu_shows_every_command_with_what_it_does(bot, server):
    assert {c["command"] for c in server.commands} >= {"ask", "quiz", "tip", "concern", "status", "privacy", "help"}
    assert all(c["description"] for c in server.commands)
    assert bot.told[0] == "Telegram: connected as @askfirst_bot, by polling"
