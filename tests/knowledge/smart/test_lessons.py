"""The loader of quiz questions and tips: whoever writes them hears of every slip at once, with its mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from knowledge.reading import PackError
from knowledge.smart.lessons import Letter, Players, load_lessons

if TYPE_CHECKING:
    from pathlib import Path

TOPICS = frozenset({"passwords", "friend-pupils"})
TIP = """\
tips:
  - id: long-passwords
    letter: safe
    platform: any
    ages: [7, 16]
    text: Three odd words make a good password.
    signpost: childnet
    from: [SM-084]
    checked: 2026-11-20
"""
QUESTION = """\
questions:
  - id: whose-password
    letter: safe
    for: [staff, parents]
    scenario: A friend asks for your password. What do you do?
    best: Keep it to yourself.
    others: [Tell one friend., Write it on the board.]
    why: A password is yours alone.
    teaches: {tip: long-passwords}
    checked: 2026-11-20
"""


def write(folder: Path, tips: str = TIP, questions: str = QUESTION) -> Path:
    """Write one file of each."""
    for kind, text in (("tips", tips), ("quiz", questions)):
        (folder / kind).mkdir()
        (folder / kind / "safe.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    """Give the problems that the loader finds in a folder."""
    with pytest.raises(PackError) as error:
        load_lessons(TOPICS, folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in error.value.problems]


def test_good_lessons_are_read_whole(tmp_path):
    """Good lessons are read whole."""
    lessons = load_lessons(TOPICS, write(tmp_path))
    question, tip = lessons.questions["whose-password"], lessons.tips["long-passwords"]
    assert question.letter is Letter.SAFE
    assert question.players == {Players.STAFF, Players.PARENTS}
    assert question.choices == ("Keep it to yourself.", "Tell one friend.", "Write it on the board.")
    assert (question.tip, question.topic) == ("long-passwords", None)
    assert (tip.youngest, tip.oldest, tip.came_from, tip.checked) == (7, 16, ("SM-084",), "2026-11-20")
    assert lessons.for_players(Players.PARENTS) == [question]
    assert lessons.for_players(Players.FAMILY) == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("why:", "because:", 9, "because is not a key that belongs here"),
        ("    why: A password is yours alone.\n", "", 2, "why is missing"),
        ("letter: safe", "letter: smart", 3, "smart is not a letter"),
        ("letter: safe", "letter: tell", 2, "whose-password is for tell, and this file for safe"),
        ("[staff, parents]", "[staf]", 4, "staf is not known under for. Did you mean staff?"),
        ("[staff, parents]", "[]", 2, "whose-password is for nobody"),
        ("[Tell one friend., Write it on the board.]", "[Tell one friend.]", 2, "has 1 other choices"),
        ("[Tell one friend., Write it on the board.]", "[a, b, c, d]", 2, "has 4 other choices"),
        ("Tell one friend.,", "keep it to yourself,", 2, "has its best answer among the others"),
        ("Tell one friend.,", "Write it on the board,", 2, "has the same choice twice"),
        (
            "{tip: long-passwords}",
            "{tip: long-password}",
            9,
            "no tip has the id long-password. Did you mean long-",
        ),
        (
            "{tip: long-passwords}",
            "{topic: password}",
            9,
            "no topic has the id password. Did you mean passwords?",
        ),
        ("{tip: long-passwords}", "{tip: long-passwords, topic: passwords}", 9, "either a tip or a topic"),
        ("{tip: long-passwords}", "{}", 9, "either a tip or a topic"),
        ("2026-11-20", "last week", 10, "checked is not a date"),
        ("A password is yours alone.", "", 8, "why holds no text"),
        ("questions:", "question:", 1, "question is not a key"),
    ],
)
def test_a_wrong_question_is_named_with_its_line_and_mend(tmp_path, was, becomes, line, says):
    """A wrong question is named with its line and mend."""
    assert was in QUESTION
    found = problems(write(tmp_path, questions=QUESTION.replace(was, becomes)))
    places = [problem for problem in found if says in problem]
    assert places, found
    assert places[0].startswith("quiz/safe.yaml:") or says in places[0]
    if "because" not in becomes:
        assert places[0].startswith(f"quiz/safe.yaml:{line}:")


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("text:", "words:", 7, "words is not a key that belongs here"),
        ("platform: any", "platform: robolx", 4, "robolx is not a platform. Did you mean roblox?"),
        ("[7, 16]", "[16, 7]", 5, "ages are not from and to"),
        ("[7, 16]", "[7]", 5, "ages are not from and to"),
        ("[7, 16]", "[7, 99]", 5, "ages are not from and to"),
        ("[7, 16]", "[seven, 16]", 5, "ages is not a whole number"),
        (
            "signpost: childnet",
            "signpost: childnett",
            7,
            "childnett is not a signpost. Did you mean childnet?",
        ),
        ("    signpost: childnet\n", "", 2, "signpost is missing"),
        ("2026-11-20", "20 November", 9, "checked is not a date"),
    ],
)
def test_a_wrong_tip_is_named_with_its_line_and_mend(tmp_path, was, becomes, line, says):
    """A wrong tip is named with its line and mend."""
    assert was in TIP
    found = problems(write(tmp_path, tips=TIP.replace(was, becomes)))
    assert any(says in problem for problem in found), found
    if "words" not in becomes:
        assert any(problem.startswith(f"tips/safe.yaml:{line}:") for problem in found), found


def test_an_id_may_stand_once_in_all_files(tmp_path):
    """An id may stand once in all files."""
    folder = write(tmp_path)
    for kind, text in (("tips", TIP), ("quiz", QUESTION)):
        (folder / kind / "tell.yaml").write_text(text.replace("letter: safe", "letter: tell"), encoding="utf-8")
    found = problems(folder)
    assert any("the id long-passwords stands in safe.yaml:2 too" in problem for problem in found)
    assert any("the id whose-password stands in safe.yaml:2 too" in problem for problem in found)


def test_every_problem_of_every_file_comes_at_once(tmp_path):
    """Every problem of every file comes at once."""
    found = problems(
        write(
            tmp_path,
            TIP.replace("any", "nowhere"),
            QUESTION.replace("best:", "bset:").replace("[staff", "[stuff"),
        )
    )
    assert len(found) >= 4
    assert {problem.split("/")[0] for problem in found} == {"tips", "quiz"}


def test_a_folder_without_lessons_is_told_what_to_write(tmp_path):
    """A folder without lessons is told what to write."""
    found = problems(tmp_path)
    assert any("Write quiz/safe.yaml" in problem for problem in found)
    assert any("Write tips/safe.yaml" in problem for problem in found)


def test_a_file_that_is_no_yaml_is_named(tmp_path):
    """A file that is no yaml is named."""
    assert any("this is not YAML" in problem for problem in problems(write(tmp_path, tips="tips: [")))
