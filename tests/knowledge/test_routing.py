"""Routing: the right people get a report, in order, and whoever it is about never does."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.packs import BUILT_IN
from knowledge.answering.lexicon import load_lexicon
from knowledge.loader import load_school, pack_folders
from knowledge.model import KINDS, ROLES, SUBJECTS, Basis, Policy, Route, School, Wording
from knowledge.naming import Named
from knowledge.routing import (
    ADULTS_AT_SCHOOL,
    CHILD_AT_RISK,
    GROUPS,
    SUBJECT_OF,
    Concern,
    Staffing,
    Urgency,
    route,
    urgency_of,
)
from knowledge.smart.signposts import load_signposts
from knowledge.topics.library import load_topics
from knowledge.unfinished import route_unfinished

SLUGS = [folder.name for folder in pack_folders(BUILT_IN)]
ANYBODY = sorted({*SUBJECTS, *ROLES})
SINGLE = [role for role in ROLES if role not in GROUPS]
OFFICES = ({"dsl", "deputy-dsl"}, {"head", "head-of-school", "deputy-head"})
"""Whoever stands in for somebody does not tell on them easily."""


@cache
def school_of(slug: str) -> School:
    return load_school(BUILT_IN / slug, [t.id for t in load_topics()], load_lexicon().tags)


def random_school(draw_routes: list[Route], roles: dict[str, str]) -> School:
    policy = Policy("Policy", Wording.OURS)
    return School("random", "Random", policy, roles, {}, (), (), tuple(draw_routes))


some_roles = st.lists(st.sampled_from(ROLES), max_size=6, unique=True)
random_schools = st.builds(
    random_school,
    st.lists(
        st.builds(
            Route,
            kind=st.sampled_from(KINDS),
            about=st.frozensets(st.sampled_from(SUBJECTS), min_size=1),
            notify=some_roles.map(tuple),
            signpost=st.lists(st.sampled_from(sorted(load_signposts())), max_size=3).map(tuple),
            basis=st.just(Basis(statutory="Guidance")),
            steps_aside=some_roles.map(frozenset),
        ),
        max_size=30,
    ),
    st.lists(st.sampled_from(ROLES), unique=True).map(lambda roles: {role: role.title() for role in roles}),
)
schools = st.one_of(st.sampled_from(SLUGS).map(school_of), random_schools)
PEOPLE = [f"person-{n}" for n in range(4)]
concerns = st.builds(
    Concern,
    kind=st.sampled_from(KINDS),
    about=st.frozensets(st.sampled_from(ANYBODY), max_size=3),
    child_at_risk=st.booleans(),
    doubtful=st.frozensets(st.sampled_from(SINGLE), max_size=2),
    people=st.frozensets(st.sampled_from(PEOPLE), max_size=1),
)
staffings = st.builds(
    Staffing,
    absent=st.frozensets(st.sampled_from(ROLES), max_size=8),
    held_by=st.dictionaries(st.sampled_from(ROLES), st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=2)),
    away=st.frozensets(st.sampled_from(PEOPLE), max_size=3),
)


def roles_in(routed):
    return [recipient.role for recipient in routed.recipients]


@given(schools, concerns, staffings)
def test_nobody_whom_it_is_about_or_who_steps_aside_ever_gets_it(school, concern, staffing):
    routed = route(school, concern, staffing)
    subjects = {who if who in SUBJECTS else SUBJECT_OF[who] for who in concern.about or {"unknown"}}
    aside = {
        role for row in school.routes if row.kind == concern.kind and subjects & row.about for role in row.steps_aside
    }
    told = set(roles_in(routed))
    left_out = {who.role for who in routed.excluded}
    assert told.isdisjoint(concern.about | subjects | aside | concern.doubtful)
    assert told.isdisjoint(left_out)
    assert left_out.isdisjoint(one.role for one in routed.next_in_line)
    bound = ((concern.about | subjects | aside | concern.doubtful) & set(ROLES)) - GROUPS
    assert routed.excluded_people == {p for role in bound for p in staffing.held_by.get(role, ())} | concern.people
    for role in (*told, *(one.role for one in routed.next_in_line)):
        holders = staffing.held_by.get(role)
        assert not holders or not holders <= routed.excluded_people


@given(schools, concerns, staffings)
def test_every_report_has_somebody_who_is_there_or_says_whom_to_ring(school, concern, staffing):
    routed = route(school, concern, staffing)
    there = [recipient for recipient in routed.recipients if not recipient.away]
    assert all(recipient.role not in staffing.absent for recipient in there)
    assert bool(there) != routed.nobody_left
    if routed.nobody_left and concern.child_at_risk:
        assert {"childrens-social-care", "police"} <= set(routed.ring)
    if routed.nobody_left and any(SUBJECT_OF.get(who, who) in ADULTS_AT_SCHOOL for who in concern.about):
        assert "lado" in routed.ring


@given(schools, concerns, staffings)
def test_whoever_is_counted_on_is_there_and_not_left_out(school, concern, staffing):
    routed = route(school, concern, staffing)
    for recipient in (one for one in routed.recipients if not one.away):
        holders = staffing.held_by.get(recipient.role)
        assert not holders or holders - staffing.away - routed.excluded_people


@given(schools, concerns, st.lists(st.sampled_from(ROLES), max_size=4, unique=True), staffings)
def test_an_unfinished_report_goes_to_two_who_are_there_and_not_named_or_to_the_chair_or_says_whom_to_ring(
    school, concern, roles, staffing
):
    named = tuple(Named(role, frozenset({role}), role) for role in roles)
    routed = route_unfinished(school, concern, named, staffing)
    told = roles_in(routed)
    assert len(told) == 2 or told == ["chair"] or (told == [] and routed.ring)
    later = {r.role for r in routed.next_in_line}
    assert {*told, *later}.isdisjoint({*roles, *(one.role for one in routed.excluded)})
    assert not any(set(told) <= office for office in OFFICES if len(told) > 1)
    for role in told:
        holders = staffing.held_by.get(role)
        assert role not in staffing.absent
        assert not holders or holders - staffing.away - routed.excluded_people
    if len(told) == 2:
        one, two = (staffing.held_by.get(role, frozenset()) for role in told)
        assert one.isdisjoint(two)


def test_where_the_one_who_is_left_of_a_role_is_away_the_reporter_is_told_whom_to_ring():
    held = {"dsl": frozenset({"dsl-1", "dsl-2"}), "head": frozenset({"head-1"}), "chair": frozenset({"chair-1"})}
    concern = Concern("adult-conduct", frozenset({"head"}), child_at_risk=True, people=frozenset({"dsl-1"}))
    staffing = Staffing(frozenset(ROLES) - set(held), held, away=frozenset({"dsl-2", "chair-1"}))
    routed = route(school_of("st-marys"), concern, staffing)
    assert all(recipient.away for recipient in routed.recipients)
    assert {"lado", "childrens-social-care", "out-of-hours", "police"} == set(routed.ring)


@given(schools, concerns, staffings)
def test_the_floor_holds_whatever_the_routes_say(school, concern, staffing):
    routed = route(school, concern, staffing)
    told, left_out = set(roles_in(routed)), {who.role for who in routed.excluded}
    subjects = {who if who in SUBJECTS else SUBJECT_OF[who] for who in concern.about}
    if concern.child_at_risk:
        assert "dsl" in told | left_out
    if subjects & ADULTS_AT_SCHOOL:
        assert "head" in told | left_out
        if "head" in left_out:
            assert "chair" in told | left_out
    if "head" in subjects:
        assert "lado" in routed.signposts
        assert "chair" in told | left_out
        if "chair" in told - staffing.absent:
            assert roles_in(routed)[0] == "chair"
    if concern.doubtful or concern.people:
        assert "chair" in told | left_out
        assert len(told) >= min(2, len({"head", "dsl", "chair"} - left_out))


@given(schools, concerns, staffings)
def test_each_recipient_stands_there_once_with_reason_and_basis_and_those_away_come_last(school, concern, staffing):
    routed = route(school, concern, staffing)
    assert len(set(roles_in(routed))) == len(routed.recipients)
    assert all(r.title and r.reason and r.basis for r in routed.recipients)
    assert [r.away for r in routed.recipients] == sorted(r.away for r in routed.recipients)
    assert len(set(routed.signposts)) == len(routed.signposts)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_kind_about_everybody_in_any_single_absence_keeps_the_floor_in_the_built_in_schools(slug):
    school = school_of(slug)
    for kind in KINDS:
        for who in ANYBODY:
            for absent in (frozenset(), *(frozenset({role}) for role in ROLES), frozenset(ROLES)):
                routed = route(school, Concern(kind, frozenset({who}), kind in CHILD_AT_RISK), Staffing(absent))
                told = roles_in(routed)
                assert told
                assert who not in told
                if kind in CHILD_AT_RISK and who != "dsl":
                    assert "dsl" in told
                if SUBJECT_OF.get(who, who) == "head":
                    assert told[0] == "chair" or "chair" in absent
                elif SUBJECT_OF.get(who, who) in ADULTS_AT_SCHOOL or who in ADULTS_AT_SCHOOL:
                    assert "head" in told
                assert routed.nobody_left == (all(r.away for r in routed.recipients))


def test_about_the_executive_principal_it_goes_to_the_chair_of_the_local_academy_committee_with_the_lado_named():
    routed = route(school_of("st-peters"), Concern("adult-conduct", frozenset({"head"})))
    assert routed.recipients[0].title == "Chair of the Local Academy Committee"
    assert routed.signposts[0] == "lado"
    assert {"head", "head-of-school", "deputy-head"} <= {who.role for who in routed.excluded}


def test_while_the_dsl_is_away_the_deputy_stands_in_and_the_dsl_finds_it_when_back():
    school = school_of("kingsthorpe-village")
    routed = route(school, Concern("nudes", frozenset({"pupil"}), child_at_risk=True), Staffing(frozenset({"dsl"})))
    assert [(r.role, r.away) for r in routed.recipients] == [("deputy-dsl", False), ("head", False), ("dsl", True)]


def test_a_deputy_who_steps_aside_never_stands_in():
    school = school_of("kingsthorpe-village")
    concern = Concern("nudes", frozenset({"dsl"}), child_at_risk=True)
    assert roles_in(route(school, concern, Staffing(frozenset({"head"})))) == ["deputy-head", "head"]


def test_where_everybody_is_away_the_reporter_is_told_whom_to_ring_and_they_find_it_when_back():
    concern = Concern("nudes", frozenset({"dsl"}), child_at_risk=True)
    routed = route(school_of("kingsthorpe-village"), concern, Staffing(frozenset(ROLES)))
    assert roles_in(routed) == ["head"]
    assert routed.nobody_left
    assert routed.ring == ("lado", "childrens-social-care", "out-of-hours", "police")


def test_a_head_who_is_the_dsl_too_gets_nothing_about_themselves_in_either_role():
    held = {"head": frozenset({"head-1"}), "dsl": frozenset({"head-1"}), "chair": frozenset({"chair-1"})}
    concern = Concern("grooming", frozenset({"head"}), child_at_risk=True)
    routed = route(school_of("st-marys"), concern, Staffing(held_by=held))
    assert roles_in(routed) == ["chair"]
    assert routed.excluded_people == {"head-1"}


def test_somebody_who_may_be_named_in_the_report_is_left_out_and_two_others_are_told():
    concern = Concern("harmful-post", frozenset({"parent"}), doubtful=frozenset({"head"}))
    routed = route(school_of("st-marys"), concern)
    assert roles_in(routed) == ["chair", "dsl"]


def test_a_post_that_a_member_of_staff_may_hold_is_left_out_of_a_report_about_staff():
    routed = route(school_of("st-johns"), Concern("school-device-content", frozenset({"staff"}), child_at_risk=True))
    assert {"slt", "computing-lead", "office"} <= {who.role for who in routed.excluded}


def test_a_word_that_is_nobody_is_refused():
    with pytest.raises(ValueError, match="neither"):
        route(school_of("st-johns"), Concern("nudes", frozenset({"caretaker"})))


def test_danger_now_outranks_every_kind_and_a_child_at_risk_is_read_today():
    assert urgency_of("harmful-post", danger_now=True, child_at_risk=False) is Urgency.NOW
    assert urgency_of("harmful-post", danger_now=False, child_at_risk=True) is Urgency.TODAY
    assert urgency_of("nudes", danger_now=False, child_at_risk=False) is Urgency.TODAY
    assert urgency_of("harmful-post", danger_now=False, child_at_risk=False) is Urgency.SOON
