"""Finds the school's people in what somebody wrote, by title or by name, misspelt ones too."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
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


def named_in(text: str, school: School, contacts: Contacts | None = None) -> tuple[Named, ...]:
    """Give everybody of the school's people who may be named in a text, the first mention of each."""
    said = _said(text)
    found: dict[str, Named] = {}
    people = contacts.people if contacts else ()
    for person in people:
        roles = frozenset(person.roles)
        for name in person.names:
            if words := _name_in(name, said):
                found.setdefault(person.label, Named(person.label, roles, words))
    met = frozenset(role for named in found.values() for role in named.roles)
    for role, words in _titles_in(said, school):
        holders = [person for person in people if role in person.roles]
        # Somebody who is named and whose title stands there too is asked about once.
        if role not in met or len(holders) != 1:
            found.setdefault(role, Named(role, frozenset({role}), words))
    return tuple(found.values())


@cache
def _words(path: Path = TITLES) -> _Words:
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["titles", "nobody", "honorifics"]) if root else None
    titles = row.read("titles", lambda f: {key.name: value.texts() for key, value in f.pairs()}, {}) if row else {}
    nobody: tuple[str, ...] = row.read("nobody", Field.texts, ()) if row else ()
    honorifics = frozenset(row.read("honorifics", Field.texts, ())) if row else frozenset()
    problems.raise_any()
    return _Words(titles, nobody, honorifics)


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().replace("’", "'").removesuffix("'s"))
    return "".join(c for c in letters if c.isalnum())


def _said(text: str) -> list[tuple[str, str]]:
    """Give the words of a text, each plain and as it was written; letters that stand alone in a row are one word."""
    found = [(plain, match[0]) for match in _WORD.finditer(text) if (plain := _plain(match[0]))]
    joined: list[tuple[str, str]] = []
    run = 0
    for plain, written in found:
        alone = len(plain) == 1 and plain.isalpha()
        run = run + 1 if alone else 0
        if run > 1:
            joined[-1] = (joined[-1][0] + plain, f"{joined[-1][1]} {written}")
        else:
            joined.append((plain, written))
    return joined


def _titles_in(said: list[tuple[str, str]], school: School) -> Iterator[tuple[str, str]]:
    words = _words()
    taken: set[int] = set()
    nobody = {tuple(term.split()[:2]) for term in words.nobody}
    for at, ((one, _), (two, _)) in enumerate(pairwise(said)):
        if (one, two) in nobody:
            taken.add(at)
    terms = [
        (role, [_plain(word) for word in _WORD.findall(title)])
        for role in ROLES
        if role not in GROUPS
        for title in dict.fromkeys(
            (*([school.roles[role]] if role in school.roles else ()), *words.titles.get(role, ()))
        )
    ]
    # The longest title counts, so that a deputy head is not the head.
    terms.sort(key=lambda term: -len("".join(term[1])))
    found: dict[str, tuple[int, str]] = {}
    for role, term in terms:
        for start, length in _places(term, said):
            places = set(range(start, start + length))
            if places & taken:
                continue
            taken |= places
            words_there = " ".join(written for _, written in said[start : start + length])
            if role not in found or start < found[role][0]:
                found[role] = (start, words_there)
    for role, (_, written) in sorted(found.items(), key=lambda item: item[1][0]):
        yield role, written


def _places(term: list[str], said: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    """Give where a term stands, as (first word, how many), written apart, together or with a mistake."""
    wanted = "".join(term)
    for length in sorted({len(term), max(1, len(term) - 1), len(term) + 1}, key=lambda n: abs(n - len(term))):
        for start in range(len(said) - length + 1):
            there = "".join(plain for plain, _ in said[start : start + length])
            if _same(wanted, there):
                yield start, length


def _name_in(name: str, said: list[tuple[str, str]]) -> str:
    """Give the words that may say a name: whole, by its last part, or an honorific with its first letter."""
    honorifics = _words().honorifics
    parts = [plain for word in _WORD.findall(name.replace("-", " ")) if (plain := _plain(word)) not in honorifics]
    if not parts:
        return ""
    whole = [_plain(word) for word in _WORD.findall(name)]
    family = [_plain(word) for word in _WORD.findall(name.rsplit(maxsplit=1)[-1])]
    terms = [
        parts,
        family,
        *([part] for part in family if len(part) > _LEAST),
        *([[whole[0]]] if _given(whole) else []),
    ]
    for term in terms:
        if len("".join(term)) < _LEAST:
            continue
        for start, length in _places(term, said):
            return " ".join(written for _, written in said[start : start + length])
    for (one, first), (two, second) in pairwise(said):
        if one in honorifics and len(two) == 1 and two == family[0][:1]:
            return f"{first} {second}"
    return ""


def _given(whole: list[str]) -> bool:
    """Tell whether a name begins with a given name that may stand for it alone."""
    return len(whole) > 1 and whole[0] not in _words().honorifics and len(whole[0]) > _LEAST


def _same(wanted: str, there: str) -> bool:
    if there in {wanted, f"{wanted}s"}:
        return True
    if abs(len(wanted) - len(there)) > _MOST or len(there) < _LEAST:
        return False
    mistakes = OSA.distance(wanted, there, score_cutoff=_MOST)
    if len(wanted) < _SHORT:
        return mistakes == 1 and sorted(wanted) == sorted(there)
    return mistakes <= (1 if len(wanted) < _LONG else _MOST)
