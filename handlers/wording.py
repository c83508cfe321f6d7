"""Loads the wording of replies: every sentence that the bot says, in one YAML file, ready to be translated."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge.reading import Field, PackError, Problems, read_file

WORDING = Path(__file__).with_name("wording.yaml")


@cache
def _load(path: Path) -> dict[str, str]:
    problems = Problems()
    root = read_file(path, problems)
    found = {}
    for ability, sentences in root.pairs() if root else ():
        for name, text in sentences.pairs():
            found[f"{ability.name}.{name.name}"] = Field.text(text)
    if problems.found:
        raise PackError(problems.found)
    return found


def say(name: str, /, **parts: str) -> str:
    """Give the sentence of a name such as "ask.silent" with its parts filled in; raises KeyError for a wrong name."""
    text = _load(WORDING)[name]
    for part, value in parts.items():
        text = text.replace("{" + part + "}", value)
    return text


def names(path: Path = WORDING) -> frozenset[str]:
    """Give the names of all sentences; raises PackError with every problem in the file."""
    return frozenset(_load(path))
