"""A report that is changed before it is sent: nothing is lost, and nobody is told because of what was said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge.model import Audience
from tests.fakes import Person
from tests.handlers.telling import STORY, tell


@pytest.fixture
def person(live):
    return Person(live)


def case_sent(person):
    draft = person.button("Send").value
    person.presses("Send")
    return person.world.cases.sent(draft).case


def test_nothing_that_was_answered_is_lost_when_the_kind_becomes_a_short_one(person):
    tell(person, kind="Something else", who="No, a pupil")
    person.presses("Change: Safe to message")
    person.presses("No")
    person.presses("Change: About")
    review = person.presses("A friend or follow request")
    assert "Where: Roblox" in review
    case = case_sent(person)
    assert case.answers["reach"] == "the office knows my number"
    assert case.answers["safe"] == "no"


def test_a_doubt_is_asked_anew_where_the_words_about_somebody_are_changed(person):
    tell(person, story=f"{STORY}. I told Mx Placeholder")
    assert "Executive Principal" in person.presses("No, I told them")
    person.presses("Change: What happened")
    assert "Is it about them" in person.says("It was Mx Placeholder who asked her")
    person.presses("It is about them")
    assert "head-1" in case_sent(person).never


def test_a_doubt_is_asked_anew_where_words_are_added(person):
    tell(person, story=f"{STORY}. I told Mx Placeholder")
    person.presses("No, I told them")
    assert "Is it about them" in person.says("Mx Placeholder did it too")


def test_a_doubt_that_the_change_does_not_touch_is_not_asked_again(person):
    tell(person, story=f"{STORY}. I told Mx Placeholder")
    person.presses("No, I told them")
    person.presses("Change: When")
    assert "Please check your report" in person.says("since Sunday")


def test_now_it_is_about_the_safeguarding_lead_and_they_are_not_told(person):
    assert "Designated safeguarding lead" in tell(person)
    person.presses("Change: About an adult")
    person.presses("Yes, an adult")
    person.presses("Designated safeguarding lead")
    case = case_sent(person)
    assert "dsl" not in case.readers
    assert "dsl-1" in case.never


def named(live, **names):
    """A world in which some people of the school have these names."""
    contacts = live.contacts["st-peters"]
    people = tuple(replace(p, names=names.get(p.label.replace("-", "_"), ())) for p in contacts.people)
    return replace(live, contacts={"st-peters": replace(contacts, people=people)})


@pytest.mark.parametrize(
    ("answer", "told"), [("It is about them", False), ("I'm not sure", False), ("No, I told", True)]
)
def test_two_people_of_one_surname_are_asked_about_once_and_left_out_both(live, answer, told):
    person = Person(named(live, head_1=("Mrs Anne Smith",), dsl_1=("Mr John Smith",)))
    tell(person, story="Smith was there")
    assert 'You wrote "Smith", which may mean more than one person' in person.sees
    assert "Please check your report" in person.presses(answer)
    case = case_sent(person)
    assert {"head-1", "dsl-1"}.isdisjoint(case.never) == told
    assert case.people


def test_a_name_that_is_a_post_too_leaves_out_both(live):
    person = Person(named(live, dsl_1=("Mr Head",)))
    tell(person, story="Mr Head hit him")
    for words in ("Mr Head", "Head"):
        assert f'You wrote "{words}"' in person.sees
        person.presses("I'm not sure")
    assert {"head-1", "dsl-1"} <= set(case_sent(person).never)


@pytest.mark.parametrize("text", ["i dont know", "idk", "DUNNO", "I don’t know", "not sure"])
def test_a_child_who_does_not_know_may_say_so_in_their_own_way(live, text):
    child = Person(live, role=Audience.PUPIL)
    child.says("report")
    child.says(text)
    child.says("he told me not to tell")
    assert "Is it safe to write to you here?" in child.says(text)
    answers = live.drafts.current("somebody", "somebody").answers
    assert answers == {"danger": "unsure", "what": "he told me not to tell", "who": "unknown"}


@pytest.mark.parametrize(
    ("text", "who"), [("a pupil", "pupil"), ("Another child!", "pupil"), ("yes", "adult"), ("ADULT", "adult")]
)
def test_a_choice_is_known_by_the_words_that_matter(live, text, who):
    child = Person(live, role=Audience.PUPIL)
    child.says("report")
    child.says("nah")
    child.says("they laughed at me")
    child.says(text)
    assert live.drafts.current("somebody", "somebody").answers["who"] == who


WHATEVER = [
    "🙂 שלום\u200f\n\n\ttwo  spaces ",
    "no",
    "/ nothing",
    "x" * 10_000,
    "*bold* <b> &amp; {who}",
    "skip it",
    "0",
]


@pytest.mark.parametrize("words", WHATEVER)
def test_each_answer_is_stored_letter_by_letter(person, words):
    tell(person, story=words)
    person.presses("Change: How to reach you")
    person.says(words)
    case = case_sent(person)
    assert case.answers["what"] == words
    assert case.answers["reach"] == words


def test_whose_phone_is_not_safe_is_not_reminded_of_a_report_unasked(live, clock):
    person = Person(live)
    person.says("report")
    for label in ("No", "Something else", "No, a pupil", "No", "No"):
        person.presses(label)
    clock.goes_on(timedelta(hours=3))
    assert "not sent yet" not in person.says("can I use my phone at lunch?")
    assert "Nobody has seen it" in person.says("send")


def test_two_doubts_can_be_told_apart_in_the_review(live):
    person = Person(named(live, dsl_1=("Mr Head",)))
    tell(person, story="Mr Head hit him")
    person.presses("I'm not sure")
    review = person.presses("No, I told")
    assert "Whether it is about: “Mr Head”: I'm not sure" in review
    assert "Change: Whether it is about: “Head”" in review
