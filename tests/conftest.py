"""What tests share: the real engine on the real packs, made once, and a world of fakes around it."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import settings

from bot import packs
from bot.index import load_or_learn
from bot.packs import BUILT_IN, folders_of, load
from handlers.ports import Cases, World
from knowledge.answering.engine import Engine
from knowledge.smart.lessons import Lessons, load_lessons
from knowledge.topics.library import load_concerns, load_topics
from tests.fakes import FakeClock, FakeDrafts, FakeMemory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from knowledge.model import School

settings.register_profile("fast", max_examples=40, deadline=None, database=None, derandomize=True)
settings.register_profile("thorough", max_examples=600, deadline=None, database=None)


def pytest_configure(config: pytest.Config) -> None:
    """Try few examples, the same each time, where the tests are to be quick; else many, and other ones each time."""
    settings.load_profile("fast" if config.option.markexpr == "not slow" else "thorough")


@pytest.fixture(scope="session", autouse=True)
def built_in_packs_read_once() -> Iterator[None]:
    """Spare every command that a test calls the reading of what never changes."""
    real = packs.load_school

    @cache
    def once(folder: Path, topics: frozenset[str], tags: frozenset[str]) -> School:
        return real(folder, topics, tags)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            packs,
            "load_school",
            lambda folder, topics, tags: (once if folder.parent == BUILT_IN else real)(folder, frozenset(topics), tags),
        )
        yield


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Give the engine on the five built-in packs."""
    model = load_or_learn()
    return Engine(load(folders_of().values(), model.topics), model, load_concerns())


@pytest.fixture(scope="session")
def lessons() -> Lessons:
    """Give the real quiz questions and tips."""
    return load_lessons(frozenset(topic.id for topic in load_topics()))


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still until it is moved."""
    return FakeClock()


@pytest.fixture
def world(engine: Engine, clock: FakeClock) -> World:
    """Give a world in which nothing has happened yet."""
    ids = (f"id-{number}" for number in itertools.count(1))
    return World(
        engine=engine,
        memory=FakeMemory(clock),
        drafts=FakeDrafts(),
        cases=cast("Cases", None),
        clock=clock,
        new_id=lambda: next(ids),
    )
