"""Tells whom each section of a document speaks to, and whom the policies in it bind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing.patterns import pattern, plain
from knowledge.importing.sentences import passages_of
from knowledge.importing.subjects import EVERYBODY, first_named, named, of_heading
from knowledge.model import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable

    from knowledge.importing.document import Heading, Passage
    from knowledge.importing.subjects import People

_EARLY, _NEAR = 8, 60


class Sections:
    """The audience of each section, carried down from heading to heading, and of each policy in the document."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages = tuple(passages)
        self.wider = _widened(self._passages)
        self._strong: frozenset[int] = frozenset()
        self._title = -1
        self._by_heading = self._carried()
        self._scopes = self._scoped()

    def of(self, passage: Passage) -> People:
        """Give the audience that a passage's headings name, or nobody where they name none."""
        for heading in reversed(passage.path):
            if pattern("audience", "policy_title").search(heading.text) and (
                _policy_of(passage) in self._strong or heading.order == self._title
            ):
                continue
            if people := self._by_heading.get(heading.order):
                return people
        return frozenset()

    def scope(self, passage: Passage) -> People:
        """Give whom the policy that a passage belongs to binds, everybody where it doesn't say."""
        return self._scopes.get(_policy_of(passage), self._scopes.get(-1, EVERYBODY))

    def led(self, passage: Passage) -> People:
        """Give whom the last paragraph before a passage that opened a list speaks to ("We encourage pupils to …:")."""
        for before in reversed(self._passages[: self._passages.index(passage)]):
            if before.path != passage.path:
                break
            if before.text.rstrip().endswith(":"):
                return self.widened(first_named(before.text[-160:])) if not before.introduces else frozenset()
        return frozenset()

    def widened(self, people: People) -> People:
        """Give people with those whom the policy counts among them ("staff, including volunteers")."""
        return people | self.wider if Audience.STAFF in people else people

    def _carried(self) -> dict[int, People]:
        carried: dict[int, People] = {}
        last: tuple[Heading, People] | None = None
        seen: set[int] = set()
        for passage in self._passages:
            for heading in passage.path:
                if heading.order in seen:
                    continue
                seen.add(heading.order)
                own = of_heading(heading.text)
                if own:
                    last = (heading, own) if heading.bodiless else None
                elif last and heading.level >= last[0].level:
                    own = last[1]
                else:
                    last = None
                carried[heading.order] = self.widened(own)
        return carried

    def _scoped(self) -> dict[int, People]:
        """Give whom each policy of the document binds, by the place of its title, -1 for what stands under none."""
        strong: dict[int, People] = {}
        weak: dict[int, People] = {}
        for at, passage in enumerate(self._passages):
            key = _policy_of(passage)
            for sentence in map(plain, passages_of(passage.text)):
                if match := pattern("audience", "scope").search(sentence):
                    people = self._bound_by_scope(sentence[match.end() :], at)
                    strong[key] = strong.get(key, frozenset()) | people
                elif at < _EARLY and (match := pattern("audience", "scope_weak").search(sentence)):
                    people = named(sentence[match.end() : match.end() + _NEAR])
                    weak[key] = weak.get(key, frozenset()) | people
        strong = {key: people for key, people in strong.items() if people}
        self._strong = frozenset(strong)
        if strong:
            self._title = next((place for place in map(_policy_of, self._passages) if place >= 0), -1)
        scopes = {key: self.widened(people) for key, people in {**weak, **strong}.items() if people}
        if scopes and -1 not in scopes:
            scopes[-1] = next(iter(scopes.values()))
        return scopes

    def _bound_by_scope(self, text: str, at: int) -> People:
        """Give whom a statement of scope names, in its own words and in the list that it introduces."""
        if pattern("audience", "whole_community").search(text):
            return EVERYBODY
        people = named(text)
        if self._passages[at].introduces:
            for item in self._passages[at + 1 :]:
                if not item.lead_in or item.path != self._passages[at].path:
                    break
                people |= named(item.text)
        return people


def _policy_of(passage: Passage) -> int:
    """Give the place of the heading under which a whole policy stands; a file may hold several."""
    return next((h.order for h in passage.path if pattern("audience", "policy_title").search(h.text)), -1)


def _widened(passages: tuple[Passage, ...]) -> People:
    found: set[Audience] = set()
    for passage in passages:
        for sentence in re.split(r"(?<=[.!?])\s+", plain(passage.text)):
            if pattern("audience", "widens").search(sentence) and re.search(
                r"\b(staff|adults|employees|workers)\b", sentence
            ):
                found |= named(sentence) & {Audience.GOVERNOR, Audience.VISITOR}
    return frozenset(found)
