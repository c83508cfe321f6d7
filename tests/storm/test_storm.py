"""A short storm: kill -9 at every named step of the life of a report loses, doubles and forgets nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.storm.bot_process import STEPS
from tests.storm.storm import Storm, well

pytestmark = pytest.mark.slow


def test_nothing_is_lost_doubled_or_forgotten_whenever_the_bot_is_killed(tmp_path):
    storm = Storm(tmp_path / "data", reports=60, rounds=2, random_kills=2)
    summary = asyncio.run(storm.run())
    assert well(summary), summary
    assert summary["kills"] >= len(STEPS)
