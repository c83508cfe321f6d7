"""The real bot in a thread beside a Slack, and people who talk to it there in Slack's own ways."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from handlers.wording import say
from tests.platforms.running import RunningBot
from tests.platforms.slack_kit import text_in
from tests.platforms.slack_parts import SECRET, Shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from knowledge.answering.engine import Engine
    from tests.platforms.slack import FakeSlack

OPEN_FORM = say("slack.open_form")


def running(server: FakeSlack, engine: Engine, folder: Path, **settings: str) -> RunningBot:
    """Give the bot, ready to be started, in all the workspaces of a server."""
    teams = server.teams
    given = {
        "telegram_token": "",
        "slack_api": server.url,
        "slack_bot_token": ",".join(team.bot_token for team in teams),
        "slack_app_token": ",".join(team.app_token for team in teams),
        "slack_signing_secret": ",".join([SECRET] * len(teams)),
        "slack_schools": ",".join(team.school for team in teams),
    }
    return RunningBot(server, engine, folder, {**given, **settings})


@dataclass
class Colleague:
    """Somebody in Slack, who sees all that came since they last said or pressed something.

    They can press whatever they ever saw: a second device may still show what is gone from the first.
    """

    bot: RunningBot
    user: str
    offered: list[tuple[str, Shown]] = field(default_factory=list)

    @property
    def server(self) -> FakeSlack:
        return self.bot.server

    @property
    def form(self) -> Shown | None:
        """The form that is open before them."""
        return self.server.form(self.user)

    def say(self, text: str) -> str:
        """Type: into the form's field where one is open, else into the chat, where nobody can send nothing."""
        form, word = self.form, text.strip().casefold()
        if form:
            label = {"stop": "Stop", "back": "Back"}.get(word, "")
            if label in form.labels:
                return self.sees(lambda: self.server.presses(self.user, form, label))
            if not self._field(form):
                self.server.closes(form)
            elif not self._options(form):
                words = "" if word == "skip" else text
                return self.sees(lambda: self.server.submits(self.user, form, text=words))
            elif option := next((o for o in self._options(form) if o.casefold() == word), ""):
                return self.sees(lambda: self.server.submits(self.user, form, option=option))
            else:
                self.server.closes(form)
        if not text.strip():
            return self.sees(lambda: self.server.commands(self.user, "/can-i"))
        return self._into_form(self.sees(lambda: self.server.says(self.user, text)))

    def press(self, label: str, times: int = 1) -> str:
        """Press a button or take a choice, the newest ever seen; raises LookupError where there is none."""
        shown = next((shown for known, shown in reversed(self.offered) if known == label), None)
        if shown is None:
            raise LookupError(f"no button {label!r} among {[known for known, _ in self.offered]}")
        return self.sees(lambda: self._press(shown, label, times))

    def sees(self, does: Callable[[], object]) -> str:
        """Do something, and give all that is new before this person then."""
        before = {id(s): s.body for s in self.server.newest(self.user)}
        does()
        self.bot.rests()
        fresh = [s for s in reversed(self.server.newest(self.user)) if before.get(id(s)) is not s.body]
        return "\n".join(self._read(shown, before.get(id(shown))) for shown in fresh)

    def _press(self, shown: Shown, label: str, times: int) -> None:
        if shown.kind == "view":
            if label == say("report.skip"):
                self.server.submits(self.user, shown, option=label, times=times)
                return
            for option in self._options(shown):
                if _fits(option, label):
                    self.server.submits(self.user, shown, option=option, times=times)
                    return
            if label == shown.body.get("submit", {}).get("text"):
                self.server.submits(self.user, shown, times=times)
                return
        self.server.presses(self.user, shown, next(found for found in shown.labels if _fits(found, label)), times=times)

    def _read(self, shown: Shown, before: dict[str, Any] | None) -> str:
        """Give the words of a message or a form, then what can be pressed, numbered and with its whole label.

        Of a message to which something was only added, the eye takes in that alone.
        """
        old = [b for b in (before or {}).get("blocks", []) if b["type"] != "actions"]
        if shown.kind == "message" and old and all(block in shown.body["blocks"] for block in old):
            return text_in({"blocks": [b for b in shown.body["blocks"] if b not in old and b["type"] != "actions"]})
        labels = [_whole(label, shown.text) for label in shown.labels]
        if shown.kind == "view" and (box := self._field(shown)) and box["optional"] and not self._options(shown):
            labels.insert(0, say("report.skip"))  # a box that may stay empty
        kept = replace(shown, body=shown.body)
        self.offered += [(label, kept) for label in labels]
        return "\n".join([shown.text, *(f"[{number}] {label}" for number, label in enumerate(labels, start=1))])

    def _field(self, form: Shown) -> dict[str, Any]:
        return next((b for b in form.body["blocks"] if b["type"] == "input"), {})

    def _options(self, form: Shown) -> list[str]:
        return [option["text"]["text"] for option in self._field(form).get("element", {}).get("options", [])]

    def _into_form(self, seen: str) -> str:
        """Go on in the form, as everybody does who is given a button that opens it."""
        return f"{seen}\n{self.press(OPEN_FORM)}" if OPEN_FORM in seen else seen


def _fits(found: str, label: str) -> bool:
    bare = re.sub(r"^\d+\. ", "", found)
    cut = found.endswith("…") and label.startswith((found[:-1], bare[:-1]))
    return label in (found, bare) or cut or label.startswith(f"{found}. ")


def _whole(label: str, text: str) -> str:
    """Give the whole label where it stands in the text, since it was too long for its button."""
    start = f"{label}. " if len(label) == 1 else label[:-1]
    if len(label) > 1 and not label.endswith("…"):
        return label
    return next((line for line in text.splitlines() if line.startswith(start) and line != label), label)
