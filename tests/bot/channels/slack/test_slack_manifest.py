"""The manifest makes an app that may do what the bot does, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.channels.slack import manifest as module
from bot.channels.slack.interactions import COMMANDS as HEARD_COMMANDS
from bot.channels.slack.interactions import CONCERN_SHORTCUT
from bot.channels.slack.manifest import EVENTS, SCOPES
from bot.cli import askfirst
from tests.platforms import slack_scopes

URL = "https://bot.example.org/slack/st-peters"
SOURCES = [path.read_text(encoding="utf-8") for path in Path(module.__file__).parent.glob("*.py")]
_LONGEST = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.shortcuts.name": 24,
    "features.shortcuts.description": 150,
    "features.shortcuts.callback_id": 255,
    "features.slash_commands.command": 32,
    "features.slash_commands.description": 2000,
    "features.slash_commands.usage_hint": 1000,
    "features.slash_commands.url": 3000,
}


def printed(*arguments):
    done = CliRunner().invoke(askfirst, ["manifest", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def calls_made():
    """Every method of the Web API that the code names, in either of the two ways in which it calls one."""
    dotted = {name for source in SOURCES for name in re.findall(r'"([a-z]+(?:\.[a-zA-Z]+)+)"', source)}
    spelt = {name for source in SOURCES for name in re.findall(r"client\.([a-z]+_[a-zA-Z_]+)\(", source)}
    by_spelling = {name.replace(".", "_"): name for name in slack_scopes.CALLS}
    own = {"api_call", "is_connected"}  # no calls of the Web API's
    return {by_spelling[name] for name in spelt - own} | {name for name in dotted if name in slack_scopes.CALLS}


def test_each_permission_is_used_and_whatever_is_used_has_its_permission():
    needed = {slack_scopes.CALLS[call] for call in calls_made()}
    needed |= {slack_scopes.EVENTS[event] for event in EVENTS} | {slack_scopes.COMMANDS}
    assert needed - {""} == set(SCOPES)


def test_each_call_that_slack_is_known_to_be_asked_is_still_made():
    assert calls_made() == set(slack_scopes.CALLS)


def test_every_event_and_command_that_the_app_brings_is_heard():
    assert set(EVENTS) == set(slack_scopes.EVENTS)
    features = json.loads(printed())["features"]
    assert [one["command"] for one in features["slash_commands"]] == list(HEARD_COMMANDS)
    assert [one["callback_id"] for one in features["shortcuts"]] == [CONCERN_SHORTCUT]


@pytest.mark.parametrize("arguments", [(), ("--url", URL)], ids=["socket mode", "http"])
def test_what_is_printed_keeps_slacks_limits(arguments):
    whole = json.loads(printed(*arguments))
    assert dict(too_long(whole)) == {}
    assert re.fullmatch("#[0-9a-f]{6}", whole["display_information"]["background_color"])
    assert set(whole) == {"display_information", "features", "oauth_config", "settings"}
    assert 1 <= len(whole["features"]["agent_view"]["suggested_prompts"]) <= 4


def too_long(value, path=""):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from too_long(part, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from too_long(part, path)
    elif isinstance(value, str) and len(value) > _LONGEST.get(path, 3000):
        yield path, len(value)


def test_for_socket_mode_no_address_is_named_and_over_http_every_one():
    socket, http = json.loads(printed()), json.loads(printed("--url", URL))
    assert socket["settings"]["socket_mode_enabled"]
    assert "https://" not in json.dumps(socket)
    assert not http["settings"]["socket_mode_enabled"]
    assert http["settings"]["event_subscriptions"]["request_url"] == URL
    assert http["settings"]["interactivity"]["request_url"] == URL
    assert {one["url"] for one in http["features"]["slash_commands"]} == {URL}


def test_an_address_that_slack_does_not_take_is_refused_in_one_line():
    done = CliRunner().invoke(askfirst, ["manifest", "--url", "http://bot.example.org/slack/st-peters"])
    assert done.exit_code == 2
    assert "begin with https://" in done.output


def test_each_permission_is_said_in_plain_words():
    lines = printed("--scopes").splitlines()
    assert [line.split()[0] for line in lines] == list(SCOPES)
    assert all(len(line.split()) > 2 for line in lines)
