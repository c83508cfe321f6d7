"""A tip every week as people set it up: one press to begin, changed in plain words or by buttons, one press to stop."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.subscribe import asked_in, next_due, waits_until
from handlers.tips import weekly
from handlers.weekly_plan import DAYS, Plan, read
from knowledge.model import Audience
from knowledge.smart.lessons import Letter
from knowledge.smart.platforms import ANY, load_platforms
from tests.fakes import Person

LONDON = ZoneInfo("Europe/London")
TOPICS = [*(p for p in load_platforms() if p != ANY), *Letter]
_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_PLANS = st.builds(
    Plan,
    st.sampled_from(DAYS),
    _TIMES,
    st.lists(st.sampled_from(TOPICS), unique=True).map(lambda found: tuple(sorted(found, key=TOPICS.index))),
    st.none() | st.integers(3, 18),
    st.none() | st.tuples(_TIMES, _TIMES).filter(lambda quiet: quiet[0] != quiet[1]),
)
_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- made aware


@dataclass
class FakeSubscriptions:
    """Keeps subscriptions for as long as a test."""

    kept: dict = field(default_factory=dict)

    def of(self, person):
        return self.kept.get(person)

    def keep(self, subscription):
        self.kept[subscription.person] = subscription

    def drop(self, person):
        self.kept.pop(person, None)


@pytest.fixture
def mother(world):
    """Give a mother who opens the chat, where tips can be sent."""
    return Person(replace(world, subscriptions=FakeSubscriptions()), role=Audience.PARENT)


@pytest.fixture
def subscribed(mother):
    """Give a mother who gets a tip every week."""
    mother.says("subscribe")
    mother.presses("Yes, every week")
    return mother


def kept(person):
    """Give what is kept of a person's subscription."""
    return person.world.subscriptions.of(person.name)


def test_one_press_is_enough_and_nothing_is_kept_before_it(mother):
    assert "Shall I send you a tip every Sunday at 18:00?" in mother.says("/subscribe")
    assert kept(mother) is None
    said = mother.presses("Yes, every week")
    assert "You get a tip every Sunday at 18:00" in said
    assert "The next one comes on Sunday 22 November, 18:00." in said
    assert kept(mother).due == datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "plan"),
    [
        ("subscribe monday 17:30", Plan("mon", time(17, 30))),
        ("/subscribe Tuesdays at 6pm", Plan("tue", time(18))),
        ("subscribe wed 7.15 am roblox", Plan("wed", time(7, 15), ("roblox",))),
        ("subscribe to tips about insta and minecraft", Plan(topics=("minecraft", "instagram"))),
        ("subscribe for my 9 year old", Plan(age=9)),
        ("subscribe year 4", Plan(age=8)),
        ("subscribe at 8 quiet 20:00 to 07:30", Plan(at=time(8), quiet=(time(20), time(7, 30)))),
        ("subscribe quiet hours from 9pm until 8am", Plan(quiet=(time(21), time(8)))),
        ("subscribe no quiet hours", Plan(quiet=None)),
        ("subscribe reliable", Plan(topics=("reliable",))),
    ],
)
def test_it_can_be_typed_in_plain_words(mother, typed, plan):
    said = mother.says(typed)
    assert "I didn't understand" not in said
    mother.presses("Yes, every week")
    assert kept(mother).plan == str(plan)


def test_what_was_not_understood_is_said_and_nothing_is_made_of_it(mother):
    said = mother.says("/subscribe every blue moon")
    assert "I didn't understand all of that" in said
    assert "Sunday at 18:00" in said


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("subscribe", True),
        ("subscribe sunday 10:00", True),
        ("unsubscribe", True),
        ("subscribe stop", True),
        ("subscribe to my teachers tiktok", False),
        ("subscribe to a strange man's channel", False),
        ("can i subscribe", False),
        ("", False),
    ],
)
def test_words_about_something_else_are_never_taken_for_it(text, asks):
    assert asked_in(text) is asks


def test_day_time_topics_and_quiet_hours_are_changed_by_buttons(subscribed):
    for press, choice, said in (
        ("Another day", "Wednesday", "every Wednesday at 18:00"),
        ("Another time", "07:30", "every Wednesday at 07:30"),
        ("Quiet hours", "22:00 to 06:00", "between 22:00 and 06:00"),
        ("Quiet hours", "No quiet hours", "There are no quiet hours."),
    ):
        subscribed.presses(press)
        assert said in subscribed.presses(choice)
    assert kept(subscribed).plan == str(Plan("wed", time(7, 30), quiet=None))


def test_topics_are_taken_in_and_out_one_by_one(subscribed):
    subscribed.presses("Topics")
    subscribed.presses("Roblox")
    subscribed.presses("WhatsApp")
    subscribed.presses("✓ Roblox")
    subscribed.presses("TikTok")
    assert "It is about WhatsApp, TikTok." in subscribed.presses("Done")
    subscribed.presses("Topics")
    subscribed.presses("Anything")
    assert "It is about anything online." in subscribed.presses("Done")


def test_before_it_is_begun_a_choice_changes_the_offer_and_keeps_nothing(mother):
    mother.says("subscribe")
    mother.presses("Another day")
    assert "Shall I send you a tip every Friday at 18:00?" in mother.presses("Friday")
    assert kept(mother) is None


def test_typing_changes_what_is_named_and_leaves_the_rest(subscribed):
    subscribed.says("subscribe roblox")
    said = subscribed.says("subscribe monday")
    assert "every Monday at 18:00" in said
    assert "It is about Roblox." in said
    assert "It is about anything online." in subscribed.says("subscribe anything")


