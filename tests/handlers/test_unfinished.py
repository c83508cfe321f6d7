"""Reports that are not sent, or that name somebody: nothing grave is lost, and nobody is told of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers import unfinished
from knowledge.model import ROLES, Audience
from tests.fakes import Person
from tests.handlers.telling import STORY, stored, tell

GRAVE = "a man online asks my daughter for nude pictures and she says she wants to kill herself"


@pytest.fixture
def world(trial):
    return trial


@pytest.fixture
def parent(world):
    return Person(world, school="st-marys", role=Audience.PARENT)


def tidy(world):
    return sum(unfinished.see_to(left, world) for left in unfinished.left_for_long(world))


def readers(person):
    return {role for role in ROLES if stored(person, role)}


def test_the_person_is_told_at_the_start_that_a_report_of_danger_is_passed_on_unsent(parent, world):
    assert "speaks of danger, it is passed on to the school after 2 hours" in parent.says("report")
    child = Person(world, role=Audience.PUPIL, name="child")
    assert "I still tell a grown-up at school after 2 hours" in child.says("report")


def test_a_report_of_danger_that_is_left_goes_to_two_roles_and_the_rest_wait_for_no_time(parent, world, clock):
    parent.says("report")
    parent.says(GRAVE)
    clock.goes_on(timedelta(hours=1, minutes=59))
    assert tidy(world) == 0
    clock.goes_on(timedelta(minutes=1))
    assert tidy(world) == 1
    assert readers(parent) == {"dsl", "head"}
    assert tidy(world) == 0
    said = parent.says("status")
    assert "Receipt code" in said
    assert "Your report is stored" in said


def test_whoever_its_words_name_is_not_among_the_two(parent, world, clock):
    parent.says("report")
    parent.says(f"{GRAVE}. The headteachr knows of it")
    clock.goes_on(timedelta(hours=2))
    tidy(world)
    # A DSL and a deputy would be two of one office.
    assert readers(parent) == {"dsl", "deputy-head"}


def test_whoever_was_only_told_of_it_is_not_among_the_two_either_where_it_was_left_unsent(live, clock):
    person = Person(live)
    tell(person, story=f"{GRAVE}. Mx Placeholder was there")
    person.presses("No, I told them")
    draft = live.drafts.current("somebody", "somebody").id
    clock.goes_on(timedelta(hours=2))
    tidy(live)
    case = live.cases.sent(draft).case
    assert "head" not in case.readers
    assert "head-1" not in (*case.people, *case.next_in_line)


def test_where_two_are_not_left_it_goes_to_the_chair(parent, world, clock):
    parent.says("report")
    parent.says(f"{GRAVE}. The head and the safeguarding lead and the deputy safeguarding lead laughed")
    clock.goes_on(timedelta(hours=2))
    tidy(world)
    assert readers(parent) == {"chair"}


def test_two_roles_of_one_person_are_not_unconnected(live, clock):
    person = Person(live)
    person.says("report")
    person.says(f"{GRAVE}. Mx Placeholder was there")
    draft = live.drafts.current("somebody", "somebody").id
    clock.goes_on(timedelta(hours=2))
    tidy(live)
    case = live.cases.sent(draft).case
    assert case.unfinished
    assert "head" not in case.readers
    assert "head-1" in case.never
    assert len(case.readers) == 2 or case.readers == ("chair",)


def test_stopping_keeps_to_what_was_said_and_does_not_erase_it(parent, world, clock):
    parent.says("report")
    parent.says(GRAVE)
    said = parent.says("stop")
    assert "it is passed on to the school after 2 hours" in said
    assert "erased" not in said
    assert "Is anybody in danger" not in parent.says("can I film the school play?")
    clock.goes_on(timedelta(hours=2))
    tidy(world)
    assert readers(parent) == {"dsl", "head"}


def test_forgetting_keeps_to_it_too_and_erases_everything_else(parent, world, clock):
    parent.says("report")
    parent.says(GRAVE)
    assert "One thing is not erased" in parent.says("/forget")
    clock.goes_on(timedelta(hours=2))
    tidy(world)
    assert readers(parent) == {"dsl", "head"}
    parent.says("report")
    assert "One thing is not erased" not in parent.says("/forget")


def test_starting_again_passes_the_first_one_on_and_says_so(parent, clock):
    parent.says("report")
    parent.says(GRAVE)
    clock.goes_on(timedelta(minutes=90))
    parent.says("report")
    said = parent.presses("Start again")
    assert "it was passed on to the school" in said
    assert "Is anybody in danger" in said
    assert readers(parent) == {"dsl", "head"}


def test_a_report_without_danger_is_erased_when_it_is_stopped_or_was_left_for_a_week(parent, world, clock):
    parent.says("report")
    parent.presses("No")
    clock.goes_on(timedelta(days=6, hours=23))
    assert tidy(world) == 0
    clock.goes_on(timedelta(hours=1))
    assert tidy(world) == 1
    assert world.drafts.current("somebody", "somebody") is None
    assert readers(parent) == set()


def test_a_report_that_was_passed_on_is_not_passed_on_twice_however_often_it_is_looked_at(parent, world):
    parent.says("report")
    parent.says(GRAVE)
    (left,) = world.drafts.of("somebody")
    assert unfinished.pass_on(left, world) == unfinished.pass_on(left, world)
    assert len(stored(parent)) == 1


def test_somebody_who_is_named_is_asked_about_in_the_reporters_own_words(live):
    person = Person(live)
    tell(person, story=f"{STORY}. Mx Placeholder was there")
    assert 'You wrote "Placeholder". Is it about them, or did you tell them?' in person.sees
    assert "Executive Principal" in person.presses("No, I told them")


@pytest.mark.parametrize("answer", ["I'm not sure", "It is about them"])
def test_where_it_may_be_about_them_they_are_left_out_and_two_others_are_told(live, answer):
    person = Person(live)
    tell(person, story=f"{STORY}. Mx Placeholder was there")
    review = person.presses(answer)
    draft = person.button("Send").value
    sent = person.presses("Send")
    case = live.cases.sent(draft).case
    assert "head" not in case.readers
    assert "head-1" in case.never
    assert len(case.readers) >= 2 or answer == "It is about them"
    assert "it goes to: Executive Principal" not in review
    assert "Executive Principal" not in sent.replace("Whether it is about", "")


@pytest.mark.parametrize("step", ["When", "Where", "How to reach"])
def test_somebody_who_is_named_in_a_later_field_is_asked_about_too(live, step):
    person = Person(live)
    tell(person)
    person.presses(f"Change: {step}")
    assert 'You wrote "Placeholder". Is it about them' in person.says("in the room of Mx Placeholder")
    person.presses("I'm not sure")
    draft = person.button("Send").value
    person.presses("Send")
    case = live.cases.sent(draft).case
    assert "head" not in case.readers
    assert "head-1" in case.never


def test_a_doubt_can_be_changed_before_sending(live):
    person = Person(live)
    tell(person, story=f"{STORY}. I told the head")
    person.presses("I'm not sure")
    person.presses("Change: Whether it is about")
    assert "Designated safeguarding lead, Executive Principal" in person.presses("No, I told them")


def test_whoever_types_on_after_a_long_pause_is_told_that_nobody_has_seen_their_report(world, clock):
    reporter = Person(world)
    reporter.says("report")
    reporter.says("no")
    clock.goes_on(timedelta(hours=23))
    assert "Nobody has seen it" in reporter.says("send")
    assert "Nobody has seen it" not in reporter.says("can i film the play")
    clock.goes_on(timedelta(hours=25))
    assert "Nobody has seen it" in reporter.says("can i film the play")
    reporter.presses("Go on")
    assert "Nobody has seen it" not in reporter.says("yes")
