"""Nobody is nagged: an outage brings no pile of notices, nor a flood; and neither hides a true report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.case_view import waiting_first
from tests.bot.leading import opened
from tests.bot.test_delivery import open_it
from tests.fakes import Person
from tests.handlers.telling import lead, tell

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DSL = "U0123ABCF"


def to(address, sent):
    return [words for _, at, words in sent if at == address]


def floods(bot, name, count=26):
    """Have somebody send so many that the last of them are told in bundles."""
    person, sent = Person(bot.world, name=name), []
    for _ in range(count):
        tell(person, kind="Something else", who="No, a pupil")
        assert "Receipt code" in person.presses("Send")
        sent += bot.works()
    return person, sent


def in_danger(person):
    """Send a report of somebody in danger now."""
    person.says("report")
    for label in ("Yes", "A nude or", "No, somebody outside", "Yes"):
        person.presses(label)
    for words in ("A man has pictures of her", "today", "Roblox", "the office"):
        person.says(words)
    assert "Receipt code" in person.presses("Send")


def test_what_waited_while_slack_was_down_does_not_come_once_somebody_has_opened_it(bot):
    bot.channels["slack"].down = True
    bot.report()
    bot.works()
    for _ in range(6):
        bot.goes_on(HOUR)
    open_it(bot)
    bot.works()
    bot.channels["slack"].down = False
    assert bot.goes_on(2 * MINUTE) == []


def test_after_an_outage_each_lead_gets_one_notice_of_a_report_that_still_waits(bot):
    bot.channels["slack"].down = True
    bot.report()
    bot.works()
    for _ in range(3):
        bot.goes_on(HOUR)
    assert [alarm.name for alarm in bot.store.alarms.raised()] == ["channel slack"]
    bot.channels["slack"].down = False
    assert len(to(DSL, bot.goes_on(2 * MINUTE))) == 1
    assert len(to(DSL, bot.goes_on(HOUR))) == 1


def test_a_step_back_after_an_outage_is_told_anew(bot):
    bot.channels["telegram"].down = True
    dsl = bot.enrols("dsl-1", "slack", f"T1/{DSL}")
    bot.report()
    bot.works()
    for _ in range(3):
        bot.goes_on(HOUR)
    opened(dsl)
    bot.works()
    dsl.presses("Step back from it")
    dsl.presses("Yes, step back")
    assert to("U0123ABCD", bot.works())


@pytest.fixture
def flooded(bot):
    person, _ = floods(bot, "flooder")
    return person


def test_a_danger_amid_ones_own_flood_is_told_at_once_and_as_what_it_is(bot, flooded):
    in_danger(flooded)
    assert any("danger now" in words for words in to(DSL, bot.works()))


def test_somebody_elses_report_amid_a_flood_has_a_notice_of_its_own(bot, flooded):
    floods(bot, "another flooder", 22)
    bot.report("mother", kind="A nude or sexual picture")
    (words,) = to(DSL, bot.works())
    assert "stands for all" not in words
    assert flooded


def test_of_a_flood_nothing_is_lost_and_each_report_can_be_opened_in_the_chat(bot):
    floods(bot, "flooder", 40)
    dsl, who = bot.enrols("dsl-1", "slack", f"T1/{DSL}"), lead(bot.world, "dsl-1")
    for _ in range(40):
        dsl.says("cases")
        dsl.presses("Open R-")
    listed = bot.world.cases.listed("st-peters", who)
    assert {line.state for line in listed} == {"taken"}
    assert len(listed) == 40
    assert f"{listed[0].reference}, today" in dsl.says(f"cases {listed[0].reference.lower()}")


def test_the_list_begins_with_what_nobody_has_opened_the_gravest_first(bot, flooded):
    in_danger(flooded)
    bot.works()
    who = lead(bot.world, "dsl-1")
    (first, second, *_) = waiting_first(bot.world.cases.listed("st-peters", who))
    assert first.urgency == "now"
    bot.world.cases.opened("st-peters", first.reference, who)
    (after, *_) = waiting_first(bot.world.cases.listed("st-peters", who))
    assert after.reference == second.reference


def test_the_reference_of_somebody_elses_report_opens_nothing(bot):
    bot.report()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    deputy = bot.enrols("deputy-dsl-1", "telegram", "123456780")
    assert f"has no report {reference}" in deputy.says(f"cases {reference}")
    assert "I don't know this account" in Person(bot.world, name="anybody").says(f"cases {reference}")
