"""App Home says where somebody stands without being opened anew, and tells nobody what is not for them."""

from __future__ import annotations

import pytest

from bot.pages import Pages
from handlers.wording import say
from tests.bot.channels.slack.test_slack_durability import ANSWERS_TO_A_REPORT, to_the_last_step
from tests.handlers.telling import CONTACTS
from tests.platforms.slack_people import Colleague, running

TEACHER, LEAD, HEAD = "UTEACHER01", "U0123ABCF", "U0123ABCD"


@pytest.fixture
def bot(server, engine, tmp_path):
    """The bot of a school with contacts, with a lead and the head enrolled."""
    for user in (LEAD, HEAD):
        server.joins(user)
    with running(server, engine, tmp_path, contacts=CONTACTS) as bot:
        for user, label in ((LEAD, "dsl-1"), (HEAD, "head-1")):
            assert "You are enrolled" in Colleague(bot, user).say(f"enrol {bot.store.leads.code('st-peters', label)}")
        yield bot
    assert bot.error is None


def opens(bot, *users):
    for user in users:
        bot.server.opens(user)
    bot.rests()


def page(bot, user):
    return bot.server.homes[user].text


def looked_over(bot):
    """Let the bot look at the pages, as it does every few seconds."""
    world, channels = bot.running.inbox._world, {channel.name: channel for channel in bot.channels}  # noqa: SLF001 -- the parts of the bot that runs
    Pages(bot.store, world, channels).turn()
    bot.loop.call_soon_threadsafe(bot.running.outbox.wake)
    bot.rests()


def published(bot, user):
    """How often somebody's page was published."""
    return sum(method == "views.publish" and args["user_id"] == user for method, args in bot.server.calls)


def finish(teacher):
    teacher.say("he waits at the gate")
    for _ in range(3):
        teacher.press(say("report.skip"))
    teacher.press("Send")


def test_the_page_goes_on_with_the_quiz_that_is_played(bot, teacher):
    opens(bot, TEACHER)
    assert "You haven't played yet" in page(bot, TEACHER)
    teacher.say("quiz")
    assert "0 of 10 questions done" in page(bot, TEACHER)
    for _ in range(6):
        teacher.press(next(label for label, _ in reversed(teacher.offered) if label.startswith("A. ")))
        teacher.press(say("quiz.confirm"))
        teacher.press(say("quiz.next"))
    stands = page(bot, TEACHER)
    assert "0 of 10" not in stands
    opens(bot, TEACHER)
    assert page(bot, TEACHER) == stands


def test_the_page_says_that_a_report_is_not_sent_yet_and_then_that_it_was(bot, teacher):
    opens(bot, TEACHER)
    to_the_last_step(teacher)
    assert say("home.draft") in page(bot, TEACHER)
    finish(teacher)
    assert say("home.report_new") in page(bot, TEACHER)
    assert "gate" not in page(bot, TEACHER)


def test_whoever_never_opened_their_page_is_sent_none(bot, teacher):
    teacher.say("quiz")
    to_the_last_step(teacher)
    finish(teacher)
    looked_over(bot)
    assert bot.server.homes == {}


def test_a_question_changes_nobodys_page(bot, teacher):
    opens(bot, TEACHER)
    before = published(bot, TEACHER)
    teacher.say("can i add one of the mums on insta?")
    looked_over(bot)
    assert published(bot, TEACHER) == before


def test_a_new_case_comes_to_the_page_of_its_lead_and_goes_once_somebody_has_it(bot, teacher):
    opens(bot, LEAD, TEACHER)
    assert say("home.cases_none") in page(bot, LEAD)
    to_the_last_step(teacher)
    finish(teacher)
    looked_over(bot)
    assert say("home.cases_none") not in page(bot, LEAD)
    assert "gate" not in page(bot, LEAD)
    lead, home = Colleague(bot, LEAD), bot.server.homes[LEAD]
    lead.sees(
        lambda: bot.server.presses(LEAD, home, next(label for label in home.labels if label.startswith("Open R-")))
    )
    assert say("home.cases_none") in page(bot, LEAD)
    assert say("home.report_new") in page(bot, TEACHER)
    looked_over(bot)
    assert say("home.report_new") not in page(bot, TEACHER)
    assert "opened on" in page(bot, TEACHER)


def test_a_page_that_says_what_is_so_is_published_no_more(bot, teacher):
    opens(bot, LEAD, TEACHER)
    to_the_last_step(teacher)
    finish(teacher)
    looked_over(bot)
    before = len(bot.server.calls)
    looked_over(bot)
    assert bot.server.calls[before:] == []


def test_nothing_reaches_the_page_of_a_lead_whom_the_report_is_about(bot, teacher):
    opens(bot, LEAD, HEAD)
    before = (page(bot, LEAD), published(bot, LEAD))
    teacher.say("report")
    for label in ("No", "How an adult behaves", "Yes, an adult at the school"):
        teacher.press(label)
    teacher.press("Designated safeguarding lead")
    teacher.press("No")
    teacher.press("Yes")
    finish(teacher)
    looked_over(bot)
    assert say("home.cases_none") not in page(bot, HEAD)
    assert (page(bot, LEAD), published(bot, LEAD)) == before


def test_a_report_of_somebody_who_is_not_safe_to_message_shows_nowhere_on_their_page(bot, teacher):
    opens(bot, TEACHER)
    before = page(bot, TEACHER)
    teacher.say("report")
    for label in (*ANSWERS_TO_A_REPORT[:-1], "No"):
        teacher.press(label)
    assert page(bot, TEACHER) == before
    finish(teacher)
    looked_over(bot)
    assert page(bot, TEACHER) == before


def test_whoever_asked_to_be_forgotten_has_an_empty_page_and_nothing_is_kept_of_it(bot, teacher):
    opens(bot, TEACHER)
    teacher.say("quiz")
    to_the_last_step(teacher)
    finish(teacher)
    teacher.say("forget")
    assert "You haven't played yet" in page(bot, TEACHER)
    team = bot.server.teams[0].id
    assert bot.store.memory.recall(team, team, "slack.pages").get("users", []) == []
    assert bot.store.memory.recall(f"{team}/{TEACHER}", f"{team}/{TEACHER}", "slack.page") == {}
