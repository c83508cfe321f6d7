"""A lead at a terminal of the school's own server: letters, words that leave no trace, and mistakes that are said."""

from __future__ import annotations

import stat

import pytest
from click.testing import CliRunner

from bot.app import settings_from_environment, world_in
from bot.cli import askfirst
from bot.opening import open_store
from handlers.cases import DID
from tests.fakes import Person
from tests.handlers.telling import tell


def types(*words, **more):
    return CliRunner().invoke(askfirst, ["cases", *map(str, words)], **more)


@pytest.fixture
def reference(engine, clock, tmp_path, monkeypatch):
    """A report, on trial, which the DSL has opened."""
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    with open_store(settings_from_environment(), clock) as store:
        person = Person(world_in(store, engine, {}, clock))
        tell(person)
        person.presses("Send")
        (line,) = store.cases.listed("st-peters", "dsl")
    assert types("--as", "dsl", "show", line.reference).exit_code == 0
    return line.reference


def test_who_somebody_is_can_be_said_before_and_after_the_commands_name(reference):
    assert types("--as", "dsl", "note", reference, "first").exit_code == 0
    assert types("note", reference, "second", "--as", "dsl").exit_code == 0
    shown = types("show", reference, "--as", "dsl").output
    assert "note: first" in shown
    assert "note: second" in shown


def test_words_that_are_left_out_are_read_in_so_that_the_terminal_does_not_remember_them(reference):
    assert types("note", reference, "--as", "dsl", input="He rang\nagain\n").exit_code == 0
    assert "note: He rang again" in types("show", reference, "--as", "dsl").output
    nothing = types("message", reference, "--as", "dsl", input=" \n")
    assert nothing.exit_code == 2
    assert "Write something first." in nothing.output


def test_the_letters_are_listed_with_their_blanks(reference):
    listed = types("letter", reference, "--as", "dsl").output
    assert "ask-to-remove: The governing board asks a parent to remove a post" in listed
    assert "parent: The parent's name as you address them (For example: Ms Sample)" in listed


def test_a_letter_goes_to_a_file_that_its_owner_alone_can_read(reference, tmp_path):
    file = tmp_path / "letter.txt"
    words = ("letter", reference, "ask-to-remove", "parent=Ms Sample", "--to", file, "--as", "dsl")
    assert types(*words).exit_code == 0
    assert "Dear Ms Sample," in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = types(*words)
    assert again.exit_code == 2
    assert "is there already" in again.output


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("ask-to-remov",), "Did you mean ask-to-remove?"),
        (("ask-to-remove", "parnt=x"), "Did you mean parent?"),
        (("ask-to-remove", "parent"), 'Write it as parent="…"'),
    ],
)
def test_a_letter_or_blank_that_is_none_is_said_with_what_was_meant(reference, words, mend):
    result = types("letter", reference, *words, "--as", "dsl")
    assert result.exit_code == 2
    assert mend in " ".join(result.output.split())


def test_whoever_may_not_read_the_report_gets_no_letter_and_learns_nothing(reference):
    refused = types("letter", reference, "ask-to-remove", "--as", "ict-technician")
    assert refused.exit_code == 1
    assert (
        refused.output.replace(reference, "R-0000-0000")
        == types("letter", "R-0000-0000", "--as", "ict-technician").output
    )


def test_a_closed_report_has_to_be_opened_again_before_anything_else_is_done_in_it(reference):
    assert types("close", reference, "settled", "--as", "dsl").exit_code == 0
    for step in (("message", "x"), ("did", "referred-lado", "x"), ("take",), ("close", "again")):
        refused = types(step[0], reference, *step[1:], "--as", "dsl")
        assert refused.exit_code == 1
        assert f"That can't be done in {reference} as it stands." in refused.output
    assert types("note", reference, "a late thought", "--as", "dsl").exit_code == 0
    assert types("reopen", reference, "new facts", "--as", "dsl").exit_code == 0
    assert "as it stands" in types("reopen", reference, "once more", "--as", "dsl").output


def test_a_reference_is_known_however_it_is_typed(reference):
    for typed in (reference.lower(), f" {reference} ", reference.removeprefix("R-"), reference.replace("-", "")[1:]):
        assert reference in types("show", typed, "--as", "dsl").output


def test_a_step_that_is_none_is_said_with_those_there_are(reference):
    refused = types("did", reference, "referred-lad", "x", "--as", "dsl")
    assert refused.exit_code == 2
    assert "'referred-lado'" in refused.output
    assert "Usage: askfirst cases did [OPTIONS] REFERENCE WHAT [TEXT]" in refused.output
    helped = types("did", "--help").output
    assert all(one in helped for one in DID)


def test_a_code_cannot_be_made_where_a_school_has_no_contacts_which_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path / "data"))
    refused = types("code", "dsl-1")
    assert refused.exit_code == 1
    assert "has no contacts yet" in refused.output
    assert "ASKFIRST_CONTACTS" in refused.output


def test_stepping_back_is_asked_about_first_since_it_cannot_be_taken_back(reference):
    asked = types("step-back", reference, "--as", "dsl", input="n\n")
    assert asked.exit_code == 1
    assert "You can't read the report any more then" in asked.output
    assert types("show", reference, "--as", "dsl").exit_code == 0
    assert types("step-back", reference, "--as", "dsl", input="y\n").exit_code == 0
    assert types("show", reference, "--as", "dsl").exit_code == 1
