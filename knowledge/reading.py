"""Reads YAML strictly: every wrong thing becomes a problem with its file, its line and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import yaml
from rapidfuzz import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")
M = TypeVar("M")
_NAMED = 16
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place, and how to mend it."""

    file: Path
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.mend}."


class PackError(Exception):
    """A pack that can't be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say what to write in place of a word that is not known, best guess first."""
    known = list(known)
    guess = process.extractOne(word, known, score_cutoff=60)
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

    def raise_any(self) -> None:
        """Raise all of them at once, in the order of files and lines, if there are any."""
        if self.found:
            raise PackError(sorted(self.found, key=lambda p: (str(p.file), p.line)))


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
        """Read a whole number, 1 or more."""
        value = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        if value.isdecimal() and int(value) > 0:
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
        try:
            date.fromisoformat(value if len(value) > len("2026-07") else f"{value}-01")
        except ValueError:
            self.problems.add(
                self,
                f"{self.name} is not a date: {value}",
                "Write year-month or year-month-day, such as 2026-07",
            )
        return value

    def one_of(self, known: Iterable[str]) -> str:
        """Read one word of a closed set; the set's first word stands in for a wrong one."""
        known = list(known)
        value = self.text()
        if value in known:
            return value
        if value:
            self.problems.add(self, f"{value} is not a {self.name}", did_you_mean(value, known))
        return known[0] if known else value

    def items(self) -> list[Field]:
        """Read a list; a single value counts as a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Field(self.file, child, self.name, self.problems) for child in self.node.value]
        if isinstance(self.node, yaml.ScalarNode) and self.node.value.strip():
            return [self]
        self.problems.add(self, f"{self.name} is not a list", f"Write {self.name}: [one, two]")
        return []

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
        for name in sorted(required - set(self._fields)):
            self.problems.add(self, f"{name} is missing", f"Add {name}:")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def read(self, name: str, how: Callable[[Field], T], missing: M) -> T | M:
        """Read one key, or give `missing` where it isn't there (a required one is noted already)."""
        return how(self._fields[name][1]) if name in self._fields else missing


def read_file(path: Path, problems: Problems) -> Field | None:
    """Parse one YAML file, or note why it can't be parsed and give None."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problems.found.append(
            Problem(path, line, f"this is not YAML ({error.problem})", "Check the colons, quotes and indents here")
        )
        return None
    except UnicodeDecodeError:
        problems.found.append(Problem(path, 1, "this file is not UTF-8 text", "Save it as UTF-8"))
        return None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        problems.found.append(Problem(path, 1, f"this is not YAML ({reason})", "Take the odd characters out"))
        return None
    except OSError as error:
        problems.found.append(
            Problem(
                path,
                1,
                f"this file can't be read ({error.strerror})",
                "Put the file there and let it be read",
            )
        )
        return None
    if node is None:
        problems.found.append(Problem(path, 1, "this file is empty", "Fill it or take it away"))
        return None
    return Field(path, node, path.stem, problems)
