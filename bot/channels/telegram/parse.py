"""Turns a Telegram update into what it says to the bot; what isn't meant for the bot is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handlers.message import Message

if TYPE_CHECKING:
    from knowledge.model import Audience

NAME = "telegram"
FILES = (
    "animation",
    "audio",
    "checklist",
    "contact",
    "dice",
    "document",
    "game",
    "giveaway",
    "live_photo",
    "location",
    "paid_media",
    "photo",
    "poll",
    "rich_message",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
)
"""What a message can bring instead of words; its name is noted, and it is never fetched."""
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said or pressed, before it is known to which school they belong.

    `code` is the payload of a link that opened the chat; `data` stands behind the button pressed, `pressed` is the
    message that it sits on, which is `editable` unless it was deleted, and `query` the id by which Telegram waits to
    hear that the press arrived. `edited` says that these are new words of a message that was sent before; `thread` is
    the topic of a group in which they stand.
    """

    event: str
    place: str
    user: int
    chat: int
    message: int
    at: datetime
    private: bool
    text: str = ""
    code: str = ""
    files: tuple[str, ...] = ()
    data: str = ""
    pressed: bool = False
    query: str = ""
    edited: bool = False
    editable: bool = False
    thread: int = 0

    @property
    def person(self) -> str:
        """Give the person's id, the same in every chat."""
        return f"{NAME}:{self.user}"

    @property
    def conversation(self) -> str:
        """Give the conversation's id."""
        return f"{NAME}:{self.chat}"

    @property
    def line(self) -> str:
        """Give the line in which this person's events are handled one by one."""
        return f"{self.user}@{self.chat}"

    def as_message(self, school: str, role: Audience, action: str = "", value: str = "") -> Message:
        """Give the message that this is at a school."""
        return Message(
            channel=NAME,
            event=self.event,
            person=self.person,
            conversation=self.conversation,
            school=school,
            role=role,
            at=self.at,
            text="" if action else self.text,
            action=action,
            value=value,
            attachments=self.files,
            private=self.private,
        )


def parse(update: dict[str, Any], me: Me) -> Heard | None:
    """Give what an update says to the bot, or None where it isn't for the bot."""
    if query := update.get("callback_query"):
        return _press(update, query, me)
    edited = "edited_message" in update
    message = update.get("edited_message" if edited else "message")
    if not message or message.get("from", {}).get("is_bot", True) or "sender_chat" in message:
        return None  # another bot, or nobody: an anonymous administrator, or what a channel posts into its group
    private = message["chat"]["type"] == "private"
    said = message.get("text") or message.get("caption") or ""
    files = tuple(name for name in FILES if name in message)
    if not said and (edited or not files):
        return None  # somebody joined, a title changed, a place that is shared moved on, and the like
    if not private and not _addressed(message, said, me):
        return None
    text, code = _words(said, me)
    where = _where(update, message, message["from"], me)
    if "media_group_id" in message and not said:
        # The pictures of an album come one by one; those without words are one event, and are answered once.
        where["event"] = f"{me.id}:album-{message['media_group_id']}"
    return Heard(**where, text=text, code=code, files=files, edited=edited)


def _press(update: dict[str, Any], query: dict[str, Any], me: Me) -> Heard | None:
    message = query.get("message")
    if not message or "data" not in query:
        return None
    where = _where(update, message, query["from"], me)
    # The message that the button sits on can be months old; the press is now, and Telegram doesn't say when.
    there = bool(message.get("date"))
    return Heard(**where, data=query["data"], pressed=True, query=query["id"], editable=there)


def _where(update: dict[str, Any], message: dict[str, Any], who: dict[str, Any], me: Me) -> dict[str, Any]:
    return {
        "event": f"{me.id}:{update['update_id']}",
        "place": f"{update['update_id']:020d}",
        "user": who["id"],
        "chat": message["chat"]["id"],
        "message": message["message_id"],
        "at": datetime.fromtimestamp(message.get("date", 0), UTC),
        "private": message["chat"]["type"] == "private",
        "thread": message.get("message_thread_id", 0) if message.get("is_topic_message") else 0,
    }


def _addressed(message: dict[str, Any], said: str, me: Me) -> bool:
    """Tell whether a message in a group is for the bot: a command, its name, or an answer to what it said."""
    if command := _COMMAND.fullmatch(said.strip()):
        return (command[2] or me.username).lower() == me.username.lower()
    if message.get("reply_to_message", {}).get("from", {}).get("id") == me.id:
        return True
    return _my_name(me).search(said) is not None


def _words(said: str, me: Me) -> tuple[str, str]:
    """Give the words without the bot's name, and the code where a link opened the chat."""
    command = _COMMAND.fullmatch(said.strip())
    if command is None:
        return _my_name(me).sub("", said).strip(), ""
    name, rest = command[1].lower().replace("_", "-"), command[3].strip()
    if name == "start" and rest:
        return "/start", rest
    return f"/{name} {rest}".strip(), ""


def _my_name(me: Me) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(me.username)}\b", re.IGNORECASE)
