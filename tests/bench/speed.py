"""Measures speed: questions in process, a very long message, a cold start, and a thousand schools."""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answering.engine import Engine
from knowledge.model import Audience
from knowledge.topics.library import load_concerns
from tests.bench.peers import PeerAtSchool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.bench.exams import Exam, Question
    from tests.bench.marking import Given
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
    """Milliseconds a question: over all rounds, in the first, in which every question is new, and undisturbed.

    Undisturbed is each question's quickest round, which is what it takes where nothing else runs on the machine.
    """

    name: str
    p50: float
    p99: float
    first_p50: float
    first_p99: float
    undisturbed_p50: float
    undisturbed_p99: float


@dataclass(frozen=True)
class Scale:
    """What a great number of schools costs; times in milliseconds, `indexing` for each school."""

    schools: int
    clauses: int
    indexing: float
    megabytes: float
    p50: float
    p99: float


def of_questions(exam: Exam, peers: Sequence[type[Peer]]) -> list[Speed]:
    """Measure the engine and each peer on an exam, round by round, so that a busy machine slows all of them alike."""
    answering: dict[str, Callable[[Question], object]] = {
        "Ask First": lambda q: exam.engine.answer(q.school, q.role, q.q)
    }
    for kind in peers:
        at = {slug: PeerAtSchool(kind(), school) for slug, school in exam.engine.schools.items()}
        answering[kind.name] = partial(_ask_peer, at)
    rounds: dict[str, list[list[float]]] = {name: [] for name in answering}
    for _ in range(ROUNDS):
        for name, answer in answering.items():
            rounds[name].append([_milliseconds(answer, q) for q in exam.questions])
    return [_speed(name, taken) for name, taken in rounds.items()]


def _ask_peer(at: Mapping[str, PeerAtSchool], question: Question) -> Given:
    return at[question.school].answer(question.q)


def _speed(name: str, rounds: Sequence[Sequence[float]]) -> Speed:
    every = [taken for one in rounds for taken in one]
    quickest = [min(taken) for taken in zip(*rounds, strict=True)]
    return Speed(name, *(_at(times, percent) for times in (every, rounds[0], quickest) for percent in (50, 99)))


def _milliseconds(do: Callable[..., object], *told: object) -> float:
    began = time.perf_counter()
    do(*told)
    return 1000 * (time.perf_counter() - began)


def _at(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def of_long_message(engine: Engine) -> float:
    """Measure a message of 100,000 characters with a question at its end, in milliseconds."""
    message = (_STORY * (LONG // len(_STORY) + 1))[:LONG] + " Can I add one of the mums on Facebook?"
    slug = next(iter(engine.schools))
    # Each a little different, so that none is remembered.
    times = [_milliseconds(engine.answer, slug, Audience.STAFF, f"{n} {message}") for n in range(ROUNDS)]
    return statistics.median(times)


def of_cold_start() -> float:
    """Measure `askfirst ask` in a process of its own: median seconds of CPU."""
    command = [sys.executable, "-m", "bot", "ask", "can i add one of the mums on facebook?"]
    taken = []
    for _ in range(STARTS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken[1:])


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
    times = [_milliseconds(engine.answer, slug, q.role, q.q) for slug, q in asked]
    return Scale(SCHOOLS, CLAUSES, 1000 * indexing / SCHOOLS, memory, _at(times, 50), _at(times, 99))


def _memory() -> float:
    """Give the memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / _MEGABYTE
