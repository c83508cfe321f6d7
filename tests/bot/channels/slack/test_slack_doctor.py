"""The doctor says what is wrong with the app in Slack, and how to mend it."""

from __future__ import annotations

import pytest

from bot.channels.slack.manifest import SCOPES
from bot.doctor import examine
from bot.settings import Settings
from tests.platforms.slack_parts import Fault, Team


@pytest.fixture
def found(server, tmp_path):
    """Let the doctor look; give what it found of Slack, with how to mend it."""

    def look(**more):
        team = server.teams[0]
        given = {
            "data": tmp_path,
            "slack_bot_token": team.bot_token,
            "slack_app_token": team.app_token,
            "slack_schools": team.school,
            "slack_api": server.url,
            "trial": True,
            **more,
        }
        settings = Settings(_env_file=None, **given)
        return {finding.found: finding.mend for finding in examine(settings) if finding.part == "slack"}

    return look


def test_all_is_well_with_an_app_made_from_the_manifest(found):
    lines = found()
    assert set(lines.values()) == {""}
    assert f"st-peters: it may do the {len(SCOPES)} things that it needs, and no more" in lines
    assert "st-peters: events come by Socket Mode" in lines


def test_a_missing_scope_is_named_with_what_it_is_for_and_how_to_get_it(found, server):
    server.scopes.remove("im:history")
    [(line, mend)] = [(line, mend) for line, mend in found().items() if mend]
    assert "it may not do what it needs: im:history, to hear what people write to it directly" in line
    assert "askfirst manifest" in mend


def test_a_missing_scope_does_not_hide_a_needless_one(found, server):
    server.scopes[:] = ["files:read", *sorted(SCOPES)[1:]]
    assert len([mend for mend in found().values() if mend]) == 2


def test_tokens_of_two_apps_are_noticed_since_nothing_would_come_in(found, server):
    server.teams.append(Team("st-marys", 2))
    lines = found(slack_app_token=server.teams[1].app_token)
    mend = lines["st-peters: the tokens are of two apps, A00000001 and A00000002, so that nothing comes in"]
    assert "ASKFIRST_SLACK_APP_TOKEN" in mend


def test_over_http_no_app_token_is_asked_for(found, server):
    lines = found(slack_app_token="", slack_signing_secret="secret", slack_listen="127.0.0.1:18099")  # noqa: S106 -- of a test
    assert set(lines.values()) == {""}
    assert "apps.connections.open" not in {method for method, _ in server.calls}


def test_where_slack_does_not_say_whose_a_token_is_the_rest_is_told_all_the_same(found, server):
    server.faults.append(Fault("bots.info", error="missing_scope"))
    assert "st-peters: Slack does not say of which app a token is (missing_scope)" in found()


def test_a_scope_that_nobody_needs_is_named(found, server):
    server.scopes.append("files:read")
    assert "OAuth & Permissions" in found()["st-peters: it may do more than it needs: files:read"]


def test_a_wrong_app_token_is_said_with_its_setting(found):
    mend = found(slack_app_token="xapp-wrong")["can't be used"]  # noqa: S106 -- of a test
    assert "ASKFIRST_SLACK_APP_TOKEN" in mend
