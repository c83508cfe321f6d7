"""The quiz as people meet it: whole conversations, at everybody's own pace."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from handlers.quiz_cards import clause_on
from handlers.wording import say
from knowledge.model import Audience
from knowledge.smart.lessons import Letter
from tests.fakes import Person

WORRIED = "Worried about something real?"


@pytest.fixture
def teacher(world):
    """Give a teacher who opens the chat."""
    return Person(world, role=Audience.STAFF, school="newall-green")


@pytest.fixture
def mother(world):
    """Give a mother who opens the chat."""
    return Person(world, role=Audience.PARENT)


def in_hand(person, lessons):
    """Give the question that the person sees."""
    found = [q for q in lessons.questions.values() if q.scenario in person.sees]
    assert len(found) == 1, person.sees
    return found[0]


def answer(person, lessons, *, right):
    """Choose the best or a wrong answer, confirm it, and give what is said then."""
    question = in_hand(person, lessons)
    wanted = question.best if right else question.others[0]
    label = next(b.label for b in person.last.buttons if b.label.endswith(f". {wanted}"))
    person.presses(label)
    return person.presses("Confirm")


def play(person, lessons, rights=()):
    """Play a run to its end, as the list says and then right; give the scenarios met."""
    answers = iter(rights)
    met = []
    while "Question" in person.sees or "Once more" in person.sees:
        met.append(in_hand(person, lessons).id)
        answer(person, lessons, right=next(answers, True))
        person.presses("Next" if "Next question" in person.sees else "See how")
    return met


def test_a_teacher_plays_a_whole_run_and_sees_a_score_for_each_letter(teacher, lessons):
    """A teacher plays a whole run and sees a score for each letter."""
    assert "Question 1 of 10" in teacher.says("quiz")
    assert len(play(teacher, lessons)) == 10
    assert "All right at the first go" in teacher.sees
    for letter in Letter:
        assert f"{say(f'quiz.letter_{letter}')}: 2 of 2" in teacher.sees


def test_staff_get_questions_for_staff(teacher, lessons):
    """Staff get questions for staff."""
    teacher.says("quiz")
    met = play(teacher, lessons)
    assert all("staff" in lessons.questions[q].players for q in met)


@pytest.mark.parametrize(("label", "players"), [("Just me", "parents"), ("With my child", "family")])
def test_a_parent_chooses_who_plays(mother, lessons, label, players):
    """A parent chooses who plays."""
    assert "Who is playing?" in mother.says("quiz")
    assert "Question 1 of 10" in mother.presses(label)
    assert all(players in lessons.questions[q].players for q in play(mother, lessons))


@pytest.mark.parametrize("typed", ["2", "with my child", "With my child!", "my child"])
def test_who_plays_can_be_typed(mother, lessons, typed):
    """Who plays can be typed."""
    mother.says("quiz")
    assert "Question 1 of 10" in mother.says(typed)
    assert "family" in in_hand(mother, lessons).players


def test_a_pupil_plays_the_questions_for_families_with_a_grown_up(world, lessons):
    """A pupil plays the questions for families with a grown up."""
    pupil = Person(world, role=Audience.PUPIL)
    assert "Read each question aloud" in pupil.says("quiz")
    assert "family" in in_hand(pupil, lessons).players


def test_an_answer_can_be_changed_until_it_is_confirmed(teacher, lessons):
    """An answer can be changed until it is confirmed."""
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    assert "You chose A" in teacher.says("a")
    assert "You chose" not in teacher.presses("Change my answer")
    assert "You chose C" in teacher.presses("C.")
    assert "You chose B" in teacher.says("b")
    place = 1 + [b.label[3:] for b in _choices(teacher)].index(question.best)
    assert f"Your answer: {question.best}" in _typed_in_turn(teacher, str(place), "confirm")
    assert "Yes, that's the best answer." in teacher.sees


def _choices(person):
    person.presses("Change my answer")
    return [b for b in person.last.buttons if b.action == "quiz.pick"]


def _typed_in_turn(person, *texts):
    for text in texts:
        person.says(text)
    return person.sees


def test_a_choice_can_be_typed_as_number_letter_or_in_full(teacher, lessons):
    """A choice can be typed as number letter or in full."""
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    assert "You chose B" in teacher.says("2")
    assert "You chose D" in teacher.says("(d)") or len(question.choices) < 4
    assert f": {question.best}" in teacher.says(question.best.upper())


def test_a_wrong_answer_is_explained_kindly_and_the_best_one_given(teacher, lessons):
    """A wrong answer is explained kindly and the best one given."""
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    said = answer(teacher, lessons, right=False)
    assert f"Not quite. The best answer is: {question.best}" in said
    assert question.why in said
    assert "You'll get this one again in a little while." in said


def test_every_answer_shows_the_clause_or_tip_that_it_teaches(world, lessons):
    """Every answer shows the clause or tip that it teaches."""
    seen = set()
    for role, choice in (
        (Audience.STAFF, None),
        (Audience.PARENT, "Just me"),
        (Audience.PARENT, "With my child"),
    ):
        person = Person(world, role=role, school="newall-green", name=f"{role} {choice}")
        person.says("quiz")
        if choice:
            person.presses(choice)
        for _ in range(10):
            question = in_hand(person, lessons)
            said = answer(person, lessons, right=True)
            if question.tip:
                tip = lessons.tips[question.tip]
                assert tip.text in said
                assert re.search(r"More help: .* \(checked \d+ \w+ 20\d\d\)", said)
                seen.add("tip")
            else:
                clause = clause_on(question, world.engine.schools["newall-green"], frozenset({Audience.STAFF}))
                assert (f"{clause.text} " in said.replace("\n", " ")) if clause else ("says nothing on this" in said)
                seen.add("clause" if clause else "silent")
            person.presses("Next" if "Next question" in said else "See how")
    assert {"tip", "clause"} <= seen


def test_two_schools_teach_their_own_clauses_on_the_same_question(engine, lessons):
    """Two schools teach their own clauses on the same question."""
    question = next(q for q in lessons.questions.values() if q.topic == "friend-request-from-parent")
    found = {slug: clause_on(question, school, frozenset({Audience.STAFF})) for slug, school in engine.schools.items()}
    clauses = [clause for clause in found.values() if clause]
    assert len({clause.text for clause in clauses}) >= 2
    assert all(clause in engine.schools[slug].clauses for slug, clause in found.items() if clause)


def test_beside_a_sexual_image_no_clause_on_keeping_evidence_is_taught(engine, lessons):
    """Beside a sexual image no clause on keeping evidence is taught."""
    barred = {
        "cyberbullying-evidence",
        "searching-phones",
        "sexting-investigating",
        "advice-keeping-evidence",
    }
    questions = [q for q in lessons.questions.values() if q.topic == "sexting-response"]
    assert questions
    for question in questions:
        for school in engine.schools.values():
            clause = clause_on(question, school, frozenset(Audience))
            assert clause is None or barred.isdisjoint(clause.topics)


def test_a_missed_question_comes_back_in_the_run_and_in_the_next_one(teacher, lessons):
    """A missed question comes back in the run and in the next one."""
    teacher.says("quiz")
    missed = in_hand(teacher, lessons).id
    met = play(teacher, lessons, rights=[False])
    assert [i for i, q in enumerate(met) if q == missed] == [0, 4]
    assert "1 of 2, and 1 more when asked again" in teacher.sees
    assert "What you missed comes back in your next quiz" in teacher.sees
    assert "Question 1 of 10" in teacher.presses("Play again")
    again = play(teacher, lessons)
    assert missed in again
    assert again != met


def test_a_question_asked_again_says_so(teacher, lessons):
    """A question asked again says so."""
    teacher.says("quiz")
    for right in (False, True, True, True):
        answer(teacher, lessons, right=right)
        teacher.presses("Next")
    assert "Once more · " in teacher.sees


def test_no_two_runs_in_a_row_are_alike(teacher, lessons):
    """No two runs in a row are alike."""
    teacher.says("quiz")
    runs = [play(teacher, lessons)]
    for _ in range(3):
        teacher.presses("Play again")
        runs.append(play(teacher, lessons))
    assert all(not set(one) & set(next_one) for one, next_one in pairwise(runs))


def test_stop_keeps_the_place_and_quiz_goes_on_there_days_later(teacher, lessons, clock):
    """Stop keeps the place and quiz goes on there days later."""
    teacher.says("quiz")
    answer(teacher, lessons, right=True)
    teacher.presses("Next")
    question = in_hand(teacher, lessons)
    teacher.says("b")
    assert "your place is kept" in teacher.says("stop")
    assert "There is nothing to stop" in teacher.says("stop")
    clock.goes_on(timedelta(days=40))
    assert "Here is where you left off" in teacher.says("quiz")
    assert "Question 2 of 10" in teacher.sees
    assert "You chose B" in teacher.sees
    assert in_hand(teacher, lessons) == question


def test_stopping_after_an_explanation_goes_on_with_the_next_question(teacher, lessons):
    """Stopping after an explanation goes on with the next question."""
    teacher.says("quiz")
    answer(teacher, lessons, right=True)
    teacher.presses("Stop here")
    assert "Question 2 of 10" in teacher.presses("Go to the quiz")


def test_stopping_after_the_last_explanation_still_gives_the_score(teacher, lessons):
    """Stopping after the last explanation still gives the score."""
    teacher.says("quiz")
    for _ in range(9):
        answer(teacher, lessons, right=True)
        teacher.presses("Next")
    answer(teacher, lessons, right=True)
    teacher.says("stop")
    assert "All right at the first go" in teacher.says("quiz")
    assert "Question 1 of 10" in teacher.says("quiz")


def test_a_parent_keeps_a_place_alone_and_another_with_the_child(mother, lessons):
    """A parent keeps a place alone and another with the child."""
    mother.says("quiz")
    mother.presses("Just me")
    alone = in_hand(mother, lessons)
    mother.says("stop")
    mother.says("quiz")
    mother.presses("Play with my child instead")
    assert "family" in in_hand(mother, lessons).players
    mother.says("stop")
    mother.says("quiz")
    assert "left off" in mother.presses("Play on my own instead")
    assert in_hand(mother, lessons) == alone


def test_the_way_to_report_stands_on_every_step(mother, lessons):
    """The way to report stands on every step."""
    mother.says("quiz")
    for step in ("Just me", "A.", "Change", "B.", "Confirm", "Next"):
        assert mother.button(WORRIED).action == "report.start"
        mother.presses(step)
    assert mother.button(WORRIED).action == "report.start"
    play(mother, lessons)
    assert mother.button(WORRIED).action == "report.start"


@pytest.mark.parametrize("steps", [["quiz"], ["quiz", "a"], ["quiz", "a", "confirm"]])
def test_every_button_pressed_twice_changes_nothing_the_second_time(teacher, steps):
    """Every button pressed twice changes nothing the second time."""
    for step in steps:
        teacher.says(step)
    buttons = [b for b in teacher.last.buttons if b.action in ("quiz.pick", "quiz.confirm", "quiz.change", "quiz.next")]
    button = buttons[0]
    teacher.presses_again(button)
    kept = dict(teacher.world.memory.kept)
    said = teacher.presses_again(button)
    assert "nothing has changed" in said
    assert teacher.world.memory.kept == kept
    assert len(teacher.last.buttons) > 2


def test_who_plays_pressed_twice_begins_one_run(mother, lessons):
    """Who plays pressed twice begins one run."""
    mother.says("quiz")
    button = mother.button("Just me")
    mother.presses_again(button)
    question = in_hand(mother, lessons)
    assert "nothing has changed" in mother.presses_again(button)
    assert in_hand(mother, lessons) == question


def test_take_a_quiz_pressed_twice_begins_one_run(teacher, lessons):
    """Take a quiz pressed twice begins one run."""
    teacher.says("help")
    button = teacher.button("Take a quiz")
    teacher.presses_again(button)
    question = in_hand(teacher, lessons)
    assert "still going" in teacher.presses_again(button)
    assert in_hand(teacher, lessons) == question


def test_buttons_of_earlier_questions_change_nothing(teacher, lessons):
    """Buttons of earlier questions change nothing."""
    teacher.says("quiz")
    old = [b for b in teacher.last.buttons if b.action.startswith("quiz.")]
    answer(teacher, lessons, right=True)
    old += [b for b in teacher.last.buttons if b.action.startswith("quiz.")]
    teacher.presses("Next")
    question = in_hand(teacher, lessons)
    for button in old:
        assert "That button belongs to an earlier step" in teacher.presses_again(button)
        assert in_hand(teacher, lessons) == question
        assert "You chose" not in teacher.sees


def test_buttons_left_over_after_stopping_say_how_to_go_on(teacher):
    """Buttons left over after stopping say how to go on."""
    teacher.says("quiz")
    buttons = [b for b in teacher.last.buttons if b.action.startswith("quiz.")]
    teacher.says("stop")
    for button in buttons:
        assert "Type quiz to play" in teacher.presses_again(button)


@pytest.mark.parametrize("steps", [["quiz"], ["quiz", "a"], ["quiz", "a", "confirm"]])
def test_a_quiz_goes_on_when_its_question_has_been_taken_out_of_the_library(teacher, lessons, steps):
    """A quiz goes on when its question has been taken out of the library."""
    for step in steps:
        teacher.says(step)
    gone = in_hand(teacher, lessons).id
    memory = teacher.world.memory
    memory.kept = {
        key: (text.replace(f'"{gone}"', '"no-longer-there"'), until) for key, (text, until) in memory.kept.items()
    }
    teacher.says("quiz")
    assert in_hand(teacher, lessons).id != gone
    assert "You chose" not in teacher.sees
    assert len(play(teacher, lessons)) == 9


@pytest.mark.parametrize("value", ["", "1", "1.", "1.9", "1.x", "999.0", "٣.٠", "1.0.0"])
@pytest.mark.parametrize("action", ["quiz.pick", "quiz.who", "quiz.confirm", "quiz.next", "quiz.stop", "quiz.nonsense"])
def test_a_button_made_up_by_hand_never_breaks_the_quiz(teacher, lessons, action, value):
    """A button made up by hand never breaks the quiz."""
    before_any = teacher.sends(action=action, value=value)
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    assert "wrong on our side" not in before_any + teacher.sends(action=action, value=value)
    teacher.says("quiz")
    assert in_hand(teacher, lessons) == question


def test_back_takes_a_choice_back_but_no_confirmed_answer(teacher):
    """Back takes a choice back but no confirmed answer."""
    teacher.says("quiz")
    assert "There is nothing to go back to" in teacher.says("back")
    teacher.says("a")
    assert "You chose" not in teacher.says("back")
    teacher.says("a")
    teacher.says("confirm")
    assert "That answer is confirmed" in teacher.says("back")
    assert "That answer is confirmed" in teacher.says("b")
    assert "Question 2 of 10" in teacher.says("next")


def test_back_from_who_plays_leaves_the_quiz(mother):
    """Back from who plays leaves the quiz."""
    mother.says("quiz")
    mother.says("back")
    assert "There is nothing to stop" in mother.says("stop")


def test_a_policy_question_in_the_middle_is_answered_and_the_quiz_waits(teacher, lessons):
    """A policy question in the middle is answered and the quiz waits."""
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    assert "6.10" in teacher.says("can i friend a parent on facebook")
    assert "You chose A" in teacher.says("a")
    assert in_hand(teacher, lessons) == question


def test_a_worry_in_the_middle_is_heard_as_a_worry(mother):
    """A worry in the middle is heard as a worry."""
    mother.says("quiz")
    mother.presses("With my child")
    said = mother.says("someone is threatening to post nudes of my daughter")
    assert "999" in said
    assert mother.button("Report it now").action == "report.start"


@pytest.mark.parametrize("text", ["", "   ", "🙃🙃", "x" * 4000, "سلام", "czy mogę nagrywać", "7", "e", "/"])
def test_odd_texts_in_the_middle_leave_the_quiz_as_it_is(teacher, lessons, text):
    """Odd texts in the middle leave the quiz as it is."""
    teacher.says("quiz")
    question = in_hand(teacher, lessons)
    assert "wrong on our side" not in teacher.says(text)
    teacher.says("quiz")
    assert in_hand(teacher, lessons) == question
    assert "You chose" not in teacher.sees


def test_forget_erases_the_place_in_the_quiz(teacher):
    """Forget erases the place in the quiz."""
    teacher.says("quiz")
    teacher.says("a")
    teacher.says("forget")
    assert "There is no clock" in teacher.says("quiz")


def test_somebody_whose_role_has_changed_gets_the_questions_of_the_new_one(world, lessons):
    """Somebody whose role has changed gets the questions of the new one."""
    person = Person(world, role=Audience.PARENT)
    person.says("quiz")
    person.presses("Just me")
    person.says("stop")
    person.role = Audience.STAFF
    person.says("quiz")
    assert "staff" in in_hand(person, lessons).players


def test_only_answers_replace_the_message_that_they_were_pressed_on(teacher):
    """Only answers replace the message that they were pressed on."""
    teacher.says("quiz")
    assert not teacher.last.replaces
    for step, replaces in (("A.", True), ("Change", True), ("B.", True), ("Confirm", True), ("Next", False)):
        teacher.presses(step)
        assert teacher.last.replaces is replaces


def test_every_button_fits_in_the_smallest_channel(mother):
    """Every button fits in the smallest channel."""
    mother.says("quiz")
    mother.presses("With my child")
    for step in ("A.", "Confirm"):
        assert all(len(f"{b.action} {b.value}".encode()) <= 64 for b in mother.last.buttons)
        mother.presses(step)
