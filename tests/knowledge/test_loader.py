"""Packs: a whole one loads, and of a broken one everything is said at once, with file, line and how to mend it.

Each folder of tests/broken_packs but `whole` holds what differs from it, and expected.yaml says what is found then.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from bot.packs import folders_of
from knowledge.answering.lexicon import load_lexicon
from knowledge.loader import EXEMPT, load_school, pack_folders
from knowledge.model import KINDS, SUBJECTS, Modality, Verdict
from knowledge.reading import PackError, Problem, did_you_mean
from knowledge.safety import load_safety
from knowledge.smart.signposts import load_signposts
from knowledge.topics.library import load_topics

PACKS = Path(__file__).parents[1] / "broken_packs"
BROKEN = sorted(folder for folder in PACKS.iterdir() if folder.is_dir() and folder.name != "whole")


@pytest.fixture(scope="module")
def topics():
    return [topic.id for topic in load_topics()]


@pytest.fixture
def pack(tmp_path, topics):
    """Give a way to load a whole pack with what one folder changes in it, and where it stands."""

    def loads(changes=None):
        folder = tmp_path / "whole"
        shutil.copytree(PACKS / "whole", folder, dirs_exist_ok=True)
        if changes:
            shutil.copytree(changes, folder, dirs_exist_ok=True)
            if (folder / "without.txt").is_file():
                (folder / (folder / "without.txt").read_text().strip()).unlink()
        return load_school(folder, topics, load_lexicon().tags)

    return loads


def found(error, folder):
    return [
        {"file": p.file.relative_to(folder).as_posix(), "line": p.line, "what": p.what, "mend": p.mend}
        for p in error.problems
    ]


def test_the_whole_pack_loads_with_all_that_it_says(pack):
    school = pack()
    assert [clause.id for clause in school.clauses] == ["phones-in-lessons", "phones-at-lunch", "worries-to-the-head"]
    lunch = school.by_id["phones-at-lunch"]
    assert (lunch.modality, lunch.place) == (Modality.MAY, "Phones, 1.2")
    assert lunch.conditions[0].unsaid is Verdict.ALLOWED_IF
    assert school.by_id["phones-in-lessons"].place == "Phones, paragraph 1"
    assert (school.title_of("head"), school.title_of("ict-technician")) == ("Headteacher", "ict technician")
    assert {(route.kind, about) for route in school.routes for about in route.about} == {
        (kind, about) for kind in KINDS for about in SUBJECTS
    }


@pytest.mark.parametrize("folder", BROKEN, ids=[f.name for f in BROKEN])
def test_a_broken_pack_is_told_what_is_wrong_where_and_how_to_mend_it_and_nothing_else(folder, pack, tmp_path):
    with pytest.raises(PackError) as caught:
        pack(folder)
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    assert found(caught.value, tmp_path / "whole") == expected


@pytest.mark.parametrize("folder", BROKEN, ids=[f.name for f in BROKEN])
def test_what_is_wrong_is_said_in_a_line_that_names_the_file(folder):
    for row in yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8")):
        line = str(Problem(Path(row["file"]), row["line"], row["what"], row["mend"]))
        assert line.startswith(f"{row['file']}:{row['line']}: {row['what']}. {row['mend']}")
        assert "\n" not in line
        assert line[-1] in ".?!"
        assert line[-2] not in ".?!"


def test_problems_of_every_file_come_at_once_and_in_order(pack):
    with pytest.raises(PackError) as caught:
        pack(PACKS / "many-at-once")
    places = [(str(p.file), p.line) for p in caught.value.problems]
    assert places == sorted(places)
    assert len({file for file, _ in places}) == 4


def test_there_is_a_broken_pack_for_every_closed_set_and_every_sort_of_value():
    text = " ".join((folder / "expected.yaml").read_text(encoding="utf-8") for folder in BROKEN)
    for word in ("modality", "audience", "kind", "wording", "unsaid", "exempt", "basis", "role", "signpost", "topics"):
        assert word in text
    assert all(reason in text for reason in EXEMPT)


@pytest.mark.parametrize("deep", ["[" * 100_000, "- " * 50_000, "{a: " * 50_000, "? " * 50_000])
def test_a_file_that_nests_without_end_is_told_and_ends_nothing(deep, pack, tmp_path):
    (tmp_path / "changes" / "clauses").mkdir(parents=True)
    (tmp_path / "changes" / "clauses" / "phones.yaml").write_text(f"clauses:\n  {deep}")
    with pytest.raises(PackError, match=r"phones\.yaml:2: this is not YAML \(this is nested more than 40 deep\)"):
        pack(tmp_path / "changes")


def test_a_file_that_is_far_too_large_is_told(pack, tmp_path):
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "paragraphs.yaml").write_text("# " + "x" * 2_000_000)
    with pytest.raises(PackError, match=r"paragraphs\.yaml:1: this file is larger than 2 MB. Split it\."):
        pack(tmp_path / "changes")


def test_a_pack_may_be_named_as_the_folder_one_stands_in(tmp_path, topics, monkeypatch):
    shutil.copytree(PACKS / "whole", tmp_path / "whole")
    monkeypatch.chdir(tmp_path / "whole")
    assert load_school(Path(), topics, load_lexicon().tags).slug == "whole"


def test_a_folder_of_packs_is_told_from_a_pack(tmp_path):
    assert pack_folders(PACKS / "whole") == [PACKS / "whole"]
    assert next(folder.name for folder in pack_folders(PACKS)) == "another-slug"
    assert pack_folders(tmp_path) == []


def test_a_word_that_is_nearly_right_gets_a_guess_and_any_other_the_list():
    assert did_you_mean("stff", ["staff", "governor"]) == "Did you mean staff?"
    assert did_you_mean("xyzzy", ["staff", "governor"]) == "Write one of: staff, governor"
    assert did_you_mean("xyzzy", [f"topic-{n}" for n in range(20)]).endswith("or one of 4 more")


def test_every_kind_of_report_about_anybody_reaches_somebody_else_in_every_built_in_school(engine):
    assert set(engine.schools) == set(folders_of())
    for school in engine.schools.values():
        for kind in KINDS:
            for subject in SUBJECTS:
                (route,) = [r for r in school.routes if r.kind == kind and subject in r.about]
                assert set(route.notify) - route.about - route.steps_aside, (school.slug, kind, subject)


SIGNPOSTS = """signposts:
  helpline: {name: helpline, reach: 0800, helps: anybody, checked: 2026-11, checked_by: the office}
