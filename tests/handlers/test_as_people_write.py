"""Reports as people really write them: short, misspelt, with full stops, and in the wrong place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.asked_to_report import asked_in
from knowledge.model import Audience
from tests.fakes import Person
from tests.handlers.telling import STORY, tell


@pytest.fixture
def parent(live):
    return Person(live, role=Audience.PARENT)


@pytest.fixture
def child(live):
    return Person(live, role=Audience.PUPIL)


def answers(person):
    return person.world.drafts.current(person.name, person.name).answers


@pytest.mark.parametrize(
    "text",
    [
        "Report.",
        "report!",
        "I want to report something",
        "i wanna report sumthing",
        "can I report a concern please?",
        "I need to report bullying",
        "I have a concern about a colleague",
        "raise a low-level concern",
        "reporting",
        "i need to report somthing",
    ],
)
def test_whoever_asks_for_a_report_in_their_own_words_is_asked_the_first_question(parent, text):
    assert "Is anybody in danger right now?" in parent.says(text)


@pytest.mark.parametrize(
    "text", ["who do I report to?", "can i report a post", "i want to make a complaint", "Mr Ray hit him"]
)
def test_a_question_about_reporting_and_a_story_are_no_request_for_a_report(text):
    assert not asked_in(text)


def test_a_question_about_reporting_offers_a_report_beside_its_answer(parent):
    parent.says("how do I report a teacher?")
    assert parent.button("Report it")


@pytest.mark.parametrize("text", ["help!!!", "Please help", "999"])
def test_a_cry_for_help_is_told_of_999_and_the_way_to_report(parent, text):
    assert "999" in parent.says(text)
    assert parent.button("Report a worry")


def test_stop_with_a_full_stop_stops(parent):
    parent.says("report")
    assert "Nothing was sent" in parent.says("Stop.")


@pytest.mark.parametrize("text", ["no", "ok", "3", "skip", "send"])
def test_a_bare_word_that_answers_another_question_never_becomes_a_part_of_what_happened(child, text):
    child.says("report")
    child.says("no")
    child.says("my friends dad touches me")
    assert "Please choose one of these" in child.says(text)
    assert answers(child)["what"] == "my friends dad touches me"


@pytest.mark.parametrize("text", ["yes", "ok", "that's right", "2"])
def test_whoever_says_yes_to_the_review_is_told_how_to_send_it_and_the_story_stays_as_it_is(parent, text):
    tell(parent)
    assert "Nothing is sent yet. Press Send" in parent.says(text)
    assert answers(parent)["what"] == STORY


@pytest.mark.parametrize("text", ["send it", "Please send it.", "Submit"])
def test_whoever_says_in_other_words_that_it_is_to_be_sent_has_it_sent(parent, text):
    tell(parent)
    assert "Your report is stored" in parent.says(text)


@pytest.mark.parametrize(
    ("text", "kind"), [("nudes", "nudes"), ("self harm", "self-harm"), ("other", "something-else")]
)
def test_a_kind_is_known_by_its_short_name(parent, text, kind):
    parent.says("report")
    parent.says("no")
    parent.says(text)
    assert answers(parent)["kind"] == kind


@pytest.mark.parametrize("text", ["No, a parent", "parent"])
def test_the_beginning_of_a_choice_is_taken_for_it(parent, text):
    for said in ("report", "no", "something else", text):
        parent.says(said)
    assert answers(parent)["who"] == "parent"


@pytest.mark.parametrize(
    ("text", "role"), [("the headteacher", "head"), ("safegaurding lead", "dsl"), ("chair of governors", "chair")]
)
def test_a_job_is_known_by_the_title_that_people_use(parent, text, role):
    for said in ("report", "no", "something else", "yes", text):
        parent.says(said)
    assert answers(parent)["role"] == role


def test_whoever_is_close_to_the_lead_can_be_reported_without_the_lead_being_told(parent):
    tell(parent, who="No, a parent", story="the DSLs husband follows my daughter", kind="Somebody is getting")
    assert "somebody close to them" in parent.sees
    parent.presses("It is about them, or somebody close to them")
    draft = parent.button("Send").value
    parent.presses("Send")
    case = parent.world.cases.sent(draft).case
    assert "dsl" not in case.readers
    assert "dsl-1" not in (*case.people, *case.next_in_line)


def test_a_misspelt_name_behind_mr_is_asked_about_before_its_bearer_is_told(live):
    contacts = live.contacts["st-peters"]
    people = tuple(
        replace(p, names=("Mr Paul Okafor",)) if p.label == "head-of-school-1" else p for p in contacts.people
    )
    person = Person(replace(live, contacts={"st-peters": replace(contacts, people=people)}), role=Audience.PARENT)
    tell(person, kind="How an adult", who=("Yes, an adult", "I'm not sure"), story="mr okofer shouted in his face")
    assert 'You wrote "mr okofer"' in person.sees


def test_my_sons_teacher_is_nobody_whom_the_school_told_the_bot_of(parent):
    tell(parent, kind="How an adult", who=("Yes, an adult", "A teacher"), story="my sons teacher pulled his ear")
    assert "Please check your report" in parent.sees


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("He gave my girl a lift home", "the caretaker I think\nHe gave my girl a lift home"),
        ("That is all", "the caretaker I think"),
        ("no", "the caretaker I think"),
    ],
)
def test_a_few_words_where_a_choice_was_asked_are_kept_and_what_happened_is_asked_all_the_same(parent, more, told):
    parent.says("report")
    for label in ("No", "How an adult behaves", "Yes, an adult at the school"):
        parent.presses(label)
    parent.says("the caretaker I think")
    for label in ("I'm not sure", "Yes", "Yes"):
        parent.presses(label)
    assert "So far I have: “the caretaker I think”. What else happened?" in parent.sees
    assert "When" in parent.says(more)
    assert answers(parent)["what"] == told
    assert "when" not in answers(parent)


@pytest.mark.parametrize("text", ["Go on with it", "go on", "continue"])
def test_whoever_left_a_report_can_type_that_they_go_on_with_it(parent, clock, text):
    parent.says("report")
    parent.presses("No")
    clock.goes_on(timedelta(days=1))
    assert "Nobody has seen it" in parent.says("report")
    assert "What is it about" in parent.says(text)


@pytest.mark.parametrize("text", ["status GEC2-99P7-NMWF-4BH", "status GEC2-99P7-NMWF-4BHHX", "/status 0000-1111"])
def test_a_code_with_a_sign_too_few_or_too_many_is_heard_as_a_code_that_nobody_has(parent, text):
    assert "I know no report" in parent.says(text)


def test_start_again_typed_out_of_the_blue_erases_no_report(parent, clock):
    parent.says("report")
    parent.says("He keeps asking my daughter which school she goes to, night after night")
    clock.goes_on(timedelta(days=1))
    parent.says("start again")
    assert "which school" in answers(parent)["what"]
