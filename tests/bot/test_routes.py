"""`askfirst routes` and `askfirst cases` as somebody types them, and the pages of routes in docs/."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import askfirst
from bot.commands.routes import all_pages
from bot.packs import BUILT_IN
from knowledge.loader import pack_folders
from knowledge.model import KINDS, SUBJECTS

PAGES = Path(__file__).parents[2] / "docs" / "routes"


def types(*words):
    return CliRunner().invoke(askfirst, words)


def explained(*words):
    return json.loads(types("routes", "explain", *words, "--json").output)


def test_the_pages_in_docs_are_those_that_the_packs_give():
    assert {path.stem: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")} == all_pages()


def test_pages_writes_a_page_a_school(tmp_path):
    assert types("routes", "pages", "--to", str(tmp_path)).exit_code == 0
    assert {path.stem for path in tmp_path.iterdir()} == {folder.name for folder in pack_folders(BUILT_IN)}


def test_explain_says_who_gets_it_in_which_order_who_never_and_why():
    said = types("routes", "explain", "--school", "st-peters", "--kind", "grooming", "--about", "head").output
    assert "1. Chair of the Local Academy Committee: every report about the head goes to the chair" in said
    assert "Never told: Deputy head: steps aside when a report is about the Executive Principal" in said
    assert "Social Media Policy, Online safety, paragraph 2" in said
    assert "LADO" in said


def test_explain_says_who_is_told_beside_them_where_a_child_may_be_at_risk():
    said = types("routes", "explain", "--school", "st-marys", "--kind", "harmful-post", "--about", "parent").output
    assert "If a child may be at risk, also: Designated safeguarding lead" in said
    away = ("--absent", "dsl", "--absent", "deputy-dsl")
    said = types("routes", "explain", "--school", "st-marys", "--kind", "nudes", "--about", "pupil", *away).output
    assert "also:" not in said


def test_explain_as_json_gives_each_school_kind_and_subject():
    rows = explained()
    assert len(rows) == len(pack_folders(BUILT_IN)) * len(KINDS) * len(SUBJECTS)
    row = explained("--school", "st-marys", "--kind", "nudes", "--about", "pupil", "--absent", "dsl")[0]
    assert [(r["role"], r["away"]) for r in row["recipients"]] == [
        ("deputy-dsl", False),
        ("head", False),
        ("dsl", True),
    ]
    assert row["nobody_left"] is False


def test_about_two_people_leaves_both_out():
    (row,) = explained("--school", "st-marys", "--kind", "grooming", "--about", "head", "--about", "dsl")
    assert [r["role"] for r in row["recipients"]] == ["chair"]


def test_kinds_lists_every_kind():
    said = types("routes", "kinds").output
    assert [line.split()[0] for line in said.splitlines()] == list(KINDS)


@pytest.mark.parametrize(
    ("option", "value", "guess"),
    [("--kind", "nude", "nudes"), ("--about", "haed", "head"), ("--absent", "dls", "dsl"), ("--school", "peters", "")],
)
def test_a_wrong_word_is_answered_with_a_guess_and_exit_code_2(option, value, guess):
    result = types("routes", "explain", option, value)
    assert result.exit_code == 2
    assert guess in result.output


def test_cases_asks_who_is_there_and_refuses_what_is_not_theirs(tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    assert types("cases").exit_code == 2
    assert types("cases", "--as", "queen").exit_code == 2
    assert "There are no reports for the Designated safeguarding lead" in types("cases", "--as", "dsl").output
    result = types("cases", "show", "R-0000-0000", "--as", "dsl")
    assert result.exit_code == 1
    assert "has no report R-0000-0000" in result.output


def test_cases_says_in_one_line_why_the_store_cannot_be_used(monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATABASE", "nonsense")
    result = types("cases", "--as", "dsl")
    assert result.exit_code == 1
    assert result.output.startswith("Error: the database's URL is none.")
