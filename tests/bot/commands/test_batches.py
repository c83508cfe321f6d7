"""`askfirst ask --batch`: many questions from a file or a pipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.model import Audience

SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")
KEYS = ["verdict", "citations", "confidence", "follow_up", "help", "urgent", "more"]
QUESTION = "can I add one of the mums on Facebook?"


def lines_of(tmp_path, *rows):
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def row(number, q=QUESTION, school="st-peters", role="staff"):
    return {"id": f"q{number}", "school": school, "role": role, "q": q}


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


def test_a_binary_file_is_no_batch(real, tmp_path):
    (tmp_path / "batch").write_bytes(bytes(range(256)))
    done = real("ask", "--batch", tmp_path / "batch")
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


@pytest.mark.slow
def test_a_whole_exam_goes_through_in_one_batch(real):
    exam = Path(__file__).parents[2] / "exams" / "st-peters.jsonl"
    rows = exam.read_text(encoding="utf-8").splitlines()
    done = real("ask", "--batch", exam)
    assert done.returncode == 0
    assert len(done.stdout.decode().splitlines()) == len(rows)
