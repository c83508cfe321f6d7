"""A small storm on each channel: nobody is left without an answer, and what is said twice is counted."""

from __future__ import annotations

import pytest

from tests.bench.storm_channels import storms

pytestmark = pytest.mark.slow


def test_everybody_is_answered_through_duplicates_kills_and_restarts(tmp_path):
    outcomes = list(storms(tmp_path, people=30, kills=1))
    assert len(outcomes) == 8
    assert {outcome.name: outcome.unanswered for outcome in outcomes if outcome.unanswered} == {}
    assert {outcome.name: outcome.extra for outcome in outcomes if outcome.extra > outcome.counted} == {}
