"""What a Slack is made of: workspaces, what people see in them, what the bot is told, and what goes wrong."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.platforms.slack_kit import labels_in, text_in

if TYPE_CHECKING:
    import threading

PATIENCE = 30.0
"""Seconds after which a test no longer waits."""
ACKNOWLEDGED_WITHIN = 3.0
"""Seconds in which Slack wants to hear that an event arrived; then it sends it again."""
ANSWERS = 5
"""How often an address can be answered at."""
SECRET = "signing-secret"  # noqa: S105 -- of a test


class Refusal(Exception):  # noqa: N818 -- it is an answer
    """What Slack answers instead of a result."""

    def __init__(self, error: str, status: int = 200, retry_after: int = 0) -> None:
        super().__init__(error)
        self.error, self.status, self.retry_after = error, status, retry_after


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@dataclass
class Fault:
    """What goes wrong once: `drop` ends the connection, after the call was carried out (`after`) or before."""

    method: str
    error: str = ""
    status: int = 200
    retry_after: int = 0
    drop: bool = False
    after: bool = False
    held: threading.Event | None = None


@dataclass
class Team:
    """One workspace with its app."""

    school: str
    number: int

    @property
    def id(self) -> str:
        return f"T{self.number:08d}"

    @property
    def app(self) -> str:
        return f"A{self.number:08d}"

    @property
    def bot(self) -> str:
        return f"UBOT{self.number:05d}"

    @property
    def bot_token(self) -> str:
        return f"xoxb-{self.school}"

    @property
    def app_token(self) -> str:
        return f"xapp-{self.school}"


@dataclass
class Shown:
    """Something as a person sees it: a message, a form or the home page; `only` names its one reader, if it has one."""

    kind: str
    channel: str
    ts: str
    body: dict[str, Any]
    only: str = ""
    thread: str = ""

    @property
    def text(self) -> str:
        return text_in(self.body)

    @property
    def labels(self) -> list[str]:
        return labels_in(self.body)


@dataclass
class Envelope:
    """One thing that Slack tells the bot, and what the bot said to it."""

    team: Team
    kind: str
    payload: dict[str, Any]
    id: str
    sent: list[float] = field(default_factory=list)
    acknowledged: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass
class Address:
    """Where a command or a press can be answered: whom and where, and how often that was done."""

    user: str
    channel: str
    ts: str
    thread: str
    uses: int = 0
