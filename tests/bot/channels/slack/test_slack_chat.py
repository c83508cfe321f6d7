"""A teacher talks to the bot in Slack."""

from __future__ import annotations


def test_a_question_in_a_direct_message_is_answered_from_the_workspaces_school(teacher, bot):
    seen = teacher.say("can i add one of the mums on insta?")
    assert "⛔" in seen
    assert "Read the clause" in seen
    assert bot.told[0] == "Slack: connected to st-peters (st-peters), by Socket Mode"


def test_the_clause_is_read_out_in_the_message_whose_button_was_pressed(teacher):
    teacher.say("can i add one of the mums on insta?")
    before = len(teacher.server.newest("UTEACHER01"))
    seen = teacher.press("Read the clause")
    assert "in our words" in seen.lower() or "quoted" in seen.lower()
    assert len(teacher.server.newest("UTEACHER01")) == before
    assert "Read the clause" not in seen.split("\n")[-1]
