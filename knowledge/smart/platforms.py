"""Loads the platforms that tips are about, and recognises one in what somebody typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from knowledge.reading import Field, Problems, read_file

PLATFORMS = Path(__file__).with_name("platforms.yaml")
ANY = "any"
_LONG_ENOUGH_TO_MEND = 5
_CLOSE = 80


@dataclass(frozen=True, slots=True)
class Platform:
    """One app, game or thing, with the name people see and the words they use."""

    id: str
    name: str
    words: tuple[str, ...]


@cache
def load_platforms(path: Path = PLATFORMS) -> dict[str, Platform]:
    """Load them all by id; raises PackError with every problem in the file."""
    problems = Problems()
    found: dict[str, Platform] = {}
    owner: dict[str, str] = {}
    if root := read_file(path, problems):
        for key, value in root.entry(required=["platforms"]).read("platforms", lambda f: list(f.pairs()), []):
            row = value.entry(required=["name", "words"])
            platform = Platform(key.name, row.read("name", Field.text, ""), row.read("words", Field.texts, ()))
            for word in platform.words:
                if word in owner:
                    problems.add(key, f"the word {word} belongs to {owner[word]} too", "Keep it in one of the two")
                owner[word] = key.name
            found[key.name] = platform
    problems.raise_any()
    return found


def platform_named(text: str) -> str | None:
    """Give the id of the platform that a text names, small slips allowed in a long word; None for none."""
    words = re.sub(r"[^a-z ]+", " ", text.lower()).split()
    plain = f" {' '.join(words)} "
    owner = {word: platform.id for platform in load_platforms().values() for word in (platform.id, *platform.words)}
    for word in sorted(owner, key=len, reverse=True):
        if f" {word} " in plain:
            return owner[word]
    names = [word for word in owner if len(word) >= _LONG_ENOUGH_TO_MEND]
    for word in words:
        if len(word) >= _LONG_ENOUGH_TO_MEND and (
            guess := process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=_CLOSE)
        ):
            return owner[guess[0]]
    return None
