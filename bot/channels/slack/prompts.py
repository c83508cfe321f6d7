"""Loads the questions that Slack offers for one press, by role."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.model import Audience
from knowledge.reading import Field, Problems, read_file

_FILE = Path(__file__).with_name("prompts.yaml")
MOST = 4
"""How many prompts Slack shows."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A short title, and the question that it asks."""

    title: str
    message: str


@cache
def load_prompts(path: Path = _FILE) -> dict[Audience, tuple[Prompt, ...]]:
    """Load the prompts; raises PackError with every problem."""
    problems = Problems()
    found = {}
    root = read_file(path, problems)
    for key, value in root.pairs() if root else ():
        role = Field(key.file, key.node, "role", problems).one_of(Audience)
        prompts = tuple(_prompt(item) for item in value.items())
        if len(prompts) > MOST:
            problems.add(key, f"{key.name} has more than {MOST} prompts", "Take some out")
        found[Audience(role)] = prompts
    problems.raise_any()
    return found


def prompts_for(role: Audience) -> tuple[Prompt, ...]:
    """Give the prompts of a role; whoever has none of their own gets those of visitors."""
    prompts = load_prompts()
    return prompts.get(role, prompts[Audience.VISITOR])


def _prompt(item: Field) -> Prompt:
    row = item.entry(required=["title", "message"])
    return Prompt(row.read("title", Field.text, ""), row.read("message", Field.text, ""))
