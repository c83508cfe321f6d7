"""Finds the school's people in what somebody wrote, by title or by name, misspelt ones too."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from knowledge.model import ROLES
from knowledge.reading import Field, Problems, read_file
from knowledge.routing import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from knowledge.contacts import Contacts
    from knowledge.model import School

TITLES = Path(__file__).with_name("naming.yaml")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHORT, _LONG = 5, 8
"""Below _SHORT letters only two that changed places are forgiven; from _LONG on, two mistakes."""
_LEAST = 3
_MOST = 2
_Person = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A person's label, roles and names."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who may stand in a text: a role or a person's label, their roles, and the words that say so."""

    who: str
    roles: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class _Words:
    titles: Mapping[str, tuple[str, ...]]
    nobody: tuple[str, ...]
    honorifics: frozenset[str]
    common: frozenset[str]


def named_in(text: str, school: School, contacts: Contacts | None = None) -> tuple[Named, ...]:
    """Give everybody of the school's people who may be named in a text, the first mention of each."""
    people = tuple((p.label, p.roles, p.names) for p in contacts.people) if contacts else ()
    return _named_in(text, tuple(school.roles.items()), people)


@lru_cache(maxsize=16)
def _named_in(text: str, titles: tuple[tuple[str, str], ...], people: tuple[_Person, ...]) -> tuple[Named, ...]:
    """Remember the last few, since one report is looked at several times while it is answered."""
    said = _Said(text)
    found: dict[str, Named] = {}
    for label, roles, names in people:
        for name in names:
            if words := _name_in(name, said):
                found.setdefault(label, Named(label, frozenset(roles), words))
    met = frozenset(role for named in found.values() for role in named.roles)
    for role, words in _titles_in(said, titles):
        holders = [roles for _, roles, _ in people if role in roles]
        # Somebody who is named and whose title stands there too is asked about once.
        if role not in met or len(holders) != 1:
            found.setdefault(role, Named(role, frozenset({role}), words))
    return tuple(found.values())


@cache
def _words(path: Path = TITLES) -> _Words:
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["titles", "nobody", "honorifics", "common"]) if root else None
    titles = row.read("titles", lambda f: {key.name: value.texts() for key, value in f.pairs()}, {}) if row else {}
    nobody: tuple[str, ...] = row.read("nobody", Field.texts, ()) if row else ()
    honorifics = frozenset(row.read("honorifics", Field.texts, ())) if row else frozenset()
    common = frozenset(row.read("common", Field.texts, ())) if row else frozenset()
    problems.raise_any()
    return _Words(titles, nobody, honorifics, common)


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart, as they are typed without them."""


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().replace("’", "'").removesuffix("'s").translate(_LETTERS))
    return "".join(c for c in letters if c.isalnum())


class _Said:
    """The words of a text, each plain and as it was written; letters that stand alone in a row are one word."""

    def __init__(self, text: str) -> None:
        self.words: list[tuple[str, str]] = []
        self._joined: dict[int, list[str]] = {}
        run = 0
        for match in _WORD.finditer(text):
            if not (plain := _plain(match[0])):
                continue
            alone = len(plain) == 1 and plain.isalpha()
            run = run + 1 if alone else 0
            if run > 1:
                before, written = self.words[-1]
                self.words[-1] = (before + plain, f"{written} {match[0]}")
            else:
                self.words.append((plain, match[0]))

    def joined(self, length: int) -> list[str]:
        """Give every so many words in a row, written together."""
        if length not in self._joined:
            plain = [word for word, _ in self.words]
            self._joined[length] = ["".join(plain[at : at + length]) for at in range(len(plain) - length + 1)]
        return self._joined[length]

    def written(self, start: int, length: int) -> str:
        """Give some words as they were written."""
        return " ".join(written for _, written in self.words[start : start + length])


@cache
def _terms(titles: tuple[tuple[str, str], ...]) -> list[tuple[str, list[str]]]:
    """Give each role's titles in plain words, the longest first, so that a deputy head is not the head."""
    own, words = dict(titles), _words()
    terms = [
        (role, [_plain(word) for word in _WORD.findall(title)])
        for role in ROLES
        if role not in GROUPS
        for title in dict.fromkeys((*([own[role]] if role in own else ()), *words.titles.get(role, ())))
    ]
    return sorted(terms, key=lambda term: -len("".join(term[1])))


def _titles_in(said: _Said, titles: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    taken: set[int] = set()
    nobody = {tuple(term.split()[:2]) for term in _words().nobody}
    for at, ((one, _), (two, _)) in enumerate(pairwise(said.words)):
        if (one, two) in nobody:
            taken.add(at)
    found: dict[str, tuple[int, str]] = {}
    for role, term in _terms(titles):
        for start, length in _places(term, said):
            places = set(range(start, start + length))
            if places & taken:
                continue
            taken |= places
            if role not in found or start < found[role][0]:
                found[role] = (start, said.written(start, length))
    for role, (_, written) in sorted(found.items(), key=lambda item: item[1][0]):
        yield role, written


def _places(term: list[str], said: _Said) -> Iterator[tuple[int, int]]:
    """Give where a term stands, as (first word, how many), written apart, together or with a mistake."""
    wanted = "".join(term)
    for length in sorted({len(term), max(1, len(term) - 1), len(term) + 1}, key=lambda n: abs(n - len(term))):
        for start, there in enumerate(said.joined(length)):
            if _same(wanted, there):
                yield start, length


def _name_in(name: str, said: _Said) -> str:
    """Give the words that may say a name: whole, by either end, by initials, or an honorific with its first letter."""
    honorifics = _words().honorifics
    parts = [plain for word in _WORD.findall(name.replace("-", " ")) if (plain := _plain(word)) not in honorifics]
    if not parts:
        return ""
    family = [_plain(word) for word in _WORD.findall(name.rsplit(maxsplit=1)[-1])]
    terms = [
        parts,
        family,
        *([part] for part in family if len(part) > _LEAST),
        *([parts[:1]] if len(parts) > 1 and len(parts[0]) > _LEAST and parts[0] not in _words().common else []),
    ]
    for term in terms:
        if len("".join(term)) < _LEAST:
            continue
        for start, length in _places(term, said):
            return said.written(start, length)
    for (one, first), (two, second) in pairwise(said.words):
        if one in honorifics and two in (family[0][:1], "".join(family)):
            return f"{first} {second}"
    return next((written for plain, written in said.words if _shortly(plain, written, parts)), "")


def _shortly(plain: str, written: str, parts: list[str]) -> bool:
    """Tell whether a word says a name where it has a capital: a short one, one that is a common word, or initials."""
    if not written[:1].isupper():
        return False
    if plain in (parts[0], parts[-1]) and (len(plain) <= _LEAST or plain in _words().common):
        return True
    initials = "".join(part[0] for part in parts)
    return len(initials) > 1 and plain == initials and written.replace(" ", "").isupper()


def _same(wanted: str, there: str) -> bool:
    if abs(len(wanted) - len(there)) > _MOST:
        return False
    if there in (wanted, f"{wanted}s"):
        return True
    if len(there) < _LEAST:
        return False
    mistakes = OSA.distance(wanted, there, score_cutoff=_MOST)
    if len(wanted) < _SHORT:
        return mistakes == 1 and sorted(wanted) == sorted(there)
    return mistakes <= (1 if len(wanted) < _LONG else _MOST)
