"""Somebody who is left out of a report can't read it by way of a second role, nor is let in, however many they hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.store.case_steps import STEPS
from tests.bot.leading import at_work
from tests.fakes import Person
from tests.handlers.telling import STORY, lead, tell

ABOUT_THE_HEAD = {"kind": "Somebody is getting too close", "who": ("Yes, an adult", "Executive Principal")}
HOUR = timedelta(hours=1)


def person(like, label, roles, *names):
    """Somebody with some roles, reached in Slack under their label."""
    return replace(like, label=label, roles=roles, channels=(("slack", label),), names=names, away=(), hours=None)


@pytest.fixture
def crowded(bot, engine, contacts):
    """A school in which the DSL is deputy head too, and there is a second DSL and a second deputy DSL."""
    found = contacts["st-peters"]
    like = found.people[0]
    people = (
        *(p for p in found.people if p.label not in ("dsl-1", "deputy-dsl-1")),
        person(like, "dsl-1", ("dsl", "deputy-head")),
        person(like, "dsl-2", ("dsl",)),
        person(like, "deputy-dsl-1", ("deputy-dsl", "deputy-head")),
        person(like, "deputy-dsl-3", ("deputy-dsl",)),
    )
    return at_work(bot.store, engine, {"st-peters": replace(found, people=people)}, bot.clock)


def reads(bot):
    """The labels of those who have a report on their list."""
    return {who.label for who in bot.store.leads.holders("st-peters") if bot.store.cases.listed("st-peters", who.id)}


def told_of_it(sent):
    """The addresses at which somebody was told of a report."""
    return {address for _, address, words in sent if "R-" in words}


def test_a_deputy_head_who_is_a_dsl_too_is_left_out_of_a_report_about_the_head_and_the_other_dsl_reads_it(crowded):
    crowded.report(**ABOUT_THE_HEAD)
    told = told_of_it(crowded.works())
    assert reads(crowded) == {"dsl-2", "chair-1"}
    for _ in range(30):
        told |= told_of_it(crowded.goes_on(HOUR))
    assert reads(crowded) == {"dsl-2", "chair-1", "deputy-dsl-3"}
    assert told.isdisjoint({"dsl-1", "deputy-dsl-1", "U0123ABCD", "head@school.example.org"})


def test_nobody_who_steps_aside_is_let_in_by_way_of_another_role(crowded):
    chair = crowded.enrols("chair-1", "email", "chair@governors.example.org")
    crowded.report(**ABOUT_THE_HEAD)
    chair.says("cases")
    chair.presses("Open R-")
    reference = chair.button("Note for leads").value
    for who in ("dsl-1", "deputy-dsl-1", "deputy-head", "head-1"):
        assert "can't be done" in chair.sends(action="cases.let-in", value=f"{reference}:{who}")
    assert reads(crowded) == {"dsl-2", "chair-1"}


def test_whoever_is_named_and_said_to_be_whom_it_is_about_is_let_in_by_nobody(bot, engine, contacts):
    found = contacts["st-peters"]
    named = tuple(replace(p, names=("Mx Sample",)) if p.label == "dsl-1" else p for p in found.people)
    crowd = at_work(bot.store, engine, {"st-peters": replace(found, people=named)}, bot.clock)
    chair = crowd.enrols("chair-1", "email", "chair@governors.example.org")
    reporter = Person(crowd.world, name="reporter")
    tell(reporter, story=f"{STORY}. Mx Sample has that account")
    reporter.presses("It is about them")
    reporter.presses("Send")
    chair.says("cases")
    chair.presses("Open R-")
    reference = chair.button("Note for leads").value
    chair.sends(action="cases.let-in", value=f"{reference}:dsl-1")
    assert "dsl-1" not in reads(crowd)


def test_somebody_named_who_has_no_post_of_their_own_is_left_out_in_person(bot, engine, contacts):
    found = contacts["st-peters"]
    named, other = (
        person(found.people[0], f"slt-{n}", ("slt",), name) for n, name in ((1, "Mx Sample"), (2, "Mx Else"))
    )
    school = engine.schools["st-peters"]
    row = next(r for r in school.routes if r.kind == "grooming" and "outsider" in r.about)
    routes = tuple(replace(r, notify=(*r.notify, "slt")) if r is row else r for r in school.routes)
    with_slt = replace(school, routes=routes, roles={**school.roles, "slt": "Senior leadership team"})
    crowd = at_work(bot.store, engine, {"st-peters": replace(found, people=(*found.people, named, other))}, bot.clock)
    crowd.world.engine.schools["st-peters"] = with_slt
    try:
        crowd.report(story=f"{STORY}. Mx Sample was there")
    finally:
        crowd.world.engine.schools["st-peters"] = school
    assert "slt-1" not in reads(crowd)
    assert "slt-2" in reads(crowd)


def test_whoever_is_next_in_line_and_has_left_meanwhile_is_told_nothing(bot, engine, contacts):
    bot.report()
    bot.works()
    found = contacts["st-peters"]
    people = tuple(replace(p, left=date(2026, 11, 23)) if p.label == "deputy-dsl-1" else p for p in found.people)
    after = at_work(bot.store, engine, {"st-peters": replace(found, people=people)}, bot.clock)
    after.works()
    told = {address for _ in range(30) for address in told_of_it(after.goes_on(HOUR))}
    assert "chair@governors.example.org" in told
    assert told.isdisjoint({"123456780", "deputy-dsl@school.example.org"})


def test_every_step_that_a_lead_takes_stands_in_the_record_with_who_took_it(bot, dsl):
    bot.report()
    dsl.says("cases")
    dsl.presses("Open R-")
    reference = dsl.button("Note for leads").value
    mine = lead(bot.world, "dsl-1")
    taken = ("taken", "note", "message", "did", "exported", "closed", "reopened", "stepped-back")
    for step in taken:
        inside = {"what": "spoke-to-parent"} if step == "did" else {}
        assert bot.store.cases.act("st-peters", reference, mine, step, {"text": "words", **inside})
    head = lead(bot.world, "head-1")
    steps = bot.store.cases.opened("st-peters", reference, head).steps
    assert [(s.step, s.by) for s in steps] == [
        ("received", ""),
        ("opened", "dsl-1"),
        *((step, "dsl-1") for step in taken),
        ("opened", "head-1"),
    ]
    # Letting in and erasing need a doubt and a case that is over: tests of their own see to those.
    assert {*taken, "let-in", "erased"} == set(STEPS)


def test_a_governor_who_is_said_to_be_whom_it_is_about_is_let_in_by_nobody(bot, engine, contacts):
    found = contacts["st-peters"]
    like = found.people[0]
    named, other = (
        person(like, f"governors-{n}", ("governors",), name) for n, name in ((1, "Mx Sample"), (2, "Mx Else"))
    )
    crowd = at_work(bot.store, engine, {"st-peters": replace(found, people=(*found.people, named, other))}, bot.clock)
    chair = crowd.enrols("chair-1", "email", "chair@governors.example.org")
    reporter = Person(crowd.world, name="reporter")
    tell(reporter, story=f"{STORY}. It was Mx Sample")
    reporter.presses("It is about them")
    reporter.presses("Send")
    chair.says("cases")
    assert "Let in" not in chair.presses("Open R-")
    reference = chair.button("Note for leads").value
    chair.sends(action="cases.let-in", value=f"{reference}:governors-1")
    assert "governors-1" not in reads(crowd)
