"""Delivery: a report is told again and again until somebody has opened it, and nobody is nagged after that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.doctor import _store as examined
from knowledge.model import Audience
from tests.bot.leading import at_work, whom
from tests.fakes import Person
from tests.handlers.telling import STORY, lead

HOUR = timedelta(hours=1)


def open_it(bot, label="dsl-1"):
    who = lead(bot.world, label)
    (line, *_) = bot.world.cases.listed("st-peters", who)
    return bot.world.cases.opened("st-peters", line.reference, who)


def adds_danger(reporter, code):
    """Let a reporter write to the school that somebody is in danger now."""
    reporter.says(f"status {code}")
    reporter.presses("Write to the school")
    reporter.says("She says she will kill herself tonight")


def test_a_notice_goes_to_each_recipients_first_channel_with_reference_and_urgency_alone(bot):
    bot.report()
    sent = bot.works()
    assert whom(sent) == {("slack", "U0123ABCF"), ("slack", "U0123ABCD")}
    for _, _, words in sent:
        assert words.startswith("New report R-")
        assert "today" in words
        assert STORY not in words
        assert "grooming" not in words
        assert "Roblox" not in words


def test_not_opened_it_goes_again_then_to_the_next_channel_then_to_the_next_person(bot):
    bot.report()
    bot.works()
    assert bot.goes_on(timedelta(minutes=59)) == []
    assert whom(bot.goes_on(timedelta(minutes=1))) == {("slack", "U0123ABCF"), ("slack", "U0123ABCD")}
    assert whom(bot.goes_on(HOUR)) == {("telegram", "123456789"), ("email", "head@school.example.org")}
    third = whom(bot.goes_on(HOUR))
    assert {("telegram", "123456780"), ("email", "chair@governors.example.org")} <= third


def test_whoever_is_next_in_line_can_read_it_only_once_they_are_asked(bot):
    bot.report()
    bot.works()
    assert bot.world.cases.listed("st-peters", lead(bot.world, "chair-1")) == ()
    for _ in range(3):
        bot.goes_on(HOUR)
    view = open_it(bot, "chair-1")
    assert [s.inside["who"] for s in view.steps if s.step == "escalated"] == ["deputy-dsl-1", "chair-1"]


def test_if_nobody_opens_it_in_time_the_reporter_is_told_whom_to_ring_by_a_push_that_says_nothing(bot):
    reporter, code = bot.report()
    bot.works()
    for _ in range(3):
        assert ("test", "reporter") not in whom(bot.goes_on(HOUR))
    sent = bot.goes_on(HOUR)
    (push,) = [words for channel, address, words in sent if (channel, address) == ("test", "reporter")]
    assert push == "You have a message."
    said = reporter.says(f"status {code}")
    assert "Nobody at the school has opened your report in time" in said
    assert "01632 960003" in said


def test_a_child_whom_nobody_answers_is_told_of_childline_and_a_grown_up_in_words_for_a_child(bot):
    child = Person(bot.world, name="reporter", role=Audience.PUPIL)
    for line in ("report", "No", "a man on roblox wants to meet me", "No, somebody else", "Yes", "skip"):
        child.says(line)
    code = child.presses("Send").split("Receipt code: ")[1][:19]
    assert "ring Childline on 0800 1111" in child.says(f"status {code}")
    for _ in range(8):
        bot.goes_on(HOUR)
    said = child.says(f"status {code}")
    assert "Nobody at school has read what you told me yet" in said
    assert "Childline: 0800 1111" in said
    assert "LADO" not in said
    assert "NSPCC" not in said


def test_whoever_reports_somebody_by_their_post_and_is_not_answered_is_told_of_the_councils_officer(bot):
    reporter, code = bot.report(kind="How an adult behaves", who=("Yes, an adult", "ICT technician"))
    for _ in range(8):
        bot.goes_on(HOUR)
    assert "(LADO): 01632 960001" in reporter.says(f"status {code}")


def test_it_goes_on_for_as_long_as_nobody_has_opened_it_and_the_reporter_is_told_once(bot):
    bot.report()
    bot.works()
    pushes, told = 0, 0
    for _ in range(14 * 24):
        sent = bot.goes_on(HOUR)
        pushes += sum(channel == "test" for channel, _, _ in sent)
        told += any(address == "U0123ABCF" for _, address, _ in sent)
    assert pushes == 1
    assert told >= 10


def test_once_it_is_opened_nobody_is_told_any_more(bot):
    bot.report()
    bot.works()
    open_it(bot)
    for _ in range(10):
        assert bot.goes_on(HOUR) == []


def test_a_press_or_a_look_at_the_list_is_not_opening(bot):
    bot.report()
    bot.works()
    bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))
    assert bot.goes_on(HOUR)


def test_danger_now_is_told_again_after_ten_minutes_day_and_night(bot, clock):
    clock.now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday night
    person = Person(bot.world)
    person.says("report")
    for label in ("Yes", "Something else", "No, a pupil", "Yes", "Yes"):
        person.presses(label)
    for text in (STORY, "now", "here", "me"):
        person.says(text)
    person.presses("Send")
    assert "danger now" in bot.works()[0][2]
    assert bot.goes_on(timedelta(minutes=9)) == []
    assert bot.goes_on(timedelta(minutes=1))


def test_what_can_wait_counts_school_hours_alone(bot, clock):
    clock.now = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # a Friday, ten minutes before the school closes
    bot.report(kind="A post that harms", who="No, a parent", story="They wrote that our fair was dull")
    bot.works()
    assert bot.goes_on(timedelta(days=2)) == []
    clock.now = datetime(2026, 11, 23, 11, 49, tzinfo=UTC)
    assert bot.works() == []
    clock.now = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)
    assert bot.works()


def test_whoever_it_is_about_and_whoever_steps_aside_is_never_told_however_long_it_takes(bot):
    bot.report(kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted at a child")
    told = set(whom(bot.works()))
    for _ in range(100):
        told |= whom(bot.goes_on(6 * HOUR))
    assert ("email", "chair@governors.example.org") in told
    for address in ("U0123ABCD", "head@school.example.org", "U0123ABCE", "head-of-school@school.example.org"):
        assert address not in {a for _, a in told}


def test_a_reporter_who_adds_words_of_danger_reaches_every_reader_on_every_channel_at_once(bot):
    reporter, code = bot.report()
    bot.works()
    open_it(bot)
    everywhere = {"U0123ABCF", "123456789", "dsl@school.example.org", "U0123ABCD", "head@school.example.org"}
    for words, told in (("She seems better", {"U0123ABCF"}), ("She says she will kill herself tonight", everywhere)):
        reporter.says(f"status {code}")
        reporter.presses("Write to the school")
        reporter.says(words)
        sent = bot.works()
        assert {address for _, address in whom(sent)} == told
        assert all(("danger now" in said) is (told is everywhere) for _, _, said in sent)
        assert not any(words in said for _, _, said in sent)


@pytest.mark.parametrize("in_hand", [True, False], ids=["in hand", "unopened"])
def test_words_of_danger_that_are_added_are_told_again_after_ten_minutes_and_for_as_long_as_nobody_opens_them(
    bot, in_hand
):
    reporter, code = bot.report()
    bot.works()
    if in_hand:
        open_it(bot)
    adds_danger(reporter, code)
    assert bot.works()
    for _ in range(4):
        assert bot.goes_on(timedelta(minutes=9)) == []
        assert any("danger now" in words for _, _, words in bot.goes_on(timedelta(minutes=1)))
    for _ in range(3):
        assert any("danger now" in words for _, _, words in bot.goes_on(timedelta(days=1)))


def test_a_reporter_whose_words_of_danger_nobody_opens_is_told_whom_to_ring(bot):
    reporter, code = bot.report()
    bot.works()
    open_it(bot)
    adds_danger(reporter, code)
    bot.works()
    sent = [one for _ in range(6) for one in bot.goes_on(timedelta(minutes=10))]
    assert [words for channel, _, words in sent if channel == "test"] == ["You have a message."]
    assert "Nobody at the school has opened your report in time" in reporter.says(f"status {code}")


def test_words_of_danger_that_whoever_has_the_case_opens_again_are_chased_no_more(bot):
    reporter, code = bot.report()
    bot.works()
    open_it(bot)
    adds_danger(reporter, code)
    assert bot.works()
    open_it(bot)
    for _ in range(36):
        assert bot.goes_on(timedelta(minutes=10)) == []


def test_where_it_is_not_safe_to_write_nothing_is_pushed(bot):
    person = Person(bot.world)
    person.says("report")
    for label in ("No", "Self-harm", "No, a pupil", "No"):
        person.presses(label)
    for text in (STORY, "skip", "skip", "skip"):
        person.says(text)
    code = person.presses("Send").split("Receipt code: ")[1][:19]
    told = [*bot.works(), *(one for _ in range(10) for one in bot.goes_on(HOUR))]
    assert not [1 for channel, _, _ in told if channel == "test"]
    assert "Nobody at the school has opened your report in time" in person.says(code)


def test_where_everybody_is_away_all_are_told_everywhere_and_those_next_in_line_too(bot, clock):
    clock.now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    contacts = bot.world.contacts["st-peters"]
    off = replace(contacts, people=tuple(replace(p, hours={"mon": contacts.hours["mon"]}) for p in contacts.people))
    bot.world.contacts["st-peters"] = off
    bot.report()
    sent = whom(bot.works())
    assert {("slack", "U0123ABCF"), ("telegram", "123456789"), ("email", "dsl@school.example.org")} <= sent
    # They are told again and again, but the reporter learns whom to ring once.
    later = [one for _ in range(6) for one in bot.goes_on(HOUR)]
    assert ("slack", "U0123ABCF") in whom(later)
    assert [words for channel, _, words in later if channel == "test"] == []


def test_somebody_who_is_away_is_told_too_once_those_who_are_there_have_not_opened_it(bot, clock):
    clock.now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # the DSL is away
    bot.report()
    early = whom([*bot.works(), *bot.goes_on(HOUR)])
    assert ("slack", "U0123ABCF") not in early
    assert ("slack", "U0123ABCF") in whom(bot.goes_on(HOUR))


def test_what_is_to_be_read_today_is_told_again_in_the_evening_and_at_the_weekend(bot, clock):
    clock.now = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday, an hour after the school has closed
    bot.report()
    assert bot.works()
    assert bot.goes_on(HOUR)


def test_a_case_untouched_for_three_school_days_reminds_its_lead_and_then_another(bot):
    bot.report()
    bot.works()
    open_it(bot)
    assert [bot.goes_on(timedelta(days=1)) for _ in range(2)] == [[], []]
    first = bot.goes_on(timedelta(days=1))
    assert whom(first) == {("slack", "U0123ABCF")}
    assert "Nobody has touched R-" in first[0][2]
    later = [one for _ in range(5) for one in bot.goes_on(timedelta(days=1))]
    assert whom(later) == {("slack", "U0123ABCF"), ("slack", "U0123ABCD")}


def test_a_weekend_and_the_holidays_count_as_no_day_on_which_a_case_was_left_untouched(bot, clock):
    clock.now = datetime(2026, 12, 17, 9, 0, tzinfo=UTC)  # a Thursday; term ends on Friday and begins on 4 January
    bot.report()
    bot.works()
    open_it(bot)
    assert [one for _ in range(18) for one in bot.goes_on(timedelta(days=1))] == []
    assert "Nobody has touched R-" in bot.goes_on(timedelta(days=1))[0][2]


def test_whoever_has_a_case_in_hand_is_reminded_of_it_when_the_school_opens_and_never_at_night(bot, clock):
    clock.now = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    bot.report()
    bot.works()
    open_it(bot)
    at = []
    for _ in range(24 * 5):
        at += [clock.now for _, _, words in bot.goes_on(HOUR) if words.startswith("Nobody has touched")]
    assert at
    assert {bot.world.contacts["st-peters"].is_open(one) for one in at} == {True}


def test_a_closed_case_reminds_nobody(bot):
    bot.report()
    bot.works()
    view = open_it(bot)
    assert bot.world.cases.act("st-peters", view.line.reference, lead(bot.world, "dsl-1"), "closed", {"text": "done"})
    for _ in range(20):
        assert bot.goes_on(timedelta(days=1)) == []


def test_a_channel_that_is_down_raises_an_alarm_keeps_what_is_promised_and_lets_go_of_the_alarm(bot):
    bot.channels["slack"].down = True
    bot.report()
    assert bot.works() == []
    bot.goes_on(timedelta(minutes=11))
    assert [alarm.name for alarm in bot.store.alarms.raised()] == ["channel slack"]
    bot.channels["slack"].down = False
    assert ("slack", "U0123ABCF") in whom(bot.goes_on(timedelta(minutes=2)))
    bot.goes_on(timedelta(minutes=2))
    assert bot.store.alarms.raised() == []


def test_somebody_whom_no_running_channel_reaches_is_an_alarm_and_is_passed_over(bot, engine, contacts):
    few = at_work(bot.store, engine, contacts, bot.clock, "telegram")
    few.report()
    assert whom(few.works()) == {("telegram", "123456789")}
    assert "unreachable st-peters chair-1" in {alarm.name for alarm in few.store.alarms.raised()}


def test_a_lead_who_blocked_the_bot_is_an_alarm_and_is_told_elsewhere_first_until_they_take_messages_again(
    bot, engine, contacts
):
    school = contacts["st-peters"]
    places = (("slack", "blocked"), ("telegram", "55"))
    people = tuple(replace(p, channels=places) if p.label == "dsl-1" else p for p in school.people)
    at = at_work(bot.store, engine, {"st-peters": replace(school, people=people)}, bot.clock)
    at.works()  # DSL and chair are told of the change of contacts
    at.report()
    assert ("telegram", "55") not in whom(at.works())
    at.goes_on(timedelta(minutes=2))
    assert [alarm.name for alarm in at.store.alarms.raised()] == ["refused st-peters dsl-1 slack"]
    at.report("another")
    at.clock.goes_on(timedelta(minutes=2))
    assert ("telegram", "55") in whom(at.works())
    at.channels["slack"].blocked.clear()
    for _ in range(5):
        at.goes_on(HOUR)
    assert at.store.alarms.raised() == []


def test_a_notice_that_a_platform_refuses_is_shown_to_the_administrator_and_a_push_to_a_reporter_is_not(
    bot, engine, contacts
):
    school = contacts["st-peters"]
    people = tuple(replace(p, channels=(("slack", "blocked"),)) if p.label == "dsl-1" else p for p in school.people)
    at = at_work(bot.store, engine, {"st-peters": replace(school, people=people)}, bot.clock)
    at.report("blocked reporter")
    for _ in range(5):
        at.goes_on(HOUR)
    refused = [one.found for one in examined(bot.store, bot.clock()) if "did not take" in one.found]
    assert len(refused) == 1
    assert refused[0].startswith("messages that slack did not take")


def test_a_notice_on_its_way_changes_nothing_that_the_doctor_says_and_one_that_waits_long_is_counted(bot, clock):
    bot.watch.turn()
    before = list(examined(bot.store, clock()))
    bot.report()
    bot.watch.turn()
    assert bot.store.deliveries.waiting()
    assert list(examined(bot.store, clock())) == before
    clock.goes_on(timedelta(minutes=11))
    assert any("over 10 minutes: 2" in finding.found for finding in examined(bot.store, clock()))


def test_on_trial_nobody_is_told(bot, engine):
    trial = at_work(bot.store, engine, {}, bot.clock)
    trial.report()
    assert trial.works() == []


def test_two_at_work_on_one_store_tell_everybody_once(bot, engine, contacts):
    other = at_work(bot.store, engine, contacts, bot.clock)
    bot.report()
    sent = bot.works() + other.works()
    assert len(sent) == len(whom(sent)) == 2
