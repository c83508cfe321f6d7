"""Writes docs/benchmarks.md and its charts from what one run measured; the page is always written whole."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import charts, speed
from tests.bench.marking import Figures
from tests.bench.tables import FIGURES, figures, percent, table, tenths

if TYPE_CHECKING:
    from tests.bench.bench import Results
    from tests.bench.marking import Mark

DOCS = Path(__file__).parents[2] / "docs"
_PAGE, _CHARTS = DOCS / "benchmarks.md", DOCS / "benchmarks"
_WORST = 10
_DEVELOPMENT = """## Development exam

Marked by its own marker. None of its questions is used for fitting, but its figures were watched while the engine was
built, so that questions which nobody has seen may get somewhat less."""
_LEFT_OUT = """## Schools left out

Each school with weights that were fitted on the other schools' questions alone. Only the weights are left out: the
topics, and a built-in pack's own ways of asking, were written with the school in view."""
_CONFIDENCE = """## Confidence

`confidence` is meant to be the share of such answers that are right; answers to a worry are left out. The expected
calibration error is the mean distance between the two, weighted by the number of answers. Where a school's own
questions were fitted on, it is left out of the fitting here.

![Share of right answers by confidence](benchmarks/reliability.svg)"""
_FAR_AWAY = """## Far from school policy

OR-ShARC: {questions} questions on 651 rule texts of government sites. The engine is given the texts as clauses without
topics, so that its words have to find the clause alone; its topics are of schools and mostly noise there, and a clause
has to be among its 16 candidates to be ranked."""
_HOW = """## How it is measured

- *Answer*: the verdict is right and the first citation is a right clause. *Unsafe*: "allowed" given to anything that is
  not simply allowed, or "allowed if" given to a ban.
- *Raw*: the document as the school has it, imported as `askfirst import` does and touched by nobody, with no other pack
  loaded. A citation is right where its words are those of a right paragraph.
- The weights are fitted on the questions of `tests/exams` (`make calibrate`), so that the first tables flatter.
- Peers give the nearest clause and a verdict by keywords in it. bm25s: BM25 with English stop words and stems,
  headings in the text. rapidfuzz: token_set_ratio to each clause. They don't hear worries and are never silent.
- Time is wall clock, every question asked in turn, so that none is remembered from the round before."""


def write_page(results: Results) -> list[Path]:
    """Write the page and the charts, and give their paths."""
    _CHARTS.mkdir(parents=True, exist_ok=True)
    drawn = _draw(results)
    for name, svg in drawn.items():
        (_CHARTS / name).write_text(svg, encoding="utf-8")
    parts = [_head(results), _accuracy(results), _development(results), _left_out(results), _confidence(results)]
    parts += [_speed(results), _far_away(results), _failures(results), _HOW]
    _PAGE.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    return [_PAGE, *(_CHARTS / name for name in drawn)]


def _draw(results: Results) -> dict[str, str]:
    answers = {
        exam: {name: Figures(marks).answer for name, marks in by_name.items()}
        for exam, by_name in results.marks.items()
    }
    times = {"p50": {s.name: s.p50 for s in results.speeds}, "p99": {s.name: s.p99 for s in results.speeds}}
    reliable = {name: tenths(marks) for name, marks in _judged(results).items()}
    return {
        "accuracy.svg": charts.bars("Whole answer right: verdict and first clause", answers),
        "speed.svg": charts.bars("Time for a question (five packs, in process)", times, "ms"),
        "reliability.svg": charts.reliability(
            "Share of right answers by the confidence they were given with", reliable
        ),
    }


def _head(results: Results) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "bm25s", "rapidfuzz"))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    lines = [
        "# Benchmarks",
        "",
        f"`make bench` on {datetime.now(UTC).date()}; {machine}; Python {platform.python_version()}, {libraries}.",
        "That command writes this page whole.",
        "",
        "That no report is lost (`make storm`), how many the store takes and how long a reporter waits",
        "(`make bench-reports`) stands in [benchmarks-reports.md](benchmarks-reports.md); Slack and Telegram with 300",
        "people at once (`make storm-channels`) in [benchmarks-channels.md](benchmarks-channels.md).",
    ]
    if results.skipped:
        lines += ["", "Not measured in this run:", "", *(f"- {reason}" for reason in results.skipped)]
    return "\n".join(lines)


def _accuracy(results: Results) -> str:
    parts = ["## Accuracy"]
    for exam, by_name in results.marks.items():
        parts += [_heading(exam), table(FIGURES, [figures(name, marks) for name, marks in by_name.items()])]
    return "\n\n".join([*parts, "![Whole answers right](benchmarks/accuracy.svg)"])


