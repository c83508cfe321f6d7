"""Tells what kind of question was asked: may I, must I, is it ok not to, should I, or what-who-when-why."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

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


@cache
def _patterns(path: Path = ASKING) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=[k for k in Kind if k is not Kind.MAY]) if root else None
    problems.raise_any()
    assert row is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    return tuple(
        (kind, re.compile("|".join(f"(?:{p})" for p in row.read(kind, Field.texts, ()))))
        for kind in (Kind.CONSEQUENCE, Kind.NEGATED, Kind.MUST, Kind.INFO, Kind.SHOULD)
    )


def kind_of(words: list[str]) -> Kind:
    """Tell the kind of a question from its plain words; a bare statement counts as asking whether one may."""
    text = " ".join(words)
    for kind, pattern in _patterns():
        if pattern.search(text):
            return kind
    return Kind.MAY


_UNDOING = re.compile(
    r"\b(remove|delete|take (it |them |my \w+ |the \w+ )?(off|down)|keep \w+ (private|off|out|secret|separate|hidden)|hide|avoid|stop|refrain|block|"
    r"decline|reject|turn (it |them |him |her )?(down|off)|turn down|say no|unfollow|unfriend|stay off|put (it |my \w+ )?away|leave (it|my \w+|out)|lock|log (off|out)|"
    r"ask|get (permission|consent|approval|the|her|his|a|head)|check|permission|tell|let)\b"
)


def keeps_the_rule(words: list[str]) -> bool:
    """Tell whether a must-I question is about keeping a ban ("do I have to take it down") and not breaking it."""
    return bool(_UNDOING.search(" ".join(words)))


_STAFF = r"teachers?|staff|head|headteacher|ht|tas?|teaching assistants?|principal|deputy|slt|adults in school|coach|coaches|caretaker|office staff|lunchtime supervisors?|dinner ladies|employees?|colleagues?|tutor"
_PUPIL = r"(?:my |our |the |a )?(?:son|daughter|child|children|kids?|lad|little girl|little boy|girls?|boys?|pupils?|students?|eldest|youngest|year \d|yr \d|y\d|he|she|they|twins|ks\d)"
_SUBJECTS = (
    (
        Audience.GOVERNOR,
        re.compile(
            r"\b(?:can|are|do|may|should|must|is|could|does|have) (?:a |the |our |your |school |parent )*(?:governors?|governing body|trustees?)\b"
        ),
    ),
    (
        Audience.VISITOR,
        re.compile(
            r"\b(?:can|are|do|may|should|must|is|could|does) (?:a |the |our |your |school |parent )*(?:visitors?|contractors?|volunteers?|parent helpers?|helpers?|students? on placement)\b"
        ),
    ),
    (
        Audience.PARENT,
        re.compile(
            r"\b(?:can|are|do|may|should|must|is|could|does|have) (?:a |the |our |your |other |all |another |some )*(?:parents?|mums?|dads?|carers?|families|grandparents?)\b"
        ),
    ),
    (
        Audience.STAFF,
        re.compile(
            rf"\b(?:can|are|do|may|should|must|is|could|does|have|has) (?:a |the |our |your |my |her |his |their |sons |daughters |childs |kids |class |school |all |one of the |\w+s )*(?:{_STAFF})\b"
        ),
    ),
    (Audience.PUPIL, re.compile(rf"\b(?:can|are|do|may|should|must|is|could|does|have|has) {_PUPIL}\b")),
)


def subject_of(words: list[str], role: Audience) -> Audience:
    """Tell whose conduct is asked about: "is our head allowed…" from a parent is about staff."""
    text = " ".join(words)
    for subject, pattern in _SUBJECTS:
        if pattern.search(text):
            if (
                subject is Audience.PUPIL
                and role in (Audience.STAFF, Audience.GOVERNOR, Audience.VISITOR)
                and re.search(r"\b(?:is|are|do|does|can|could|has|have|should) (?:he|she|they)\b", text)
            ):
                continue
            return subject
    return role
