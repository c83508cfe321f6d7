"""Turns what somebody pressed, filled in, commanded or chose from a message's menu into what it says to the bot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.channels.slack.heard import ASK_BOX, SAY, Heard, Kind
from bot.channels.slack.installed import team_of
from bot.channels.slack.spots import place_of
from bot.channels.slack.typed import plain

if TYPE_CHECKING:
    from bot.channels.channel import Payload

CONCERN_SHORTCUT = "concern_about_message"
COMMANDS = ("/can-i", "/smart", "/concern")


def press(body: Payload) -> Heard | None:
    """Read a press of a button, or of Enter in a box; None for an empty box."""
    action = body["actions"][0]
    container, message = body.get("container") or {}, body.get("message") or {}
    name = action["action_id"].partition(":")[2] or action["action_id"]
    value = action.get("value") or ""
    spot, owner = place_of(action.get("block_id", ""))
    view = body.get("view") or {}
    said = name in (ASK_BOX, SAY)
    if said and not value.strip():
        return None
    return Heard(
        Kind.PRESS,
        f"{team_of(body)}:press:{body['user']['id']}:{action['action_ts']}:{action['action_id']}",
        action["action_ts"],
        team_of(body),
        body["user"]["id"],
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id", ""),
        thread=container.get("thread_ts") or message.get("thread_ts", ""),
        ts=container.get("message_ts", ""),
        text=value if said else "",
        action="" if said else name,
        value="" if said else value,
        label=(action.get("text") or {}).get("text", ""),
        trigger=body.get("trigger_id", ""),
        view=view.get("id", "") if view.get("type") == "modal" else "",
        respond=body.get("response_url", ""),
        spot=spot,
        owner=owner,
        hidden=bool(container.get("is_ephemeral")),
        blocks=tuple(message.get("blocks") or ()),
    )


def submit(body: Payload) -> Heard | None:
    """Read a form that was sent; None for one of which nothing is known."""
    view = body["view"]
    try:
        about = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return None
    action, value, text = about.get("action", ""), about.get("value", ""), ""
    for inputs in (view.get("state") or {}).get("values", {}).values():
        for given in inputs.values():
            chosen = given.get("selected_option")
            if chosen:
                value = chosen["value"]
            elif given.get("value"):
                text = given["value"]
    if "step" in about:
        # Words are for the step that the form shows; left empty, they leave it out.
        action, value = ("report.wrote", about["step"]) if text else (action, value or f"{about['step']}:")
    if not action:
        return None
    return Heard(
        Kind.SUBMIT,
        f"{team_of(body)}:submit:{body['trigger_id']}",
        "",
        team_of(body),
        body["user"]["id"],
        text=text,
        action=action,
        value=value,
        trigger=body["trigger_id"],
        view=view["id"],
    )


def command(body: Payload) -> Heard:
    """Read a slash command."""
    team, trigger = team_of(body), body.get("trigger_id", "")
    words = plain(body.get("text") or "").strip()
    return Heard(
        Kind.COMMAND,
        f"{team}:command:{trigger}",
        "",
        team,
        body["user_id"],
        channel=body.get("channel_id", ""),
        text=f"{body['command']} {words}".strip(),
        trigger=trigger,
        respond=body.get("response_url", ""),
        hidden=True,
    )


def shortcut(body: Payload) -> Heard:
    """Read the choice of the shortcut on a message, of which only its link is taken along."""
    domain, channel = (body.get("team") or {}).get("domain", ""), body["channel"]["id"]
    ts = body.get("message_ts") or body["message"]["ts"]
    return Heard(
        Kind.SHORTCUT,
        f"{team_of(body)}:shortcut:{body['trigger_id']}",
        "",
        team_of(body),
        body["user"]["id"],
        action="report.start",
        trigger=body["trigger_id"],
        link=f"https://{domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}",
    )
