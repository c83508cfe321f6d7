"""A child who speaks up is spoken to as a child, and nobody is sent to whom their words are about."""

from __future__ import annotations

import pytest

from knowledge.model import Audience
from knowledge.safety import load_safety
from tests.fakes import Person

TOLD = [
    "my dad hits me",
    "my uncle touches me and says its our secret",
    "a man on roblox wants to meet me tonight",
    "someone has my nudes and says hell post them",
    "i want to die",
    "my teacher keeps messaging me",
    "kids in my class are calling me names on whatsapp",
]
FOR_STAFF = (
    "question the child",
    "Ask a child",
    "ask a child",
    "designated safeguarding lead",
    "LADO",
    "whistleblowing",
    "NSPCC",
)


@pytest.mark.parametrize("school", ["st-peters", "st-marys", "st-johns", "newall-green", "kingsthorpe-village"])
@pytest.mark.parametrize("text", TOLD)
def test_a_child_who_tells_of_harm_hears_nothing_that_is_meant_for_staff(world, school, text):
    said = Person(world, school=school, role=Audience.PUPIL).says(text)
    assert "Childline: 0800 1111" in said
    assert not [words for words in FOR_STAFF if words in said]
    assert "paragraph" not in said, "a clause of the policy is no help to a child"


def test_every_risk_has_words_for_a_child_that_blame_and_promise_nothing():
    for rule in load_safety():
        said = rule.said_to(Audience.PUPIL)
        assert "childline" in rule.help_for(Audience.PUPIL)
        assert "secret" not in said
        assert max(map(len, said.replace(",", "").split())) <= 12


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("the safeguarding lead has been messaging a year 9 girl at night", "the executive principal"),
        ("the head and the dsl send a year 9 girl sexual messages", "the chair of the Local Academy Committee"),
        ("a pupil told me her dad hits her", "the designated safeguarding lead"),
    ],
)
def test_nobody_is_sent_to_speak_to_a_lead_whom_their_words_name(world, text, whom):
    said = Person(world).says(text)
    assert f"Speak to {whom} in person today".lower() in said.lower()


def test_help_outside_is_named_as_the_schools_own_contacts_have_it(live):
    assert "01632 960001" in Person(live, role=Audience.PARENT).says("my daughters teacher keeps texting her at night")


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Audience.STAFF, "i think a colleague is being too friendly with a pupil"),
        (Audience.PUPIL, "a teacher follows me on instagram"),
        (Audience.GOVERNOR, "the chair of governors posted racist things on facebook"),
        (Audience.PARENT, "someone is bullying my son"),
    ],
)
def test_a_worry_that_sounds_like_a_policy_question_still_offers_a_report(world, role, text):
    person = Person(world, role=role)
    person.says(text)
    assert person.button("Report it")


@pytest.mark.parametrize(
    "text", ["he is downstairs with a baseball bat", "my daughter has not come home", "ive taken all my tablets"]
)
@pytest.mark.parametrize("role", [Audience.PARENT, Audience.PUPIL])
def test_danger_that_is_told_as_if_it_were_a_question_brings_999_first_and_a_report(world, role, text):
    person = Person(world, role=role)
    assert "999" in person.says(text)
    assert person.button("Report it")