"""
SAFETY = """rules:
  - {id: danger, urgent: true, when: [knife], says: Ring 999., says_to_child: Shout., signposts: [police],
     signposts_for_child: []}
"""
TOPICS = """topics:
  phones:
    about: Phones.
    asks: {staff: [can i use my phone]}
"""


@pytest.mark.parametrize(
    ("load", "text", "change", "said"),
    [
        (load_signposts, SIGNPOSTS, ("2026-11", "lately"), "2: checked is not a date: lately"),
        (load_signposts, SIGNPOSTS, (", helps: anybody", ""), "2: helps is missing"),
        (load_signposts, SIGNPOSTS, ("0800", '""'), "2: reach holds no text"),
        (load_safety, SAFETY, ("[police]", "[polise]"), "2: polise is not known under signposts"),
        (load_safety, SAFETY, ("urgent: true", "urgent: perhaps"), "2: urgent is neither true nor false"),
        (load_safety, SAFETY, ("says: Ring 999., ", ""), "2: says is missing"),
        (load_safety, SAFETY, ("rules", "rule"), "1: rules is missing"),
    ],
)
def test_a_wrong_help_line_or_safety_rule_is_told_with_its_line(load, text, change, said, tmp_path):
    old, new = change
    assert old in text
    file = tmp_path / "file.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load(file)
    assert f"file.yaml:{said}" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("about: Phones.", "abut: Phones.", "abut is not a key that belongs here"),
        ("staff:", "teachers:", "teachers is not a key that belongs here"),
        ("    about: Phones.", "    about: Phones.\n    concern: theft", "theft is not a concern"),
        ("    about: Phones.\n", "", "about is missing"),
        ("phones:\n", "phones: {about: Phones., asks: {}}\n  phones:\n", "phones stands here twice"),
    ],
)
def test_a_wrong_topic_is_told_with_its_file(old, new, said, tmp_path):
    assert old in TOPICS
    (tmp_path / "topics.yaml").write_text(TOPICS.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_topics(tmp_path)
    assert "topics.yaml:" in str(caught.value)
    assert said in str(caught.value)


def test_a_topic_in_two_files_is_told_with_both_places(tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(TOPICS, encoding="utf-8")
    with pytest.raises(PackError, match=r"two\.yaml:2: the topic phones stands in one\.yaml:2 too"):
        load_topics(tmp_path)


def test_a_safety_rule_names_only_topics_that_there_are(topics):
    for rule in load_safety():
        assert rule.topics | rule.never_cite <= set(topics), rule.id


def test_a_safety_pattern_that_is_none_is_told(tmp_path):
    (tmp_path / "safety.yaml").write_text(SAFETY.replace("knife", '"(knife"'), encoding="utf-8")
    with pytest.raises(PackError, match=r"safety\.yaml:2: "):
        load_safety(tmp_path / "safety.yaml")
