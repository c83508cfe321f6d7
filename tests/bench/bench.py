"""Measures accuracy and speed beside peers in one run, and writes docs/benchmarks.md with its charts.

`make bench` runs it. Whatever can't be measured here is named on the page with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from knowledge.answering.fitted import FITTED, FITTED_ON_IMPORTS, load_fitted
from tests.bench import calibrate, far_away, speed
from tests.bench.exams import DEVELOPMENT, Exam, all_exams, read_questions
from tests.bench.marking import Mark, mark, mark_engine
from tests.bench.page import write_page
from tests.bench.peers import PeerAtSchool, kinds_of_peer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.bench.far_away import Found
    from tests.bench.peers import Peer
    from tests.bench.speed import Scale, Speed


@dataclass
class Results:
    """Everything that was measured in one run."""

    marks: dict[str, dict[str, list[Mark]]] = field(default_factory=dict)
    """For each exam the marks of the engine and of each peer, by name."""
    left_out: dict[str, dict[str, list[Mark]]] = field(default_factory=dict)
    """For the built-in packs and for imports the marks of each school with weights fitted on the others."""
    development: dict[str, dict[str, float]] = field(default_factory=dict)
    """What the development exam's own marker says."""
    development_marks: list[Mark] = field(default_factory=list)
    speeds: list[Speed] = field(default_factory=list)
    long_message: float = 0.0
    cold_start: float = 0.0
    scale: Scale | None = None
    far_away: list[Found] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


ENGINE = "Ask First"


def main() -> None:
    """Measure everything that can be measured here and write the page."""
    results = Results()
    peers, missing = kinds_of_peer()
    results.skipped += missing
    say("Importing the policies and indexing the packs …")
    with all_exams() as (exams, skipped):
        results.skipped += skipped
        for exam in exams:
            say(f"{exam.name}: {len(exam.questions)} questions …")
            results.marks[exam.name] = {ENGINE: mark_engine(exam), **{p.name: _mark_peer(p, exam) for p in peers}}
        _measure_development(exams, results)
        _measure_speed(exams[0], peers, results)
        if far_away.FOLDER.is_dir():
            say("OR-ShARC …")
            results.far_away = far_away.measure(exams[0].model, peers)
        else:
            results.skipped.append(f"OR-ShARC: {far_away.FOLDER} is not there")
        say("Each school with weights fitted on the others …")
        built_in, *raw = exams
        results.left_out["built-in packs"] = _left_out([built_in], FITTED, calibrate.BY_HAND)
        if not skipped:
            results.left_out["imported raw"] = _left_out(raw, FITTED_ON_IMPORTS, calibrate.ON_IMPORTS)
    for path in write_page(results):
        say(f"Wrote {path}")


def _mark_peer(kind: type[Peer], exam: Exam) -> list[Mark]:
    at = {slug: PeerAtSchool(kind(), school) for slug, school in exam.engine.schools.items()}
    return [mark(q, at[q.school].answer(q.q), exam.paragraphs) for q in exam.questions]


def _left_out(exams: Sequence[Exam], path: Path, manner: calibrate.Manner) -> dict[str, list[Mark]]:
    asked = [a for exam in exams for a in calibrate.gather(exam)]
    return calibrate.left_out(asked, load_fitted(path), manner, say)


def _measure_development(exams: Sequence[Exam], results: Results) -> None:
    """Answer the development exam on the built-in packs and on the raw imports; its own marker gives the figures."""
    if not DEVELOPMENT.is_file():
        results.skipped.append(f"the development exam: {DEVELOPMENT} is not there")
        return
    say("The development exam …")
    questions = read_questions([DEVELOPMENT])
    for exam in exams[:2]:
        held = Exam(exam.name, questions, exam.model, exam.packs, exam.paragraphs)
        results.development[exam.name] = _marked_by_its_own_marker(held)
    first = exams[0]
    results.development_marks = mark_engine(Exam(first.name, questions, first.model, first.packs, first.paragraphs))


def _marked_by_its_own_marker(exam: Exam) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as answers:
        for q in exam.questions:
            answer = exam.engine.answer(q.school, q.role, q.q)
            answers.write(json.dumps({"id": q.id, **answer.as_json()}) + "\n")
        answers.flush()
        marker = DEVELOPMENT.with_name("score.py")
        command = [sys.executable, str(marker), str(DEVELOPMENT), answers.name, "--json"]
        marked = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: Mapping[str, object] = json.loads(marked.stdout)
    return {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}


def _measure_speed(exam: Exam, peers: Sequence[type[Peer]], results: Results) -> None:
    say("Speed …")
    results.speeds = speed.of_questions(exam, peers)
    results.long_message = speed.of_long_message(exam.engine)
    results.cold_start = speed.of_cold_start()
    say(f"{speed.SCHOOLS:,} schools …")
    results.scale = speed.of_many_schools(exam, lambda done: say(f"  {done} indexed"))


def say(text: str) -> None:
    """Say how far it has come."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
