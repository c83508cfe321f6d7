"""`askfirst ask --packs`: questions to packs that are not built in."""

from __future__ import annotations

import shutil

QUESTION = "can I add one of the mums on Facebook?"


def test_a_pack_of_ones_own_is_added(run, packs):
    result = run("ask", "--packs", packs.folder, "--school", "whole", "can i use my phone in lessons")
    assert "Whole Primary School" in result.stdout
    assert "Phone Policy" in result.stdout
    assert "forbidden" in run("ask", "--packs", packs.folder, "--json", QUESTION).stdout


def test_only_packs_leaves_the_built_in_ones_out(run, packs):
    result = run("ask", "--only-packs", packs.folder, "can i use my phone in lessons")
    assert "Whole Primary School" in result.stdout
    wrong = run("ask", "--only-packs", packs.folder, "--school", "st-peters", QUESTION)
    assert wrong.exit_code == 2
    assert "whole" in wrong.stderr


def test_a_pack_of_the_same_name_takes_the_place_of_a_built_in_one(run, packs):
    packs("school.yaml", "school: whole", "school: st-peters")
    (packs.folder / "whole").rename(packs.folder / "st-peters")
    result = run("ask", "--packs", packs.folder, "--school", "st-peters", "can i use my phone in lessons")
    assert "Whole Primary School" in result.stdout


def test_several_folders_may_be_given_and_the_last_one_counts(run, packs, tmp_path):
    shutil.copytree(packs.folder, tmp_path / "later")
    packs("school.yaml", "Whole Primary School", "Former Primary School")
    result = run(
        "ask",
        "--packs",
        packs.folder,
        "--packs",
        tmp_path / "later",
        "--school",
        "whole",
        "can i use my phone in lessons",
    )
    assert "Whole Primary School" in result.stdout


def test_a_broken_pack_is_told_and_nothing_is_answered(run, packs):
    result = run("ask", "--only-packs", packs("school.yaml", "2027-07", "soon"), QUESTION)
    assert result.exit_code == 1
    assert "school.yaml:6: review_due is not a date: soon" in result.stderr
    assert result.stdout == ""


def test_a_pack_whose_folder_has_another_name_is_told(run, packs):
    result = run("ask", "--only-packs", packs("school.yaml", "school: whole", "school: other"), QUESTION)
    assert result.exit_code == 1
    assert "school.yaml:1: this folder is called whole, and school is another. Give both the same" in result.stderr
