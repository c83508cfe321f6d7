"""Tells what kind of question was asked (may I, must I, is it ok not to, who, why) and whose conduct it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from knowledge.answering.matching import any_of
from knowledge.model import Audience
from knowledge.reading import Field, Problems, read_file

ASKING = Path(__file__).with_name("asking.yaml")


class Kind(StrEnum):
    """The kinds of question, which decide what a rule's strength means for the asker."""

    MAY = "may"
    MUST = "must"
    SHOULD = "should"
    NEGATED = "negated"
    CONSEQUENCE = "consequence"
    INFO = "info"

    @property
    def wants_fact(self) -> bool:
        """Tell whether the answer is a fact and not a yes or a no."""
        return self in (Kind.INFO, Kind.CONSEQUENCE)


_IN_ORDER = (Kind.CONSEQUENCE, Kind.NEGATED, Kind.MUST, Kind.INFO, Kind.SHOULD)
_PRONOUN = re.compile(r"\b(?:is|are|do|does|can|could|has|have|should|must) (?:he|she|they)\b")


@dataclass(frozen=True, slots=True)
class _Patterns:
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...]
    keeping: re.Pattern[str]
    subjects: tuple[tuple[Audience, re.Pattern[str]], ...]
    outsiders: re.Pattern[str]


@cache
def _patterns(path: Path = ASKING) -> _Patterns:
    problems = Problems()
    root = read_file(path, problems)
    problems.raise_any()
    assert root is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    row = root.entry(required=[*_IN_ORDER, "keeping", "asks", "subjects", "outsiders"])
    asks = row.read("asks", Field.text, "")
    subjects = row.read("subjects", lambda f: list(f.pairs()), [])
    found = _Patterns(
        kinds=tuple((kind, any_of(row.read(kind, Field.texts, ()))) for kind in _IN_ORDER),
        keeping=any_of(row.read("keeping", Field.texts, ())),
        subjects=tuple(
            (Audience(key.one_of(Audience)), any_of(p.replace("{asks}", asks) for p in value.texts()))
            for key, value in subjects
        ),
        outsiders=any_of(tuple(p.replace("{asks}", asks) for p in row.read("outsiders", Field.texts, ()))),
    )
    problems.raise_any()
    return found


def kind_of(words: list[str]) -> Kind:
    """Tell the kind of a question from its plain words; a bare statement counts as asking whether one may."""
    text = " ".join(words)
    for kind, pattern in _patterns().kinds:
        if pattern.search(text):
            return kind
    return Kind.MAY


def keeps_the_rule(words: list[str]) -> bool:
    """Tell whether a must-I question is about keeping a ban ("do I have to take it down") and not breaking it."""
    return bool(_patterns().keeping.search(" ".join(words)))


def subject_of(words: list[str], role: Audience) -> Audience:
    """Tell whose conduct is asked about: "is our head allowed…" from a parent is about staff."""
    text = " ".join(words)
    for subject, pattern in _patterns().subjects:
        if pattern.search(text):
            # A parent's "can she" is their child; anybody else's "she" has been named before.
            if subject is Audience.PUPIL and role is not Audience.PARENT and _PRONOUN.search(text):
                continue
            return subject
    return role


def asks_for_an_outsider(words: list[str], role: Audience) -> bool:
    """Tell whether leave is asked for somebody of the asker's own, to whom no rule of the school speaks.

    A parent's or pupil's own family are the school's families; a teacher's or governor's are not.
    """
    return role in (Audience.STAFF, Audience.GOVERNOR) and bool(_patterns().outsiders.search(" ".join(words)))
