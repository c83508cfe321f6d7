"""Turns a Slack payload into what it says to the bot; what isn't meant for the bot is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.slack.heard import Heard, Kind
from bot.channels.slack.installed import team_of
from bot.channels.slack.interactions import COMMANDS, CONCERN_SHORTCUT, command, press, shortcut, submit
from bot.channels.slack.typed import plain

if TYPE_CHECKING:
    from bot.channels.channel import Payload


def parse(body: Payload, bot: str) -> Heard | None:
    """Give what a payload says to the bot (its user id), or None where it isn't for the bot.

    A FOLLOW_UP is for the bot only where its person spoke to the bot in that thread before.
    """
    kind = body.get("type")
    if kind == "event_callback":
        return _event(body, body["event"], bot)
    if kind == "block_actions":
        return press(body)
    if kind == "view_submission":
        return submit(body)
    if kind == "message_action" and body.get("callback_id") == CONCERN_SHORTCUT:
        return shortcut(body)
    if body.get("command") in COMMANDS:
        return command(body)
    return None


def _event(body: Payload, event: Payload, bot: str) -> Heard | None:
    team = team_of(body)
    if event["type"] == "app_home_opened":
        kind = Kind.HOME if event.get("tab") == "home" else Kind.CHAT_OPENED
        at = event.get("event_ts", "")
        key = f"{team}:{kind}:{event['user']}:{at}"
        return Heard(kind, key, at, team, event["user"], channel=event.get("channel", ""))
    if event["type"] not in ("message", "app_mention"):
        return None
    if event.get("subtype") == "message_changed":
        return _edited(team, event, bot)
    if event.get("subtype") not in (None, "file_share", "thread_broadcast"):
        return None
    return _message(team, event, event, bot)


def _edited(team: str, event: Payload, bot: str) -> Heard | None:
    """Take a question anew whose words somebody changed."""
    message, before = event["message"], event.get("previous_message") or {}
    if "edited" not in message or message.get("text") == before.get("text") or message.get("subtype"):
        return None
    return _message(team, {**message, "channel": event["channel"]}, event, bot)


def _message(team: str, message: Payload, event: Payload, bot: str) -> Heard | None:
    user, said = message.get("user"), message.get("text") or ""
    files = tuple(file.get("id", "file") for file in message.get("files") or ())
    if not user or user == bot or message.get("bot_id") or not (said.strip() or files):
        return None
    ts, thread = message["ts"], message.get("thread_ts", "")
    mention = f"<@{bot}>"
    if event.get("channel_type") == "im" or message["channel"].startswith("D"):
        kind = Kind.DIRECT
    elif mention in said or event["type"] == "app_mention":
        kind = Kind.MENTION
    elif thread and thread != ts and not said.lstrip().startswith("<@"):
        kind = Kind.FOLLOW_UP
    else:
        return None
    edited = message.get("edited", {}).get("ts", "") if event.get("subtype") == "message_changed" else ""
    # Not Slack's event id: a mention comes as two events, and what is read back after an outage has none.
    key = f"{team}:{message['channel']}:{ts}" + (f":{edited}" if edited else "")
    return Heard(
        kind,
        key,
        edited or ts,
        team,
        user,
        channel=message["channel"],
        thread=thread,
        ts=ts,
        text=plain(said.replace(mention, " ")),
        files=files,
        edited=bool(edited),
    )
