"""Nobody who is left out can infer a case: whatever they can look at is the same with the case and without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import open_store
from bot.doctor import _store
from bot.settings import Settings
from handlers.home import overview
from handlers.message import Message
from handlers.ports import Draft, NewCase
from knowledge.contacts import load_contacts
from knowledge.escalating import next_wave, wave
from knowledge.model import KINDS, Audience
from knowledge.routing import CHILD_AT_RISK, Concern, Staffing, Urgency, route
from tests.bot.leading import at_work
from tests.fakes import FakeClock, Person
from tests.handlers.telling import CONTACTS
from tests.knowledge.test_routing import school_of

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
    return replace(load_contacts(CONTACTS)["st-peters"], school=slug)


WHATEVER = {
    "kind": st.sampled_from(KINDS),
    "about": st.sampled_from(POSTS),
    "absent": st.frozensets(st.sampled_from(POSTS), max_size=2),
    "urgency": st.sampled_from(list(Urgency)),
}


@pytest.mark.parametrize("slug", SCHOOLS)
@given(**WHATEVER)
@settings(max_examples=15, deadline=None)
def test_at_every_school_whoever_is_left_out_is_in_no_wave_and_somebody_is_told_or_is_to_be_rung(
    slug, kind, about, absent, urgency
):
    found, routed, people, more = routed_at(slug, kind, about, absent)
    at = AT
    told = set()
    for number in range(8):
        told |= {notice.label for notice in wave(number, found, people, more, at).notices}
        at = next_wave(number, urgency, found, at)
    assert told.isdisjoint(routed.excluded_people)
    assert told or routed.ring


def routed_at(slug, kind, about, absent):
    """Where a report goes, and who that is."""
    found = people_of(slug)
    staffing = Staffing(absent, found.staffing(AT).held_by)
    routed = route(_SCHOOL(slug), Concern(kind, frozenset({about}), kind in CHILD_AT_RISK), staffing)
    people = found.holders([r.role for r in routed.recipients], AT, routed.excluded_people)
    more = found.holders([r.role for r in routed.next_in_line], AT, {*routed.excluded_people, *people})
    return found, routed, people, more


@pytest.mark.parametrize("about", ["head", "dsl"])
def test_what_the_subject_sees_is_the_same_with_and_without_the_case(engine, tmp_path_factory, about):
    the_same(engine, tmp_path_factory, "newall-green", "adult-conduct", about, frozenset(), Urgency.TODAY)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SCHOOLS)
@given(**WHATEVER)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_somebody_left_out_sees_is_the_same_with_and_without_the_case(  # noqa: PLR0917 -- hypothesis fills them in
    engine, tmp_path_factory, slug, kind, about, absent, urgency
):
    the_same(engine, tmp_path_factory, slug, kind, about, absent, urgency)


def the_same(engine, tmp_path_factory, slug, kind, about, absent, urgency):  # noqa: PLR0917 -- the parts of a report
    """Live through the same days with a case and without it, and compare all that those left out can see."""
    found, routed, people, more = routed_at(slug, kind, about, absent)
    contacts = {slug: found}
    seen: list[dict[str, list[str]]] = []
    told: set[str] = set()
    reference = ""
    # The same reference is tried where there is no such case, so that the words typed are the same.
    for with_case in (True, False):
        clock = FakeClock(AT)
        with open_store(Settings(data=tmp_path_factory.mktemp("store"), _env_file=None), clock) as store:
            bot = enrolled(store, engine, contacts, clock, slug)
            if with_case:
                store.drafts.keep("reporter", "reporter", Draft("d", slug, {}, AT))
                case = NewCase(
                    draft="d",
                    school=slug,
                    role="staff",
                    kind=kind,
                    about=(about,),
                    child_at_risk=True,
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
                    people=people,
                    next_in_line=more,
                    never=tuple(routed.excluded_people),
                )
                reference = store.cases.send(case).reference
                for _ in range(6):
                    told |= {address for _, address, _ in bot.goes_on(urgent_wait(found, urgency))}
            labels = [p.label for p in found.people if p.label in routed.excluded_people]
            seen.append({label: looks(bot, slug, label, reference) for label in labels})
    assert seen[0] == seen[1]
    left_out = {a for p in found.people if p.label in routed.excluded_people for _, a in p.channels}
    assert told.isdisjoint(left_out)


def urgent_wait(contacts, urgency):
    return timedelta(minutes=max(contacts.waits[urgency.value], 60) * 3)
