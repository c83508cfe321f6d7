"""Who may be asked of a case as time passes: whoever changed, left or stepped back learns nothing more of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.store.tables import second_factors
from tests.bot.leading import at_work, opened
from tests.bot.test_delivery import open_it
from tests.handlers.telling import lead

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def with_changed(bot, engine, contacts, *labels, **change):
    """The same bot after its contacts were changed for some people, and it was started again."""
    bot.clock.goes_on(MINUTE)
    school = contacts["st-peters"]
    people = tuple(replace(p, **change) if p.label in labels else p for p in school.people)
    return at_work(bot.store, engine, {"st-peters": replace(school, people=people)}, bot.clock)


def of_cases(sent):
    """The notices that name a report, by whom they went to."""
    return {address for _, address, words in sent if "R-" in words}


def test_a_contact_that_was_changed_since_is_never_asked_next_and_opens_nothing(bot, engine, contacts):
    bot.report()
    bot.works()
    after = with_changed(bot, engine, contacts, "deputy-dsl-1", channels=(("slack", "U0999ZZZZ"),))
    sent = after.works() + [one for _ in range(6) for one in after.goes_on(HOUR)]
    assert "U0999ZZZZ" not in of_cases(sent)
    assert "chair@governors.example.org" in of_cases(sent)
    assert "There are no reports" in after.enrols("deputy-dsl-1", "slack", "T1/U0999ZZZZ").says("cases")


def test_whoever_was_asked_next_and_stepped_back_is_not_asked_again(bot):
    chair = bot.enrols("chair-1", "email", "chair@governors.example.org")
    bot.report()
    bot.works()
    for _ in range(3):
        bot.goes_on(HOUR)
    opened(chair)
    chair.presses("Step back from it")
    chair.presses("Yes, step back")
    sent = bot.works() + [one for _ in range(6) for one in bot.goes_on(HOUR)]
    assert "U0123ABCF" in of_cases(sent)
    assert "chair@governors.example.org" not in of_cases(sent)
    assert "There are no reports" in chair.says("cases")


def test_somebody_whose_last_day_was_written_down_before_reads_nothing_after_it_without_a_restart(
    bot, engine, contacts
):
    after = with_changed(bot, engine, contacts, "dsl-1", left=(bot.clock() + DAY).date())
    dsl = after.enrols("dsl-1", "slack", "T1/U0123ABCF")
    after.report()
    assert "In hand: dsl-1" in opened(dsl)
    told = {words for _, _, words in after.goes_on(DAY)}
    assert any(words.startswith("A contact was taken out: dsl-1") for words in told)
    assert "I don't know this account" in dsl.says("cases")
    assert not [words for _, _, words in after.goes_on(DAY) if words.startswith("A contact")]


def test_a_case_whose_readers_have_all_changed_goes_to_those_next_in_line(bot, engine, contacts):
    bot.report()
    bot.works()
    open_it(bot)
    bot.works()
    after = with_changed(bot, engine, contacts, "dsl-1", "head-1", channels=(("slack", "U0999ZZZZ"),))
    sent = after.works() + after.goes_on(DAY)
    assert of_cases(sent) >= {"123456780", "chair@governors.example.org"}
    assert "U0999ZZZZ" not in of_cases(sent)
    assert open_it(after, "chair-1")


def test_a_case_that_nobody_is_left_to_read_is_an_alarm_and_its_reporter_is_told_whom_to_ring(bot, engine, contacts):
    _, code = bot.report()
    bot.works()
    everybody = [person.label for person in contacts["st-peters"].people]
    after = with_changed(bot, engine, contacts, *everybody, channels=(("slack", "U0999ZZZZ"),))
    sent = after.works() + after.goes_on(HOUR)
    assert of_cases(sent) == set()
    assert ("test", "reporter") in {(channel, address) for channel, address, _ in sent}
    assert "please don't wait" in bot.world.cases.status(code).messages[0].inside["text"]
    assert [alarm.name.split()[0] for alarm in after.store.alarms.raised()] == ["alone"]
    assert after.world.cases.listed("st-peters", lead(after.world, "dsl-1")) == ()


def test_the_authenticator_app_of_a_changed_contact_is_erased(bot, engine, contacts):
    bot.store.factors.keep(lead(bot.world, "dsl-1"), b"x" * 20, 1)
    with_changed(bot, engine, contacts, "dsl-1", channels=(("slack", "U0999ZZZZ"),))
    with bot.store.units.reading() as connection:
        assert connection.execute(select(second_factors)).all() == []
