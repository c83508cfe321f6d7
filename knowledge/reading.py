"""Reads YAML strictly: every wrong thing becomes a problem with its file, its line and how to mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import yaml
from rapidfuzz import fuzz, process

from knowledge.composing import Unreadable, compose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")
M = TypeVar("M")
_NAMED = 16
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_COUNT = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place, and how to mend it."""

    file: Path
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {sentence(self.what)} {sentence(self.mend)}"


class PackError(Exception):
    """A pack that can't be used, with every problem found in it in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.file), p.line)))
        super().__init__("\n".join(map(str, self.problems)))


def sentence(text: str) -> str:
    """Give a text with a full stop, or as it is where it ends in a mark of its own."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say what to write in place of a word that is not known, best guess first."""
    known = list(known)
    # Letter by letter: "mustnt" is must_not, though all of "must" stands in it.
    guess = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=60)
    if guess:
        return f"Did you mean {guess[0]}?"
    first = known[:_NAMED]
    rest = f" or one of {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"Write one of: {', '.join(first)}{rest}"


@dataclass
class Problems:
    """The problems gathered while reading; nothing is raised until all files have been read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, where: Field | Entry, what: str, mend: str) -> None:
        """Note what is wrong at a place."""
        self.found.append(Problem(where.file, where.line, what, mend.rstrip(".")))

    def nothing_in(self, path: Path, what: str, file: str) -> None:
        """Note that a pack lacks something that every pack has."""
        self.found.append(Problem(path, 1, f"this pack has no {what}", f"Write {file}, or import a document"))

    def raise_any(self) -> None:
        """Raise all of them at once, if there are any."""
        if self.found:
            raise PackError(self.found)


@dataclass(frozen=True)
class Field:
    """One YAML value with its place; each reader returns a usable value even where it notes a problem."""

    file: Path
    node: yaml.Node
    name: str
    problems: Problems

    @property
    def line(self) -> int:
        """Give the line, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def text(self) -> str:
        """Read a line of text."""
        if isinstance(self.node, yaml.ScalarNode) and self.node.value.strip():
            return " ".join(str(self.node.value).split())
        self.problems.add(self, f"{self.name} holds no text", f"Write some text after {self.name}:")
        return ""

    def whole_number(self) -> int:
        """Read a whole number, from 1 to six digits."""
        value = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        if _COUNT.fullmatch(value) and int(value) > 0:
            return int(value)
        self.problems.add(self, f"{self.name} is not a whole number", "Write a number such as 3")
        return 1

    def flag(self) -> bool:
        """Read true or false."""
        value = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        if value not in ("true", "false"):
            self.problems.add(self, f"{self.name} is neither true nor false", "Write true or false")
        return bool(value == "true")

    def day(self) -> str:
        """Read a date, YYYY-MM or YYYY-MM-DD."""
        value = self.text()
        if value and not _is_day(value):
            self.problems.add(
                self,
                f"{self.name} is not a date: {value}",
                "Write year-month or year-month-day, such as 2026-07",
            )
        return value

    def one_of(self, known: Iterable[str]) -> str:
        """Read one word of a closed set; the set's first word stands in for a wrong one."""
        known = list(known)
        return self.one_or_none(known) or (known[0] if known else "")

    def one_or_none(self, known: Iterable[str]) -> str | None:
        """Read one word of a closed set, or None where it is a wrong one and nothing can stand in for it."""
        known = list(known)
        value = self.text()
        if value in known:
            return value
        if value:
            self.problems.add(self, f"{value} is not a {self.name}", did_you_mean(value, known))
        return None

    def items(self) -> list[Field]:
        """Read a list; a single value counts as a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Field(self.file, child, self.name, self.problems) for child in self.node.value]
        if isinstance(self.node, yaml.ScalarNode) and self.node.value.strip():
            return [self]
        self.problems.add(self, f"{self.name} is not a list", f"Write {self.name}: [one, two]")
        return []

    def at_least_one(self, mend: str) -> list[Field]:
        """Read a list that must hold something; `mend` says what to write where it is empty."""
        items = self.items()
        if not items and isinstance(self.node, yaml.SequenceNode):
            self.problems.add(self, f"{self.name} is empty", mend)
        return items

    def texts(self) -> tuple[str, ...]:
        """Read a list of texts."""
        return tuple(item.text() for item in self.items())

    def some_of(self, known: Iterable[str]) -> tuple[str, ...]:
        """Read a list of words of a closed set; wrong ones are noted and left out."""
        known = list(known)
        good = []
        for item in self.items():
            value = item.text()
            if value in known:
                good.append(value)
            elif value:
                self.problems.add(item, f"{value} is not known under {self.name}", did_you_mean(value, known))
        return tuple(good)

    def entry(self, *, required: Iterable[str], optional: Iterable[str] = ()) -> Entry:
        """Read a mapping with a closed set of keys."""
        return Entry(self, frozenset(required), frozenset(optional))

    def pairs(self) -> Iterator[tuple[Field, Field]]:
        """Read a mapping whose keys are free: (key, value) fields."""
        if not isinstance(self.node, yaml.MappingNode):
            self.problems.add(self, f"{self.name} is not a set of keys", f"Write keys with values under {self.name}:")
            return
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                key = Field(self.file, key_node, self.name, self.problems)
                self.problems.add(key, "this key is no word", "Write one word before the colon")
                continue
            key = Field(self.file, key_node, str(key_node.value), self.problems)
            if key.name in seen:
                self.problems.add(key, f"{key.name} stands here twice", "Keep one of the two")
                continue
            seen.add(key.name)
            yield key, Field(self.file, value_node, key.name, self.problems)


class Entry:
    """A mapping with a closed set of keys, each known to be there once read through `get`."""

    def __init__(self, where: Field, required: frozenset[str], optional: frozenset[str]) -> None:
        self.file, self.line, self.problems = where.file, where.line, where.problems
        self._fields = {key.name: (key, value) for key, value in where.pairs()}
        known = required | optional
        for name, (key, _) in self._fields.items():
            if name not in known:
                self.problems.add(key, f"{name} is not a key that belongs here", did_you_mean(name, sorted(known)))
        # What is no mapping at all has been noted once; to list every key that it lacks would say no more.
        missing = required - set(self._fields) if isinstance(where.node, yaml.MappingNode) else frozenset()
        for name in sorted(missing):
            self.problems.add(self, f"{name} is missing", f"Add {name}:")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def read(self, name: str, how: Callable[[Field], T], missing: M) -> T | M:
        """Read one key, or give `missing` where it isn't there (a required one is noted already)."""
        return how(self._fields[name][1]) if name in self._fields else missing


def _is_day(value: str) -> bool:
    # Python also reads 20270701 and 2027-W27, which nobody could say in words later.
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value if len(value) > len("2026-07") else f"{value}-01")
    except ValueError:
        return False
    return True


def read_file(path: Path, problems: Problems) -> Field | None:
    """Parse one YAML file, or note why it can't be parsed and give None."""
    try:
        return Field(path, compose(path), path.stem, problems)
    except Unreadable as error:
        problems.found.append(Problem(path, error.line, error.what, error.mend))
        return None


def read_list(path: Path, key: str, problems: Problems) -> list[Field] | None:
    """Read the list in a file, or give None where a problem kept it from being read."""
    before = len(problems.found)
    root = read_file(path, problems)
    items = root.entry(required=[key]).read(key, Field.items, []) if root else []
    return items if items or len(problems.found) == before else None
