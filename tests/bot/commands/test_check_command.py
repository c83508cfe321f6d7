"""`askfirst check`: packs, and what stands beside them, are looked over."""

from __future__ import annotations

import shutil

import pytest

from bot.commands import check
from tests.handlers.telling import CONTACTS

SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Give a way to have `askfirst check` read some text in place of what stands beside the packs."""

    def puts(read, text):
        (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(check, read.__name__, lambda *_: read(tmp_path / "file.yaml"))

    return puts


def test_the_built_in_packs_are_well(run):
    result = run("check")
    assert result.exit_code == 0
    assert "All is well." in result.stdout
    assert all(f"{school}: " in result.stdout for school in SCHOOLS)
    assert run("check", "--quiet").stdout == ""


def test_a_good_folder_is_well_and_a_broken_one_a_finding(run, packs):
    assert run("check", packs.folder).exit_code == 0
    assert run("check", packs.folder / "whole").exit_code == 0
    result = run("check", packs("clauses/phones.yaml", "modality: must_not", "modality: mustnt"))
    assert result.exit_code == 1
    assert "phones.yaml:6: mustnt is not a modality. Did you mean must_not?" in result.stderr


def test_all_problems_of_all_packs_are_told_at_once(run, packs):
    shutil.copytree(packs.folder / "whole", packs.folder / "second")
    packs("school.yaml", "2027-07", "soon")
    (packs.folder / "second" / "routes.yaml").unlink()
    said = run("check", packs.folder).stderr
    assert "soon" in said
    assert "second/routes.yaml:1: this file can't be read" in said


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (check.load_safety, "rules: [{id: danger}]", "1: says is missing. Add says:"),
        (check.load_fitted, "clause: {}", "1: kind is missing. Add kind:"),
        (check.load_lexicon, "words: {}", "1: words is not a key that belongs here"),
        (check.load_signposts, "signposts: []", "1: signposts is not a set of keys"),
        (check.names, "ask: {silent: }", "1: silent holds no text"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_stands_beside_the_packs_is_looked_at_too(run, put, read, text, said):
    put(read, text)
    result = run("check")
    assert result.exit_code == 1
    assert f"file.yaml:{said}" in result.stderr


def test_a_schools_own_letters_and_contacts_are_looked_at_too(run, packs, tmp_path):
    (packs.folder / "whole" / "letters").mkdir()
    (packs.folder / "whole" / "letters" / "invite-to-meeting.yaml").write_text("title: Invitation\n", encoding="utf-8")
    (tmp_path / "contacts.yaml").write_text("school: whole\n", encoding="utf-8")
    said = run("check", packs.folder, env={"ASKFIRST_CONTACTS": str(tmp_path / "contacts.yaml")}).stderr
    assert "invite-to-meeting.yaml:1: body is missing" in said
    assert "contacts.yaml:1: people is missing" in said


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_a_pack_is_wrong_use(run, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("check", folder).exit_code == 2


def test_contacts_of_a_school_that_nobody_knows_are_refused_with_a_guess(run, tmp_path, monkeypatch):
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text(CONTACTS.read_text(encoding="utf-8").replace("school: st-peters", "school: st-peter"))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(contacts))
    for command in ("check", "doctor", "run", "chat"):
        result = run(command)
        assert result.exit_code, command
        assert "there is no school st-peter. Did you mean st-peters?" in result.output, command


def test_the_contacts_are_counted_too(run, monkeypatch):
    for name, value in {
        "CONTACTS": str(CONTACTS),
        "TELEGRAM_TOKEN": "1:none",
        "SLACK_BOT_TOKEN": "xoxb-none",
        "SMTP_HOST": "127.0.0.1",
        "PAGE_ADDRESS": "https://example.org",
    }.items():
        monkeypatch.setenv(f"ASKFIRST_{name}", value)
    assert "contacts: st-peters, 7 people" in run("check").output
