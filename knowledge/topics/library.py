"""Loads the topic library: every topic with how policies rule on it and how people ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.model import KINDS, Audience
from knowledge.reading import Field, Problems, read_file

TOPICS = Path(__file__).parent
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that schools make rules about.

    `asks` holds (role, message) pairs, role "anyone" where it makes no difference who asks; `rules` are ways in
    which policies put it. A topic with a `concern` is not a policy question but somebody telling of something
    that happened: `concern` is the kind of report that it would become, `leads_to` the topics whose
    clauses say who it goes to.
    """

    id: str
    group: str
    about: str
    rules: tuple[str, ...]
    asks: tuple[tuple[str, str], ...]
    concern: str | None = None
    urgent: bool = False
    leads_to: tuple[str, ...] = ()


def topic_files(folder: Path = TOPICS) -> list[Path]:
    """List the files of the library, in the order in which they are read."""
    return sorted(folder.glob("*.yaml"))


@cache
def load_topics(folder: Path = TOPICS, files: str = "*.yaml") -> tuple[Topic, ...]:
    """Load every topic of the files that match; raises PackError with every problem in every file."""
    problems = Problems()
    places: dict[str, Field] = {}
    found = []
    for path in sorted(folder.glob(files)):
        root = read_file(path, problems)
        for key, value in root.entry(required=["topics"]).read("topics", lambda f: list(f.pairs()), []) if root else []:
            if key.name in places:
                first = places[key.name]
                problems.add(
                    key,
                    f"the topic {key.name} stands in {first.file.name}:{first.line} too",
                    "Keep one of the two",
                )
            places[key.name] = key
            found.append(_topic(key.name, path.stem, value))
    problems.raise_any()
    return tuple(found)


def load_concerns(folder: Path = TOPICS) -> tuple[Topic, ...]:
    """Load the topics that are disclosures alone, which is all that answering needs beside the learnt model."""
    return tuple(t for t in load_topics(folder, "concerns.yaml") if t.concern)


def _topic(topic_id: str, group: str, value: Field) -> Topic:
    row = value.entry(required=["about", "asks"], optional=["rules", "concern", "urgent", "leads_to"])
    return Topic(
        id=topic_id,
        group=group,
        about=row.read("about", Field.text, ""),
        rules=row.read("rules", Field.texts, ()),
        asks=row.read("asks", _asks, ()),
        concern=row.read("concern", lambda f: f.one_of(KINDS), None),
        urgent=row.read("urgent", Field.flag, missing=False),
        leads_to=row.read("leads_to", Field.texts, ()),
    )


def _asks(where: Field) -> tuple[tuple[str, str], ...]:
    roles = (*Audience, ANYONE)
    row = where.entry(required=(), optional=roles)
    return tuple((role, ask) for role in roles for ask in row.read(role, Field.texts, ()))
