"""A short storm: kill -9 at every named step of the life of a report loses, doubles and forgets nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.storm.ledger import judged
from tests.storm.sabotage import SABOTAGE
from tests.storm.steps import STEPS
from tests.storm.storm import Storm

pytestmark = pytest.mark.slow


def test_nothing_is_lost_doubled_or_forgotten_whenever_the_bot_is_killed(tmp_path):
    storm = Storm(tmp_path, reports=60, kills_a_step=1, random_kills=2)
    summary = asyncio.run(storm.run())
    assert judged(summary) == [], summary
    assert set(STEPS) <= set(summary["deaths_by_step"])


@pytest.mark.parametrize("fault", ["", *SABOTAGE])
def test_the_storm_notices_each_fault_that_is_put_into_the_bot_on_purpose_and_none_where_there_is_none(tmp_path, fault):
    faults, calms_in = ("none",), 20 if fault else 60
    storm = Storm(tmp_path, reports=8, kills_a_step=0, random_kills=0, faults=faults, sabotage=fault, calms_in=calms_in)
    summary = asyncio.run(storm.run())
    found = {line.partition(":")[0] for line in judged(summary)}
    assert (fault in found) if fault else not found, summary
