"""People of connected workspaces are visitors, and an app put elsewhere brings nobody into a school."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.channels.channel import Unusable
from bot.channels.slack.heard import Kind
from bot.channels.slack.installed import team_of
from bot.channels.slack.parse import parse
from tests.bot.channels.slack.test_slack_places import CHANNEL, WORRY, hidden, public
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Team
from tests.platforms.slack_people import running

STRANGER = "USTRANGER1"
ELSEWHERE = "T99999999"
QUESTION = "<@bot> can i add one of the mums on insta?"


@pytest.fixture
def stranger(server):
    server.joins(STRANGER)
    server.users[STRANGER]["team_id"] = ELSEWHERE
    return STRANGER


def test_somebody_of_a_connected_workspace_is_answered_in_the_shared_channel_as_a_visitor(bot, server, stranger):
    asked = [server.says(user, QUESTION, CHANNEL) for user in (stranger, "UGUEST0001", "UTEACHER01")]
    bot.rests()
    theirs, guests, staffs = sorted(public(server), key=lambda answer: asked.index(answer.thread))
    assert theirs.text == guests.text != staffs.text


def test_a_worry_of_somebody_of_a_connected_workspace_is_answered_to_them_alone(bot, server, stranger):
    server.says(stranger, WORRY, CHANNEL)
    bot.rests()
    assert public(server) == []
    assert len(hidden(server, stranger)) == 1


def test_what_is_said_where_the_app_was_put_without_a_school_is_dropped_and_gets_no_answer(bot, server):
    elsewhere = SimpleNamespace(id=ELSEWHERE, bot="UBOT99999", school=server.teams[0].school)
    before, told = bot.store.events.waiting(), len(server.calls)
    event = {"type": "message", "user": "USOMEBODY1", "text": "can I?", "ts": "1.2", "channel": "DX", "event_ts": "1.2"}
    server._tell_event(elsewhere, {**event, "channel_type": "im"}, "MessagePayload")  # noqa: SLF001 -- as Slack would
    bot.rests()
    assert bot.store.events.waiting() == before
    assert server.calls[told:] == []


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team_id": "T9", "authorizations": [{"team_id": "T1"}]}, "T1"),
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T9"}}, "T1"),
        ({"team": {"id": "T9"}, "view": {"app_installed_team_id": "T1"}, "user": {"team_id": "T9"}}, "T1"),
        ({"team": None, "user": {"id": "U1", "team_id": "T1"}}, "T1"),
        ({}, ""),
    ],
)
def test_a_payload_is_for_the_workspace_in_which_the_app_stands(body, team):
    assert team_of(body) == team


def test_somebody_has_one_id_whichever_workspace_slack_names_with_an_event():
    event = {"type": "message", "user": "U1", "text": "can I?", "ts": "1.2", "channel": "D1", "channel_type": "im"}
    body = {"type": "event_callback", "team_id": "T9", "authorizations": [{"team_id": "T1"}], "event": event}
    heard = parse(body, "UBOT")
    assert (heard.kind, heard.person) == (Kind.DIRECT, "T1/U1")


def test_two_tokens_of_one_workspace_for_two_schools_are_refused_in_one_line(engine, tmp_path):
    with FakeSlack([Team("st-peters", 1)]) as server:
        token = server.teams[0].bot_token
        both = {"slack_bot_token": f"{token},{token}", "slack_app_token": "xapp-1,xapp-2"}
        bot = running(server, engine, tmp_path, **both, slack_schools="st-peters,st-marys")
        with pytest.raises(Unusable, match="st-peters and st-marys"):
            bot.__enter__()
        bot.ends()