def _development(results: Results) -> str:
    if not results.development:
        return ""
    names = list(next(iter(results.development.values())))
    rows = [[exam, *(f"{marked[name]:g}" for name in names)] for exam, marked in results.development.items()]
    return f"{_DEVELOPMENT}\n\n{table(['', *names], rows)}"


def _left_out(results: Results) -> str:
    parts = [_LEFT_OUT]
    for name, by_school in results.left_out.items():
        every = [mark for marks in by_school.values() for mark in marks]
        rows = [figures(school, marks) for school, marks in by_school.items()]
        parts += [_heading(name), table(FIGURES, [*rows, figures("all", every)])]
    return "\n\n".join(parts)


def _judged(results: Results) -> dict[str, list[Mark]]:
    """Give the marks that confidence is judged by: none of them fitted on the school it is from."""
    judged = {
        f"{name}, school left out": [mark for marks in by_school.values() for mark in marks]
        for name, by_school in results.left_out.items()
    }
    return judged | ({"development exam": results.development_marks} if results.development_marks else {})


def _confidence(results: Results) -> str:
    parts = [_CONFIDENCE]
    for name, marks in _judged(results).items():
        rows = tenths(marks)
        error = sum(abs(mean - right) * count for mean, right, count in rows) / sum(count for *_, count in rows)
        parts += [
            _heading(f"{name}: expected calibration error {error:.3f}"),
            table(
                ("confidence", "right", "answers"),
                [(percent(mean), percent(right), str(count)) for mean, right, count in rows],
            ),
        ]
    return "\n\n".join(parts)


def _speed(results: Results) -> str:
    own = results.speeds[0]
    scale = results.scale
    rows = [
        (
            s.name,
            f"{s.p50:.2f} / {s.p99:.2f}",
            f"{s.first_p50:.2f} / {s.first_p99:.2f}",
            f"{s.undisturbed_p50:.2f} / {s.undisturbed_p99:.2f}",
            f"{own.p50 / s.p50:.2f} / {own.p99 / s.p99:.2f}",
        )
        for s in results.speeds
    ]
    columns = ("p50 / p99", "all rounds", "first round", "undisturbed", f"{own.name} beside it")
    lines = [
        f"- A message of {speed.LONG:,} characters: {results.long_message:.1f} ms.",
        f"- `askfirst ask` from a cold start: {results.cold_start:.2f} s of CPU (median of {speed.STARTS}).",
    ]
    if scale:
        lines.append(
            f"- {scale.schools:,} schools of {scale.clauses} clauses, all indexed: {scale.megabytes:,.0f} MB, "
            f"{scale.indexing:.0f} ms a school to index, p50 {scale.p50:.2f} ms and p99 {scale.p99:.2f} ms a question."
        )
    intro = (
        f"Milliseconds a question in process, five packs, {speed.ROUNDS} rounds over the exam on the built-in packs. "
        "In the first round every question is new; undisturbed is each question's quickest round."
    )
    chart = "![Time for a question](benchmarks/speed.svg)"
    return "\n\n".join(["## Speed", intro, table(columns, rows), "\n".join(lines), chart])


def _far_away(results: Results) -> str:
    if not results.far_away:
        return ""
    rows = [(found.name, percent(found.first), percent(found.among_five)) for found in results.far_away]
    return f"{_FAR_AWAY.format(questions=results.far_away[0].questions)}\n\n{table(('', 'R@1', 'R@5'), rows)}"


def _failures(results: Results) -> str:
    parts = ["## What still fails"]
    for exam, by_name in results.marks.items():
        of_engine = Figures(next(iter(by_name.values())))
        confused = [(n, wanted, got) for (wanted, got), n in of_engine.confused().items() if wanted != got]
        worst = sorted(confused, key=lambda c: (-c[0], c[1:]))[:_WORST]
        most = "; ".join(f"{wanted} → {got} {n}" for n, wanted, got in worst)
        clause = sum(mark.verdict and not mark.right for mark in of_engine.marks)
        parts += [
            _heading(exam),
            (
                f"Most often confused (wanted → given): {most}. "
                f"The verdict is right and the clause is not in {clause} of {len(of_engine.marks)}."
            ),
        ]
        for name, of_part in (("style", of_engine.by_style()), ("verdict wanted", of_engine.by_verdict())):
            rows = [
                (part or "–", str(len(f.marks)), percent(f.answer), percent(f.verdict), percent(f.cite1))
                for part, f in sorted(of_part.items(), key=lambda item: item[1].answer)
            ]
            parts.append(table((name, "questions", "answer", "verdict", "cite@1"), rows))
    return "\n\n".join(parts)


def _heading(text: str) -> str:
    return f"### {text[0].upper()}{text[1:]}"
