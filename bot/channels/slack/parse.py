"""Turns a Slack payload into what it says to the bot; what isn't meant for the bot is nothing."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.message import Message

if TYPE_CHECKING:
    from datetime import datetime

    from bot.channels.channel import Payload
    from knowledge.model import Audience

NAME = "slack"
ASK_BOX = "home.ask"
"""The action of the box in App Home in which a question is typed."""
SAY = "say"
"""The action of a button that says its value as if it were typed."""
CONCERN_SHORTCUT = "concern_about_message"
_COMMANDS = {"/can-i": "/can-i", "/smart": "/smart", "/concern": "/concern"}
_BRACKETS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class Kind(StrEnum):
    """In which way somebody turned to the bot."""

    DIRECT = "direct"
    MENTION = "mention"
    FOLLOW_UP = "follow_up"
    COMMAND = "command"
    PRESS = "press"
    SUBMIT = "submit"
    SHORTCUT = "shortcut"
    HOME = "home"
    CHAT_OPENED = "chat_opened"


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said, pressed or opened.

    `channel`, `thread` and `ts` say where it stands; `trigger` opens a form within three seconds; `view` is the
    form or page that a press sits on, `respond` the address for answers to a command or a message that only its
    reader sees. `spot` is what the pressed message says of its conversation; `owner` for whom it was written.
    """

    kind: Kind
    event: str
    place: str
    team: str
    user: str
    channel: str = ""
    thread: str = ""
    ts: str = ""
    text: str = ""
    action: str = ""
    value: str = ""
    label: str = ""
    files: tuple[str, ...] = ()
    trigger: str = ""
    view: str = ""
    respond: str = ""
    spot: str = ""
    owner: str = ""
    hidden: bool = False
    edited: bool = False
    link: str = ""
    blocks: tuple[Payload, ...] = ()

    @property
    def person(self) -> str:
        """Give the person's id, the same everywhere in the workspace."""
        return f"{self.team}/{self.user}"

    @property
    def in_channel(self) -> bool:
        """Tell whether others read along."""
        return self.kind in (Kind.MENTION, Kind.FOLLOW_UP)

    @property
    def conversation(self) -> str:
        """Give the conversation: the thread in a channel, else the person's own, wherever they are."""
        if self.in_channel:
            return f"{self.team}/{self.channel}/{self.thread or self.ts}"
        # A question asked in a thread is settled there; everything else is between the person and the bot.
        return self.spot if self.spot and self.action.startswith("ask.") else self.person

    def as_message(self, school: str, role: Audience, at: datetime) -> Message:
        """Give the message that this is at a school."""
        return Message(
            channel=NAME,
            event=self.event,
            person=self.person,
            conversation=self.conversation,
            school=school,
            role=role,
            at=at,
            text=self.text,
            action=self.action,
            value=self.value,
            attachments=self.files,
            private=not self.in_channel,
        )


def parse(body: Payload, bot: str) -> Heard | None:
    """Give what a payload says to the bot (its user id), or None where it isn't for the bot.

    A FOLLOW_UP is for the bot only where its person spoke to the bot in that thread before.
    """
    kind = body.get("type")
    if kind == "event_callback":
        return _event(body, body["event"], bot)
    if kind == "block_actions":
        return _press(body)
    if kind == "view_submission":
        return _submit(body)
    if kind == "message_action" and body.get("callback_id") == CONCERN_SHORTCUT:
        return _shortcut(body)
    if body.get("command") in _COMMANDS:
        return _command(body)
    return None


def _event(body: Payload, event: Payload, bot: str) -> Heard | None:
    team = body.get("team_id", "")
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


def _press(body: Payload) -> Heard | None:
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
        f"{_team(body)}:press:{body['user']['id']}:{action['action_ts']}:{action['action_id']}",
        action["action_ts"],
        _team(body),
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


def _submit(body: Payload) -> Heard | None:
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
        f"{_team(body)}:submit:{body['trigger_id']}",
        "",
        _team(body),
        body["user"]["id"],
        text=text,
        action=action,
        value=value,
        trigger=body["trigger_id"],
        view=view["id"],
    )


def _command(body: Payload) -> Heard:
    team, trigger = body.get("team_id", ""), body.get("trigger_id", "")
    words = plain(body.get("text") or "").strip()
    return Heard(
        Kind.COMMAND,
        f"{team}:command:{trigger}",
        "",
        team,
        body["user_id"],
        channel=body.get("channel_id", ""),
        text=f"{_COMMANDS[body['command']]} {words}".strip(),
        trigger=trigger,
        respond=body.get("response_url", ""),
        hidden=True,
    )


def _shortcut(body: Payload) -> Heard:
    domain, channel = (body.get("team") or {}).get("domain", ""), body["channel"]["id"]
    ts = body.get("message_ts") or body["message"]["ts"]
    return Heard(
        Kind.SHORTCUT,
        f"{_team(body)}:shortcut:{body['trigger_id']}",
        "",
        _team(body),
        body["user"]["id"],
        action="report.start",
        trigger=body["trigger_id"],
        link=f"https://{domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}",
    )


def _team(body: Payload) -> str:
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id", ""))


def place_of(block: str) -> tuple[str, str]:
    """Give the conversation and the owner that a message's buttons carry in their block's id."""
    parts = block.split("|")
    return (parts[1], parts[2]) if len(parts) == 4 and parts[0] == "at" else ("", "")  # noqa: PLR2004 -- at|…|…|number


def place_in_block(spot: str, owner: str, number: int) -> str:
    """Write the conversation and the owner of a message into the id of a block of buttons."""
    return f"at|{spot}|{owner}|{number}"


def plain(said: str) -> str:
    """Give a message as its writer saw it: links, people and channels by their names, & < > as themselves."""
    return html.unescape(_BRACKETS.sub(_shown, said)).strip()


def _shown(match: re.Match[str]) -> str:
    inside, label = match[1], match[2]
    if label:
        return {"#": "#", "!": "@"}.get(inside[:1], "") + label.lstrip("@")
    return f"@{inside[1:]}" if inside[:1] in ("@", "!") else inside
