"""`askfirst ask`, as a school's office, a teacher and another program meet it."""

from __future__ import annotations

import json

import pytest

SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")
KEYS = ["verdict", "citations", "confidence", "follow_up", "help", "urgent", "more"]
CITED = ["ref", "source", "section", "text", "title"]
QUESTION = "can I add one of the mums on Facebook?"


def test_an_answer_names_school_role_verdict_heading_and_title(run):
    result = run("ask", "--school", "newall-green", "--role", "staff", QUESTION)
    assert result.exit_code == 0
    assert result.stdout.startswith("Newall Green")
    for part in ("asked as staff", "Advised against", "Social Media Policy and Guidance", "6.10", "In our words"):
        assert part in " ".join(result.stdout.split())
    assert "NG-" not in result.stdout


def test_without_school_and_role_the_default_ones_are_used_and_named(run):
    result = run("ask", QUESTION)
    assert "St Peter's CofE Primary Academy, asked as staff" in result.stdout


def test_words_need_no_quotes(run):
    assert run("ask", *QUESTION.split()).stdout == run("ask", QUESTION).stdout


def test_json_has_the_keys_that_other_programs_read(run):
    answer = json.loads(run("ask", "--json", QUESTION).stdout)
    assert list(answer) == KEYS
    assert [list(cited) for cited in answer["citations"]] == [CITED] * len(answer["citations"])
    assert answer["verdict"] == "forbidden"
    assert answer["citations"][0]["source"] == ["SP-078"]
    assert (answer["help"], answer["urgent"], answer["more"]) == ("none", False, [])
    assert 0 <= answer["confidence"] <= 1


def test_json_of_an_urgent_worry_says_that_help_comes_first(run):
    answer = json.loads(
        run("ask", "--json", "--role", "parent", "someone is threatening to post nudes of my daughter").stdout
    )
    assert (answer["verdict"], answer["help"], answer["urgent"]) == ("concern", "first", True)


def test_json_of_two_questions_has_the_second_under_more(run):
    answer = json.loads(
        run("ask", "--json", "can i go on facebook at lunch? and can i log in on the school ipad?").stdout
    )
    assert answer["verdict"] == "allowed"
    assert [more["verdict"] for more in answer["more"]] == ["forbidden"]
    assert list(answer["more"][0]) == KEYS


def test_why_shows_what_was_matched_and_what_decided(run):
    shown = run("ask", "--why", QUESTION).stdout
    for name in (
        "read as:",
        "topics:",
        "kind of question:",
        "circumstances:",
        "strength:",
        "decided by:",
        "runners-up:",
    ):
        assert name in shown
    assert "person.parent" in shown


def test_why_stands_in_the_json_for_a_program_that_asks_for_it(run):
    plain, explained = (json.loads(run("ask", "--json", *why, QUESTION).stdout) for why in ([], ["--why"]))
    reasons = explained.pop("why")
    assert explained == plain
    assert "person.parent" in reasons["circumstances"]
    assert list(reasons)[:2] == ["read as", "topics"]


@pytest.mark.parametrize("nothing", [[], [""], ["   "]])
def test_an_empty_question_is_met_with_an_example(run, nothing):
    result = run("ask", *nothing)
    assert result.exit_code == 2
    assert "Write a question, such as" in result.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--school", "st-peter"], "Did you mean st-peters?"),
        (["--school", "hogwarts"], "newall-green"),
        (["--role", "goverNer"], "Did you mean governor?"),
        (["--role", "wizard"], "staff, governor, parent, pupil, visitor"),
        (["--packs", "nowhere"], "nowhere"),
        (["--batch", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--loud"], "--loud"),
    ],
)
def test_wrong_use_is_told_with_the_right_one_and_exit_code_2(run, wrong, said):
    result = run("ask", *wrong, QUESTION)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_school_lists_all_the_right_ones(run):
    said = run("ask", "--school", "st-peter", QUESTION).stderr
    assert all(school in said for school in SCHOOLS)


def test_a_role_may_be_written_in_capitals(run):
    assert "asked as parent" in run("ask", "--role", "Parent", QUESTION).stdout
