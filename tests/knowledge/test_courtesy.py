"""A courtesy is answered in kind, and nothing that may be a question or a worry is taken for one."""

from __future__ import annotations

import pytest

from knowledge.answering.courtesy import Courtesy, courtesy_in


@pytest.mark.parametrize(
    ("said", "courtesy"),
    [
        ("Good morning!", Courtesy.GREETING),
        ("hi 👋", Courtesy.GREETING),
        ("Thanks, that's great", Courtesy.THANKS),
        ("ok thank you so much", Courtesy.THANKS),
        ("Ok.", Courtesy.AGREED),
        ("bye", Courtesy.GOODBYE),
        ("Are you a real person?", Courtesy.WHO),
    ],
)
def test_a_courtesy_is_heard_as_one(said, courtesy):
    assert courtesy_in(said) is courtesy


@pytest.mark.parametrize(
    "said",
    [
        "",
        "👍",
        "hi can i film the play",
        "thanks but what about at lunch",
        "thanks to a teacher my son is scared",
        "ok if i post it?",
        "good evening, a man is messaging my daughter",
        "is it ok",
        "fine for parents?",
        "help",
    ],
)
def test_what_may_be_a_question_or_a_worry_is_no_courtesy(said):
    assert courtesy_in(said) is None
