"""Reads whole conversations from tests/dialogs and plays them on any channel through its own way of saying and pressing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

DIALOGS = Path(__file__).parent / "dialogs"
_TURN = {"says", "presses", "replies", "never", "times"}


@dataclass(frozen=True)
class Turn:
    """One turn: what the person says or presses, what must be seen then, and what must not."""

    says: str | None
    presses: str | None
    replies: tuple[str, ...]
    never: tuple[str, ...]
    times: int


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
        """Press the button with this label; raises LookupError with the labels on offer where there is none."""


def dialogs() -> list[Dialog]:
    """Load every conversation."""
    return [_load(path) for path in sorted(DIALOGS.rglob("*.yaml"))]


def _load(path: Path) -> Dialog:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    turns = []
    for turn in raw["turns"]:
        unknown = set(turn) - _TURN
        if unknown:
            raise ValueError(f"{path.name}: {unknown} is no part of a turn")
        replies, never = turn.get("replies", []), turn.get("never", [])
        turns.append(
            Turn(
                says=turn.get("says"),
                presses=turn.get("presses"),
                replies=tuple([replies] if isinstance(replies, str) else replies),
                never=tuple([never] if isinstance(never, str) else never),
                times=turn.get("times", 1),
            )
        )
    return Dialog(str(path.relative_to(DIALOGS).with_suffix("")), raw["school"], raw["role"], tuple(turns))


def play(dialog: Dialog, speaker: Speaker) -> None:
    """Play a conversation; raises AssertionError with the turn, what was seen and what was missed."""
    for number, turn in enumerate(dialog.turns, start=1):
        for _ in range(turn.times):
            seen = speaker.press(turn.presses) if turn.presses is not None else speaker.say(turn.says or "")
        flat = " ".join(seen.split())
        said = turn.presses if turn.presses is not None else (turn.says or "")[:60]
        for part in turn.replies:
            assert " ".join(part.split()).lower() in flat.lower(), f"turn {number} ({said}): no {part!r} in:\n{seen}"
        for part in turn.never:
            assert part.lower() not in flat.lower(), f"turn {number} ({said}): {part!r} stands in:\n{seen}"
