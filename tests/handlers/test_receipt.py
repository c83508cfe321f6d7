"""The receipt of a report: whom to speak to today, and what to do where nobody reads it soon."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge.model import Audience
from tests.fakes import Person
from tests.handlers.telling import tell

SATURDAY, CHRISTMAS, NIGHT = timedelta(days=1), timedelta(days=35), timedelta(hours=10)


def test_the_one_to_speak_to_today_is_somebody_who_is_there(live, clock):
    clock.goes_on(timedelta(days=11))
    person = Person(live)
    tell(person)
    assert "Speak to the Deputy designated safeguarding lead in person today" in person.presses("Send")


@pytest.mark.parametrize("when", [SATURDAY, CHRISTMAS, NIGHT])
def test_while_the_school_is_closed_a_report_of_a_child_at_risk_says_who_is_there_now(live, clock, when):
    clock.goes_on(when)
    person = Person(live)
    tell(person)
    button = person.button("Send")
    sent = person.presses_again(button)
    assert "The school is closed now" in sent
    assert "01632 960003" in sent
    clock.goes_on(timedelta(minutes=30))
    assert person.presses_again(button) == sent


def test_while_the_school_is_closed_a_child_is_told_of_childline(live, clock):
    clock.goes_on(SATURDAY)
    child = Person(live, role=Audience.PUPIL)
    child.says("report")
    child.presses("No")
    child.says("they laughed at me")
    for label in ("No, another child", "Yes", "Leave this out"):
        child.presses(label)
    sent = child.presses("Send")
    assert "School is closed now" in sent
    assert "0800 1111" in sent


def test_while_the_school_is_closed_nobody_is_sent_to_the_council_over_what_can_wait(live, clock):
    clock.goes_on(SATURDAY)
    person = Person(live)
    tell(person, kind="A post that harms", who="No, a parent", story="They wrote that our fair was dull")
    sent = person.presses("Send")
    assert "The school is closed now, so it may be opened later." in sent
    assert "960003" not in sent


def test_while_the_school_is_open_nothing_is_said_of_its_hours(live):
    person = Person(live)
    tell(person)
    assert "closed" not in person.presses("Send")


def test_the_receipt_says_how_to_add_something_and_that_way_works(live):
    person = Person(live)
    tell(person)
    sent = person.presses("Send")
    assert "can add to it" in sent
    person.says(sent[sent.index("Receipt code") :].splitlines()[0])
    person.presses("Write to the school")
    assert "stored with your report" in person.says("also he did it to my sister")
