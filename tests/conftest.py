"""What tests share: the real engine on the real packs, made once, and a world of fakes around it."""

from __future__ import annotations

import itertools
from typing import cast

import pytest

from bot.index import load_or_learn
from bot.packs import folders_of, load
from handlers.ports import Cases, World
from knowledge.answering.engine import Engine
from knowledge.smart.lessons import Lessons, load_lessons
from knowledge.topics.library import load_concerns, load_topics
from tests.fakes import FakeClock, FakeDrafts, FakeMemory


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
