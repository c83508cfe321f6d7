"""What the tests of the store share: a real SQLite store on disk, and a report to put into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.opening import open_store
from bot.settings import Settings
from handlers.ports import Draft, NewCase
from knowledge.routing import Urgency
from tests.bot.store.sending import WHAT
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Kept:
    """A store on disk that can be opened again and again, as after a restart."""

    settings: Settings
    clock: FakeClock

    def opened(self):
        return open_store(self.settings, self.clock)

    @property
    def folder(self) -> Path:
        return self.settings.data


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A fresh store's settings and clock."""
    return Kept(Settings(data=tmp_path / "data", _env_file=None), FakeClock())


@pytest.fixture
def a_draft() -> Callable[..., Draft]:
    """Make an unfinished report."""

    def make(draft: str = "draft-1", what: str = WHAT) -> Draft:
        return Draft(draft, "st-peters", {"danger": "no", "what": what}, FakeClock()())

    return make


@pytest.fixture
def a_case() -> Callable[..., NewCase]:
    """Make a report that is ready to be sent."""

    def make(draft: str = "draft-1", readers: tuple[str, ...] = ("chair", "dsl"), what: str = WHAT) -> NewCase:
        return NewCase(
            draft=draft,
            school="st-peters",
            role="staff",
            kind="grooming",
            about=("head",),
            child_at_risk=True,
            urgency=Urgency.TODAY,
            answers={"danger": "no", "what": what, "reach": "marker-reach"},
            readers=readers,
            excluded=("head",),
            signposts=("lado",),
            ring=(),
            trial=True,
            channel="test",
            person="marker-person",
            conversation="marker-conversation",
            at=FakeClock()(),
        )

    return make