@pytest.mark.parametrize("way", ["unsubscribe", "/unsubscribe", "subscribe stop", "/subscribe off"])
def test_it_stops_at_a_word(subscribed, way):
    assert "You get no more weekly tips." in subscribed.says(way)
    assert kept(subscribed) is None
    assert "You get no weekly tips." in subscribed.says(way)


def test_it_stops_at_a_press_and_a_second_press_does_no_harm(subscribed):
    button = subscribed.button("Stop these tips")
    assert "You get no more weekly tips." in subscribed.presses_again(button)
    assert "You get no weekly tips." in subscribed.presses_again(button)


def test_a_bare_stop_offers_to_stop_them(subscribed):
    assert "shall I stop those?" in subscribed.says("stop")
    assert kept(subscribed)
    subscribed.presses("Go on as before")
    assert kept(subscribed)
    subscribed.says("stop")
    assert "You get no more weekly tips." in subscribed.presses("Stop these tips")


def test_an_old_button_without_a_plan_changes_nothing(subscribed):
    subscribed.says("subscribe monday roblox")
    before = kept(subscribed)
    for action in ("subscribe.show", "subscribe.plan", "subscribe.nonsense"):
        subscribed.sends(action=action, value="")
        assert kept(subscribed) == before


def test_forgetting_ends_it_and_privacy_says_that_it_is_kept(subscribed):
    assert "weekly tips" in subscribed.says("privacy")
    assert "any weekly tips are erased" in subscribed.says("forget")
    assert kept(subscribed) is None
    assert "about you get weekly tips" not in subscribed.says("privacy")


def test_where_nothing_can_be_sent_it_is_neither_offered_nor_taken(world):
    person = Person(world)
    assert "subscribe" not in person.says("help")
    assert "A tip every week" not in person.says("tip")
    assert "I can't send weekly tips here" in person.says("subscribe")


def test_it_is_offered_in_the_help_and_below_a_tip_until_somebody_has_it(mother):
    assert "subscribe: get a tip every week" in mother.says("help")
    mother.says("tip")
    mother.presses("A tip every week")
    mother.presses("Yes, every week")
    assert "A tip every week" not in mother.says("tip")


def test_each_week_brings_another_tip_on_one_of_the_topics_and_the_way_to_stop(subscribed, lessons):
    subscribed.says("subscribe roblox whatsapp")
    seen = []
    for week in range(6):
        due = replace(kept(subscribed), due=kept(subscribed).due + timedelta(weeks=week))
        reply = weekly(due, subscribed.world)
        seen += [tip for tip in lessons.tips.values() if any(tip.text in card.lines for card in reply.cards)]
        assert [b.action for b in reply.buttons] == ["tips.another", "subscribe.show"]
        assert any("Type subscribe to change or stop" in line for card in reply.cards for line in card.lines)
    assert {tip.platform for tip in seen} == {"roblox", "whatsapp"}
    assert all(one.id != other.id for one, other in itertools.pairwise(seen))


def test_the_next_one_is_due_a_week_later_at_the_same_hour_of_the_clock_on_the_wall(subscribed):
    before_summer = replace(kept(subscribed), due=datetime(2027, 3, 21, 18, tzinfo=UTC))
    later = next_due(before_summer, before_summer.due, subscribed.world)
    assert later == datetime(2027, 3, 28, 17, tzinfo=UTC)


def test_a_tip_that_comes_late_waits_for_the_end_of_the_quiet_hours(subscribed):
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert waits_until(kept(subscribed), late, subscribed.world) == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert waits_until(kept(subscribed), late - timedelta(hours=3), subscribed.world) is None


@given(_PLANS)
def test_a_plan_that_is_written_on_a_button_reads_back_as_the_same(plan):
    assert read(str(plan), Plan()) == (plan, True)


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_a_plan_that_can_be_kept(words):
    plan, _ = read(words, Plan())
    assert read(str(plan), Plan()) == (plan, True)


@given(_PLANS, _MOMENTS)
def test_what_is_due_lies_ahead_within_nine_days_and_outside_the_quiet_hours(plan, now):
    due = plan.next_after(now, LONDON)
    assert now < due <= now + timedelta(days=9)
    assert plan.not_before(due, LONDON) == due


def test_every_button_fits_in_the_smallest_channel_unless_several_topics_were_chosen(subscribed):
    subscribed.says("subscribe roblox age 9 quiet 20:30-7:30")
    for choice in ("Another day", "Another time", "Quiet hours"):
        subscribed.presses(choice)
        assert all(len(f"{b.action}|{b.value}".encode()) <= 64 for b in subscribed.last.buttons)
        subscribed.says("subscribe")


def test_any_press_is_answered(subscribed):
    for step in ("show", "plan", "start", "day", "time", "topics", "quiet", "stop", "what"):
        for value in ("", "nonsense", "mon 25:99", "🙂", "quiet 7-7"):
            subscribed.sends(action=f"subscribe.{step}", value=value)
            assert subscribed.last.cards
            assert isinstance(subscribed.last.cards[0].headline, str)


def test_somebody_in_the_middle_of_a_quiz_can_set_it_up_and_go_on(mother):
    mother.says("quiz")
    mother.presses("Just me")
    question = mother.sees.splitlines()[2]
    assert "Shall I send you a tip" in mother.says("subscribe")
    mother.presses("Yes, every week")
    assert question in mother.says("quiz")
