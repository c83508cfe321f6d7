"""Loads what outranks every clause: what is said first when somebody may be at risk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.model import Audience
from knowledge.reading import Field, Problems, read_file
from knowledge.smart.signposts import signpost_ids

SAFETY = Path(__file__).with_name("safety.yaml")


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """What to say first about one sort of risk, which help to name, and which topics' clauses never to cite.

    A child is spoken to in other words, and is named other help, than a grown-up who worries about a child.
    """

    id: str
    urgent: bool
    topics: frozenset[str]
    when: re.Pattern[str] | None
    puts_first: re.Pattern[str] | None
    says: str
    says_to_child: str
    signposts: tuple[str, ...]
    signposts_for_child: tuple[str, ...]
    never_cite: frozenset[str]

    def said_to(self, role: Audience) -> str:
        """Give what is said first to somebody with a role."""
        return self.says_to_child if role is Audience.PUPIL else self.says

    def help_for(self, role: Audience) -> tuple[str, ...]:
        """Give the help lines that fit somebody with a role."""
        return self.signposts_for_child if role is Audience.PUPIL else self.signposts

    def speaks_of(self, text: str) -> bool:
        """Tell whether a plain text names this risk outright."""
        return bool(self.when and self.when.search(text))

    def comes_first(self, text: str) -> bool:
        """Tell whether a plain text that names this risk needs help before any answer."""
        return bool(self.puts_first and self.puts_first.search(text))


@cache
def load_safety(path: Path = SAFETY) -> tuple[SafetyRule, ...]:
    """Load the rules in order, the gravest first; raises PackError with every problem in the file."""
    problems = Problems()
    root = read_file(path, problems)
    items = root.entry(required=["rules"]).read("rules", Field.items, []) if root else []
    rules = tuple(_rule(item) for item in items)
    problems.raise_any()
    return rules


def _rule(item: Field) -> SafetyRule:
    row = item.entry(
        required=["id", "urgent", "when", "says", "says_to_child", "signposts", "signposts_for_child"],
        optional=["topics", "never_cite", "puts_first"],
    )
    return SafetyRule(
        id=row.read("id", Field.text, ""),
        urgent=row.read("urgent", Field.flag, missing=True),
        topics=frozenset(row.read("topics", Field.texts, ())),
        when=row.read("when", one_pattern, None),
        puts_first=row.read("puts_first", one_pattern, None),
        says=row.read("says", Field.text, ""),
        says_to_child=row.read("says_to_child", Field.text, ""),
        signposts=row.read("signposts", lambda f: f.some_of(signpost_ids()), ()),
        signposts_for_child=row.read("signposts_for_child", lambda f: f.some_of(signpost_ids()), ()),
        never_cite=frozenset(row.read("never_cite", Field.texts, ())),
    )


def one_pattern(where: Field) -> re.Pattern[str] | None:
    """Read a list of regular expressions as one, None where the list is empty."""
    patterns = [item.text() for item in where.items()]
    try:
        return re.compile("|".join(patterns)) if patterns else None
    except re.error as error:
        where.problems.add(where, f"{where.name} is not a regular expression ({error})", "Mend the pattern")
        return None
