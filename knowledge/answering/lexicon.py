"""Reads what a message shows: people, devices, places, times, permission given or refused, and broad concepts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.model import Audience
from knowledge.reading import Field, Problems, read_file

if TYPE_CHECKING:
    from collections.abc import Sequence

LEXICON = Path(__file__).with_name("lexicon.yaml")
THESAURUS = Path(__file__).with_name("concepts")
_BEFORE = 24
"""Characters before a permission that decide whether it is shown or only asked about."""


@dataclass(frozen=True)
class Lexicon:
    """Phrases (tuples of words) to tags, and the patterns of permission."""

    circumstances: dict[tuple[str, ...], tuple[str, ...]]
    concepts: dict[tuple[str, ...], tuple[str, ...]]
    thesaurus: dict[tuple[str, ...], tuple[str, ...]]
    longest: int
    permissions: tuple[tuple[str, re.Pattern[str]], ...]
    not_shown_after: re.Pattern[str]
    cues: frozenset[str]
    empty: frozenset[str]
    foreign: frozenset[str]
    spellings: dict[tuple[str, ...], tuple[str, ...]]

    @property
    def tags(self) -> frozenset[str]:
        """Give every circumstance that a clause may name."""
        tags = {tag for found in self.circumstances.values() for tag in found if not tag.endswith("_relation")}
        derived = {
            "person.family",
            "person.close_family",
            "person.own_child",
            "person.young_former_pupil",
            "person.adult_former_pupil",
        }
        return frozenset(tags | derived | {tag for tag, _ in self.permissions} | _PERMISSIONS)

    @cached_property
    def starts(self) -> dict[str, int]:
        """Give for each word that begins a phrase the length of the longest phrase that it begins."""
        longest: dict[str, int] = {}
        for table in (self.circumstances, self.concepts, self.thesaurus):
            for phrase in table:
                longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
        return longest

    @property
    def words(self) -> set[str]:
        """Give every word of every phrase, so that none is taken for a slip of the pen."""
        return {w for table in (self.circumstances, self.concepts, self.thesaurus) for phrase in table for w in phrase}

    def spelt_out(self, words: list[str]) -> list[str]:
        """Give the words with text-speak written out ("u" as "you") and courtesies left out, if anything else is there."""
        out: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest_typed, len(words) - at), 0, -1):
                typed = tuple(words[at : at + length])
                if typed in self.spellings:
                    out += self.spellings[typed]
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return out or words

    @cached_property
    def _longest_typed(self) -> int:
        return max(map(len, self.spellings), default=0)

    def phrases(self, words: Sequence[str], table: dict[tuple[str, ...], tuple[str, ...]]) -> set[str]:
        """Give the tags of the phrases of a table that stand in the words; a phrase inside a longer one is passed over."""
        found: set[str] = set()
        at = 0
        starts = self.starts
        while at < len(words):
            # Few words begin a phrase, and most of those a short one.
            for length in range(min(starts.get(words[at], 0), len(words) - at), 0, -1):
                if tags := table.get(tuple(words[at : at + length])):
                    found.update(tags)
                    at += length
                    break
            else:
                at += 1
        return found


_PERMISSIONS = frozenset(f"permission.{who}" for who in ("head", "parent", "subject", "school", "governors"))
_YOUNG = 16
_ADULT = 18
_UNRELATED = re.compile(
    r"\b(not|isnt|arent|none|no|never|nobody|werent|wasnt|aint) (\w+ ){0,3}"
    r"(related|relation|relative|relatives|family)\b"
)
_ASKED_HEAD = re.compile(
    r"\b(ask(ed)?|checked with|spoke to|went to|emailed|ran it past|asking) (the |my |our )?(exec |executive |deputy )?"
    r"(head|headteacher|principal|ht|boss|deputy|slt)\b"
)
_AGE = re.compile(
    r"\b(?:shes|hes|theyre|she is|he is|is|aged|now|turned|just|age)\s+(?:about |only |now |nearly )?(\d{1,2})\b"
)


@cache
def load_lexicon(path: Path = LEXICON) -> Lexicon:
    """Load the lexicon; raises PackError with every problem in the file."""
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(
        required=[
            "circumstances",
            "concepts",
            "people",
            "given",
            "refused",
            "not_shown_after",
            "spellings",
            "cues",
            "empty",
            "courtesies",
            "foreign",
        ]
    )
    circumstances = row.read("circumstances", _table, {})
    concepts = row.read("concepts", _table, {})
    people = row.read("people", lambda f: {k.name: "|".join(v.texts()) for k, v in f.pairs()}, {})
    permissions = []
    for verb, key in (("permission", "given"), ("refused", "refused")):
        for pattern in row.read(key, Field.texts, ()):
            for who, names in people.items():
                text = rf"\b{pattern.replace('{who}', f'(?:the |my |our |her |his |their )?(?:{names})')}\b"
                permissions.append((f"{verb}.{who}", re.compile(text)))
    thesaurus = _thesaurus(THESAURUS, problems)
    after = "|".join(row.read("not_shown_after", Field.texts, ()))
    problems.raise_any()
    return Lexicon(
        circumstances,
        concepts,
        thesaurus,
        max(map(len, (*circumstances, *concepts, *thesaurus))),
        tuple(permissions),
        re.compile(rf"\b(?:{after})\b"),
        frozenset(row.read("cues", Field.texts, ())),
        frozenset(row.read("empty", Field.texts, ())),
        frozenset(row.read("foreign", Field.texts, ())),
        {
            **{tuple(phrase.split()): () for phrase in row.read("courtesies", Field.texts, ())},
            **{
                tuple(typed.split()): tuple(key.name.split())
                for key, value in row.read("spellings", lambda f: list(f.pairs()), [])
                for typed in value.texts()
            },
        },
    )


def lexicon_files() -> list[Path]:
    """List the files that the lexicon is read from."""
    return [LEXICON, *sorted(THESAURUS.glob("*.yaml"))]


def _thesaurus(folder: Path, problems: Problems) -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if root := read_file(path, problems):
            for words, names in root.entry(required=["concepts"]).read("concepts", _table, {}).items():
                table[words] = (*table.get(words, ()), *names)
    return table


def _table(where: Field) -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key, value in where.pairs():
        for phrase in value.texts():
            words = tuple(phrase.split())
            table[words] = (*table.get(words, ()), key.name)
    return table


def circumstances_of(words: list[str], role: Audience | None, lexicon: Lexicon) -> frozenset[str]:
    """Give the circumstances that a message shows, as tags such as "time.break" or "refused.head".

    `words` are plain; `role` is who asks: a teacher's "my son" is family, a parent's their own child.
    """
    found = lexicon.phrases(words, lexicon.circumstances)
    text = " ".join(words)
    related = found & {"person.own_relation", "person.close_relation"}
    found -= related
    if related and not _UNRELATED.search(text):
        if role in (Audience.PARENT, Audience.PUPIL):
            found.add("person.own_child")
        else:
            found.add("person.family")
            if "person.close_relation" in related:
                found.add("person.close_family")
    elif _UNRELATED.search(text):
        found |= {"not.person.family", "not.person.close_family"}
    if "person.former_pupil" in found:
        ages = [int(age) for age in _AGE.findall(text)]
        if any(age >= _ADULT for age in ages) or re.search(
            r"\b(uni|university|grown up|adult|years ago|married)\b", text
        ):
            found.add("person.adult_former_pupil")
        elif any(age < _YOUNG for age in ages) or re.search(
            r"\b(secondary|high school|year 7|yr 7|year 8|last (year|july))\b", text
        ):
            found.add("person.young_former_pupil")
    found |= _permissions(text, words, lexicon)
    return frozenset(found)


def _permissions(text: str, words: list[str], lexicon: Lexicon) -> set[str]:
    if lexicon.cues.isdisjoint(words):
        return set()
    found: set[str] = set()
    for tag, pattern in lexicon.permissions:
        if tag in found:
            continue
        match = pattern.search(text)
        if match and not lexicon.not_shown_after.search(text[max(0, match.start() - _BEFORE) : match.start()]):
            found.add(tag)
    if _ASKED_HEAD.search(text):
        # "I asked the head … she said no": the one who answers is the one who was asked.
        found |= {tag.replace("subject", "head") for tag in found if tag.endswith(".subject")}
    return {
        tag for tag in found if not (tag.startswith("permission.") and tag.replace("permission", "refused") in found)
    }


def senses_of(words: Sequence[str], lexicon: Lexicon) -> set[str]:
    """Give the senses of the thesaurus that a message names; all phrases count, also one inside another."""
    found: set[str] = set()
    for at, word in enumerate(words):
        for length in range(1, min(lexicon.starts.get(word, 0), len(words) - at) + 1):
            found.update(lexicon.thesaurus.get(tuple(words[at : at + length]), ()))
    return found


def concepts_of(words: Sequence[str], lexicon: Lexicon) -> set[str]:
    """Give the broad concepts that a message names, such as "platform" or "befriend"."""
    return lexicon.phrases(words, lexicon.concepts)
