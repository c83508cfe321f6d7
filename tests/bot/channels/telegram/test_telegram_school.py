"""Several schools in one bot: each person is answered from their own school's policy."""

from __future__ import annotations

from tests.platforms.telegram_people import Parent


def test_who_comes_without_a_link_is_asked_for_their_school_and_then_answered(bot):
    person = Parent(bot, 600)
    asked = person.say("can I post photos of other children from sports day?")
    assert "Which school is this about?" in asked
    assert "999" in asked
    answered = person.press("St Mary's")
    assert "Hello. I answer from the policy of St Mary's" in answered
    assert "[2] Is this right?" in answered or "Is this right?" in answered


def test_a_link_of_a_school_that_is_not_here_leads_to_the_choice(bot):
    assert "I don't know the school behind that link" in Parent(bot, 601).say("/start no-such-school")


def test_another_school_can_be_chosen_later(parent):
    parent.say("/school")
    assert "Newall Green" in parent.press("Newall Green Primary School")


def test_forgetting_also_forgets_the_school_and_can_be_asked_for_twice(parent):
    assert "erased" in parent.say("/forget")
    assert "erased" in parent.say("/forget")
    assert "Which school is this about?" in parent.say("can I film the play?")
