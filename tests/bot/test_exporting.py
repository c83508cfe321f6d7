"""A chronology on paper and as a table: everything stands in it, in order, and nothing in it can do harm."""

from __future__ import annotations

import csv
import io
import re
import stat
import unicodedata
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.app import settings_from_environment, world_in
from bot.cli import askfirst
from bot.exporting import as_csv, as_pdf, defused
from bot.opening import open_store
from handlers.chronology import HOME, Chronology, Row, chronology
from tests.bot.leading import opened
from tests.fakes import Person
from tests.handlers.telling import STORY, lead, tell

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


@pytest.mark.parametrize(
    "words",
    [
        "\ufeff=1+1",
        "\u200b@SUM(A1)",
        "\u202e=1+1",
        "\u00a0=1+1",
        "\x1f=1+1",
        "fine;=1+1",
        "fine\t=1+1",
        "fine\n=1+1",
        'fine"=1+1',
        'fine",=1+1',
        "fine; \u200b＝1+1",
        "\u22121+1",
        "﹦1+1",
    ],
)
def test_a_formula_behind_an_unseen_sign_or_what_some_spreadsheet_takes_for_a_new_cell_is_text_too(words):
    assert "'" in defused(words)
    assert begun_by(defused(words)) == []


def begun_by(written):
    """The cells that begin a formula, whichever sign a spreadsheet takes for that between two of them."""
    unseen = "".join(chr(n) for n in range(0x3000) if unicodedata.category(chr(n)) in ("Cc", "Cf", "Zs")) + "\ufeff"
    cells = [written, *(cell for sign in ';,\t\n\r"' for cell in written.split(sign))]
    return [cell for cell in cells if cell.lstrip(unseen).startswith(tuple("=+-@＝＋－＠﹦﹢﹣﹫−"))]


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60))
@example("a\n- one\n- two")
@example("\n|")
def test_whatever_was_written_is_one_cell_that_begins_no_formula_and_only_apostrophes_are_added(words):
    rows = list(csv.reader(io.StringIO(as_csv(with_words(words)).decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert begun_by(rows[1][3]) == []
    rest = iter(rows[1][3])
    assert all(sign in rest for sign in words)
    assert rows[1][3].replace("'", "") == words.replace("'", "")


def test_the_paper_is_tagged_for_a_screen_reader():
    words = [f"entry {number} " + "word " * 200 for number in range(30)]
    pdf = PdfReader(io.BytesIO(as_pdf(with_words(*words), "Copy made")))
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Chronology of report R-7KQ3-M2XD"
    assert [section.title for section in pdf.outline] == ["At a glance", "The report", "What happened"]
    parts = [kid.get_object() for kid in root["/StructTreeRoot"]["/K"][0]["/K"]]
    assert [str(part["/S"]) for part in parts if part["/S"] != "/P"] == ["/H1", "/H2", "/H2", "/H2"]
    by_page = {}
    for part in parts:
        by_page.setdefault(part.raw_get("/Pg").idnum, []).append(list(part["/K"]))
    assert len(by_page) == len(pdf.pages) > 2
    for page in pdf.pages:
        # Every part stands on its page once, in order, and all else is left out for whoever has it read aloud.
        content = page.get_contents().get_data().decode("latin-1")
        marks = re.findall(r"/(?:H1|H2|P) <</MCID (\d+)>> BDC|/Artifact BMC|(EMC)", content)
        assert [bool(end) for _, end in marks] == [False, True] * (len(marks) // 2)
        numbers = [[int(number)] for number, _ in marks if number]
        assert numbers == by_page[page.indirect_reference.idnum] == [[n] for n in range(len(numbers))]
        tagless = re.sub(r"(?:/(?:H1|H2|P) <</MCID \d+>> BDC|/Artifact BMC).*?EMC", "", content, flags=re.DOTALL)
        assert "Tj" not in tagless
        assert "TJ" not in tagless


def test_a_chronology_holds_all_that_was_answered_and_happened_in_the_schools_own_time(bot, dsl, contacts):
    reporter, code = bot.report()
    opened(dsl)
    reporter.says(code)
    reporter.presses("Write to the school")
    reporter.says("It happened again")
    reference = dsl.button("Note for leads").value
    view = bot.store.cases.opened("st-peters", reference, lead(bot.world, "dsl-1"))
    far = replace(contacts["st-peters"], zone=ZoneInfo("Asia/Tokyo"))
    table = as_csv(chronology(view, bot.world.engine.schools["st-peters"], far)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert {when for when, *_ in rows[1:]} == {"2026-11-23T18:00:00+09:00"}
    words = [row[3] for row in rows]
    for said in (STORY, "since Monday", "Roblox", "the office knows my number", "It happened again"):
        assert said in words
    assert "Somebody is getting too close to a child online" in words


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
