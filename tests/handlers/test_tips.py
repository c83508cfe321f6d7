"""Tips as people ask for them: by app, by age, one at a time, and each with somewhere to go on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from handlers.tips import asked_in
from knowledge.model import Audience
from tests.fakes import Person


@pytest.fixture
def father(world):
    """Give a father who opens the chat."""
    return Person(world, role=Audience.PARENT)


def shown(person, lessons):
    """Give the tip that the person sees."""
    found = [tip for tip in lessons.tips.values() if tip.text in person.sees]
    assert len(found) == 1, person.sees
    return found[0]


def test_a_tip_comes_with_its_letter_ages_and_checked_signpost(father, lessons):
    """A tip comes with its letter ages and checked signpost."""
    said = father.says("tip")
    tip = shown(father, lessons)
    assert f"ages {tip.youngest} to {tip.oldest}" in said
    assert re.search(r"[SMART] for (Safe|Meeting|Accepting|Reliable|Tell)", said)
    assert re.search(r"More help: .+ \(checked \d{1,2} \w+ 20\d\d\)", said)


@pytest.mark.parametrize("text", ["tip roblox", "/tip roblox", "/tips for Robolx please", "/tip ROBLOX!!"])
def test_a_platform_that_is_named_is_kept_to(father, lessons, text):
    """A platform that is named is kept to."""
    father.says(text)
    assert shown(father, lessons).platform == "roblox"
    father.presses("Another tip")
    assert shown(father, lessons).platform == "roblox"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("tip roblox", True),
        ("Tips for robolx please", True),
        ("tip for my 7 year old", True),
        ("tip tik tok year 4", True),
        ("tip tell", True),
        ("tip off about a man on roblox", False),
        ("tips: a teacher hurt my son", False),
        ("can i get a tip", False),
        ("", False),
        ("/", False),
    ],
)
def test_a_tip_is_asked_for_without_a_slash_but_a_worry_is_never_taken_for_it(text, asks):
    """A tip is asked for without a slash, but a worry is never taken for it."""
    assert asked_in(text) is asks


@pytest.mark.parametrize(
    ("text", "age"),
    [("/tip 7", 7), ("/tip for my 7 year old", 7), ("/tip 12yo", 12), ("/tip year 4", 8), ("/tip y6", 10)],
)
def test_an_age_that_is_named_is_kept_to(father, lessons, text, age):
    """An age that is named is kept to."""
    father.says(text)
    for _ in range(5):
        tip = shown(father, lessons)
        assert tip.youngest <= age <= tip.oldest
        father.presses("Another tip")


def test_platform_and_age_are_kept_together(father, lessons):
    """Platform and age are kept together."""
    father.says("/tip whatsapp 10")
    tip = shown(father, lessons)
    assert tip.platform == "whatsapp"
    assert tip.youngest <= 10 <= tip.oldest


def test_a_letter_can_be_asked_for(father, lessons):
    """A letter can be asked for."""
    father.says("/tip reliable")
    assert shown(father, lessons).letter == "reliable"


def test_the_same_tip_never_comes_twice_in_a_row(father, lessons):
    """The same tip never comes twice in a row."""
    for ask in ("tip", "/tip minecraft", "/tip minecraft 4", "/tip myspace", "/tip 16"):
        father.says(ask)
        for _ in range(8):
            before = shown(father, lessons)
            father.presses("Another tip")
            assert shown(father, lessons) != before


def test_all_tips_on_a_platform_come_before_one_comes_again(father, lessons):
    """All tips on a platform come before one comes again."""
    count = sum(tip.platform == "instagram" for tip in lessons.tips.values())
    father.says("/tip instagram")
    seen = [shown(father, lessons).id]
    for _ in range(count - 1):
        father.presses("Another tip")
        seen.append(shown(father, lessons).id)
    assert len(set(seen)) == count


def test_asking_again_a_week_later_gives_a_tip_not_seen_yet(father, lessons, clock):
    """Asking again a week later gives a tip not seen yet."""
    father.says("tip")
    before = shown(father, lessons)
    clock.goes_on(timedelta(days=7))
    father.says("tip")
    assert shown(father, lessons) != before


def test_more_like_this_stays_with_the_app_or_the_letter(father, lessons):
    """More like this stays with the app or the letter."""
    father.says("/tip discord 12")
    father.presses("More like this")
    assert shown(father, lessons).platform == "discord"
    father.says("/tip accepting")
    father.presses("More like this")
    assert shown(father, lessons).letter == "accepting" or shown(father, lessons).platform != "any"


def test_the_only_fitting_tip_is_followed_by_another_with_a_word_about_it(father, lessons):
    """The only fitting tip is followed by another with a word about it."""
    tips = lessons.tips.values()
    platform, age = next(
        (p, age)
        for p in {tip.platform for tip in tips}
        for age in range(4, 17)
        if sum(tip.platform == p and tip.youngest <= age <= tip.oldest for tip in tips) == 1
    )
    father.says(f"/tip {platform} {age}")
    only = shown(father, lessons)
    assert "That is the only tip I have for exactly that" in father.presses("Another tip")
    assert shown(father, lessons) != only


def test_an_app_that_no_tip_is_about_is_said_to_be_unknown(father, lessons):
    """An app that no tip is about is said to be unknown."""
    said = father.says("/tip myspace")
    assert "I don't know that one" in said
    assert "Roblox" in said
    assert shown(father, lessons).platform == "any"


def test_an_age_without_tips_gets_the_nearest(father):
    """An age without tips gets the nearest."""
    assert "I have no tip for exactly that yet" in father.says("/tip 40")


@pytest.mark.parametrize("text", ["/tip", "/tip please", "/tips for my child", "/tip 🙂", "/tip " + "x" * 4000])
def test_any_way_of_asking_gets_a_tip(father, lessons, text):
    """Any way of asking gets a tip."""
    father.says(text)
    assert shown(father, lessons)


def test_a_tip_can_be_had_from_the_help_and_at_the_end_of_a_quiz(father, lessons):
    """A tip can be had from the help and at the end of a quiz."""
    father.says("help")
    father.presses("Get a tip")
    assert shown(father, lessons)


def test_a_tip_in_the_middle_of_a_quiz_leaves_the_quiz_as_it_is(father, lessons):
    """A tip in the middle of a quiz leaves the quiz as it is."""
    father.says("quiz")
    father.presses("Just me")
    question = father.sees.splitlines()[2]
    father.says("tip")
    assert shown(father, lessons)
    assert question in father.says("quiz")


@pytest.mark.parametrize("action", ["tips.one", "tips.another", "tips.more", "tips.nonsense"])
@pytest.mark.parametrize("value", ["", "roblox", "roblox 7", "nowhere", "tell 9", "🙂"])
def test_any_button_of_a_tip_gives_a_tip(father, lessons, action, value):
    """Any button of a tip gives a tip."""
    father.sends(action=action, value=value)
    assert shown(father, lessons)


def test_every_button_fits_in_the_smallest_channel(father):
    """Every button fits in the smallest channel."""
    father.says("/tip instagram 12")
    assert all(len(f"{b.action} {b.value}".encode()) <= 64 for b in father.last.buttons)
