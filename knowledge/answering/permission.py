"""Tells whether a message shows that permission was given or refused, and by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from knowledge.answering.matching import compiled, outside_brackets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHO, _NAME = "{who}", "\1"
_ALWAYS_NAMED = re.compile(rf"(?:^| |\(\)[*?]?){_NAME}(?![?*{{])")
_BEFORE = 24
"""Characters before a permission that decide whether it is shown or only asked about."""
_ASKED_HEAD = re.compile(
    r"\b(ask(ed)?|checked with|spoke to|went to|emailed|ran it past|asking) (the |my |our )?(exec |executive |deputy )?"
    r"(head|headteacher|principal|ht|boss|deputy|slt)\b"
)


class _Way(NamedTuple):
    """One way of saying that one giver gives or refuses; `named` where it can't be said without a name of theirs."""

    tag: str
    pattern: str
    named: bool


@dataclass(frozen=True)
class Permissions:
    """The ways in which permission is said to be given or refused.

    `people` are the names (patterns) of each giver; `given` and `refused` are patterns with {who} for a name. None of
    them is looked for where no word of `cues` stands, nor taken as shown right after one of `only_asked_after`.
    """

    people: Mapping[str, Sequence[str]]
    given: Sequence[str]
    refused: Sequence[str]
    only_asked_after: Sequence[str]
    cues: frozenset[str]

    @cached_property
    def ways(self) -> tuple[tuple[str, tuple[_Way, ...]], ...]:
        """Give for each giver the pattern of their names, and the ways in which they are said to give or refuse."""
        templates = [("permission", t) for t in self.given] + [("refused", t) for t in self.refused]
        ways = []
        for who, listed in self.people.items():
            names = "|".join(listed)
            name = f"(?:the |my |our |her |his |their )?(?:{names})"
            of_who = (_Way(f"{v}.{who}", rf"\b{t.replace(_WHO, name)}\b", _always_named(t)) for v, t in templates)
            ways.append((rf"\b(?:{names})", tuple(of_who)))
        return tuple(ways)

    @cached_property
    def _only_asked(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(self.only_asked_after)})\b")

    def shown_in(self, words: Sequence[str], text: str) -> set[str]:
        """Give the permissions that the words show, as tags such as "refused.head"; `text` is the words joined."""
        if self.cues.isdisjoint(words):
            return set()
        found: set[str] = set()
        for names, ways in self.ways:
            named = compiled(names).search(text)
            for way in ways:
                if way.tag in found or (way.named and not named):
                    continue
                match = compiled(way.pattern).search(text)
                if match and not self._only_asked.search(text[max(0, match.start() - _BEFORE) : match.start()]):
                    found.add(way.tag)
        if found and _ASKED_HEAD.search(text):
            # "I asked the head … she said no": the one who answers is the one who was asked.
            found |= {tag.replace("subject", "head") for tag in found if tag.endswith(".subject")}
        return {
            tag
            for tag in found
            if not (tag.startswith("permission.") and tag.replace("permission", "refused") in found)
        }


def _always_named(template: str) -> bool:
    """Tell whether a template can't match without a name, standing as a word of its own."""
    bare = outside_brackets(template.replace(_WHO, _NAME))
    return "|" not in bare and bool(_ALWAYS_NAMED.search(bare))
