"""A lead enrols in Slack with a one-time code, and finds the cases that wait for them on the bot's page."""

from __future__ import annotations

import pytest

from handlers.wording import say
from tests.bot.channels.slack.test_slack_durability import to_the_last_step
from tests.bot.channels.slack.test_slack_places import CHANNEL, hidden, public
from tests.handlers.telling import CONTACTS
from tests.platforms.slack_people import Colleague, running

LEAD, CHAIR = "U0123ABCF", "U0123ABCE"


@pytest.fixture
def bot(server, engine, tmp_path):
    """The bot of a school with contacts."""
    for user in (LEAD, CHAIR):
        server.joins(user)
    with running(server, engine, tmp_path, contacts=CONTACTS) as bot:
        yield bot
    assert bot.error is None


@pytest.fixture
def lead(bot):
    """The designated safeguarding lead, enrolled."""
    lead = Colleague(bot, LEAD)
    assert "You are enrolled" in lead.say(f"enrol {bot.store.leads.code('st-peters', 'dsl-1')}")
    return lead


@pytest.fixture
def reported(teacher):
    """A report that somebody sent."""
    to_the_last_step(teacher)
    teacher.say("he waits at the gate")
    for _ in range(3):
        teacher.press(say("report.skip"))
    teacher.press("Send")


def page(bot, server, user):
    """Somebody's page, freshly opened."""
    server.opens(user)
    bot.rests()
    return server.homes[user]


@pytest.mark.usefixtures("reported")
def test_a_lead_finds_a_case_that_waits_and_opens_it_in_their_own_chat(bot, server, lead):
    home = page(bot, server, LEAD)
    assert say("home.cases") in home.text
    assert "gate" not in home.text
    (button,) = [label for label in home.labels if label.startswith("Open R-")]
    seen = lead.sees(lambda: server.presses(LEAD, home, button))
    assert "What happened: he waits at the gate" in seen
    assert {shown.channel for shown in server.newest(LEAD) if "gate" in shown.text} == {server.chat(LEAD)}


@pytest.mark.usefixtures("reported")
def test_a_case_that_somebody_has_in_hand_waits_no_more(bot, server, lead):
    home = page(bot, server, LEAD)
    lead.sees(lambda: server.presses(LEAD, home, next(label for label in home.labels if label.startswith("Open R-"))))
    assert say("home.cases_none") in page(bot, server, LEAD).text


@pytest.mark.usefixtures("reported", "lead")
@pytest.mark.parametrize("user", ["UTEACHER01", CHAIR])
def test_whoever_did_not_enrol_learns_of_no_case(bot, server, user):
    assert say("home.cases") not in page(bot, server, user).text


def test_a_code_is_used_up_by_the_first_who_gives_it(bot):
    code = bot.store.leads.code("st-peters", "dsl-1")
    assert "You are enrolled" in Colleague(bot, LEAD).say(f"enrol {code}")
    assert "That code is wrong" in Colleague(bot, "UTEACHER01").say(f"enrol {code}")


def test_enrolling_in_a_channel_is_seen_by_nobody_else(bot, server):
    server.says(LEAD, f"<@bot> enrol {bot.store.leads.code('st-peters', 'dsl-1')}", CHANNEL)
    bot.rests()
    assert public(server) == []
    assert "You are enrolled" in hidden(server, LEAD)[0].text
