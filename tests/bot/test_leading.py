"""What leads do in a case, as whole conversations: they enrol, open, write, pass on, close, and step back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dispatch import dispatch
from handlers.message import Message
from tests.bot.leading import at_work, opened
from tests.fakes import Person
from tests.handlers.telling import STORY, lead


def test_a_lead_enrols_with_a_one_time_code_and_opens_the_report(bot, dsl):
    bot.report()
    bot.works()
    seen = opened(dsl)
    assert f"What happened: {STORY}" in seen
    assert "In hand: dsl-1" in seen
    assert "dsl-1, opened it" in seen


def test_a_code_works_once_and_only_for_a_week(bot, clock):
    code = bot.store.leads.code("st-peters", "head-1")
    clock.goes_on(timedelta(days=8))
    assert "That code is wrong" in Person(bot.world, name="late").says(f"enrol {code}")
    code = bot.store.leads.code("st-peters", "head-1")
    assert "You are enrolled: Executive Principal" in Person(bot.world, name="T1/U0123ABCD", channel="slack").says(
        f"enrol {code}"
    )
    assert "That code is wrong" in Person(bot.world, name="thief").says(f"enrol {code}")


def test_a_fresh_code_used_by_somebody_enrolled_already_is_used_up_for_everybody(bot):
    head = Person(bot.world, name="T1/U0123ABCD", channel="slack")
    head.says(f"enrol {bot.store.leads.code('st-peters', 'head-1')}")
    again = bot.store.leads.code("st-peters", "head-1")
    assert "You are enrolled" in head.says(f"enrol {again}")
    assert "That code is wrong" in Person(bot.world, name="thief").says(f"enrol {again}")


def test_a_code_opens_nothing_from_an_account_that_the_contacts_do_not_give_and_dsl_and_chair_are_told(bot):
    code = bot.store.leads.code("st-peters", "head-1")
    thief = Person(bot.world, name="T1/U0666EVIL", channel="slack")
    said = thief.says(f"enrol {code}")
    assert "You are not enrolled. The contacts give another account" in said
    assert "I don't know this account" in thief.says("cases")
    told = bot.works()
    assert {a for _, a, words in told if "tried to enrol as head-1 from another account" in words} >= {
        "U0123ABCF",
        "chair@governors.example.org",
    }
    head = Person(bot.world, name="T1/U0123ABCD", channel="slack")
    assert "That code is wrong" in head.says(f"enrol {code}")
    bot.enrols("head-1", "slack", "T1/U0123ABCD")
    assert bot.works() == []


@pytest.mark.parametrize("way", ["terminal", "page"])
def test_a_way_in_that_stands_in_no_contact_is_told_to_dsl_and_chair(bot, way):
    assert bot.store.leads.enrol(bot.store.leads.code("st-peters", "head-1"), way, "somebody")
    told = bot.works()
    assert {a for _, a, words in told if "head-1" in words and "one-time code" in words} >= {
        "U0123ABCF",
        "chair@governors.example.org",
    }


def test_a_reporter_looks_as_often_as_they_like_and_a_guesser_stops_only_themselves(bot):
    person, code = bot.report()
    guesser = Person(bot.world, name="guesser")
    for number in range(15):
        assert "Your report R-" in person.says(code)
        said = guesser.says("0000-0000-0000-0000")
        assert "I know no report" in said or number >= 10
    assert "tried too often" in said
    assert "tried too often" in guesser.says(code)
    assert "Your report R-" in person.says(code)


@pytest.mark.parametrize("button", ["status.write", "status.erase"])
def test_guessing_codes_with_a_button_is_stopped_too(bot, button):
    person, code = bot.report()
    guesser = Person(bot.world, name="guesser")
    for _ in range(10):
        assert "I know no report" in guesser.sends(action=button, value="0000-0000-0000-0000")
    assert "tried too often" in guesser.sends(action=button, value=code)
    assert "tried too often" not in person.sends(action=button, value=code)


def test_right_codes_are_not_counted_as_tries(bot):
    head = Person(bot.world, name="T1/U0123ABCD", channel="slack")
    for _ in range(8):
        assert "You are enrolled" in head.says(f"enrol {bot.store.leads.code('st-peters', 'head-1')}")


def test_guessing_codes_is_stopped(bot):
    guesser = Person(bot.world)
    for _ in range(5):
        assert "That code is wrong" in guesser.says("enrol 0000-0000-0000-0000")
    code = bot.store.leads.code("st-peters", "head-1")
    assert "tried too often" in guesser.says(f"enrol {code}")
    assert "You are enrolled" in Person(bot.world, name="T1/U0123ABCD", channel="slack").says(f"enrol {code}")


def test_whoever_is_not_enrolled_learns_nothing(bot, dsl):
    stranger = Person(bot.world, name="stranger")
    before = [stranger.says("cases"), stranger.sends(action="cases.open", value="R-0000-0000")]
    bot.report()
    opened(dsl)
    reference = dsl.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    assert [stranger.says("cases"), stranger.sends(action="cases.open", value=reference)] == before


def test_a_lead_who_is_left_out_sees_what_they_would_see_without_the_case(bot):
    head = bot.enrols("head-1", "slack", "T1/U0123ABCD")
    nothing = head.says("cases")
    unknown = head.sends(action="cases.open", value="R-0000-0000")
    bot.report(kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted")
    bot.works()
    (line,) = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))
    assert head.says("cases") == nothing
    for step in ("open", "taken", "let-in", "stepped-back"):
        seen = head.sends(action=f"cases.{step}", value=line.reference)
        assert seen.replace(line.reference, "R-0000-0000") == unknown
    for step in ("note", "message", "closed", "reopened"):
        head.sends(action=f"cases.{step}", value=line.reference)
        assert head.says("words").replace(line.reference, "R-0000-0000") == unknown


def test_a_note_a_step_and_a_message_stand_in_the_case_and_the_reporter_reads_the_message_by_code(bot, dsl):
    _, code = bot.report()
    bot.works()
    opened(dsl)
    dsl.presses("Note for leads")
    dsl.says("Spoke to the class teacher")
    opened(dsl)
    dsl.presses("Write down a step")
    dsl.presses("Referred it to children's social care")
    dsl.says("By phone at ten, number 12")
    opened(dsl)
    dsl.presses("Write to the reporter")
    dsl.says("Thank you. Please keep the messages.")
    (push,) = [words for channel, _, words in bot.works() if channel == "test"]
    assert push == "You have a message."
    said = Person(bot.world, name="from elsewhere").says(code)
    assert "Please keep the messages." in said
    assert "class teacher" not in said
    seen = opened(dsl)
    assert "note: Spoke to the class teacher" in seen
    assert "Referred it to children's social care: By phone at ten, number 12" in seen


def test_the_reporter_answers_by_code_from_any_channel_and_the_lead_is_told_once(bot, dsl):
    _, code = bot.report()
    bot.works()
    opened(dsl)
    bot.works()
    elsewhere = Person(bot.world, name="from elsewhere")
    elsewhere.says(code)
    elsewhere.presses("Write to the school about it")
    assert "Your message is stored" in elsewhere.says("It happened again today")
    told = bot.works()
    assert [(channel, address) for channel, address, _ in told] == [("slack", "U0123ABCF")]
    assert "again today" not in told[0][2]
    assert "message from the reporter: It happened again today" in opened(dsl)
    assert "You wrote on" in elsewhere.says(code)
    assert bot.goes_on(timedelta(hours=5)) == []


def test_a_case_is_closed_with_a_reason_and_opened_again(bot, dsl):
    _, code = bot.report()
    opened(dsl)
    dsl.presses("Close it")
    assert "is closed" in dsl.says("Passed on, nothing more to do")
    assert "The school has closed it." in Person(bot.world).says(code)
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    dsl.sends(action="cases.open", value=reference)
    dsl.presses("Reopen it")
    assert "is open again" in dsl.says("It happened again")
    assert "closed it: Passed on" in dsl.sends(action="cases.open", value=reference)


def test_stepping_back_ends_a_leads_sight_of_it_and_the_others_are_told(bot, dsl):
    bot.report()
    bot.works()
    opened(dsl)
    assert "You can't read the report any more then" in dsl.presses("Step back from it")
    assert "In hand: dsl-1" in dsl.presses("Open R-")
    dsl.presses("Step back from it")
    assert "You have stepped back" in dsl.presses("Yes, step back")
    assert "There are no reports" in dsl.says("cases")
    assert ("slack", "U0123ABCD") in {(channel, address) for channel, address, _ in bot.works()}


def test_taking_over_makes_the_case_theirs(bot, dsl):
    head = bot.enrols("head-1", "slack", "T1/U0123ABCD")
    bot.report()
    opened(dsl)
    assert "In hand: dsl-1" in opened(head)
    head.presses("Take it over")
    assert "In hand: head-1" in opened(head)


def test_the_chair_can_let_in_a_lead_who_was_left_out_in_doubt_and_nobody_else_can(bot, dsl):
    chair = bot.enrols("chair-1", "email", "chair@governors.example.org")
    bot.report(story=f"{STORY}. Mx Placeholder was there")
    bot.works()
    assert bot.world.cases.listed("st-peters", lead(bot.world, "head-1")) == ()
    assert "Let in" not in opened(dsl)
    opened(chair)
    assert "on the record that you let them in" in chair.presses("Let in: head-1")
    head = bot.enrols("head-1", "slack", "T1/U0123ABCD")
    assert "chair-1, let in head-1" in opened(head)


def test_whom_it_is_about_is_never_let_in(bot):
    chair = bot.enrols("chair-1", "email", "chair@governors.example.org")
    bot.report(kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted")
    opened(chair)
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference
    for who in ("head-1", "head", "head-of-school-1"):
        assert "can't be done" in chair.sends(action="cases.let-in", value=f"{reference}:{who}")
    assert bot.world.cases.listed("st-peters", lead(bot.world, "head-1")) == ()


def test_a_changed_contact_opens_no_earlier_case_has_to_enrol_anew_and_dsl_and_chair_are_told(
    bot, dsl, engine, contacts
):
    bot.report()
    bot.works()
    opened(dsl)
    people = contacts["st-peters"].people
    moved = tuple(replace(p, channels=(("slack", "U0999ZZZZ"),)) if p.label == "head-1" else p for p in people)
    after = at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=moved)}, bot.clock)
    told = after.works()
    assert {address for _, address, words in told if "A contact was changed: head-1" in words} >= {
        "U0123ABCF",
        "chair@governors.example.org",
    }
    head = after.enrols("head-1", "slack", "T1/U0999ZZZZ")
    assert "There are no reports" in head.says("cases")
    assert "In hand: dsl-1" in opened(dsl)
    assert after.works() == []


def test_somebody_who_has_left_opens_nothing_any_more(bot, dsl, engine, contacts):
    bot.report()
    opened(dsl)
    people = contacts["st-peters"].people
    gone = tuple(replace(p, left=bot.clock().date()) if p.label == "dsl-1" else p for p in people)
    at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=gone)}, bot.clock)
    assert "I don't know this account" in dsl.says("cases")


def test_a_changed_contact_that_is_let_in_does_nothing_in_a_report_before_opening_it_themselves(
    bot, dsl, engine, contacts
):
    bot.report(story=f"{STORY}. Mx Placeholder was there")
    opened(dsl)
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    bot.clock.goes_on(timedelta(minutes=1))
    people = contacts["st-peters"].people
    moved = tuple(replace(p, channels=(("slack", "U0999ZZZZ"),)) if p.label == "dsl-1" else p for p in people)
    after = at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=moved)}, bot.clock)
    cases, chair, newcomer = after.world.cases, lead(after.world, "chair-1"), lead(after.world, "dsl-1")
    assert cases.opened("st-peters", reference, chair)
    assert cases.act("st-peters", reference, chair, "let-in", {"who": "dsl-1"})
    assert not cases.act("st-peters", reference, newcomer, "exported", {})
    assert cases.opened("st-peters", reference, newcomer)
    assert cases.act("st-peters", reference, newcomer, "exported", {})


def test_stop_leaves_what_a_lead_was_about_to_write(bot, dsl):
    bot.report()
    opened(dsl)
    dsl.presses("Close it")
    assert "Stopped" in dsl.says("stop")
    assert "Close it" in opened(dsl)


def test_where_others_read_along_nothing_is_shown(bot, dsl):
    bot.report()
    message = Message(
        "slack", "e", dsl.name, "channel", "st-peters", dsl.role, bot.clock(), text="/cases", private=False
    )
    (card,) = dispatch(message, bot.world).cards
    assert "Others can read along here" in card.headline


def test_times_are_told_in_the_schools_own_time_and_not_in_that_of_the_server(bot, dsl):
    bot.clock.now = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    bot.report()
    dsl.says("cases")
    assert "1 July 2026 · not opened yet" in dsl.sees
    seen = dsl.presses("Open R-")
    assert "Stored on 1 July 2026, 00:30 BST" in seen
    assert "1 July 2026, 00:30 BST, dsl-1, opened it" in seen


def test_an_old_button_asks_nobody_for_words_that_could_go_nowhere(bot, dsl):
    bot.report()
    opened(dsl)
    old = {name: dsl.button(name) for name in ("Write to the reporter", "Write down a step", "Close it")}
    dsl.presses("Close it")
    dsl.says("settled")
    for button in old.values():
        said = dsl.sends(action=button.action, value=button.value)
        assert "can't be done" in said
        assert "Open R-" in said


def test_a_lead_is_spoken_to_by_what_they_do_at_the_school_and_not_by_a_label(dsl):
    assert "There are no reports for the Designated safeguarding lead" in dsl.says("cases")
    refused = "The Designated safeguarding lead, Deputy head has no report R-0000-0000"
    for action in ("open", "letters", "taken"):
        assert refused in dsl.sends(action=f"cases.{action}", value="R-0000-0000")
