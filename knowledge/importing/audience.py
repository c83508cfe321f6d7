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
        strong: dict[int, set[Audience]] = {}
        weak: dict[int, set[Audience]] = {}
        for at, passage in enumerate(self._passages):
            key = _policy_of(passage)
            for sentence in map(plain, passages_of(passage.text)):
                if match := pattern("audience", "scope").search(sentence):
                    people = named(sentence[match.end() :])
                    if passage.introduces:
                        for item in self._passages[at + 1 :]:
                            if not item.lead_in or item.path != passage.path:
                                break
                            people |= named(item.text)
                    strong.setdefault(key, set()).update(people)
                    if re.search(
                        r"\b(everyone|all (members of )?the (school )?community|school community|all users)\b",
                        sentence[match.end() :],
                    ):
                        strong[key] |= EVERYBODY
                elif (found := pattern("audience", "scope_weak").search(sentence)) and at < 8:  # noqa: PLR2004
                    weak.setdefault(key, set()).update(named(sentence[found.end() : found.end() + 60]))
        self._strong = frozenset(key for key, people in strong.items() if people)
        if self._strong:
            self._title = next((at for at in map(_policy_of, self._passages) if at >= 0), -1)
        scopes = {
            key: self.widened(frozenset(people))
            for key, people in {**weak, **{k: v for k, v in strong.items() if v}}.items()
            if people
        }
        if scopes and -1 not in scopes:
            scopes[-1] = next(iter(scopes.values()))
        return scopes


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
