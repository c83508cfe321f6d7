"""A report as people make it: whole conversations with the real store behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import world_of
from bot.dispatch import dispatch
from bot.settings import Settings
from handlers import intake
from handlers.wording import say
from knowledge.model import KINDS, ROLES, Audience
from knowledge.routing import SUBJECT_OF
from tests.fakes import Person
from tests.handlers.telling import STORY, message, stored, tell

TRIAL = "Trial: nobody at a school receives this."


@pytest.fixture
def world(trial):
    return trial


@pytest.fixture
def teacher(world):
    return Person(world)


def test_a_teacher_reports_and_gets_reference_code_and_titles_only_after_it_is_stored(teacher):
    review = tell(teacher)
    assert "What happened: " + STORY in review
    assert "it goes to: Designated safeguarding lead, Executive Principal" in review
    assert stored(teacher) == ()
    sent = teacher.presses("Send")
    (line,) = stored(teacher)
    assert f"Reference: {line.reference}" in sent
    assert "Receipt code: " in sent
    assert "Speak to the Designated safeguarding lead in person today." in sent
    assert "never replaces a duty of your own" in sent
    assert "CEOP" in sent


def test_while_there_are_no_contacts_it_is_called_a_trial_before_and_after(teacher):
    assert TRIAL in teacher.says("report")
    teacher.says("stop")
    assert TRIAL in tell(teacher)
    assert TRIAL in teacher.presses("Send")


def test_with_contacts_it_is_no_trial_and_the_schools_own_lado_is_named(live):
    teacher = Person(live)
    review = tell(teacher, kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"))
    sent = teacher.presses("Send")
    assert TRIAL not in review + sent
    assert "It goes to: Chair of the Local Academy Committee." in sent
    assert "The council's designated officer (LADO): 01632 960001" in sent


def test_nobody_at_school_free_gives_the_reporter_whom_to_ring(live, clock):
    contacts = live.contacts["st-peters"]
    away = tuple(replace(p, left=clock().date()) for p in contacts.people)
    live = replace(live, contacts={"st-peters": replace(contacts, people=away)})
    teacher = Person(live)
    tell(teacher)
    sent = teacher.presses("Send")
    assert "Nobody at the school is free to take this now. Please ring yourself" in sent
    for number in ("01632 960002", "01632 960003", "999"):
        assert number in sent


@pytest.mark.parametrize("role", [role for role in ROLES if SUBJECT_OF[role] != "staff"])
def test_the_receipt_never_names_whom_the_report_is_about_or_who_steps_aside(teacher, role):
    school = teacher.world.engine.schools[teacher.school]
    label = {"governors": "Another governor"}.get(role, school.title_of(role))
    tell(teacher, kind="How an adult behaves", who=("Yes, an adult", label))
    draft = teacher.button("Send").value
    sent = teacher.presses("Send")
    case = teacher.world.cases.sent(draft).case
    for left_out in case.excluded:
        assert school.title_of(left_out) not in sent.replace("Chair of the Local Academy Committee", "")
        assert left_out not in case.readers


def test_pressing_send_twice_makes_one_case_and_says_the_same_again(teacher):
    tell(teacher)
    button = teacher.button("Send")
    first = teacher.presses_again(button)
    assert teacher.presses_again(button) == first
    assert len(stored(teacher)) == 1


def test_an_answer_pressed_twice_is_taken_once(teacher):
    teacher.says("report")
    button = teacher.button("No")
    asked = teacher.presses_again(button)
    assert teacher.presses_again(button) == asked


def test_an_old_send_button_never_sends_a_newer_unfinished_report(teacher):
    tell(teacher, kind="A post that harms", who="No, a parent", story="They wrote that our fair was dull")
    old = teacher.button("Send")
    teacher.says("stop")
    teacher.says("report")
    assert "earlier step" in teacher.presses_again(old)
    assert stored(teacher) == ()


def test_danger_brings_999_first_and_the_report_goes_on_as_the_most_urgent(teacher):
    teacher.says("report")
    said = teacher.presses("Yes")
    assert "Ring 999 now" in said
    assert "Childline" in said
    assert "What is it about?" in said
    teacher.presses("Something else")
    for label in ("No, a pupil", "Yes", "Yes"):
        teacher.presses(label)
    for text in (STORY, "now", "here", "me"):
        teacher.says(text)
    teacher.presses("Send")
    assert stored(teacher)[0].urgency == "now"


def test_back_and_change_keep_what_was_answered_until_something_else_is_given(teacher):
    review = tell(teacher)
    teacher.presses("Change: When")
    assert "When did it happen" in teacher.sees
    teacher.says("back")
    while "What happened? Write it" not in teacher.sees:
        teacher.says("back")
    changed = teacher.says("A different account of it")
    assert "What happened: A different account of it" in changed
    assert changed.replace("A different account of it", STORY) == review


def test_the_first_step_has_nothing_before_it(teacher):
    teacher.says("report")
    assert "This is the first step" in teacher.says("back")


def test_stop_erases_what_was_written_and_says_that_nothing_was_sent(teacher):
    teacher.says("report")
    teacher.presses("No")
    assert "Nothing was sent, and what you wrote is erased" in teacher.says("stop")
    assert teacher.world.drafts.current("somebody", "somebody") is None
    assert "There is nothing to stop" in teacher.says("stop")


def test_each_answer_is_kept_as_it_is_given_over_a_restart(engine, clock, tmp_path):
    settings = Settings(data=tmp_path, _env_file=None)
    with world_of(engine, settings, clock) as world:
        person = Person(world)
        person.says("report")
        person.presses("No")
        person.presses("Something else")
    with world_of(engine, settings, clock) as world:
        assert world.drafts.current("somebody", "somebody").answers == {"danger": "no", "kind": "something-else"}
        person = Person(world)
        assert "Is it about an adult" in person.says("")


def test_words_in_the_wrong_place_are_kept_and_the_step_is_asked_again(teacher):
    teacher.says("report")
    said = teacher.says(STORY)
    assert "I kept what you wrote" in said
    assert "Is anybody in danger" in said
    teacher.says("no")
    teacher.presses("Somebody is getting too close")
    teacher.presses("No, somebody outside")
    teacher.presses("Yes")
    assert "When did it happen" in teacher.sees
    for label in ("Leave this out", "Leave this out", "Leave this out"):
        teacher.presses(label)
    assert f"What happened: {STORY}" in teacher.sees


def test_words_added_at_the_review_are_added_to_the_story(teacher):
    tell(teacher)
    assert f"What happened: {STORY} He is called Dave" in teacher.says("He is called Dave")
    assert stored(teacher) == ()
    teacher.says("send")
    assert len(stored(teacher)) == 1


def test_an_answer_can_be_typed(teacher):
    teacher.says("report")
    teacher.says("nope")
    teacher.says("Something else.")
    assert "Is it about an adult" in teacher.sees


def test_a_friend_request_takes_three_taps(teacher):
    teacher.says("can i accept a friend request from a parent")
    teacher.last = dispatch(message(teacher, action="report.start", value="friend-request"), teacher.world)
    teacher.presses("No, a parent")
    teacher.presses("Leave this out")
    teacher.presses("Send")
    assert len(stored(teacher, "head")) == 1


def test_a_friend_request_from_an_adult_at_school_is_a_full_report(teacher):
    teacher.last = dispatch(message(teacher, action="report.start", value="friend-request"), teacher.world)
    teacher.presses("Yes, an adult")
    assert "Is anybody in danger" in teacher.sees
    teacher.presses("No")
    teacher.presses("A teacher or somebody else")
    assert "Could a child be hurt" in teacher.sees


def test_a_picture_is_refused_kindly_and_the_step_stays(teacher):
    teacher.says("report")
    teacher.last = dispatch(message(teacher, attachments=("file-1",)), teacher.world)
    assert "I can't take pictures" in teacher.sees
    assert "Is anybody in danger" in teacher.sees


def test_a_caption_under_a_picture_is_an_answer_all_the_same(teacher):
    teacher.says("report")
    teacher.last = dispatch(message(teacher, text="no", attachments=("file-1",)), teacher.world)
    assert "I can't take pictures" in teacher.sees
    assert "What is it about?" in teacher.sees


def test_a_complaint_is_shown_its_own_path_and_not_stored(teacher):
    teacher.says("report")
    teacher.presses("No")
    said = teacher.presses("I'm unhappy with something the school decided")
    assert "That is a complaint" in said
    assert "What is it about?" in said
    assert "kind" not in teacher.world.drafts.current("somebody", "somebody").answers


def test_where_others_read_along_no_report_is_taken(teacher):
    teacher.last = dispatch(message(teacher, text="report", private=False), teacher.world)
    assert "Others can read along here" in teacher.sees
    assert teacher.world.drafts.current("somebody", "somebody") is None


def test_a_child_gets_short_words_is_not_asked_for_a_kind_and_always_reaches_the_dsl(world):
    child = Person(world, role=Audience.PUPIL)
    said = child.says("report")
    assert "You are not in trouble" in said
    assert "I can't keep it a secret" in said
    assert "Childline" in said
    child.presses("No")
    child.says("a man on roblox asked me for my address and to keep it secret")
    child.presses("No, somebody else")
    child.presses("Yes")
    review = child.presses("Leave this out")
    assert "Who it is about: No, somebody else" in review
    assert "these grown-ups at school, whose job is to help" in review
    assert "About an adult" not in review
    draft = child.button("Send").value
    sent = child.presses("Send")
    assert "Thank you for telling" in sent
    assert "Receipt code: " in sent
    assert "what became of" not in sent
    assert "Speak to" not in sent
    assert len(stored(child)) == 1
    assert child.world.cases.sent(draft).case.kind == "grooming"


def test_an_adult_whose_job_is_unknown_goes_to_head_and_dsl_at_once(teacher):
    review = tell(teacher, kind="Something else", who=("Yes, an adult", "I'm not sure"))
    assert "it goes to: Executive Principal, Head of School, Designated safeguarding lead" in review


@pytest.mark.parametrize(
    ("who", "child"),
    [(("Yes, an adult", "I'm not sure"), "No"), (("No, a parent",), "I'm not sure"), (("No, a parent",), "Yes")],
)
def test_where_it_is_not_known_whether_a_child_is_at_risk_the_dsl_is_told(teacher, who, child):
    teacher.says("report")
    for label in ("No", "Something else", *who, child, "Yes"):
        teacher.presses(label)
    for words in ("Somebody was rude about the school fair", "skip", "skip"):
        teacher.says(words)
    review = teacher.says("skip")
    assert "Designated safeguarding lead" in review.split("goes to")[1]


def test_words_that_speak_of_danger_to_a_child_reach_the_dsl_whatever_was_chosen(world):
    parent = Person(world, school="st-marys", role=Audience.PARENT)
    story = "He keeps asking my daughter for nude pictures and she wants to kill herself"
    review = tell(parent, kind="A post that harms", who="No, a parent", story=story)
    assert "Designated safeguarding lead" in review


def test_a_report_left_for_an_hour_no_longer_swallows_questions_but_can_be_gone_on_with(teacher, clock):
    teacher.says("report")
    teacher.presses("No")
    clock.goes_on(timedelta(hours=2))
    assert "What is it about?" not in teacher.says("can I use my phone at lunch?")
    assert "not sent yet" in teacher.says("report")
    assert "What is it about?" in teacher.presses("Go on with it")
    clock.goes_on(timedelta(hours=2))
    teacher.says("report")
    assert "Is anybody in danger" in teacher.presses("Start again")


def test_forget_erases_an_unfinished_report(teacher):
    teacher.says("report")
    teacher.says("/forget")
    assert teacher.world.drafts.current("somebody", "somebody") is None


def test_where_it_is_not_safe_to_write_the_reporter_is_told_to_use_the_code(teacher):
    teacher.says("report")
    teacher.presses("No")
    teacher.presses("Self-harm")
    teacher.presses("No, a pupil")
    teacher.presses("No")
    for text in (STORY, "skip", "skip", "skip"):
        teacher.says(text)
    assert "You will not be messaged here" in teacher.presses("Send")


@pytest.mark.parametrize("role", list(Audience))
def test_every_step_fits_any_channel_and_has_words_in_every_school(engine, role):
    for school in engine.schools.values():
        for kind in (None, *KINDS):
            for who in (None, "adult", "pupil"):
                answers = {name: value for name, value in (("kind", kind), ("who", who)) if value}
                for step in intake.steps(role, school, answers):
                    assert step.ask
                    for choice in step.choices:
                        assert 0 < len(choice.label) <= 75
                        assert len((choice.action + choice.value).encode()) <= 64


def test_a_secret_is_never_promised_and_nothing_is_asked_that_leads():
    for name in ("report.start_honest", "report.child_honest"):
        assert "can't" in say(name)
    assert say("report.ask_what").startswith("What happened?")


def test_help_and_privacy_during_a_report_are_answered_and_never_stored_as_the_story(teacher):
    teacher.says("report")
    for label in ("No", "Somebody is getting too close", "No, somebody outside", "Yes"):
        teacher.presses(label)
    for word in ("help", "Help!", "/help", "privacy", "/privacy"):
        said = teacher.says(word)
        assert "What happened?" in said
        assert "999" in said
    assert "sealed" in teacher.says("privacy")
    assert "what" not in teacher.world.drafts.current("somebody", "somebody").answers


def test_forget_during_a_report_erases_what_was_written(teacher):
    teacher.says("report")
    teacher.presses("No")
    assert "Done" in teacher.says("forget")
    assert teacher.world.drafts.current("somebody", "somebody") is None


def test_a_second_typed_send_gives_the_receipt_again(teacher):
    tell(teacher)
    first = teacher.says("send")
    assert "Receipt code" in first
    assert teacher.says("Send!") != ""
    assert teacher.says("send") == first


def test_the_start_promises_nothing_that_it_takes_back(teacher):
    said = teacher.says("report")
    assert "nothing is sent until" not in said.lower()
    assert "you check it all before you press Send" in said
    assert "to two people whom your words don't name" in " ".join(said.split())
