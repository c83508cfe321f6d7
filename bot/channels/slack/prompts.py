"""Gives the questions that Slack offers for one press: those of a role that its school's policy answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.offering import answered
from knowledge.model import Audience
from knowledge.reading import Field, Problems, read_file

if TYPE_CHECKING:
    from knowledge.answering.engine import Engine

_FILE = Path(__file__).with_name("prompts.yaml")
_EVERYBODY = "everybody"
MOST = 4
"""How many prompts Slack shows."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A short title, and the question that it asks."""

    title: str
    message: str


def offered(engine: Engine, school: str, role: Audience) -> tuple[Prompt, ...]:
    """Give the prompts for somebody at a school."""
    found, always = _of(role)
    real = (prompt for prompt in found if answered(engine, school, role, prompt.message))
    return (*islice(real, MOST - len(always)), *always)


def usual() -> tuple[Prompt, ...]:
    """Give the prompts for staff of a school that isn't known."""
    found, always = _of(Audience.STAFF)
    return (*found[: MOST - len(always)], *always)


def _of(role: Audience) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
    """Give a role's own prompts, or those of visitors where it has none, and those for everybody."""
    found = load_prompts()
    return found.get(role, found[Audience.VISITOR]), found[_EVERYBODY]


@cache
def load_prompts(path: Path = _FILE) -> dict[str, tuple[Prompt, ...]]:
    """Load the prompts by role; raises PackError with every problem."""
    problems = Problems()
    found = {}
    root = read_file(path, problems)
    for key, value in root.pairs() if root else ():
        who = Field(key.file, key.node, "role", problems).one_of([*Audience, _EVERYBODY])
        found[who] = tuple(_prompt(item) for item in value.items())
    problems.raise_any()
    return found


def _prompt(item: Field) -> Prompt:
    row = item.entry(required=["title", "message"])
    return Prompt(row.read("title", Field.text, ""), row.read("message", Field.text, ""))
