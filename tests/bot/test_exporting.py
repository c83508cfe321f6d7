"""A chronology on paper and as a table: everything stands in it, in order, and nothing in it can do harm."""

from __future__ import annotations

import csv
import io
import stat
from datetime import datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.app import open_store, settings_from_environment, world_in
from bot.cli import askfirst
from bot.exporting import as_csv, as_pdf, defused
from handlers.chronology import HOME, Chronology, Row
from tests.fakes import Person
from tests.handlers.telling import tell

AT = datetime(2026, 11, 23, 9, 0, tzinfo=HOME)


def with_words(*words):
    rows = tuple(Row(AT, "dsl-1", "note", text) for text in words)
    return Chronology("St Peter's", "R-7KQ3-M2XD", HOME, (("How urgent", "today"),), (), rows)


def read(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_words_of_many_languages_stand_on_the_paper():
    text = read(as_pdf(with_words("Żółć, çağ, Привет, Ελλάδα", "She said “no” – twice…"), "made"))
    assert "Żółć, çağ, Привет, Ελλάδα" in text
    assert "“no” – twice…" in text


def test_a_sign_that_the_paper_cannot_show_stands_there_as_its_number_and_that_is_said():
    text = " ".join(read(as_pdf(with_words("a \u0985 b \u202e c \x07"), "made")).split())
    assert "a [U+0985] b [U+202E] c [U+0007]" in text
    assert "stand here as their number" in text
    assert "as their number" not in read(as_pdf(with_words("plain"), "made"))


def test_a_long_case_runs_over_many_pages_and_each_says_what_it_is():
    words = [f"entry {number} " + "word " * 300 for number in range(40)]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(with_words(*words), "Copy made"))).pages]
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert "R-7KQ3-M2XD, confidential. Copy made" in page
        assert f"{number} / {len(pages)}" in page
    assert [n for n in range(40) if f"entry {n} " in " ".join(" ".join(pages).split())] == list(range(40))


def test_a_word_without_end_still_fits():
    assert read(as_pdf(with_words("x" * 5000), "made")).count("x") >= 5000


def test_mark_up_is_only_words_on_the_paper():
    assert "**bold** <b>x</b> [a](http://x.example.org)" in read(
        as_pdf(with_words("**bold** <b>x</b> [a](http://x.example.org)"), "made")
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "|", "%", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(start):
    assert defused(f"{start}cmd|'/C calc'!A0").startswith("'")


def test_plain_words_are_left_as_they_are():
    assert defused("She said -no- = never") == "She said -no- = never"


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60))
def test_whatever_was_written_is_one_cell_that_begins_no_formula(words):
    rows = list(csv.reader(io.StringIO(as_csv(with_words(words)).decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert rows[1][3] in (words, f"'{words}")
    assert not rows[1][3].lstrip().startswith(tuple("=+-@＝＋－＠"))


def types(*words):
    return CliRunner().invoke(askfirst, [str(word) for word in words])


@pytest.fixture
def reference(engine, clock, tmp_path, monkeypatch):
    """A report about the head, on trial, in the store of the environment's settings."""
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    with open_store(settings_from_environment(), clock) as store:
        person = Person(world_in(store, engine, {}, clock))
        tell(person, kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted")
        person.presses("Send")
        return store.cases.listed("st-peters", "chair")[0].reference


def test_the_command_writes_both_for_a_reader_alone(reference, tmp_path):
    pdf, table = tmp_path / "c.pdf", tmp_path / "c.csv"
    result = types("cases", "export", reference, "--as", "chair", "--pdf", pdf, "--csv", table)
    assert result.exit_code == 0, result.output
    assert "He shouted" in read(pdf.read_bytes())
    assert "He shouted" in table.read_text(encoding="utf-8-sig")
    assert {stat.S_IMODE(file.stat().st_mode) for file in (pdf, table)} == {0o600}
    assert "took a copy of the chronology" in types("cases", "--as", "chair", "show", reference).output


def test_whoever_is_left_out_gets_no_file_and_the_words_for_a_report_that_is_none(reference, tmp_path):
    refused = types("cases", "export", reference, "--as", "head", "--pdf", tmp_path / "c.pdf")
    nothing = types("cases", "export", "R-0000-0000", "--as", "head", "--pdf", tmp_path / "c.pdf")
    assert refused.exit_code == nothing.exit_code == 1
    assert refused.output.replace(reference, "R-0000-0000") == nothing.output
    assert not (tmp_path / "c.pdf").exists()


def test_nothing_is_overwritten_and_somewhere_to_write_is_asked_for(reference, tmp_path):
    (tmp_path / "c.pdf").write_text("mine")
    result = types("cases", "export", reference, "--as", "chair", "--pdf", tmp_path / "c.pdf")
    assert result.exit_code == 2
    assert (tmp_path / "c.pdf").read_text() == "mine"
    assert "--pdf FILE" in types("cases", "export", reference, "--as", "chair").output
    nowhere = types("cases", "export", reference, "--as", "chair", "--csv", tmp_path / "no" / "c.csv")
    assert "can't be written" in nowhere.output
