"""Which question comes next: spread over the letters, missed ones again, and never the same run twice."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.quizzing import GAP, LENGTH, Progress, begin, mark, score, shown_choices
from knowledge.smart.lessons import Letter, Players, Question


def question(letter: Letter, number: int) -> Question:
    """Make a question up."""
    return Question(
        id=f"{letter}-{number}",
        letter=letter,
        players=frozenset({Players.STAFF}),
        scenario="What do you do?",
        best="Tell.",
        others=("Wait.", "Hide.", "Share."),
        why="Telling helps.",
        checked="2026-11-20",
        tip="some-tip",
    )


def library(sizes: dict[Letter, int]) -> list[Question]:
    """Make up as many questions a letter as are asked for."""
    return [question(letter, n) for letter, size in sizes.items() for n in range(size)]


def drawn(seed: int) -> Random:
    """Give the source of every draw in a run."""
    return Random(seed)  # noqa: S311 -- a draw, no secret


def play(progress: Progress, rights: list[bool]) -> Progress:
    """Answer to the end: as the list says while it lasts, and right from then on."""
    answers = iter(rights)
    while progress.in_hand:
        progress = mark(progress, right=next(answers, True))
    return progress


seeds = st.integers(0, 2**32)
any_library = st.fixed_dictionaries({letter: st.integers(0, 12) for letter in Letter}).map(library).filter(bool)
full_library = st.fixed_dictionaries({letter: st.integers(6, 12) for letter in Letter}).map(library)
some_answers = st.lists(st.booleans(), max_size=2 * LENGTH)


@given(any_library, seeds)
def test_a_run_asks_ten_different_questions_or_all_there_are(questions, seed):
    """A run asks ten different questions or all there are."""
    run = begin(questions, drawn(seed))
    assert len(set(run.waiting)) == len(run.waiting) == min(LENGTH, len(questions))


@given(full_library, seeds, some_answers)
def test_every_letter_gets_its_fair_share_of_every_run(questions, seed, rights):
    """Every letter gets its fair share of every run."""
    random = drawn(seed)
    first = play(begin(questions, random), rights)
    for run in (first, begin(questions, random, first)):
        shares = Counter(q.rsplit("-", 1)[0] for q in run.order)
        assert len(shares) == len(Letter)
        assert max(shares.values()) - min(shares.values()) <= 1


@given(full_library, seeds)
def test_a_letter_does_not_follow_itself(questions, seed):
    """A letter does not follow itself."""
    letters = [q.rsplit("-", 1)[0] for q in begin(questions, drawn(seed)).waiting]
    assert all(one != other for one, other in pairwise(letters))


@given(any_library, seeds, some_answers)
def test_a_missed_question_comes_back_once_after_some_others(questions, seed, rights):
    """A missed question comes back once after some others."""
    run = play(begin(questions, drawn(seed)), rights)
    asked = [q for q, _ in run.answered]
    first_right = dict(reversed(run.answered))
    for q in run.order:
        places = [i for i, name in enumerate(asked) if name == q]
        last_of_all = places[0] == len(asked) - 1
        assert len(places) == (1 if first_right[q] or last_of_all else 2)
        if len(places) == 2:
            assert 1 < places[1] - places[0] <= GAP + len(asked)


@given(full_library, seeds)
def test_a_question_missed_early_returns_after_three_others(questions, seed):
    """A question missed early returns after three others."""
    run = begin(questions, drawn(seed))
    missed = run.in_hand
    run = mark(run, right=False)
    assert run.waiting.index(missed) == GAP


@given(full_library, seeds, some_answers)
def test_what_was_missed_opens_up_half_of_the_next_run_at_most(questions, seed, rights):
    """What was missed opens up half of the next run at most."""
    random = drawn(seed)
    before = play(begin(questions, random), rights)
    after = begin(questions, random, before)
    back = set(after.waiting) & set(before.missed)
    assert len(back) <= LENGTH // 2
    assert back or not before.missed
    if len(before.missed) == 1:
        assert back == set(before.missed)


@given(any_library, seeds, some_answers)
def test_everything_missed_is_asked_again_until_it_is_right(questions, seed, rights):
    """Everything missed is asked again until it is right."""
    random = drawn(seed)
    run = play(begin(questions, random), rights)
    for _ in range(20):
        run = play(begin(questions, random, run), [])
    assert not run.missed


@given(
    any_library.filter(lambda questions: len(questions) > 1),
    seeds,
    st.lists(some_answers, min_size=2, max_size=4),
)
def test_no_two_runs_in_a_row_are_alike(questions, seed, answers):
    """No two runs in a row are alike."""
    random = drawn(seed)
    run = None
    for rights in answers:
        new = begin(questions, random, run)
        assert run is None or new.order != run.order
        run = play(new, rights)


@given(full_library, seeds, some_answers)
def test_at_least_half_of_the_next_run_is_new_where_there_are_enough(questions, seed, rights):
    """At least half of the next run is new where there are enough."""
    random = drawn(seed)
    before = play(begin(questions, random), rights)
    after = begin(questions, random, before)
    assert len(set(after.waiting) - set(before.order)) >= LENGTH // 2


@given(full_library, seeds)
def test_somebody_who_plays_on_meets_every_question(questions, seed):
    """Somebody who plays on meets every question."""
    random = drawn(seed)
    run = None
    met: set[str] = set()
    for _ in range(12):
        run = play(begin(questions, random, run), [])
        met |= set(run.order)
    assert met == {q.id for q in questions}


@given(any_library, seeds, some_answers)
def test_the_same_seed_gives_the_same_quiz(questions, seed, rights):
    """The same seed gives the same quiz."""
    one, other = (play(begin(questions, drawn(seed)), rights) for _ in range(2))
    assert one == other


@given(any_library, seeds, some_answers)
def test_progress_survives_a_restart_at_every_step(questions, seed, rights):
    """Progress survives a restart at every step."""
    run = begin(questions, drawn(seed))
    for right in rights:
        again = Progress.from_json(json.loads(json.dumps(run.to_json())), [q.id for q in questions])
        assert again == run
        if run.in_hand is None:
            break
        run = mark(run, right=right)


def test_a_question_that_was_taken_out_since_is_asked_no_more():
    """A question that was taken out since is asked no more."""
    questions = library(dict.fromkeys(Letter, 4))
    run = mark(begin(questions, drawn(1)), right=False)
    gone = {run.waiting[0], run.waiting[3]}
    left = Progress.from_json(run.to_json(), {q.id for q in questions} - gone)
    assert not gone & {*left.waiting, *left.missed, *left.last_asked, *dict(left.answered)}


@given(full_library, seeds, some_answers)
def test_the_score_counts_what_was_right_at_once_and_what_was_mended(questions, seed, rights):
    """The score counts what was right at once and what was mended."""
    run = play(begin(questions, drawn(seed)), rights)
    scores = score(run, {q.id: q for q in questions})
    firsts = dict(reversed(run.answered))
    assert [s.letter for s in scores] == list(Letter)
    assert sum(s.asked for s in scores) == len(run.order)
    assert sum(s.right for s in scores) == sum(firsts.values())
    assert all(s.right + s.mended <= s.asked for s in scores)


@given(seeds)
def test_choices_are_shuffled_and_none_is_lost(seed):
    """Choices are shuffled and none is lost."""
    questions = library({Letter.SAFE: 3})
    run = begin(questions, drawn(seed))
    in_hand = next(q for q in questions if q.id == run.in_hand)
    shown = shown_choices(run, in_hand)
    assert sorted(shown) == sorted(in_hand.choices)
    assert shown == shown_choices(run, in_hand)


def test_the_best_answer_has_no_favourite_place():
    """The best answer has no favourite place."""
    questions = library(dict.fromkeys(Letter, 8))
    by_id = {q.id: q for q in questions}
    places = Counter()
    for seed in range(50):
        run = begin(questions, drawn(seed))
        while run.in_hand:
            places[shown_choices(run, by_id[run.in_hand]).index("Tell.")] += 1
            run = mark(run, right=True)
    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) < 2 * min(places.values())


def test_a_run_that_is_over_takes_no_more_answers():
    """A run that is over takes no more answers."""
    run = play(begin(library({Letter.TELL: 1}), drawn(1)), [])
    with pytest.raises(ValueError, match="run is over"):
        mark(run, right=True)
