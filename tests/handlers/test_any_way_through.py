"""Whatever way somebody takes through a report, what is sent reaches somebody, and nobody whom it may be about."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.terminal.render import pressable
from handlers import intake
from knowledge.model import ROLES, Audience
from knowledge.naming import named_in
from tests.fakes import Person

NAMES = {"head-1": "Mrs Anne Smith", "dsl-1": "Mr John Smith", "chair-1": "Ms Day", "deputy-dsl-1": "Mr Head"}
TEXTS = [
    "Mr Smith told me not to tell",
    "I told the head",
    "ms day saw it",
    "the DSL and Mr Head laughed",
    "the deputy and the head of governors know",
    "its about her",
    "send it",
    "3",
    "he is outside my door",
    "skip",
    "no",
    "yes",
    "back",
    "send",
    "🙂",
    "at break",
]
AWAY = ("report.stop", "report.send")
steps = st.lists(st.one_of(st.sampled_from(TEXTS), st.integers(0, 30)), max_size=25)
_numbers = itertools.count()


def goes_on(person, step):
    """Type a text, or press one of the buttons that do not leave the report."""
    if isinstance(step, str):
        person.says(step)
        return
    offered = [b for b in pressable(person.last) if b.action not in AWAY and b.value != "kind:complaint"]
    if offered:
        button = offered[step % len(offered)]
        person.sends(action=button.action, value=button.value)


def sends(person):
    """Answer whatever is left to answer, and send it."""
    for _ in range(20):
        buttons = pressable(person.last)
        if any(button.action == "report.send" for button in buttons):
            person.presses("Send")
            return
        choice = next((button for button in buttons if button.action == intake.ANSWER), None)
        if choice:
            person.sends(action=choice.action, value=choice.value)
        else:
            person.says("words")
    raise AssertionError(f"it never ends:\n{person.sees}")


def may_be_about(case, school, contacts):
    """Everybody whom the report is about or may be about, by label, as its answers stand."""
    job = case.answers.get("role") if case.answers.get("who") == "adult" else ""
    found = {p.label for p in contacts.people if job in p.roles}
    asked = {}
    for one in named_in(intake.words_of(case.answers), school, contacts):
        if one.roles == {job}:
            continue
        leader = asked.setdefault(one.words.casefold(), one.who)
        if case.answers.get(f"{intake.NAMED}{leader}") != "told":
            held = {p.label for p in contacts.people if one.who in p.roles}
            found |= held if one.who in ROLES else {one.who}
    return found


@given(st.sampled_from([Audience.STAFF, Audience.PARENT, Audience.PUPIL]), steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_and_changed_on_the_way_nobody_whom_it_may_be_about_is_told(live, role, steps):
    contacts = live.contacts["st-peters"]
    people = tuple(replace(p, names=tuple(filter(None, [NAMES.get(p.label)]))) for p in contacts.people)
    contacts = replace(contacts, people=people)
    person = Person(replace(live, contacts={"st-peters": contacts}), role=role, name=f"reporter-{next(_numbers)}")
    person.says("report")
    for step in steps:
        if live.drafts.current(person.name, person.name):
            goes_on(person, step)
    draft = live.drafts.current(person.name, person.name)
    if draft is None:  # "send" was typed at the end of a report
        return
    if draft.left:
        person.says("report")
        person.presses("Go on")
    sends(person)
    case = live.cases.sent(draft.id).case
    told = {*case.people, *case.next_in_line}
    assert case.people or case.ring
    assert told.isdisjoint(may_be_about(case, live.engine.schools["st-peters"], contacts))
    assert told.isdisjoint(case.never)
