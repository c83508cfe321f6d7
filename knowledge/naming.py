"""Finds the school's people in what somebody wrote, by title or by name, misspelt ones too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from knowledge.called import LEAST, WORD, called, load_words, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from knowledge.called import Called, Name, Person, Term
    from knowledge.contacts import Contacts
    from knowledge.model import School

    _Places = Mapping[Term, list[tuple[int, int]]]
    """Where each term stands in a text: its first word, and how many."""

_SHORT, _LONG = 5, 8
"""Below _SHORT letters only two that changed places are forgiven; from _LONG on, two mistakes."""
_MOST = 2
_STRICT, _LOOSE = 2, 6
"""Words of a title or whole name of up to _STRICT letters are never mistyped; from _LOOSE on, two mistakes."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who may stand in a text: a role or a person's label, their roles, and the words that say so."""

    who: str
    roles: frozenset[str]
    words: str


def named_in(text: str, school: School, contacts: Contacts | None = None) -> tuple[Named, ...]:
    """Give everybody of the school's people who may be named in a text, the first mention of each."""
    people = tuple((p.label, p.roles, p.names) for p in contacts.people) if contacts else ()
    return _named_in(text, tuple(school.roles.items()), people)


@lru_cache(maxsize=256)
def _named_in(text: str, titles: tuple[tuple[str, str], ...], people: tuple[Person, ...]) -> tuple[Named, ...]:
    """Remember the last ones, since each of many reports is looked at several times while it is answered."""
    said, wanted = _Said(text), called(titles, people)
    places = _places(wanted, said)
    found: dict[str, Named] = {}
    for name in wanted.names:
        if words := _name_in(name, said, places):
            found.setdefault(name.label, Named(name.label, name.roles, words))
    met = frozenset(role for named in found.values() for role in named.roles)
    for role, words in _titles_in(wanted, said, places):
        holders = [roles for _, roles, _ in people if role in roles]
        # Somebody who is named and whose title stands there too is asked about once.
        if role not in met or len(holders) != 1:
            found.setdefault(role, Named(role, frozenset({role}), words))
    return tuple(found.values())


class _Said:
    """The words of a text, each plain and as it was written; letters that stand alone in a row are one word."""

    def __init__(self, text: str) -> None:
        self.words: list[tuple[str, str]] = []
        run = 0
        for match in WORD.finditer(text):
            if not (word := plain(match[0])):
                continue
            alone = len(word) == 1 and word.isalpha()
            run = run + 1 if alone else 0
            if run > 1:
                before, written = self.words[-1]
                self.words[-1] = (before + word, f"{written} {match[0]}")
            else:
                self.words.append((word, match[0]))
        honorifics = load_words().honorifics
        self.plain = [word for word, _ in self.words]
        self.pairs = list(pairwise(self.words))
        self.capitals = [(word, written) for word, written in self.words if written[:1].isupper()]
        apart = [(two, f"{first} {second}") for (one, first), (two, second) in self.pairs if one in honorifics]
        together = [
            (word[len(one) :], written) for word, written in self.words for one in honorifics if word.startswith(one)
        ]
        self.behind_honorifics = apart, [(end, written) for end, written in together if len(end) >= LEAST]

        phrases = load_words().nobody
        self._nobody = [
            range(at, at + len(phrase))
            for at, word in enumerate(self.plain)
            for phrase in phrases.get(word, ())
            if tuple(self.plain[at : at + len(phrase)]) == phrase
        ]

    def is_nobody(self, start: int, length: int) -> bool:
        """Tell whether some words stand inside a phrase that means nobody: the head in "head of year"."""
        return any(start in phrase and start + length - 1 in phrase for phrase in self._nobody)

    def joined(self, length: int) -> list[str]:
        """Give every so many words in a row, written together."""
        return ["".join(self.plain[at : at + length]) for at in range(len(self.plain) - length + 1)]

    def written(self, start: int, length: int) -> str:
        """Give some words as they were written."""
        return " ".join(written for _, written in self.words[start : start + length])


