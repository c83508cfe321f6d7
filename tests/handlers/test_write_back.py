"""What is added to a report later is shown to nobody whom it may be about, and is never lost."""

from __future__ import annotations

import re

import pytest

from tests.fakes import Person
from tests.handlers.telling import lead, tell
from tests.handlers.test_unfinished import tidy


@pytest.fixture
def writer(live):
    """Somebody whose report the DSL may read, and who is asked what they want to add to it."""
    person = Person(live, name="reporter")
    tell(person)
    person.code = re.search(r"Receipt code: ([-0-9A-Z]+)", person.presses("Send"))[1]
    person.says(f"status {person.code}")
    person.presses("Write to the school")
    return person


def seen_by(live, label):
    """All that one lead may read, in every report of theirs."""
    who = lead(live, label)
    views = [live.cases.opened("st-peters", line.reference, who) for line in live.cases.listed("st-peters", who)]
    return str([(view.case.answers, view.steps) for view in views])


def test_words_that_name_nobody_are_added_at_once(writer, live):
    assert "stored with your report" in writer.says("it went on last night")
    assert "went on last night" in seen_by(live, "dsl-1")


def test_words_that_name_a_lead_are_shown_to_nobody_until_it_is_said_that_it_is_not_about_them(writer, live):
    asked = writer.says("it was the DSL who did it")
    assert 'You wrote "DSL"' in asked
    assert "not added yet" in asked
    assert "who did it" not in seen_by(live, "dsl-1")
    assert "stored with your report" in writer.presses("No, add it")
    assert "who did it" in seen_by(live, "dsl-1")


def test_what_is_about_a_lead_becomes_a_report_that_never_reaches_them(writer, live):
    writer.says("it was the DSL who did it")
    assert "I have begun a new report" in writer.presses("Yes, or I'm not sure")
    for label in ("No", "How an adult behaves", "Yes, an adult", "Designated safeguarding lead", "No", "Yes"):
        writer.presses(label)
    for _ in range(3):
        writer.says("skip")
    while "Is it about them" in writer.sees:
        writer.presses("It is about them")
    assert "stored" in writer.presses("Send")
    assert "who did it" not in seen_by(live, "dsl-1")
    assert "who did it" in seen_by(live, "head-1")


def test_danger_waits_for_no_answer_and_is_passed_on_to_others_where_it_is_left(writer, live, clock):
    said = writer.says("the DSL has a knife and is going to kill my son tonight")
    assert "999" in said
    assert "I have begun a new one with your words" in said
    clock.goes_on(live.passes_on)
    assert tidy(live) == 1
    assert "has a knife" not in seen_by(live, "dsl-1")
    assert "has a knife" in seen_by(live, "chair-1") + seen_by(live, "head-1")


def test_words_that_wait_are_added_once_however_often_the_button_is_pressed(writer, live):
    writer.says("it was the DSL who did it")
    button = writer.button("No, add it")
    writer.presses_again(button)
    assert "stored with your report" not in writer.presses_again(button)
    assert seen_by(live, "dsl-1").count("who did it") == 1
