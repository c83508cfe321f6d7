"""The bot as a process of its own beside a Slack: started, told to end, killed at a moment, and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from bot.opening import open_store
from bot.settings import Settings
from tests.platforms.slack_parts import SECRET, Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.platforms.slack import FakeSlack


class Moment(StrEnum):
    """When the process is killed."""

    AT_ONCE = "at once, as soon as something was done"
    ACKNOWLEDGED = "once Slack was told that it arrived"
    SENDING = "while the answer is on its way, which never arrives"
    SENT = "once the answer has arrived, before the bot hears of it"


@dataclass
class BotProcess:
    """The bot in all the workspaces of a server, on a trial."""

    server: FakeSlack
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    kills: int = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.starts()
            stack.callback(self.kill)
            settings = Settings(_env_file=None, data=self.folder, database=self.settings.get("database", ""))
            self.store = stack.enter_context(open_store(settings))
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def starts(self) -> None:
        """Start it, and wait until it runs."""
        teams = self.server.teams
        given = {
            "data": str(self.folder),
            "trial": "yes",
            "schools": ",".join(team.school for team in teams),
            "slack_api": self.server.url,
            "slack_bot_token": ",".join(team.bot_token for team in teams),
            "slack_app_token": ",".join(team.app_token for team in teams),
            "slack_signing_secret": ",".join([SECRET] * len(teams)),
            "slack_schools": ",".join(team.school for team in teams),
            **self.settings,
        }
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ASKFIRST_")},
            **{f"ASKFIRST_{k.upper()}": v for k, v in given.items()},
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        self.running = any(line.startswith("Ask First is running") for line in self.process.stdout)
        assert self.running, self.process.communicate()

    def kill(self) -> None:
        """Kill it, without a chance to do anything more."""
        self.process.kill()
        self.process.communicate()
        self.running = False

    def killed(self, moment: Moment, does: Callable[[], object]) -> None:
        """Do something, and kill the bot at a moment of its work on it."""
        held = threading.Event()
        before = len(self.server.calls)
        if moment in (Moment.SENDING, Moment.SENT):
            self.server.faults.append(Fault("*", held=held, drop=True, after=moment is Moment.SENT))
        does()
        envelope = self.server.envelopes[-1]
        if moment is Moment.ACKNOWLEDGED:
            self.server.waits(lambda: bool(envelope.acknowledged or envelope.failed), "the acknowledgement")
        elif moment is not Moment.AT_ONCE:
            # The next step of a form comes with the acknowledgement, so that there may be no call at all.
            form = envelope.payload.get("type") == "view_submission"
            self.server.waits(
                lambda: len(self.server.calls) > before or (form and bool(envelope.acknowledged)), "something sent"
            )
        self.kill()
        self.kills += 1
        self.server.faults.clear()
        self.server.triggers.clear()  # no form can be opened three seconds later
        held.set()

    def rests(self) -> None:
        """Wait until everything that came in is handled and everything promised is sent; start it where it is dead."""
        if not self.running:
            self.starts()
        self.server.waits(self._rests, "the bot's rest")

    def _rests(self) -> bool:
        return not (self.server.updates or self.store.events.waiting().count or self.store.deliveries.waiting())
