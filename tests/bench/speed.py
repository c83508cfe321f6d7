"""Measures speed: questions in process, a very long message, a cold start, and a thousand schools."""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answering.engine import Engine
from knowledge.model import Audience
from knowledge.topics.library import load_concerns
from tests.bench.peers import PeerAtSchool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.bench.exams import Exam, Question
    from tests.bench.peers import Peer

ROUNDS = 5
STARTS = 5
SCHOOLS, CLAUSES = 1_000, 100
LONG = 100_000
_SEED = 20261120
_ROOT = Path(__file__).parents[2]
_MEGABYTE = 1 << 20
_STORY = "We set off for the museum when it was raining and the coach was late, and the lunches were left in the hall. "


@dataclass(frozen=True)
class Speed:
    """Milliseconds a question."""

    name: str
    p50: float
    p99: float
    first_p50: float
    first_p99: float
    """The same of the first round alone, in which every question is new."""


@dataclass(frozen=True)
class Scale:
    """What a great number of schools costs."""

    schools: int
    clauses: int
    indexing_ms: float
    megabytes: float
    p50: float
    p99: float


def of_engine(exam: Exam) -> Speed:
    """Measure the engine on an exam."""
    return _measured("Ask First", lambda q: exam.engine.answer(q.school, q.role, q.q), exam.questions)


def of_peer(kind: Callable[[], Peer], exam: Exam) -> Speed:
    """Measure a peer on the same exam: the nearest clauses and a verdict by keywords."""
    at = {slug: PeerAtSchool(kind(), school) for slug, school in exam.engine.schools.items()}
    return _measured(kind().name, lambda q: at[q.school].answer(q.q), exam.questions)


def _measured(name: str, answer: Callable[[Question], object], questions: Sequence[Question]) -> Speed:
    rounds = [[_milliseconds(lambda q=q: answer(q)) for q in questions] for _ in range(ROUNDS)]
    times = [taken for one in rounds for taken in one]
    return Speed(name, _at(times, 50), _at(times, 99), _at(rounds[0], 50), _at(rounds[0], 99))


def _milliseconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


def _at(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def of_long_message(engine: Engine) -> float:
    """Measure a message of 100,000 characters with a question at its end, in milliseconds."""
    message = (_STORY * (LONG // len(_STORY) + 1))[:LONG] + " Can I add one of the mums on Facebook?"
    slug = next(iter(engine.schools))
    # Each a little different, so that none is remembered.
    times = [_milliseconds(lambda n=n: engine.answer(slug, Audience.STAFF, f"{n} {message}")) for n in range(ROUNDS)]
    return statistics.median(times)


def of_cold_start() -> tuple[float, float]:
    """Measure `askfirst ask` in a process of its own: median (CPU seconds, MB of memory at most)."""
    command = [sys.executable, "-m", "bot", "ask", "can i add one of the mums on facebook?"]
    taken = []
    for _ in range(STARTS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return statistics.median(taken[1:]), most


def of_many_schools(exam: Exam, say: Callable[[int], None]) -> Scale:
    """Measure a thousand schools of a hundred clauses, drawn from all packs, every one indexed."""
    draw = random.Random(_SEED)  # noqa: S311 -- a sample, no secret
    schools = list(exam.engine.schools.values())
    clauses = [clause for school in schools for clause in school.clauses]
    made = [
        replace(schools[n % len(schools)], slug=f"school-{n}", clauses=tuple(draw.sample(clauses, CLAUSES)))
        for n in range(SCHOOLS)
    ]
    engine = Engine(made, exam.model, load_concerns())
    before, began = _memory(), time.perf_counter()
    for done, slug in enumerate(engine.schools, start=1):
        engine.index(slug)
        if done % 100 == 0:
            say(done)
    indexing, memory = time.perf_counter() - began, _memory() - before
    asked = [(f"school-{draw.randrange(SCHOOLS)}", q) for q in exam.questions]
    times = [_milliseconds(lambda s=slug, q=q: engine.answer(s, q.role, q.q)) for slug, q in asked]
    return Scale(SCHOOLS, CLAUSES, 1000 * indexing / SCHOOLS, memory, _at(times, 50), _at(times, 99))


def _memory() -> float:
    """Give the memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / _MEGABYTE


def lines(speeds: Iterable[Speed]) -> list[str]:
    """Give the speeds as rows of a table, each beside the first."""
    first, *_ = found = list(speeds)
    return [
        f"| {s.name} | {s.p50:.2f} | {s.p99:.2f} | {s.first_p50:.2f} | {s.first_p99:.2f} | {s.p50 / first.p50:.2f} |"
        for s in found
    ]
