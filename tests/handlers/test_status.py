"""A reporter asks what became of a report, with the receipt code alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from handlers.status import code_in
from tests.fakes import Person
from tests.handlers.telling import lead, tell


@pytest.fixture
def code(live):
    """The code of a report that was sent by somebody."""
    reporter = Person(live, name="reporter")
    tell(reporter)
    return re.search(r"Receipt code: ([-0-9A-Z]+)", reporter.presses("Send"))[1]


def test_the_code_works_for_anybody_from_anywhere_in_any_writing(live, code):
    for typed in (f"status {code}", f"/status {code}", code, code.lower(), f"status {code.replace('-', '')}"):
        assert "Nobody has opened it yet" in Person(live, name="from elsewhere").says(typed)


def test_once_a_lead_has_opened_it_the_status_says_so(live, code, clock):
    clock.goes_on(timedelta(days=1))
    (line,) = live.cases.listed("st-peters", lead(live, "dsl-1"))
    live.cases.opened("st-peters", line.reference, lead(live, "dsl-1"))
    said = Person(live).says(f"status {code}")
    assert "Somebody whose job it is opened it on 21 November 2026" in said
    assert "safeguarding lead" not in said


def test_status_alone_asks_for_the_code(live, code):
    person = Person(live)
    assert "Type your receipt code" in person.says("status")
    assert "Your report" in person.says(code)
    person.says("status")
    assert "I know no report with that code" in person.says("I lost it")
    person.says("status")
    assert "Stopped" in person.says("stop")


def test_a_wrong_code_tells_nothing(live, code):
    assert code != "0000-0000-0000-0000"
    assert "I know no report" in Person(live).says("status 0000-0000-0000-0000")


def test_in_the_middle_of_a_report_a_code_is_still_a_code(live, code):
    person = Person(live)
    person.says("report")
    assert "Your report" in person.says(code)


@pytest.mark.parametrize(
    "text", ["what does that mean", "responsibilities", "report", "", "status", "7KQ3", "a" * 4_000, "📱" * 16]
)
def test_words_are_no_code(text):
    assert code_in(text) is None


def test_a_reporter_can_ask_for_it_to_be_erased_and_the_school_is_told_once(live, code):
    reporter = Person(live, name="from elsewhere")
    assert 'press "Ask for it to be erased"' in reporter.says("/forget")
    reporter.says(f"status {code}")
    assert "people at the school decide" in reporter.presses("Ask for it to be erased")
    reporter.says(f"status {code}")
    reporter.presses("Ask for it to be erased")
    (line,) = live.cases.listed("st-peters", lead(live, "dsl-1"))
    view = live.cases.opened("st-peters", line.reference, lead(live, "dsl-1"))
    (asked,) = [step for step in view.steps if step.step == "reply"]
    assert "asks for it to be erased" in asked.inside["text"]


@pytest.mark.parametrize(
    "typed",
    [
        "my code is {}",
        "Receipt code: {}",
        "what happened to my report {}?",
        "Receipt code: {}. Keep it: it shows you what became of your report.",
    ],
)
def test_the_code_is_found_among_the_words_that_people_write_around_it(live, code, typed):
    assert "Nobody has opened it yet" in Person(live, name="from elsewhere").says(typed.format(code))


def test_a_story_with_a_code_in_it_is_no_question_about_the_code(code):
    assert code_in(f"I told you before with {code} and he did it again") is None


@pytest.mark.parametrize("text", ["What happened to my report?", "my report", "has anyone read my report"])
def test_whoever_asks_after_their_report_in_words_is_asked_for_the_code(live, text):
    assert "Type your receipt code" in Person(live).says(text)


def test_danger_that_is_written_to_the_school_afterwards_brings_999_first_and_is_stored(live, code):
    person = Person(live)
    person.says(code)
    person.presses("Write to the school")
    said = person.says("he has a knife and is at our house now")
    assert said.index("Ring 999 now") < said.index("Your message is stored with your report")


def test_danger_where_a_code_was_asked_for_is_heard_and_offered_a_report(live):
    person = Person(live)
    person.says("status")
    assert "Ring 999 now" in person.says("he is hitting me now")
    assert person.button("Report it")
