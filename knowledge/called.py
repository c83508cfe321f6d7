"""Says how a school's people may be called, by title and by name, as what is looked for in a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from knowledge.model import ROLES
from knowledge.reading import Field, Problems, read_file
from knowledge.routing import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TITLES = Path(__file__).with_name("naming.yaml")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
LEAST = 3
"""A part of a name of fewer letters is no name by itself."""
Person = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A person's label, roles and names."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart, as they are typed without them."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of naming.yaml; phrases that mean nobody stand by their first word."""

    titles: Mapping[str, tuple[str, ...]]
    nobody: Mapping[str, list[tuple[str, ...]]]
    honorifics: frozenset[str]
    common: frozenset[str]


class Term(NamedTuple):
    """A title or a part of a name: its letters written together, and its plain words."""

    letters: str
    parts: tuple[str, ...]

    @property
    def words(self) -> int:
        """Of how many words it is."""
        return len(self.parts)

    @classmethod
    def of(cls, words: list[str]) -> Term:
        """Make a term of plain words."""
        return cls("".join(words), tuple(words))


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is looked for: its plain words, its family name's, and the terms by which it is said."""

    label: str
    roles: frozenset[str]
    parts: tuple[str, ...]
    family: tuple[str, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """How everybody may be called: titles with their roles, the longest first, names, and all terms by length.

    A term of so many words stands under that length, and under the next ones: it may be written together or apart.
    """

    titles: tuple[tuple[str, Term], ...]
    names: tuple[Name, ...]
    by_length: Mapping[int, tuple[Term, ...]]


@cache
def load_words(path: Path = TITLES) -> Words:
    """Load the words; raises PackError with every problem in the file."""
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["titles", "nobody", "honorifics", "common"]) if root else None
    titles = row.read("titles", lambda f: {key.name: value.texts() for key, value in f.pairs()}, {}) if row else {}
    nobody: dict[str, list[tuple[str, ...]]] = {}
    for phrase in row.read("nobody", Field.texts, ()) if row else ():
        nobody.setdefault(phrase.split()[0], []).append(tuple(phrase.split()))
    honorifics = frozenset(row.read("honorifics", Field.texts, ())) if row else frozenset()
    common = frozenset(row.read("common", Field.texts, ())) if row else frozenset()
    problems.raise_any()
    return Words(titles, nobody, honorifics, common)


def plain(word: str) -> str:
    """Give the letters of a word, in lower case and without accents or what makes it a possessive."""
    if word.isascii() and word.isalnum():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.casefold().replace("’", "'").removesuffix("'s").translate(_LETTERS))
    return "".join(c for c in letters if c.isalnum())


@lru_cache(maxsize=64)
def called(titles: tuple[tuple[str, str], ...], people: tuple[Person, ...]) -> Called:
    """Give how everybody may be called, from a school's own titles by role and its people."""
    named = tuple(_name(label, roles, name) for label, roles, names in people for name in names)
    wanted = _titles(dict(titles))
    terms = dict.fromkeys((*(term for _, term in wanted), *(term for name in named for term in name.terms)))
    lengths = range(1, max((term.words for term in terms), default=0) + 2)
    return Called(wanted, named, {n: tuple(term for term in terms if abs(term.words - n) <= 1) for n in lengths})


def _titles(own: Mapping[str, str]) -> tuple[tuple[str, Term], ...]:
    """Give each role's titles, the longest first, so that a deputy head is not the head."""
    known = load_words().titles
    terms = [
        (role, Term.of([plain(word) for word in WORD.findall(title)]))
        for role in ROLES
        if role not in GROUPS
        for title in dict.fromkeys((*([own[role]] if role in own else ()), *known.get(role, ())))
    ]
    return tuple(sorted(terms, key=lambda term: -len(term[1].letters)))


def _name(label: str, roles: Iterable[str], name: str) -> Name:
    """Give how a name may be said: whole, and by either end."""
    words = load_words()
    parts = [bare for word in WORD.findall(name.replace("-", " ")) if (bare := plain(word)) not in words.honorifics]
    if not parts:
        return Name(label, frozenset(roles), (), (), ())
    family = [plain(word) for word in WORD.findall(name.rsplit(maxsplit=1)[-1])]
    said = [
        parts,
        family,
        *([part] for part in family if len(part) > LEAST),
        *([parts[:1]] if len(parts) > 1 and len(parts[0]) > LEAST else []),
    ]
    terms = tuple(
        term for term in map(Term.of, said) if len(term.letters) >= LEAST and term.letters not in words.common
    )
    return Name(label, frozenset(roles), tuple(parts), tuple(family), terms)
