"""What a Slack knows at a moment, and how a test waits until something is so."""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.channels.slack.manifest import SCOPES
from tests.platforms.slack_kit import Samples
from tests.platforms.slack_parts import PATIENCE, Address, Envelope, Fault, Shown, Team

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from aiohttp import ClientSession, web


@dataclass
class State:
    """Workspaces, people, messages and forms, each change of which wakes whoever waits."""

    teams: list[Team] = field(default_factory=lambda: [Team("st-peters", 1)])
    scopes: list[str] = field(default_factory=lambda: sorted(SCOPES))
    """What every workspace has granted to its bot."""
    samples: Samples = field(default_factory=Samples)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Shown]] = field(default_factory=lambda: defaultdict(dict))
    views: dict[str, Shown] = field(default_factory=dict)
    homes: dict[str, Shown] = field(default_factory=dict)
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[Shown] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    triggers: dict[str, str] = field(default_factory=dict)
    triggers_expire: bool = False
    addresses_expire: bool = False
    """Whether the addresses for answers have run out, as they do after half an hour."""
    outside: bool = False
    """Nobody is told anything, as in an outage; what people say is kept in their chats."""
    speechless: int = 0
    """How many sockets open as they should and then never say a word."""
    bot_url: str = ""
    """Where events are posted to, without the school; empty: they go through sockets."""

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._count: Iterator[int] = itertools.count(1)
        self._sockets: dict[str, list[web.WebSocketResponse]] = defaultdict(list)
        self._tickets: dict[str, Team] = {}
        self._responses: dict[str, Address] = {}
        self.sockets_opened = 0
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        self._http: ClientSession
        self.port = 0

    def joins(self, user: str, team: Team | None = None, **more: Any) -> str:
        """Let somebody have an account; `more` says what kind."""
        team = team or self.teams[0]
        self.users[user] = {"id": user, "team_id": team.id, "name": "somebody", "is_bot": False, **more}
        return user

    def chat(self, user: str) -> str:
        """Give the channel in which somebody is alone with the bot."""
        return f"D{user}"

    @property
    def updates(self) -> list[Envelope]:
        """What the bot has not acknowledged yet."""
        return [e for e in self.envelopes if not e.acknowledged and not e.failed]

    def waits(self, until: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        with self._changed:
            while not until():
                left = end - time.monotonic()
                assert left > 0, f"waited in vain for {what}"
                self._changed.wait(min(left, 0.02))

    def newest(self, user: str) -> list[Shown]:
        """Give what somebody sees, newest first: their form, their own chat, and what only they see."""
        with self._changed:
            mine = [s for s in self.log if s.only == user or s.channel == self.chat(user)]
        return list(reversed(mine))

    def form(self, user: str) -> Shown | None:
        """Give the form that somebody has open."""
        return next((v for v in self.views.values() if v.only == user), None)

    def now(self) -> str:
        """Give a ts that was never given before."""
        return f"{int(time.time())}.{next(self._count):06d}"

    def trigger(self, user: str) -> str:
        """Give a trigger with which one form can be opened."""
        trigger = f"{next(self._count)}.{next(self._count)}.abc"
        self.triggers[trigger] = user
        return trigger

    def _team_of(self, user: str) -> Team:
        home = self.users[user]["team_id"]
        return next((team for team in self.teams if team.id == home), self.teams[0])

    def _whole_view(self, team: Team, shown: Shown) -> dict[str, Any]:
        return {"id": shown.ts, "team_id": team.id, "hash": "1.abc", "state": {"values": {}}, **shown.body}

    def _keep(self, shown: Shown) -> None:
        with self._changed:
            self.messages[shown.channel][shown.ts] = shown
            self._changed.notify_all()

    def _log(self, shown: Shown) -> None:
        self.log = [s for s in self.log if s is not shown]
        self.log.append(shown)

    def _show(self, shown: Shown) -> None:
        with self._changed:
            if shown.kind == "message":
                self.messages[shown.channel][shown.ts] = shown
            self._log(shown)
            self._changed.notify_all()

    def _response_url(self, user: str, channel: str, ts: str, thread: str = "") -> str:
        number = f"r{next(self._count)}"
        self._responses[number] = Address(user, channel, ts, thread)
        return f"http://127.0.0.1:{self.port}/respond/{number}"
