"""Loads signposts: help lines and sites that people are told about, with the day each was last checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.reading import Field, Problems, read_file

SIGNPOSTS = Path(__file__).with_name("signposts.yaml")


@dataclass(frozen=True, slots=True)
class Signpost:
    """One place outside the school that helps; `checked` is the ISO day it was last looked at."""

    id: str
    name: str
    reach: str
    helps: str
    checked: str
    checked_by: str

    @property
    def line(self) -> str:
        """Say in one line who it is and how to reach it."""
        return f"{self.name[0].upper()}{self.name[1:]}: {self.reach}"


@cache
def load_signposts(path: Path = SIGNPOSTS) -> dict[str, Signpost]:
    """Load them all by id; raises PackError with every problem in the file."""
    problems = Problems()
    found = {}
    if root := read_file(path, problems):
        for key, value in root.entry(required=["signposts"]).read("signposts", lambda f: list(f.pairs()), []):
            row = value.entry(required=["name", "reach", "helps", "checked", "checked_by"])
            found[key.name] = Signpost(
                id=key.name,
                name=row.read("name", Field.text, ""),
                reach=row.read("reach", Field.text, ""),
                helps=row.read("helps", Field.text, ""),
                checked=row.read("checked", Field.day, ""),
                checked_by=row.read("checked_by", Field.text, ""),
            )
    problems.raise_any()
    return found


def signpost_ids() -> list[str]:
    """List the ids that routes, tips and answers may point at."""
    return list(load_signposts())
