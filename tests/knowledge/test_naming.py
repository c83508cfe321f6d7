"""Naming: the school's people are found in a report by title or by name, misspelt ones too, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.contact_loader import load_contacts
from knowledge.naming import named_in
from tests.knowledge.test_routing import SLUGS, school_of

CONTACTS = load_contacts(Path(__file__).parents[2] / "docs" / "contacts.example.yaml")["st-peters"]


def found(text, contacts=CONTACTS):
    return {named.who for named in named_in(text, school_of("st-peters"), contacts)}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I told the head teacher on Monday", {"head"}),
        ("The headteachr shouted at him", {"head"}),
        ("the haed knows", {"head"}),
        ("the Executive Principle was there", {"head"}),
        ("outside the principal's office", {"head"}),
        ("our deputy head saw it", {"deputy-head"}),
        ("I spoke to the DSL.", {"dsl"}),
        ("the safegaurding lead laughed", {"dsl"}),
        ("the chair of governers wrote it", {"chair"}),
        ("Mx Placeholder did it", {"head-1"}),
        ("mrs placehodler", {"head-1"}),
        ("it was Mr P.", {"head-1"}),
        ("Placeholder, the head, was there", {"head-1"}),
        ("h e a d", {"head"}),
        ("the Head of School and the DSL", {"head-of-school", "dsl"}),
        ("the head off school", {"head-of-school"}),
        ("the IT teacher", {"computing-lead"}),
        ("the safegaurding lady knows", {"dsl"}),
        ("the head of governors", {"chair"}),
        ("the assistant headteacher", {"deputy-head"}),
        ("the deputy saw it", {"deputy-head", "deputy-dsl"}),
        ("I told the head first", {"head"}),
        ("hit her head teacher", {"head"}),
        ("the head hurts her", {"head"}),
        ("the head start shouting", {"head"}),
        ("I went to the head to say so", {"head"}),
        ("no trust in the head, and I had it out with the chair", {"head", "chair"}),
        ("the head of year told the head", {"head"}),
    ],
)
def test_somebody_is_found_by_title_or_name_however_it_is_written(text, who):
    assert found(text) == who


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a boy in year six sent a picture to my daughter",
        "she read ahead of the others and had a bad day",
        "there was a letter about head lice",
        "he sat on a chair and heard a dead leaf",
        "my sons teacher, a teacher, his teacher and the teachers",
        "at the fair she pulled the hair of a girl in the choir",
        "the head of year 9, the head boy and the head of maths",
        "he said smth rude",
        "he hit me on the head, banged his head and my head hurts",
        "she threw the chair at him and sat on the chair",
        "🙂🙂 ???",
    ],
)
def test_words_that_are_nobody_name_nobody(text):
    assert found(text) == set()


def test_without_contacts_titles_are_found_and_names_are_not():
    assert found("Mx Placeholder and the head", contacts=None) == {"head"}


def named(text, *names):
    """Whether somebody with some names is found in a text."""
    person = replace(CONTACTS.people[0], label="deputy-head-9", roles=("deputy-head",), names=names)
    return "deputy-head-9" in found(text, replace(CONTACTS, people=(*CONTACTS.people, person)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr Smith's class was loud", "Mr Smith"),
        ("John shouted at her", "Mr John Smith"),
        ("Grace was there", "Ms Grace Head"),
        ("Will shouted at her", "Will Grace"),
        ("ask JS", "Mr John Smith"),
        ("it was J.S. again", "Mr John Smith"),
        ("Mr Ng hit him", "Mr Ng"),
        ("Li said so", "Ms Li"),
        ("Tom did it", "Tom Fletcher"),
        ("Lukasz was in the room", "Łukasz Kowalski"),
        ("Ｓｍｉｔｈ did it", "Mr Smith"),
        ("Smi\u200bth did it", "Mr Smith"),
        ("S m i t h", "Mr Smith"),
        ("ms o neill", "Ms O’Neill"),
        ("BrownJones did", "Mrs Brown-Jones"),
        ("You can reach me, Mr Smith, at break", "Mr Smith"),
        ("MRSMITH HIT HIM", "Mr Smith"),
        ("mrssmiht knows", "Mr Smith"),
        ("write to misso.neill@school.example.org, missoneill", "Ms O’Neill"),
        ("ms day hit him", "Ms Day"),
        ("ms dya hit him", "Ms Day"),
        ("Day hit him", "Ms Day"),
        ("mr head hit him", "Mr Head"),
        ("i told jo brown", "Jo Brown"),
        ("al-ali shouted at him", "Noor Al-Ali"),
        ("mr okofer shouted at him", "Mr Paul Okafor"),
        ("paul okofer shouted at him", "Mr Paul Okafor"),
    ],
)
def test_names_short_foreign_hidden_or_by_one_end_are_found(text, name):
    assert named(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I will ring and you may ask", "Will Maybury"),
        ("mark his work", "Mark Oakes"),
        ("he was like so angry", "Ms Li"),
        ("the tom cat", "Tom Fletcher"),
        ("its js homework", "John Smith"),
        ("he does it every day", "Ms Day"),
        ("a man with brown hair", "Mr Brown"),
        ("he said good morning at the church gate", "Mrs Church-Good"),
        ("the drop was deep", "Mr Op"),
        ("mr okeefe shouted", "Mr Okafor"),
    ],
)
def test_a_word_that_is_a_name_too_is_somebody_only_with_a_capital(text, name):
    assert not named(text, name)


def test_somebody_is_found_by_everything_that_people_call_them():
    assert named("Smithy was there", "Mr Smith", "Smithy")


def test_all_roles_at_once_are_all_found():
    text = "The head, the DSL, the deputy DSL, the chairman and the IT technician all knew"
    assert found(text) == {"head", "dsl", "deputy-dsl", "chair", "ict-technician"}


def test_two_who_hold_one_role_are_two_people():
    people = (*CONTACTS.people, replace(CONTACTS.people[0], label="head-2", names=("Mx Otherwise",)))
    both = replace(CONTACTS, people=people)
    assert found("the head and Mx Otherwise", both) == {"head", "head-2"}


@pytest.mark.parametrize("slug", SLUGS)
def test_each_schools_own_title_of_every_post_is_found(slug):
    school = school_of(slug)
    for role, title in school.roles.items():
        if role not in ("slt", "staff", "governors", "office"):
            assert role in {named.who for named in named_in(f"I saw the {title.lower()} there", school)}


@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_be_looked_through(text):
    named_in(text, school_of("st-peters"), CONTACTS)


@given(st.data())
def test_one_slip_in_a_long_title_or_name_is_forgiven(data):
    word, who = data.draw(
        st.sampled_from([("headteacher", "head"), ("placeholder", "head-1"), ("safeguarding lead", "dsl")])
    )
    at = data.draw(st.integers(1, len(word) - 2))
    slip = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + "q" + word[at:], word[:at] + "q" + word[at + 1 :]])
    )
    assert who in found(f"it was the {slip} again")
