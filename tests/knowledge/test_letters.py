"""Letters: the built-in ones are whole, a school can write its own, and every mistake in one is said with its line."""

from __future__ import annotations

import pytest

from knowledge.letters.library import load_letters
from knowledge.reading import PackError, Problems

OWN = """title: Ours
use: Sometimes.
blanks:
  parent: {ask: Who?}
body: ["Dear {parent},", "{school}, {today}"]
"""


def letters(pack=None):
    problems = Problems()
    found = load_letters(pack, problems)
    problems.raise_any()
    return found


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "letters").mkdir()
    return tmp_path


def test_every_blank_of_a_built_in_letter_is_used():
    for letter in letters().values():
        words = {blank.name: f"<{blank.name}>" for blank in letter.blanks}
        filled = letter.filled({**words, "school": "The School", "today": "today"})
        assert "{" not in filled
        assert "____" not in filled
        assert [word for word in words.values() if word not in filled] == []


def test_a_school_replaces_a_letter_and_adds_its_own(pack):
    (pack / "letters" / "ask-to-remove.yaml").write_text(OWN)
    (pack / "letters" / "ours.yaml").write_text(OWN)
    found = letters(pack)
    assert [name for name, letter in found.items() if letter.title == "Ours"] == ["ask-to-remove", "ours"]
    assert found["ours"].filled({"parent": "Ms  Sample\n", "school": "S"}) == "Dear Ms Sample,\n\nS, ________\n"


def test_words_that_look_like_a_blank_stay_words():
    letter = letters()["invite-to-meeting"]
    assert "Dear {office}," in letter.filled({"parent": "{office}", "office": "secret"})


def test_every_mistake_is_said_with_its_line(pack):
    (pack / "letters" / "a.yaml").write_text(OWN.replace("{parent},", "{parnt},").replace("title: Ours\n", ""))
    (pack / "letters" / "b.yaml").write_text(OWN.replace("  parent:", "  school:"))
    with pytest.raises(PackError) as error:
        letters(pack)
    said = "\n".join(map(str, error.value.problems))
    assert "a.yaml:4: {parnt} is not a blank of this letter. Did you mean parent?" in said
    assert "title is missing" in said
    assert "b.yaml:4: school can't be a blank" in said
