"""Danger that stands in the words of a report: 999 first, however late it comes, and then still the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import unfinished
from handlers.wording import say
from knowledge.model import Audience
from tests.fakes import Person
from tests.handlers.telling import STORY, stored, tell

KNIFE = "he has got a knife and is going to stab Tom"
CARD = "Ring 999 now"


@pytest.fixture
def world(trial):
    return trial


@pytest.fixture
def parent(world):
    return Person(world, school="st-marys", role=Audience.PARENT)


def urgency(person, reader="dsl"):
    return stored(person, reader)[0].urgency


def test_danger_in_the_story_brings_999_first_and_the_report_goes_on_as_the_most_urgent(parent):
    parent.says("report")
    for label in ("No", "Something else", "No, a pupil", "No", "Yes"):
        parent.presses(label)
    said = parent.says(KNIFE)
    assert said.index(CARD) < said.index("When did it happen")
    assert "Childline" in said
    for text in ("skip", "skip", "skip", "send"):
        parent.says(text)
    assert urgency(parent) == "now"


@pytest.mark.parametrize("late", ["Change: When", "Change: How to reach you", "Change: What happened", ""])
def test_danger_that_comes_last_of_all_in_any_field_is_heard_too(parent, late):
    tell(parent, kind="A post that harms", who="No, a parent", story="They wrote that our fair was dull")
    if late:
        parent.presses(late)
    assert CARD in parent.says("come quick, my son has taken loads of tablets")
    parent.says("send")
    assert urgency(parent) == "now"


def test_danger_written_where_a_choice_was_asked_is_heard_and_kept(parent):
    parent.says("report")
    parent.presses("No")
    assert CARD in parent.says(KNIFE)
    assert parent.world.drafts.current("somebody", "somebody").answers["what"] == KNIFE


@pytest.mark.parametrize("text", ["yes he is outside my door", "Yes!!! please hurry", "YEAH shes bleeding", "yes", "Y"])
def test_whoever_types_more_than_yes_to_danger_is_taken_at_their_word(parent, text):
    parent.says("report")
    said = parent.says(text)
    assert said.count(CARD) == 1
    assert "What is it about?" in said
    assert parent.world.drafts.current("somebody", "somebody").answers["danger"] == "yes"


def test_a_child_gets_the_childs_words_for_danger(world):
    child = Person(world, role=Audience.PUPIL)
    child.says("report")
    child.presses("No")
    said = child.says("my dad is going to kil me tonite")
    assert "Ring 999 now, or tell the nearest grown-up" in said
    assert "NSPCC" not in said


@pytest.mark.parametrize(
    "text",
    [
        "HE IS GUNA KIL ME TONITE",
        "she took 20 paracetamol",
        "my doughter is bleding",
        "he has a nife",
        "shes gonna kms",
        "somebody is trying to get in",
        "he is outside my door",
        "my dad is strangling mum",
        "he is hitting her right now",
        "I am not safe at home tonight",
        "she drank bleach",
        "im scared hes coming",
        "he is downstairs with a baseball bat",
        "my dads smashing up the house",
        "mum is on the floor and wont get up",
        "i wnt 2 die",
        "im gonna do it tonight",
        "ive taken all my tablets",
        "im locked in the toilets and they are outside",
        "he said hes going to burn the house down",
        "he said there is a bomb in his bag",
        "a man is following my daughter",
        "some man in a car is trying to get kids in",
        "she has gone to meet a man she met online",
        "my daughter has not come home",
        "they are taking me to be cut",
        "they are going to marry me off in another country",
        "he put a pillow on my face",
        "HELP ME",
        "he will hit me when i get home",
        "im scared to go home",
        "he threatened me with a screwdriver",
        "she cut her wrists",
        "she say she kill she self",
        "he shook the baby",
        "pomocy",
    ],
)
def test_danger_is_heard_however_it_is_written(world, text):
    assert unfinished.in_danger_now(text, world)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody is in danger, it is just a silly post",
        "she is not in danger now",
        "no one is in any danger",
        "I don't think anybody is in danger but it worries me",
        "he's not going to hurt anybody",
        "this homework is so boring",
        "a man followed my daughter on tiktok",
        "a man is following my daughter on instagram",
        "someone in my school posted it",
        "he ran away from the dog",
        "he is outside the group chat",
        "we had a knife and fork at lunch",
        "she is missing lessons",
        "he threatened us with a solicitor",
        "please help with this",
        "somebody wrote that our school fair was dull",
        STORY,
    ],
)
def test_no_danger_is_no_danger(world, text):
    assert not unfinished.in_danger_now(text, world)


def test_whoever_is_not_sure_of_danger_is_told_of_999_and_the_report_is_read_today(parent):
    parent.says("report")
    assert "You don't have to be certain" in parent.presses("I'm not sure")
    for label in ("A post that harms", "No, a parent", "No", "Yes"):
        parent.presses(label)
    for text in ("They wrote that our fair was dull", "skip", "skip", "skip", "send"):
        parent.says(text)
    assert urgency(parent, "head") == "today"


def test_a_short_report_that_speaks_of_danger_is_the_most_urgent_too(parent):
    parent.sends(action="report.start", value="friend-request")
    parent.presses("No, somebody outside")
    assert CARD in parent.says("a man asked her, and he is outside my door")
    parent.says("send")
    assert urgency(parent) == "now"


def test_danger_that_was_left_unsent_is_passed_on_as_the_most_urgent(parent, world, clock):
    parent.says("report")
    parent.says("he is outside my door")
    clock.goes_on(timedelta(hours=2))
    for left in unfinished.left_for_long(world):
        unfinished.see_to(left, world)
    assert urgency(parent) == "now"


def test_a_child_whom_nobody_at_school_can_hear_is_told_of_childline_and_a_grown_up(live, clock):
    contacts = live.contacts["st-peters"]
    away = tuple(replace(p, left=clock().date()) for p in contacts.people)
    child = Person(replace(live, contacts={"st-peters": replace(contacts, people=away)}), role=Audience.PUPIL)
    child.says("report")
    child.presses("No")
    child.says("he told me not to tell")
    for label in ("No, somebody in a family", "Yes", "Leave this out"):
        child.presses(label)
    sent = child.presses("Send")
    assert "Tell a grown-up you trust" in sent
    for number in ("0800 1111", "01632 960002", "01632 960003", "999"):
        assert number in sent
    assert "LADO" not in sent


@pytest.mark.parametrize(
    ("role", "kind_word"),
    [(Audience.STAFF, "If it is you, you don't have to be alone"), (Audience.PUPIL, "You don't have to be alone")],
)
def test_whoever_wants_to_end_their_life_gets_a_kind_word_and_somebody_to_ring_beside_999(world, role, kind_word):
    person = Person(world, school="st-marys", role=role)
    person.says("report")
    person.presses("No")
    said = person.says("I can't go on, I want to kill myself")
    assert "Ring 999 now" in said
    assert kind_word in said
    assert "116 123" in said
    other = Person(world, school="st-marys", role=role, name="other")
    other.says("report")
    other.presses("No")
    assert "116 123" not in other.says(KNIFE)


def test_the_words_for_danger_promise_nothing_and_ask_for_nothing():
    for name in ("report.danger_unsure", "report.child_danger_unsure"):
        assert "999" in say(name)
