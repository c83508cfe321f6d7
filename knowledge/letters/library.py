"""Loads the letter templates: the built-in ones, and a school's own in the folder letters of its pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.reading import Field, did_you_mean, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knowledge.reading import Problems

BUILT_IN = Path(__file__).parent
GIVEN = ("school", "today")
"""The blanks that fill themselves."""
_BLANK = re.compile(r"\{([a-z_]+)\}")
_EMPTY = "________"
"""What stands in a letter where nothing was filled in."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Something that a person fills in."""

    name: str
    ask: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One template; `body` are its paragraphs, with blanks such as {parent}."""

    name: str
    title: str
    use: str
    blanks: tuple[Blank, ...]
    body: tuple[str, ...]

    def filled(self, given: Mapping[str, str]) -> str:
        """Give the letter with its blanks filled; one that is left empty becomes a line to write on."""
        words = {name: " ".join(value.split()) for name, value in given.items()}
        paragraphs = (_BLANK.sub(lambda blank: words.get(blank[1]) or _EMPTY, text) for text in self.body)
        return "\n\n".join(paragraphs) + "\n"


def load_letters(pack: Path | None, problems: Problems) -> dict[str, Letter]:
    """Load the letters by name; one of the pack replaces a built-in one of the same name."""
    files = {file.stem: file for file in sorted(BUILT_IN.glob("*.yaml"))}
    if pack:
        files.update({file.stem: file for file in sorted((pack / "letters").glob("*.yaml"))})
    found = {}
    for name, file in files.items():
        if root := read_file(file, problems):
            found[name] = _letter(name, root)
    return found


def _letter(name: str, root: Field) -> Letter:
    row = root.entry(required=["title", "use", "blanks", "body"])
    blanks: tuple[Blank, ...] = row.read("blanks", lambda f: tuple(_blank(*pair) for pair in f.pairs()), ())
    known = [*GIVEN, *(blank.name for blank in blanks)]
    return Letter(
        name=name,
        title=row.read("title", Field.text, ""),
        use=row.read("use", Field.text, ""),
        blanks=blanks,
        body=row.read("body", lambda f: tuple(_paragraph(item, known) for item in f.items()), ()),
    )


def _blank(key: Field, value: Field) -> Blank:
    if not re.fullmatch(r"[a-z_]+", key.name) or key.name in GIVEN:
        key.problems.add(key, f"{key.name} can't be a blank", "Use small letters and _, and neither school nor today")
    row = value.entry(required=["ask"], optional=["hint"])
    return Blank(key.name, row.read("ask", Field.text, ""), row.read("hint", Field.text, ""))


def _paragraph(where: Field, known: list[str]) -> str:
    text = where.text()
    for name in _BLANK.findall(text):
        if name not in known:
            where.problems.add(where, f"{{{name}}} is not a blank of this letter", did_you_mean(name, known))
    return text
