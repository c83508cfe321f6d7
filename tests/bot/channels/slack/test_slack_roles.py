"""Who somebody is in Slack says whose answers they get, and which questions they are offered."""

from __future__ import annotations

import pytest

from bot.channels.slack.prompts import MOST, offered, usual
from knowledge.model import Audience
from tests.fakes import Person
from tests.platforms.slack_people import running

SCHOOLS = ("st-peters", "st-marys", "st-johns", "newall-green", "kingsthorpe-village")
ANSWERS = ("⛔", "⚠️", "✅", "🔶", "💡", "What the policy says", "What I can do")


def shown(bot, server, user):
    """The questions that somebody is shown for one press."""
    server.opens(user, "messages")
    bot.rests()
    return [prompt["title"] for prompt in server.prompts[server.chat(user)]["prompts"]]


def titles(engine, role):
    return [prompt.title for prompt in offered(engine, "st-peters", role)]


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
        assert shown(bot, server, "UGOVERNOR1") == titles(engine, Audience.GOVERNOR)
        assert shown(bot, server, "UTEACHER01") == titles(engine, Audience.STAFF)


def test_a_governor_who_is_a_guest_in_the_workspace_is_a_governor_all_the_same(server, engine, tmp_path):
    with running(server, engine, tmp_path, slack_governors="UGUEST0001") as bot:
        assert shown(bot, server, "UGUEST0001") == titles(engine, Audience.GOVERNOR)


@pytest.mark.parametrize("role", [Audience.STAFF, Audience.GOVERNOR, Audience.VISITOR])
@pytest.mark.parametrize("school", SCHOOLS)
def test_every_question_that_is_offered_gets_a_real_answer(engine, world, role, school):
    found = offered(engine, school, role)
    assert 3 <= len(found) <= MOST
    for prompt in found:
        said = Person(world, school, role).says(prompt.message)
        assert any(mark in said for mark in ANSWERS), f"{prompt.title}: {said}"


@pytest.mark.parametrize("school", SCHOOLS)
def test_the_questions_of_the_manifest_get_a_real_answer_at_every_school(engine, school):
    assert set(usual()) == set(offered(engine, school, Audience.STAFF))
