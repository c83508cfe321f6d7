"""Who somebody is in Slack says whose answers they get."""

from __future__ import annotations

import pytest

from bot.channels.slack.prompts import prompts_for
from knowledge.model import Audience
from tests.fakes import Person
from tests.platforms.slack_people import running

ANSWERS = ("⛔", "⚠️", "✅", "🔶", "What the policy says", "What I can do")


def offered(bot, server, user):
    """The questions that somebody is offered for one press."""
    server.opens(user, "messages")
    bot.rests()
    return [prompt["title"] for prompt in server.prompts[server.chat(user)]["prompts"]]


def titles(role):
    return [prompt.title for prompt in prompts_for(role)]


def test_a_guest_and_somebody_of_a_connected_workspace_are_visitors(bot, server):
    server.joins("USTRANGER1")
    server.users["USTRANGER1"]["team_id"] = "T99999999"
    for user in ("UTEACHER01", "UGUEST0001", "USTRANGER1"):
        server.opens(user, "messages")
    bot.rests()
    staff, guest, stranger = (server.prompts[f"D{u}"]["prompts"] for u in ("UTEACHER01", "UGUEST0001", "USTRANGER1"))
    assert guest == stranger != staff


def test_governors_are_those_whom_the_settings_name(server, engine, tmp_path):
    server.joins("UGOVERNOR1")
    with running(server, engine, tmp_path, slack_governors="UGOVERNOR1, UGOVERNOR2") as bot:
        assert offered(bot, server, "UGOVERNOR1") == titles(Audience.GOVERNOR)
        assert offered(bot, server, "UTEACHER01") == titles(Audience.STAFF)


def test_a_governor_who_is_a_guest_in_the_workspace_is_a_governor_all_the_same(server, engine, tmp_path):
    with running(server, engine, tmp_path, slack_governors="UGUEST0001") as bot:
        assert offered(bot, server, "UGUEST0001") == titles(Audience.GOVERNOR)


@pytest.mark.parametrize("role", [Audience.STAFF, Audience.GOVERNOR, Audience.VISITOR])
@pytest.mark.parametrize("school", ["st-peters", "st-marys", "st-johns", "newall-green", "kingsthorpe-village"])
def test_every_question_that_is_offered_gets_a_real_answer(world, role, school):
    for prompt in prompts_for(role):
        said = Person(world, school, role).says(prompt.message)
        assert "This policy doesn't say" not in said, prompt.title
        assert any(mark in said for mark in ANSWERS), f"{prompt.title}: {said}"
