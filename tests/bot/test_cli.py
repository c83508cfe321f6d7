"""The commands as a school's office, a teacher and another program meet them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import askfirst
from bot.commands import check
from knowledge.model import Audience

PACKS = Path(__file__).parents[1] / "broken_packs"
COMMAND = Path(sys.executable).with_name("askfirst")
SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")
KEYS = ["verdict", "citations", "confidence", "follow_up", "help", "urgent", "more"]
CITED = ["ref", "source", "section", "text", "title"]
QUESTION = "can I add one of the mums on Facebook?"


@pytest.fixture
def run(tmp_path):
    """Give a way to run a command inside this process, with a data folder of its own."""
    runner = CliRunner(env={"ASKFIRST_DATA": str(tmp_path / "data")})
    return lambda *arguments, **more: runner.invoke(askfirst, list(map(str, arguments)), **more)


@pytest.fixture
def real(tmp_path):
    """Give a way to run the real command, fed some bytes."""

    def runs(*arguments, fed=b""):
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=fed,
            capture_output=True,
            check=False,
            timeout=60,
            cwd=tmp_path,
            env={**os.environ, "ASKFIRST_DATA": str(tmp_path / "data"), "PYTHONWARNINGS": ""},
        )

    return runs


@pytest.fixture
def packs(tmp_path):
    """Give a folder with one whole pack in it, and a way to change one of its files."""
    shutil.copytree(PACKS / "whole", tmp_path / "packs" / "whole")

    def changed(name, old, new):
        file = tmp_path / "packs" / "whole" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path / "packs"

    changed.folder = tmp_path / "packs"
    return changed


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Give a way to have `askfirst check` read some text in place of what stands beside the packs."""

    def puts(read, text):
        (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(check, read.__name__, lambda *_: read(tmp_path / "file.yaml"))

    return puts


def lines_of(tmp_path, *rows):
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def row(number, q=QUESTION, school="st-peters", role="staff"):
    return {"id": f"q{number}", "school": school, "role": role, "q": q}


# --- ask


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


# --- ask --batch


def test_a_batch_answers_each_line_in_its_order(run, tmp_path):
    rows = [
        row(n, school=school, role=role.value) for n, (school, role) in enumerate(zip(SCHOOLS, Audience, strict=True))
    ]
    result = run("ask", "--batch", lines_of(tmp_path, *rows, "\n"))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [r["id"] for r in rows]
    assert all(list(answer) == ["id", *KEYS] for answer in answers)


def test_a_batch_gives_what_the_single_question_gives(run, tmp_path):
    batch = json.loads(run("ask", "--batch", lines_of(tmp_path, row(1))).stdout)
    assert {"id": "q1", **json.loads(run("ask", "--json", QUESTION).stdout)} == batch


def test_a_batch_comes_through_a_pipe(run):
    result = run("ask", "--batch", "-", input=json.dumps(row(1)) + "\n")
    assert json.loads(result.stdout)["verdict"] == "forbidden"


def test_an_empty_batch_has_no_answers(run, tmp_path):
    result = run("ask", "--batch", lines_of(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("not json\n", "line 2 is not JSON"),
        ('["a", "list"]\n', "line 2 lacks id, school, role, q"),
        ('{"id": "a", "school": "st-peters", "role": "staff"}\n', "line 2 lacks q"),
        (json.dumps(row(2, school="hogwarts")) + "\n", "hogwarts"),
        (json.dumps(row(2, role="wizard")) + "\n", "wizard"),
    ],
)
def test_a_wrong_line_of_a_batch_is_told(run, tmp_path, wrong, said):
    result = run("ask", "--batch", lines_of(tmp_path, row(1), wrong))
    assert result.exit_code == 2
    assert said in result.stderr


# --- other packs


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


# --- check


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


# --- help


def test_help_can_be_read_by_a_schools_office(run):
    said = run("--help").stdout
    for command in ("ask", "chat", "check", "cases", "routes"):
        assert f"\n  {command} " in said
    for word in ("stdin", "stdout", "exception", "kwargs", "parse"):
        assert word not in said


def commands(command=askfirst, words=()):
    """Give the words of every command, and of each one inside it."""
    context = click.Context(command)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        yield (*words, name)
        yield from commands(command.get_command(context, name), (*words, name))


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_help_in_which_examples_keep_their_lines(run, words):
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout == run(*words, "-h").stdout
    assert result.stdout.startswith("Usage: ")
    assert len(result.stdout.splitlines()) > 4
    assert "\\b" not in result.stdout
    assert not [line for line in result.stdout.splitlines() if line.count("askfirst ") > 1]


def test_the_version_is_told(run):
    assert run("--version").stdout.startswith("askfirst, version ")


def test_a_mistyped_command_gets_a_guess(run):
    result = run("chatt")
    assert result.exit_code == 2
    assert "Did you mean chat?" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_ASKFIRST_COMPLETE" in result.stdout


def test_a_shell_that_is_not_known_is_told_which_are(run):
    result = run("completion", "tcsh")
    assert result.exit_code == 2
    assert "bash" in result.stderr


# --- the real command


def test_piped_lines_are_answered_and_never_prompted(real):
    done = real("chat", fed=b"can i friend a parent\nwhy\n")
    said = done.stdout.decode()
    assert done.returncode == 0
    assert said.startswith("St Peter's CofE Primary Academy, asked as staff")
    assert "No. Staff must not friend or follow" in " ".join(said.split())
    assert "The rule it rests on" in said
    assert "Which school?" not in said + done.stderr.decode()


def test_a_number_in_a_pipe_presses_a_button(run):
    said = run("chat", "--school", "st-marys", input="can i friend a mum on facebook\n1\n").stdout
    assert said.count("Yes.") == 1


def test_an_empty_pipe_ends_the_chat(run):
    done = run("chat", input="")
    assert (done.exit_code, done.stderr) == (0, "")


def test_binary_in_the_pipe_is_no_reason_to_fail(real):
    done = real("chat", fed=bytes(range(256)) * 40 + b"\ncan i friend a parent\n")
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert "must not friend" in " ".join(done.stdout.decode().split())


def test_a_binary_file_is_no_batch(real, tmp_path):
    (tmp_path / "batch").write_bytes(bytes(range(256)))
    done = real("ask", "--batch", tmp_path / "batch")
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    ["ask 'can i friend a parent' | head -c 1", "check | head -c 1", "--help | true"],
)
def test_a_reader_who_goes_away_is_no_error(arguments, tmp_path):
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", f"{COMMAND} {arguments}"],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "ASKFIRST_DATA": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_mistake_ends_in_one_clear_line(real):
    done = real("ask", "--school", "st-peter", "hello")
    assert done.returncode == 2
    assert done.stderr.decode().strip().splitlines()[-1].startswith("Error: ")
    assert b"Traceback" not in done.stderr


def test_python_dash_m_bot_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], capture_output=True, check=True, timeout=60, text=True
    )
    assert done.stdout.startswith("askfirst, version ")


@pytest.mark.slow
def test_a_whole_exam_goes_through_in_one_batch(real):
    exam = Path(__file__).parents[1] / "exams" / "st-peters.jsonl"
    rows = exam.read_text(encoding="utf-8").splitlines()
    done = real("ask", "--batch", exam)
    assert done.returncode == 0
    assert len(done.stdout.decode().splitlines()) == len(rows)
