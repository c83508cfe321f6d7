"""What can go wrong around a watched case stops no other: it waits, alarms, and is told of once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.channel import Received
from tests.bot.leading import at_work, opened, spoil, whom
from tests.fakes import Person
from tests.handlers.telling import STORY, lead, tell

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GRAVE = "a man online asks my daughter for nude pictures and she says she wants to kill herself"
PUSH = "You have a message."


def notices(sent):
    return [words for _, _, words in sent if words.startswith("New report")]


@pytest.fixture
def on_sqlite(a_database):
    if a_database.database:
        pytest.skip("the file is changed from outside")


@pytest.mark.usefixtures("on_sqlite")
def test_a_case_that_cannot_be_opened_stops_no_other_and_alarms_until_it_can_be_opened_again(bot, tmp_path):
    bot.report("one")
    spoil(tmp_path, "cases", "sealed")
    bot.clock.goes_on(timedelta(minutes=1))
    bot.report("two")
    assert len(notices(bot.works())) == 2
    bot.goes_on(timedelta(minutes=2))
    (alarm,) = bot.store.alarms.raised()
    assert alarm.name.startswith("case ")
    bot.report("three")
    assert len(notices(bot.works())) == 2


@pytest.mark.usefixtures("on_sqlite")
def test_a_draft_that_cannot_be_opened_stops_no_other_and_its_person_can_begin_anew(bot, tmp_path):
    first, second = Person(bot.world, name="first"), Person(bot.world, name="second")
    for person in (first, second):
        person.says("report")
        person.says(GRAVE)
    spoil(tmp_path, "drafts", "sealed")
    assert len(notices(bot.goes_on(3 * HOUR))) == 2
    assert any(alarm.name.startswith("draft ") for alarm in bot.store.alarms.raised())
    assert "Is anybody in danger" in first.says("report")


def test_a_case_that_always_fails_is_tried_again_ever_more_seldom_while_the_others_go_on(bot, monkeypatch):
    bot.report("one")
    (line,) = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))
    whole, tries = bot.store.watches.whole, []

    def fails(row):
        if row.reference != line.reference:
            return whole(row)
        tries.append(bot.clock())
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(bot.store.watches, "whole", fails)
    bot.report("two")
    assert len(notices(bot.works())) == 2
    for _ in range(24 * 6):
        bot.goes_on(timedelta(minutes=10))
    assert 20 <= len(tries) <= 40
    assert any(alarm.name.startswith("case ") for alarm in bot.store.alarms.raised())
    monkeypatch.setattr(bot.store.watches, "whole", whole)
    assert any(line.reference in words for words in notices(bot.goes_on(HOUR)))
    bot.goes_on(timedelta(minutes=1))
    assert bot.store.alarms.raised() == []


def test_a_channel_that_cannot_even_write_a_notice_keeps_nobody_else_from_being_told(bot, monkeypatch):
    monkeypatch.setattr(bot.channels["slack"], "tell", None)
    bot.report()
    bot.works()
    for _ in range(2):
        told = whom(bot.goes_on(HOUR))
    assert ("telegram", "123456789") in told
    assert any(alarm.name.startswith("notice slack") for alarm in bot.store.alarms.raised())


def test_a_push_is_never_repeated_though_the_outbox_has_let_go_of_it(bot, dsl):
    reporter, code = bot.report()
    bot.works()
    opened(dsl)
    dsl.presses("Write to the reporter")
    dsl.says("Thank you")
    reporter.says(f"status {code}")
    reporter.presses("Write to the school")
    reporter.says("one more thing")
    assert [words for _, _, words in bot.works()].count(PUSH) == 1
    later = []
    for _ in range(60):
        bot.store.deliveries.purge(bot.clock() + DAY)
        later += bot.goes_on(DAY)
    assert PUSH not in [words for _, _, words in later]
    assert not [words for _, _, words in later if words.startswith("The reporter has written")]


def test_what_a_reporter_adds_to_an_unopened_report_brings_no_escalation_nearer(bot):
    reporter, code = bot.report()
    bot.works()
    for _ in range(6):
        reporter.says(f"status {code}")
        reporter.presses("Write to the school")
        reporter.says("are you there?")
        told = whom(bot.goes_on(timedelta(minutes=1)))
        assert told <= {("slack", "U0123ABCF"), ("slack", "U0123ABCD")}


def test_a_case_that_is_touched_after_a_reminder_is_reminded_of_anew(bot, dsl):
    bot.report()
    bot.works()
    opened(dsl)
    reminded = lambda days: [w for _ in range(days) for _, _, w in bot.goes_on(DAY) if w.startswith("Nobody")]  # noqa: E731
    assert len(reminded(4)) == 1
    dsl.presses("Note for leads")
    dsl.says("rang the parents")
    assert len(reminded(6)) == 1


def test_nothing_can_be_done_in_a_case_by_somebody_who_has_not_opened_it(bot, dsl):
    bot.report()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    assert "can't be done" in dsl.sends(action="cases.taken", value=reference)
    assert bot.works()
    assert bot.goes_on(HOUR)


def test_a_change_of_the_leads_own_contact_is_told_at_the_old_address_too(bot, engine, contacts):
    bot.works()
    people = contacts["st-peters"].people
    moved = tuple(
        replace(p, channels=(("telegram", "999999999"),)) if p.label in ("dsl-1", "chair-1") else p for p in people
    )
    after = at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=moved)}, bot.clock)
    told = whom(after.works())
    assert ("slack", "U0123ABCF") in told
    assert ("email", "chair@governors.example.org") in told
    assert ("telegram", "999999999") in told
    assert after.goes_on(DAY) == []


def test_a_lead_who_is_taken_out_of_the_contacts_is_told_so(bot, engine, contacts):
    people = tuple(p for p in contacts["st-peters"].people if p.label != "dsl-1")
    moved = (*people, replace(people[1], label="dsl-2", roles=("dsl",), channels=(("telegram", "999999999"),)))
    after = at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=moved)}, bot.clock)
    gone = {(channel, address) for channel, address, words in after.works() if words.startswith("A contact was taken")}
    assert ("slack", "U0123ABCF") in gone


def test_where_the_chair_is_the_doubtful_one_the_first_who_was_told_lets_them_in_and_the_store_refuses_others(bot, dsl):
    chair, head = (
        bot.enrols("chair-1", "email", "chair@governors.example.org"),
        bot.enrols("head-1", "slack", "T1/U0123ABCD"),
    )
    bot.report(story=f"{STORY}. The chair of governors was there")
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    assert "There are no reports" in chair.says("cases")
    opened(head)
    cases = bot.world.cases
    assert not cases.act("st-peters", reference, lead(bot.world, "head-1"), "let-in", {"who": "chair"})
    opened(dsl)
    assert "on the record that you let them in" in dsl.presses("Let in: Chair")
    assert "chair-1" not in opened(dsl).split("What happened")[0]
    opened(chair)
    assert not cases.act("st-peters", reference, lead(bot.world, "chair-1"), "let-in", {"who": "deputy-dsl-1"})


def test_the_store_lets_nobody_but_the_chair_let_somebody_in(bot, dsl):
    bot.report(story=f"{STORY}. Mx Placeholder was there")
    bot.works()
    opened(dsl)
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    assert not bot.world.cases.act("st-peters", reference, lead(bot.world, "dsl-1"), "let-in", {"who": "head-1"})
    assert bot.world.cases.listed("st-peters", lead(bot.world, "head-1")) == ()


def test_passing_a_draft_on_is_one_commit_and_its_reporter_gets_a_push(bot, monkeypatch):
    person = Person(bot.world, name="reporter")
    person.says("report")
    person.says(GRAVE)
    keep = bot.store.memory.keep
    monkeypatch.setattr(bot.store.memory, "keep", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    assert bot.goes_on(3 * HOUR) == []
    assert bot.world.drafts.current("reporter", "reporter")
    monkeypatch.setattr(bot.store.memory, "keep", keep)
    sent = bot.goes_on(timedelta(minutes=2))
    assert len(notices(sent)) == 2
    assert ("test", "reporter", "You have a message.") in sent
    assert "Receipt code" in person.says("status")
    assert not [1 for channel, _, _ in bot.goes_on(timedelta(minutes=2)) if channel == "test"]


def test_a_flood_from_one_sender_is_all_stored_and_told_in_bundles(bot):
    person = Person(bot.world, name="reporter")
    sent = []
    for _ in range(26):
        tell(person)
        assert "Receipt code" in person.presses("Send")
        sent += bot.works()
    assert len(bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))) == 26
    slack = [words for channel, address, words in sent if (channel, address) == ("slack", "U0123ABCF")]
    assert len(slack) == 21
    assert "stands for all that came with it" in slack[-1]
    later = [words for _, address, words in bot.goes_on(HOUR) if address == "U0123ABCF"]
    assert len(later) == 21
    other, _ = bot.report("another", kind="A nude or sexual picture")
    assert "New report" in bot.works()[0][2]
    assert other


def test_a_closed_case_is_erased_only_after_its_time_by_somebody_who_was_asked(bot, engine, contacts):
    kept = replace(contacts["st-peters"], keeps_years={"grooming": 7})
    bot = at_work(bot.store, engine, {"st-peters": kept}, bot.clock)
    dsl = bot.enrols("dsl-1", "slack", "T1/U0123ABCF")
    _, code = bot.report()
    bot.works()
    opened(dsl)
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    dsl.presses("Close it")
    dsl.says("settled")
    bot.goes_on(timedelta(days=6 * 365))
    assert "Erase it" not in dsl.sends(action="cases.open", value=reference)
    assert "can't be done" in dsl.sends(action="cases.erased", value=reference)
    asked = [words for _ in range(14) for _, _, words in bot.goes_on(timedelta(days=30))]
    assert asked
    assert all("has been closed for 7 years" in words for words in asked)
    assert bot.world.cases.status(code)
    dsl.sends(action="cases.open", value=reference)
    assert "is erased for good" in dsl.presses("Erase it")
    assert f"{reference} is erased" in dsl.presses("Yes, erase it")
    bot.works()
    assert bot.world.cases.status(code) is None
    assert bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1")) == ()
    assert bot.store.record.first_broken() is None


def test_an_open_case_is_never_asked_about_or_erased_however_old(bot, engine, contacts):
    kept = replace(contacts["st-peters"], keeps_years={"grooming": 1})
    bot = at_work(bot.store, engine, {"st-peters": kept}, bot.clock)
    dsl = bot.enrols("dsl-1", "slack", "T1/U0123ABCF")
    bot.report()
    bot.works()
    opened(dsl)
    told = [words for _ in range(40) for _, _, words in bot.goes_on(timedelta(days=30))]
    assert not [words for words in told if "has been closed" in words]
    assert "Erase it" not in opened(dsl)


def test_a_clock_set_back_by_days_lets_no_report_wait_for_days(bot):
    bot.clock.goes_on(3 * DAY)
    bot.report()
    assert len(notices(bot.works())) == 2
    bot.goes_on(-3 * DAY)
    assert len(whom(bot.goes_on(HOUR))) == 2


def test_a_clock_that_jumps_ahead_by_days_and_back_tells_everybody_of_each_wave_once(bot):
    bot.report()
    assert len(notices(bot.works())) == 2
    ahead = bot.goes_on(3 * DAY)
    assert len(ahead) == len(whom(ahead)) == 2
    assert bot.goes_on(-3 * DAY) == []


def test_messages_that_nobody_answers_raise_an_alarm_until_they_are_answered(bot):
    at = bot.clock()
    bot.store.events.store([Received("slack", "event", "line", "1", {})], at)
    bot.goes_on(timedelta(minutes=6))
    assert [alarm.name for alarm in bot.store.alarms.raised()] == ["waiting messages"]
    with bot.store.units.unit():
        (taken,) = bot.store.events.take(["slack"], bot.clock(), 9)
        bot.store.events.handled([taken.number], bot.clock())
    bot.goes_on(timedelta(minutes=2))
    assert bot.store.alarms.raised() == []


def test_a_report_whose_lead_has_left_is_told_to_the_others_at_once_and_not_once_they_have_opened_it(
    bot, dsl, engine, contacts
):
    _, code = bot.report()
    bot.works()
    opened(dsl)
    bot.works()
    reference = bot.store.cases.status(code).reference
    bot.clock.goes_on(HOUR)
    people = contacts["st-peters"].people
    today = bot.clock().date()
    left = tuple(replace(person, left=today) if person.label == "dsl-1" else person for person in people)
    after = at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=left)}, bot.clock)
    told = [words for _, address, words in after.works() if address == "U0123ABCD"]
    assert [words for words in told if words.startswith(f"New report {reference}")]
    head = after.enrols("head-1", "slack", "T1/U0123ABCD")
    assert reference in head.sends(action="cases.open", value=reference)
    after.works()
    assert not [words for _ in range(20) for _, _, words in after.goes_on(HOUR) if reference in words]
