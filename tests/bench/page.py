"""Writes docs/benchmarks.md and its charts from what one run measured; the page is always written whole."""

from __future__ import annotations

import math
import os
import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import charts, speed
from tests.bench.marking import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.bench import Results
    from tests.bench.marking import Mark

DOCS = Path(__file__).parents[2] / "docs"
_PAGE, _CHARTS = DOCS / "benchmarks.md", DOCS / "benchmarks"
_TENTHS = 10
_WORST = 10
_COLUMNS = (
    "| | questions | answer | verdict | cite@1 | cite@3 | unsafe | worries heard | false worries | silent recall | silent precision |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def write_page(results: Results) -> list[Path]:
    """Write the page and the charts, and give their paths."""
    _CHARTS.mkdir(parents=True, exist_ok=True)
    drawn = _charts(results)
    for name, svg in drawn.items():
        (_CHARTS / name).write_text(svg, encoding="utf-8")
    _PAGE.write_text(_page(results), encoding="utf-8")
    return [_PAGE, *(_CHARTS / name for name in drawn)]


def _charts(results: Results) -> dict[str, str]:
    groups = {
        exam: {name: Figures(marks).answer for name, marks in by_name.items()}
        for exam, by_name in results.marks.items()
    }
    return {
        "accuracy.svg": charts.bars("Whole answer right: verdict and first clause", groups),
        "speed.svg": charts.bars(
            "Time for a question, ms (five packs, in process)",
            {"p50": {s.name: s.p50 for s in results.speeds}, "p99": {s.name: s.p99 for s in results.speeds}},
            "ms",
        ),
        "reliability.svg": charts.reliability(
            "Share of answers that are right, by the confidence they were given with",
            {name: tenths(marks) for name, marks in _judged(results).items()},
        ),
    }


def _page(results: Results) -> str:
    parts = [_head(results), _accuracy(results), _development(results), _left_out(results), _confidence(results)]
    parts += [_speed(results), _far_away(results), _failures(results), _how()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(results: Results) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"`make bench`, {datetime.now(UTC).date()}, {_machine()}. This page is written whole by that command.",
    ]
    if results.skipped:
        lines += ["", "Not measured in this run:", "", *(f"- {reason}" for reason in results.skipped)]
    return "\n".join(lines)


def _machine() -> str:
    python = f"Python {platform.python_version()}, numpy {version('numpy')}, bm25s {version('bm25s')}"
    busy = os.getloadavg()[0]
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores (load {busy:.1f}), {python}"


def _accuracy(results: Results) -> str:
    lines = ["## Accuracy", "", "Peers give the nearest clause and a verdict by keywords in it.", ""]
    for exam, by_name in results.marks.items():
        lines += [f"### {exam[0].upper()}{exam[1:]}", "", _COLUMNS]
        lines += [_row(name, marks) for name, marks in by_name.items()]
        lines.append("")
    return "\n".join([*lines, "![Whole answers right](benchmarks/accuracy.svg)"])


def _row(name: str, marks: Sequence[Mark]) -> str:
    f = Figures(marks)
    cells = [name, str(len(marks)), *map(_percent, (f.answer, f.verdict, f.cite1, f.cite3)), str(f.unsafe)]
    cells += [_percent(f.concern_recall), str(f.false_concerns), *map(_percent, (f.silent_recall, f.silent_precision))]
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _development(results: Results) -> str:
    if not results.development:
        return ""
    names = [name for name in next(iter(results.development.values())) if name != "questions"]
    lines = [
        "## Development exam",
        "",
        "Marked by its own marker; none of its questions is used for fitting.",
        "",
        f"| | questions | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
    ]
    for exam, figures in results.development.items():
        lines.append(f"| {exam} | {figures['questions']:.0f} | {' | '.join(f'{figures[n]:g}' for n in names)} |")
    return "\n".join(lines)


def _left_out(results: Results) -> str:
    lines = [
        "## Schools left out",
        "",
        "Each school with weights that were fitted on the other schools' questions alone. The topics and the ways of asking "
        "a clause stay as they are.",
    ]
    for name, by_school in results.left_out.items():
        lines += ["", f"### {name[0].upper()}{name[1:]}", "", _COLUMNS]
        lines += [_row(school, marks) for school, marks in by_school.items()]
        lines.append(_row("all", [m for marks in by_school.values() for m in marks]))
    return "\n".join(lines)


def _judged(results: Results) -> dict[str, list[Mark]]:
    """Give the marks that confidence is judged by: none of them fitted on the school it is from."""
    judged = {
        f"{name}, school left out": [m for marks in by_school.values() for m in marks]
        for name, by_school in results.left_out.items()
    }
    if results.development_marks:
        judged["development exam"] = results.development_marks
    return judged


def tenths(marks: Iterable[Mark]) -> list[tuple[float, float, int]]:
    """Give for each tenth of confidence its mean, the share of right answers, and how many there are."""
    rows = []
    policy = [m for m in marks if m.given.verdict != "concern"]
    for tenth in range(_TENTHS):
        inside = [m for m in policy if min(int(m.given.confidence * _TENTHS), _TENTHS - 1) == tenth]
        if inside:
            mean = sum(m.given.confidence for m in inside) / len(inside)
            rows.append((mean, sum(m.right for m in inside) / len(inside), len(inside)))
    return rows


def _confidence(results: Results) -> str:
    lines = [
        "## Confidence",
        "",
        "`confidence` is meant to be the share of such answers that are right; answers to a worry are left out. The "
        "expected calibration error is the mean distance between the two, weighted by how many answers there are.",
        "",
        "![Reliability](benchmarks/reliability.svg)",
    ]
    for name, marks in _judged(results).items():
        rows = tenths(marks)
        count = sum(n for _, _, n in rows)
        error = sum(abs(confidence - right) * n for confidence, right, n in rows) / count
        lines += ["", f"### {name[0].upper()}{name[1:]}: expected calibration error {error:.3f}", ""]
        lines += ["| confidence | right | answers |", "|---|---|---|"]
        lines += [f"| {_percent(confidence)} | {_percent(right)} | {n} |" for confidence, right, n in rows]
    return "\n".join(lines)


def _speed(results: Results) -> str:
    scale = results.scale
    seconds, memory = results.cold_start
    own, peer = results.speeds[0], results.speeds[1]
    lines = [
        "## Speed",
        "",
        f"Milliseconds a question in process, five packs, {speed.ROUNDS} rounds over the exam on the built-in packs; in the first "
        "round every question is new. Peers only find a clause and read keywords in it.",
        "",
        f"| | p50 | p99 | first round p50 | first round p99 | p50 beside {own.name} |",
        "|---|---|---|---|---|---|",
        *speed.lines(results.speeds),
        "",
        f"- {own.name} takes {own.p50 / peer.p50:.2f} of {peer.name}'s time at the median, {own.p99 / peer.p99:.2f} at p99.",
        f"- A message of {speed.LONG:,} characters: {results.long_message:.1f} ms.",
        f"- `askfirst ask` from a cold start: {seconds:.2f} s of CPU (median of {speed.STARTS}), {memory:.0f} MB at most.",
    ]
    if scale:
        lines.append(
            f"- {scale.schools:,} schools of {scale.clauses} clauses: {scale.megabytes:.0f} MB, {scale.indexing_ms:.0f} ms to index a "
            f"school, p50 {scale.p50:.2f} ms and p99 {scale.p99:.2f} ms a question."
        )
    return "\n".join([*lines, "", "![Speed](benchmarks/speed.svg)"])


def _far_away(results: Results) -> str:
    if not results.far_away:
        return ""
    lines = [
        "## Far from school policy",
        "",
        f"OR-ShARC: {results.far_away[0].questions} questions on 651 rule texts of government sites. The engine is given the texts as "
        "clauses without topics, so that only its word ranking has something to go by; its topics are noise there.",
        "",
        "| | R@1 | R@5 |",
        "|---|---|---|",
    ]
    return "\n".join(
        [*lines, *(f"| {f.name} | {_percent(f.first)} | {_percent(f.among_five)} |" for f in results.far_away)]
    )


def _failures(results: Results) -> str:
    lines = ["## What still fails"]
    for exam, by_name in results.marks.items():
        figures = Figures(next(iter(by_name.values())))
        wrong: Counter[tuple[str, str]] = Counter({k: n for k, n in figures.confused().items() if k[0] != k[1]})
        lines += ["", f"### {exam[0].upper()}{exam[1:]}", ""]
        lines += [
            "Verdicts most often confused: "
            + "; ".join(
                f"{wanted} → {got} {n}"
                for (wanted, got), n in sorted(wrong.items(), key=lambda x: (-x[1], x[0]))[:_WORST]
            )
            + ".",
            "",
        ]
        clause_wrong = sum(m.verdict and not m.right for m in figures.marks)
        lines += [f"Right verdict from a wrong clause: {clause_wrong} of {len(figures.marks)}.", ""]
        lines += ["| style | questions | answer | verdict | cite@1 |", "|---|---|---|---|---|"]
        for style, of_style in sorted(figures.by_style().items(), key=lambda x: x[1].answer):
            cells = [
                style or "–",
                str(len(of_style.marks)),
                *map(_percent, (of_style.answer, of_style.verdict, of_style.cite1)),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", "| verdict wanted | questions | answer | verdict | cite@1 |", "|---|---|---|---|---|"]
        for verdict in sorted({m.question.verdict for m in figures.marks}):
            part = Figures([m for m in figures.marks if m.question.verdict == verdict])
            cells = [verdict, str(len(part.marks)), *map(_percent, (part.answer, part.verdict, part.cite1))]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _how() -> str:
    return "\n".join(
        [
            "## How it is measured",
            "",
            '- *Answer*: the verdict is right and the first citation is a right clause. *Unsafe*: "allowed" given to anything that is '
            'not simply allowed, or "allowed if" given to a ban.',
            "- *Raw*: the document as the school has it, imported by `askfirst import` and touched by nobody; a citation is right "
            "where its words are those of a right paragraph.",
            "- The weights are fitted on the questions of `tests/exams` (`make calibrate`), so the figures on those exams flatter; the "
            "schools left out and the development exam do not.",
            "- BM25: bm25s, English stop words, stems, headings in the text. rapidfuzz: token_set_ratio to each clause.",
        ]
    )
