"""Reads whole conversations from tests/dialogs and plays them on any channel in its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml

DIALOGS = Path(__file__).parent / "dialogs"
_DIALOG = {"school", "role", "turns"}
_TURN = {"says", "presses", "over", "until", "replies", "never", "keeps", "times"}
_MOST_ROUNDS = 40


@dataclass(frozen=True)
class Turn:
    """One turn: what the person says or presses, what must be seen then, and what must not.

    `over` is said over and over until `until` is seen. `keeps` holds what is remembered of the reply, by name, as a
    pattern with one group; later it stands for `<name>`.
    """

    says: str | None
    presses: str | None
    replies: tuple[str, ...]
    never: tuple[str, ...]
    times: int
    over: tuple[str, ...] = ()
    until: str = ""
    keeps: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialog:
    """One whole conversation, by the name of its file."""

    name: str
    school: str
    role: str
    turns: tuple[Turn, ...]


class Speaker(Protocol):
    """A channel as a person meets it; each call gives all the text that is then seen in answer."""

    def say(self, text: str) -> str:
        """Type a message."""

    def press(self, label: str) -> str:
        """Press the newest button with this label, one of an earlier message too; raises LookupError where none is."""


def dialogs() -> list[Dialog]:
    """Load every conversation."""
    return [_load(path) for path in sorted(DIALOGS.rglob("*.yaml"))]


def _load(path: Path) -> Dialog:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    turns = []
    if unknown := set(raw) ^ _DIALOG:
        raise ValueError(f"{path.name}: {unknown} is missing or no part of a dialog")
    for turn in raw["turns"]:
        if unknown := set(turn) - _TURN:
            raise ValueError(f"{path.name}: {unknown} is no part of a turn")
        replies, never = turn.get("replies", []), turn.get("never", [])
        turns.append(
            Turn(
                says=turn.get("says"),
                presses=turn.get("presses"),
                replies=tuple([replies] if isinstance(replies, str) else replies),
                never=tuple([never] if isinstance(never, str) else never),
                times=turn.get("times", 1),
                over=tuple(turn.get("over", ())),
                until=turn.get("until", ""),
                keeps=turn.get("keeps", {}),
            )
        )
    return Dialog(str(path.relative_to(DIALOGS).with_suffix("")), raw["school"], raw["role"], tuple(turns))


def play(dialog: Dialog, speaker: Speaker) -> None:
    """Play a conversation; raises AssertionError with the turn, what was seen and what was missed."""
    kept: dict[str, str] = {}
    for number, turn in enumerate(dialog.turns, start=1):
        seen = _take(turn, speaker, kept)
        flat = " ".join(seen.split()).lower()
        at = f"turn {number} ({turn.presses or (turn.says or '')[:60]})"
        for part in turn.replies:
            assert " ".join(_filled(part, kept).split()).lower() in flat, f"{at}: no {part!r} in:\n{seen}"
        for part in turn.never:
            assert part.lower() not in flat, f"{at}: {part!r} stands in:\n{seen}"
        for name, pattern in turn.keeps.items():
            found = re.search(pattern, seen)
            assert found, f"{at}: nothing like {pattern} in:\n{seen}"
            kept[name] = found[1]


def _take(turn: Turn, speaker: Speaker, kept: dict[str, str]) -> str:
    seen = ""
    if turn.over:
        for _ in range(_MOST_ROUNDS):
            for text in turn.over:
                seen = speaker.say(text)
            if turn.until in seen:
                return seen
        raise AssertionError(f"{turn.until!r} never came, and last:\n{seen}")
    for _ in range(turn.times):
        seen = speaker.press(turn.presses) if turn.presses is not None else speaker.say(_filled(turn.says or "", kept))
    return seen


def _filled(text: str, kept: dict[str, str]) -> str:
    for name, value in kept.items():
        text = text.replace(f"<{name}>", value)
    return text
