"""Says what the bot heard in Slack: who turned to it, in which way, where, and with what."""

from __future__ import annotations

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
