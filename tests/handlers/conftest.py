"""Worlds with a real store behind them, for the conversations of a report."""

from __future__ import annotations

import pytest

from bot.app import world_of
from bot.settings import Settings
from tests.handlers.telling import CONTACTS


@pytest.fixture
def trial(engine, clock, tmp_path):
    """Give a world without contacts."""
    with world_of(engine, Settings(data=tmp_path, _env_file=None), clock) as world:
        yield world


@pytest.fixture
def live(engine, clock, tmp_path):
    """Give a world in which St Peter's has its contacts."""
    with world_of(engine, Settings(data=tmp_path, contacts=CONTACTS, _env_file=None), clock) as world:
        yield world