def _places(wanted: Called, said: _Said) -> _Places:
    """Give for each term where it stands: first in as many words as it has, then written together, then apart.

    All terms are compared with every so many words in a row at once, many times as fast as one by one.
    """
    found: dict[Term, list[tuple[int, int]]] = defaultdict(list)
    for length, terms in wanted.by_length.items():
        if there := said.joined(length):
            mistakes = cdist([term.letters for term in terms], there, scorer=OSA.distance, score_cutoff=_MOST)
            for which, start in np.argwhere(mistakes <= _MOST).tolist():
                term, words = terms[which], said.plain[start : start + length]
                fits = _fits(term, words, there[start], mistakes[which, start])
                if fits and not said.is_nobody(start, length):
                    found[term].append((start, length))
    for term, places in found.items():
        places.sort(key=lambda place: (place[1] != term.words, place[1]))
    return found


def _fits(term: Term, words: list[str], there: str, mistakes: int) -> bool:
    """Tell whether some words may be a term: "my teacher" is no IT teacher, and "the fair" isn't the chair."""
    if term.words == len(words) == 1:
        return _same(term.letters, there, mistakes)
    if term.words == len(words):
        return all(map(_word_fits, term.parts, words))
    return mistakes <= 1 and _same(term.letters, there, mistakes)


def _word_fits(wanted: str, there: str) -> bool:
    if len(wanted) <= _STRICT:
        return sorted(set(wanted)) == sorted(set(there))
    most = 1 if len(wanted) < _LOOSE else _MOST
    return there == f"{wanted}s" or OSA.distance(wanted, there, score_cutoff=_MOST) <= most


def _same(wanted: str, there: str, mistakes: int) -> bool:
    if there in (wanted, f"{wanted}s"):
        return True
    if len(there) < LEAST:
        return False
    if len(wanted) < _SHORT:
        return mistakes == 1 and sorted(wanted) == sorted(there)
    return mistakes <= (1 if len(wanted) < _LONG else _MOST)


def _titles_in(wanted: Called, said: _Said, places: _Places) -> Iterator[tuple[str, str]]:
    taken: dict[int, Term] = {}
    found: dict[str, tuple[int, int]] = {}
    for role, term in wanted.titles:
        for start, length in places.get(term, ()):
            whole = range(start, start + length)
            if any(taken.get(at, term) != term for at in whole):
                continue
            taken.update(dict.fromkeys(whole, term))
            if role not in found or start < found[role][0]:
                found[role] = (start, length)
    for role, (start, length) in sorted(found.items(), key=lambda item: item[1][0]):
        yield role, said.written(start, length)


def _name_in(name: Name, said: _Said, places: _Places) -> str:
    """Give the words that may say a name: whole, by either end, by initials, or behind an honorific, apart or not."""
    if not name.parts:
        return ""
    for term in name.terms:
        for start, length in places.get(term, ()):
            return said.written(start, length)
    family, (apart, together) = "".join(name.family), said.behind_honorifics
    for word, written in apart:
        if word == name.family[0][:1] or _roughly(family, word):
            return written
    for word, written in together:
        if _roughly(family, word):
            return written
    return next((written for word, written in said.capitals if _shortly(word, written, name.parts)), "")


def _roughly(wanted: str, there: str) -> bool:
    """Tell whether a word behind an honorific, which is a name in any case, may be this one."""
    mistakes = OSA.distance(wanted, there, score_cutoff=_MOST)
    return _same(wanted, there, mistakes) or (len(wanted) >= _LOOSE and mistakes <= _MOST and wanted[0] == there[0])


def _shortly(word: str, written: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a word with a capital says a name: a short one, one that is a common word, or initials."""
    if word in (parts[0], parts[-1]) and (len(word) <= LEAST or word in load_words().common):
        return True
    initials = "".join(part[0] for part in parts)
    return len(initials) > 1 and word == initials and written.replace(" ", "").isupper()
