"""The quiz and the tips as they are shipped: enough for everybody, and each leading somewhere."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import product

import pytest

from knowledge.quizzing import LENGTH
from knowledge.smart.lessons import Letter, Players
from knowledge.smart.platforms import load_platforms
from knowledge.smart.signposts import load_signposts

APPENDIX = {f"SM-{number:03}" for number in range(59, 107)}
"""St Mary's advice for parents: what to know, the risks, tips, and websites."""
ABOUT_SCHOOLS = {"SM-095", "SM-096"}
"""Paragraphs of the appendix that speak to schools and governing bodies, not to parents."""


def test_there_are_at_least_sixty_questions_and_sixty_tips(lessons):
    """There are at least sixty questions and sixty tips."""
    assert len(lessons.questions) >= 60
    assert len(lessons.tips) >= 60


@pytest.mark.parametrize("players", Players)
def test_everybody_has_questions_for_two_runs_that_share_none(lessons, players):
    """Everybody has questions for two runs that share none."""
    letters = Counter(question.letter for question in lessons.for_players(players))
    share = LENGTH // len(Letter)
    assert all(letters[letter] >= 2 * share for letter in Letter)


@pytest.mark.parametrize("letter", Letter)
def test_every_letter_has_tips(lessons, letter):
    """Every letter has tips."""
    assert sum(tip.letter is letter for tip in lessons.tips.values()) >= 10


def test_every_piece_of_advice_in_the_parents_appendix_has_become_a_tip(lessons):
    """Every piece of advice in the parents appendix has become a tip."""
    came_from = {ref for tip in lessons.tips.values() for ref in tip.came_from}
    assert not APPENDIX - ABOUT_SCHOOLS - came_from
    assert not came_from - APPENDIX


def test_every_age_at_school_and_every_platform_has_a_tip(lessons):
    """Every age at school and every platform has a tip."""
    platforms = {tip.platform for tip in lessons.tips.values()}
    assert platforms == set(load_platforms())
    for age in range(4, 17):
        assert sum(tip.youngest <= age <= tip.oldest for tip in lessons.tips.values()) >= 10


def test_every_tip_leads_to_a_signpost_that_has_been_checked(lessons):
    """Every tip leads to a signpost that has been checked."""
    signposts = load_signposts()
    for tip in lessons.tips.values():
        assert date.fromisoformat(signposts[tip.signpost].checked) <= date.fromisoformat("2026-12-31")


def test_every_question_teaches_something_that_leads_on(lessons):
    """Every question teaches something that leads on."""
    for question in lessons.questions.values():
        assert (question.tip in lessons.tips) != (question.topic is not None)


def test_questions_for_families_teach_tips(lessons):
    """Questions for families teach tips."""
    for players in (Players.PARENTS, Players.FAMILY):
        assert all(question.tip for question in lessons.for_players(players))


def test_no_text_promises_secrecy_or_asks_for_a_picture(lessons):
    """No text promises secrecy or asks for a picture."""
    said = [q.best for q in lessons.questions.values()] + [tip.text for tip in lessons.tips.values()]
    for text, slip in product(
        said, (r"\bI promise not to tell\b", r"\bsend (us|me) (a|the) (picture|photo|screenshot)")
    ):
        assert not re.search(slip, text, re.IGNORECASE)


def test_every_text_is_short_enough_to_read_on_a_phone(lessons):
    """Every text is short enough to read on a phone."""
    for question in lessons.questions.values():
        assert len(question.scenario) <= 250
        assert all(len(choice) <= 120 for choice in question.choices)
        assert len(question.why) <= 350
    for tip in lessons.tips.values():
        assert len(tip.text) <= 320


def test_the_best_answer_cannot_be_told_by_its_length(lessons):
    """The best answer cannot be told by its length."""
    longest = sum(len(q.best) > max(map(len, q.others)) for q in lessons.questions.values())
    shortest = sum(len(q.best) < min(map(len, q.others)) for q in lessons.questions.values())
    assert longest < len(lessons.questions) / 2
    assert shortest < len(lessons.questions) / 2
