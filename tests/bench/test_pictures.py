"""The README's pictures are of what the bot really sends."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.bench.pictures import pictures

_SHOWN = {
    "chat": ["you> can i add one of the mums on insta?", "[1] Report it"],
    "slack": ["can i accept a former pupil on insta?", "Is the former pupil 16 or older?", "Yes", "Report it", "APP"],
    "telegram": ["can i put pictures of the school play online?", "Is this right?", "Report it", "Who is playing?"],
}


@pytest.fixture(scope="module")
def drawn(engine):
    return dict(pictures(engine))


@pytest.mark.parametrize("name", _SHOWN)
def test_a_picture_shows_what_was_said_and_what_can_be_pressed(drawn, name):
    words = [element.text.strip() for element in ET.fromstring(drawn[name]).findall(".//{*}text")]  # noqa: S314 -- ours
    assert [part for part in _SHOWN[name] if part not in words] == []


def test_every_chat_ends_with_a_quiz_question_to_answer(drawn):
    assert all("Question 1 of 10" in drawn[name] for name in ("slack", "telegram"))


def test_drawn_again_they_are_the_same(drawn, engine):
    assert dict(pictures(engine)) == drawn
