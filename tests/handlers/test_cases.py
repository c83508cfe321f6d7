"""What a lead sees: the cases that were routed to them, and nothing of any other."""

from __future__ import annotations

import pytest

from bot.app import world_of
from bot.channels.terminal.render import render
from bot.settings import Settings
from handlers import case_view as cases
from knowledge.model import ROLES
from tests.fakes import Person
from tests.handlers.telling import tell

RUDE = "He was rude to a visitor at the gate"


@pytest.fixture
def world(engine, clock, tmp_path):
    with world_of(engine, Settings(data=tmp_path, _env_file=None), clock) as world:
        yield world


@pytest.fixture
def school(engine):
    return engine.schools["st-peters"]


def report_about_the_head(world):
    person = Person(world)
    tell(person, kind="A post that harms", who=("Yes, an adult", "Executive Principal"), story=RUDE)
    person.presses("Send")
    return world.cases.listed("st-peters", "chair")[0].reference


def test_a_lead_sees_reference_urgency_and_day_in_the_list_and_the_words_only_when_opened(world, school):
    reference = report_about_the_head(world)
    listed = render(cases.listing(world.cases, school, "chair"), width=200)
    assert f"{reference} · soon · 20 November 2026 · not opened yet" in listed
    assert RUDE not in listed
    opened = render(cases.one(world.cases, school, reference, "chair"), width=200)
    assert f"What happened: {RUDE}" in opened
    assert "Their job: Executive Principal" in opened
    assert "opened 20 November 2026" in render(cases.listing(world.cases, school, "chair"), width=200)


def test_everybody_else_sees_exactly_what_they_would_see_without_the_case(world, school):
    before = {role: cases.listing(world.cases, school, role) for role in ROLES}
    reference = report_about_the_head(world)
    for role in set(ROLES) - {"chair"}:
        assert cases.listing(world.cases, school, role) == before[role]
        assert cases.one(world.cases, school, reference, role) is None


def test_a_lead_is_told_not_to_message_somebody_for_whom_it_is_not_safe(world, school):
    person = Person(world)
    person.says("report")
    for label in ("No", "Self-harm", "No, a pupil", "No"):
        person.presses(label)
    for text in (RUDE, "skip", "skip", "skip"):
        person.says(text)
    person.presses("Send")
    reference = world.cases.listed("st-peters", "dsl")[0].reference
    assert "Don't message the reporter here" in render(cases.one(world.cases, school, reference, "dsl"))
