"""Nobody who is left out can infer a case: whatever they can look at is the same with the case and without it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import starmap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.doctor import _store
from bot.opening import open_store
from bot.settings import Settings
from handlers.home import overview
from handlers.message import Message
from handlers.ports import NewCase
from knowledge.contact_loader import load_contacts
from knowledge.contacts import Period
from knowledge.escalating import next_wave, wave
from knowledge.model import KINDS, ROLES, Audience
from knowledge.routing import CHILD_AT_RISK, Concern, Staffing, Urgency, route
from tests.bot.leading import at_work
from tests.fakes import FakeClock, Person
from tests.handlers.telling import CONTACTS
from tests.knowledge.test_routing import concerns, random_schools, school_of

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_SCHOOL = cache(school_of)
SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")
POSTS = ("head", "dsl", "chair", "head-of-school", "deputy-dsl", "deputy-head", "ict-technician")


def looks(bot, slug, label, reference):
    """Everything that somebody with a contact can look at: their chat, their home view, copies, record and doctor."""
    person = Person(bot.world, school=slug, name=f"T1/{label}", channel="slack")
    seen = [person.says("cases"), person.says(f"status {reference}"), home(bot, slug, label)]
    seen += [
        person.sends(action=f"cases.{step}", value=reference) for step in ("open", "taken", "stepped-back", "let-in")
    ]
    for step in ("note", "closed", "reopened", "message"):
        person.sends(action=f"cases.{step}", value=reference)
        seen.append(person.says("words"))
    lead = next(lead for lead in bot.store.leads.holders(slug) if lead.label == label)
    cases = bot.store.cases
    seen.append(f"{cases.listed(slug, lead.id)} {cases.opened(slug, reference, lead.id)}")
    seen.append(f"{cases.act(slug, reference, lead.id, 'exported', {})} {bot.store.record.first_broken()}")
    return [*seen, home(bot, slug, label), *map(str, _store(bot.store, bot.clock()))]


def home(bot, slug, label):
    """The home view in Slack, its buttons too."""
    message = Message("slack", "e", f"T1/{label}", f"T1/{label}", slug, Audience.STAFF, bot.clock())
    return str(overview(message, bot.world))


def enrolled(store, engine, contacts, clock, slug):
    bot = at_work(store, engine, contacts, clock)
    for lead in store.leads.holders(slug):
        code = store.leads.code(slug, lead.label)
        store.leads.enrol(code, "slack", f"T1/{lead.label}")
    return bot


def people_of(slug):
    """The contacts of a school: the same people, at each."""
    found = load_contacts(CONTACTS)["st-peters"]
    return replace(found, school=slug, people=tuple(in_slack(person) for person in found.people))


def in_slack(person):
    """Somebody who has an account in Slack, too."""
    return replace(person, channels=(*person.channels, ("slack", person.label)))


WHATEVER = {
    "kind": st.sampled_from(KINDS),
    "about": st.sampled_from(POSTS),
    "absent": st.frozensets(st.sampled_from(POSTS), max_size=2),
    "urgency": st.sampled_from(list(Urgency)),
}
a_person = st.tuples(
    st.frozensets(st.sampled_from(ROLES), min_size=1, max_size=3),
    st.frozensets(st.sampled_from(["slack", "telegram", "email"]), min_size=1),
    st.booleans(),
)
some_people = st.lists(a_person, max_size=6).map(lambda drawn: tuple(starmap(person_of, enumerate(drawn))))
"""Anybody with any roles and channels, at work or away; nobody at all, too."""


def person_of(number, drawn):
    """Somebody of a random school; `there` says whether they are at work."""
    roles, channels, there = drawn
    away = () if there else (Period(AT.date(), AT.date() + timedelta(days=30)),)
    addresses = tuple((channel, f"{channel}-{number}") for channel in sorted(channels))
    return in_slack(
        replace(
            people_of("any").people[0],
            label=f"person-{number}",
            roles=tuple(sorted(roles)),
            channels=addresses,
            away=away,
            names=(),
        )
    )


@pytest.mark.parametrize("slug", SCHOOLS)
@given(**WHATEVER)
@settings(max_examples=15, deadline=None)
def test_at_every_school_whoever_is_left_out_is_in_no_wave_and_somebody_is_told_or_is_to_be_rung(
    slug, kind, about, absent, urgency
):
    goes_to_somebody(_SCHOOL(slug), people_of(slug), Concern(kind, frozenset({about})), absent, urgency)


@given(random_schools, some_people, concerns, st.sampled_from(list(Urgency)))
@settings(max_examples=50, deadline=None)
def test_at_a_random_school_whoever_is_left_out_is_in_no_wave_and_somebody_is_told_or_is_to_be_rung(
    school, people, concern, urgency
):
    goes_to_somebody(school, replace(people_of("random"), people=people), concern, frozenset(), urgency)


def goes_to_somebody(school, contacts, concern, absent, urgency):
    """See whom a report reaches while nobody opens it, and that its reporter learns whom to ring where it is nobody."""
    routed, readers, more = routed_at(school, contacts, concern, absent)
    at, told, to_be_rung = AT, set(), bool(routed.ring)
    for number in range(8):
        found = wave(number, contacts, readers, more, at)
        told |= {notice.label for notice in found.notices}
        to_be_rung |= found.reporter_too
        at = next_wave(number, urgency, contacts, at)
    assert told.isdisjoint(routed.excluded_people)
    assert told or to_be_rung


def routed_at(school, contacts, concern, absent):
    """Where a report goes, and who that is."""
    staffing = contacts.staffing(AT)
    routed = route(school, concern, Staffing(staffing.absent | absent, staffing.held_by))
    readers = contacts.holders([r.role for r in routed.recipients], AT, routed.excluded_people)
    more = contacts.holders([r.role for r in routed.next_in_line], AT, {*routed.excluded_people, *readers})
    return routed, readers, more


@pytest.mark.parametrize("about", ["head", "dsl"])
def test_what_the_subject_sees_is_the_same_with_and_without_the_case(engine, tmp_path_factory, about):
    concern = Concern("adult-conduct", frozenset({about}))
    slug = "newall-green"
    the_same(engine, tmp_path_factory, _SCHOOL(slug), people_of(slug), concern, frozenset(), Urgency.TODAY)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SCHOOLS)
@given(**WHATEVER)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_somebody_left_out_sees_is_the_same_with_and_without_the_case(  # noqa: PLR0917 -- hypothesis fills them in
    engine, tmp_path_factory, slug, kind, about, absent, urgency
):
    concern = Concern(kind, frozenset({about}), kind in CHILD_AT_RISK)
    the_same(engine, tmp_path_factory, _SCHOOL(slug), people_of(slug), concern, absent, urgency)


@pytest.mark.slow
@given(random_schools, some_people, concerns, st.sampled_from(list(Urgency)))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_at_a_random_school_what_somebody_left_out_sees_is_the_same(  # noqa: PLR0917 -- hypothesis fills them in
    engine, tmp_path_factory, drawn, people, concern, urgency
):
    # Its routes, roles and people are random; its clauses are those of a school that the engine knows.
    school = replace(_SCHOOL("st-peters"), routes=drawn.routes, roles=drawn.roles)
    random = copy(engine)
    random.schools = {**engine.schools, "st-peters": school}
    contacts = replace(people_of("st-peters"), people=people)
    the_same(random, tmp_path_factory, school, contacts, concern, frozenset(), urgency)


def the_same(engine, tmp_path_factory, school, found, concern, absent, urgency):  # noqa: PLR0917 -- the parts of a report
    """Live through the same days with a case and without it, and compare all that those left out can see."""
    routed, readers, more = routed_at(school, found, concern, absent)
    labels = [p.label for p in found.people if p.label in routed.excluded_people]
    seen: list[dict[str, list[str]]] = []
    told: set[str] = set()
    reference, slug = "", school.slug
    # The same reference is tried where there is no such case, so that the words typed are the same.
    for with_case in (True, False):
        clock = FakeClock(AT)
        with open_store(Settings(data=tmp_path_factory.mktemp("store"), _env_file=None), clock) as store:
            bot = enrolled(store, engine, {slug: found}, clock, slug)
            if with_case:
                sent = store.cases.send(case_of(slug, routed, readers, more, concern, urgency))
                reference = sent.reference
            for _ in range(6):
                told |= {address for _, address, _ in bot.goes_on(urgent_wait(found, urgency))}
            if with_case:
                status = store.cases.status(sent.code)
                assert told or routed.ring or status.messages
                lived_with(bot, slug, reference, readers)
            bot.works()
            seen.append({label: looks(bot, slug, label, reference) for label in labels})
    assert seen[0] == seen[1]
    left_out = {a for p in found.people if p.label in labels for _, a in p.channels}
    assert told.isdisjoint(left_out)


def case_of(slug, routed, readers, more, concern, urgency):  # noqa: PLR0917 -- the parts of a report
    """The case that a report becomes."""
    return NewCase(
        draft="d",
        school=slug,
        role="staff",
        kind=concern.kind,
        about=tuple(concern.about),
        child_at_risk=concern.child_at_risk,
        urgency=urgency,
        answers={"what": "words"},
        readers=tuple(r.role for r in routed.recipients),
        excluded=tuple(e.role for e in routed.excluded),
        signposts=(),
        ring=routed.ring,
        trial=False,
        channel="test",
        person="reporter",
        conversation="reporter",
        at=AT,
        people=readers,
        next_in_line=more,
        never=tuple(routed.excluded_people),
        doubtful=tuple(concern.doubtful),
    )


def lived_with(bot, slug, reference, readers):
    """Let the first who may read it open it, write in it and close it."""
    ids = {lead.label: lead.id for lead in bot.store.leads.holders(slug)}
    for label in readers[:1]:
        assert bot.store.cases.opened(slug, reference, ids[label])
        for step in ("note", "message", "closed"):
            assert bot.store.cases.act(slug, reference, ids[label], step, {"text": "words"})


def urgent_wait(contacts, urgency):
    return timedelta(minutes=max(contacts.waits[urgency.value], 60) * 3)
