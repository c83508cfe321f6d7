"""Loads the words that people use: for people, devices, places, times and permissions, and the concepts they name."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from knowledge.answering.permission import Permissions
from knowledge.answering.phrases import Phrases
from knowledge.reading import Field, Problems, read_file

LEXICON = Path(__file__).with_name("lexicon.yaml")
THESAURUS = Path(__file__).with_name("concepts")
_FILE = "lexicon.json"
_GIVERS = ("head", "leader", "parent", "subject", "school", "governors")
_DERIVED = frozenset(
    {
        "person.family",
        "person.close_family",
        "person.own_child",
        "person.young_former_pupil",
        "person.adult_former_pupil",
        *(f"permission.{who}" for who in _GIVERS),
    }
)
"""Circumstances that no phrase shows by itself; circumstances.py tells them from several."""


_AROUND = ("time.", "place.", "person.")
_PEOPLE = ("head", "leader", "pupil", "parent", "staff", "governor")
"""The concepts that are people."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Several words that show a circumstance together, unless others stand there too.

    `beside` has to be shown already, nothing of the kind `where_no` may be, and `instead_of` isn't so after all.
    """

    shows: str
    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    beside: str = ""
    where_no: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Phrases with what they stand for, the ways of giving permission, and words that are empty or foreign.

    `spellings` are phrases of text-speak with the words they stand for; a courtesy stands for none.
    """

    circumstances: Phrases
    concepts: Phrases
    thesaurus: Phrases
    permissions: Permissions
    empty: frozenset[str]
    foreign: frozenset[str]
    spellings: Phrases
    shapes: tuple[Shape, ...]

    @property
    def tags(self) -> frozenset[str]:
        """Give every circumstance that a clause may name."""
        shown = {tag for found in self.circumstances.table.values() for tag in found if not tag.endswith("_relation")}
        shown |= {shape.shows for shape in self.shapes}
        return frozenset(shown | _DERIVED | {way.tag for _, ways in self.permissions.ways for way in ways})

    @property
    def words(self) -> set[str]:
        """Give every word of every phrase, so that none is taken for a slip of the pen."""
        return {*self.circumstances.words, *self.concepts.words, *self.thesaurus.words}

    @property
    def when_where_and_who(self) -> frozenset[str]:
        """Give every word of the phrases for times, places and people, and the concepts that are people, with an @."""
        said = [
            *(phrase for phrase, tags in self.circumstances.table.items() if tags[0].startswith(_AROUND)),
            *(phrase for phrase, tags in self.concepts.table.items() if tags[0] in _PEOPLE),
        ]
        return frozenset({*(f"@{concept}" for concept in _PEOPLE), *(word for one in said for word in one.split())})

    def spelt_out(self, words: list[str]) -> list[str]:
        """Give the words with text-speak written out ("u" as "you"), without courtesies if anything else is there."""
        out: list[str] = []
        passed = 0
        for at, word in enumerate(words):
            if at < passed:
                continue
            if word in self.spellings.longest and (here := self.spellings.beginning_at(words, at)):
                length, meant = here[0]
                out += meant
                passed = at + length
            else:
                out.append(word)
        return out or words

    def save(self, folder: Path) -> None:
        """Write the tables as they were read, so that a command need not read the YAML again."""
        tables = {
            name: [phrases.table, phrases.longest]
            for name, phrases in (
                ("circumstances", self.circumstances),
                ("concepts", self.concepts),
                ("thesaurus", self.thesaurus),
                ("spellings", self.spellings),
            )
        }
        p = self.permissions
        rest = {
            "permissions": [p.people, p.given, p.refused, p.only_asked_after, sorted(p.cues)],
            "empty": sorted(self.empty),
            "foreign": sorted(self.foreign),
            "shapes": [asdict(shape) for shape in self.shapes],
        }
        (folder / _FILE).write_text(json.dumps({**tables, **rest}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read what `save` wrote; raises OSError, ValueError or KeyError where it is not whole."""
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        people, given, refused, only_asked_after, cues = kept["permissions"]
        return cls(
            circumstances=Phrases(*kept["circumstances"]),
            concepts=Phrases(*kept["concepts"]),
            thesaurus=Phrases(*kept["thesaurus"]),
            permissions=Permissions(people, given, refused, only_asked_after, frozenset(cues)),
            empty=frozenset(kept["empty"]),
            foreign=frozenset(kept["foreign"]),
            spellings=Phrases(*kept["spellings"]),
            shapes=tuple(
                Shape(**{**shape, "says": tuple(shape["says"]), "unless": tuple(shape["unless"])})
                for shape in kept["shapes"]
            ),
        )


@cache
def load_lexicon(path: Path = LEXICON) -> Lexicon:
    """Read the lexicon from its YAML; raises PackError with every problem in the files."""
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(
        required=[
            "circumstances",
            "shapes",
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
    lexicon = Lexicon(
        circumstances=Phrases(row.read("circumstances", _table, {})),
        concepts=Phrases(row.read("concepts", _table, {})),
        thesaurus=Phrases(_thesaurus(THESAURUS, problems)),
        permissions=Permissions(
            people=row.read("people", lambda f: {who.name: _patterns(names) for who, names in f.pairs()}, {}),
            given=row.read("given", _patterns, ()),
            refused=row.read("refused", _patterns, ()),
            only_asked_after=row.read("not_shown_after", _patterns, ()),
            cues=frozenset(row.read("cues", Field.texts, ())),
        ),
        empty=frozenset(row.read("empty", Field.texts, ())),
        foreign=frozenset(row.read("foreign", Field.texts, ())),
        spellings=Phrases(
            {
                **dict.fromkeys(row.read("courtesies", Field.texts, ()), ()),
                **row.read("spellings", _spellings, {}),
            }
        ),
        shapes=row.read("shapes", _shapes, ()),
    )
    problems.raise_any()
    return lexicon


def lexicon_files() -> list[Path]:
    """List the files that the lexicon is read from."""
    return [LEXICON, *sorted(THESAURUS.glob("*.yaml"))]


def _thesaurus(folder: Path, problems: Problems) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if root := read_file(path, problems):
            for phrase, names in root.entry(required=["concepts"]).read("concepts", _table, {}).items():
                table.setdefault(phrase, []).extend(names)
    return table


def _table(where: Field) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for key, value in where.pairs():
        for phrase in value.texts():
            table.setdefault(phrase, []).append(key.name)
    return table


def _patterns(where: Field) -> tuple[str, ...]:
    """Read patterns; each is tried here, since many are not compiled before a message needs them."""
    for item in where.items():
        try:
            re.compile(item.text().replace("{who}", "name"))
        except re.error as error:
            where.problems.add(item, f"{item.text()} is not a pattern ({error})", "Check its brackets")
    return where.texts()


def _spellings(where: Field) -> dict[str, list[str]]:
    return {typed: meant.name.split() for meant, value in where.pairs() for typed in value.texts()}


def _shapes(where: Field) -> tuple[Shape, ...]:
    found = []
    for item in where.items():
        row = item.entry(required=["shows", "says"], optional=["unless", "beside", "where_no", "instead_of"])
        found.append(
            Shape(
                shows=row.read("shows", Field.text, ""),
                says=row.read("says", _patterns, ()),
                unless=row.read("unless", _patterns, ()),
                beside=row.read("beside", Field.text, ""),
                where_no=row.read("where_no", Field.text, ""),
                instead_of=row.read("instead_of", Field.text, ""),
            )
        )
    return tuple(found)
