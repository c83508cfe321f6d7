"""What a lead sees: the cases that were routed to them, and nothing of any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.app import world_of
from bot.channels.terminal.render import render
from bot.settings import Settings
from handlers import case_view as cases
from handlers.case_letters import given_by_itself
from knowledge.letters.library import Letter
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


@pytest.fixture
def dsl(live):
    """The DSL in their own chat, with a report open."""
    reporter = Person(live, name="reporter")
    tell(reporter)
    reporter.presses("Send")
    dsl = Person(live, name="T1/U0123ABCF", channel="slack")
    dsl.says(f"enrol {live.leads.code('st-peters', 'dsl-1')}")
    dsl.says("cases")
    dsl.presses("Open R-")
    return dsl


def begins_a_letter(dsl):
    dsl.presses("Letter templates")
    return dsl.presses("An invitation to a meeting")


def test_a_letter_is_filled_in_one_blank_at_a_time_and_shown_to_be_copied(dsl):
    assert "1 of 8: The parent's name" in begins_a_letter(dsl)
    assert "2 of 8: What is it about" in dsl.says("Ms Sample")
    for _ in range(7):
        dsl.presses("Leave it blank")
    assert "Dear Ms Sample," in dsl.sees
    assert "20 November 2026" in dsl.sees
    assert "about ________, and" in dsl.sees
    assert "delete it from this chat" in dsl.sees
    assert "Open R-" in dsl.sees


def test_the_day_on_a_letter_is_the_schools_own(dsl):
    far = replace(dsl.world.contacts["st-peters"], zone=ZoneInfo("Asia/Tokyo"))
    school, night = dsl.world.engine.schools["st-peters"], datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert given_by_itself(school, far, night)["today"] == "24 November 2026"
    assert given_by_itself(school, None, night)["today"] == "23 November 2026"


def test_a_letters_blank_can_be_written_anew_and_pressing_twice_leaves_one_blank(dsl):
    begins_a_letter(dsl)
    dsl.says("Ms Sampel")
    assert "1 of 8" in dsl.says("back")
    dsl.says("Ms Sample")
    leave = dsl.button("Leave it blank")
    assert "3 of 8" in dsl.presses_again(leave)
    assert "3 of 8" in dsl.presses_again(leave)
    for _ in range(6):
        dsl.presses("Leave it blank")
    assert "Dear Ms Sample," in dsl.sees


def test_a_letter_that_is_left_keeps_nothing(dsl):
    begins_a_letter(dsl)
    dsl.says("Ms Sample")
    dsl.says("stop")
    assert dsl.world.memory.recall(dsl.name, dsl.name, "cases") == {}


def test_a_letter_is_for_those_who_may_read_the_report(dsl, live):
    button = dsl.button("Letter templates")
    begins_a_letter(dsl)
    blank = dsl.button("Leave it blank")
    other = Person(live, name="T1/U0123ABCE", channel="slack")
    other.says(f"enrol {live.leads.code('st-peters', 'head-of-school-1')}")
    nothing = button.value.replace(button.value[2:6], "0000")
    refused = other.sends(action="cases.letters", value=button.value)
    assert "has no report" in refused
    assert refused.replace(button.value, nothing) == other.sends(action="cases.letters", value=nothing)
    assert "has no report" in other.presses_again(blank)


def test_whoever_steps_back_amid_a_letter_gets_no_further(dsl):
    reference = dsl.button("Letter templates").value
    begins_a_letter(dsl)
    dsl.sends(action="cases.stepped-back", value=f"{reference}:sure")
    assert "has no report" in dsl.says("Ms Sample")


def test_a_school_that_wrote_its_own_letters_is_offered_them(dsl):
    school = dsl.world.engine.schools["st-peters"]
    own = Letter("ours", "A letter of our own", "Sometimes.", (), ("Dear all, {today}",))
    dsl.world.engine.schools["st-peters"] = replace(school, letters={"ours": own})
    try:
        dsl.presses("Letter templates")
        assert "Dear all, 20 November 2026" in dsl.presses("A letter of our own")
    finally:
        dsl.world.engine.schools["st-peters"] = school
