"""Understands what people type where they could press a button: a choice, that it is to be sent, or nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.intake import choices_of, label
from handlers.wording import say
from knowledge.naming import named_in
from knowledge.reading import Field, Problems, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knowledge.model import Audience, School

TYPED = Path(__file__).with_name("typed.yaml")
_BEFORE_IT = re.compile(r"^(yes|no), |^(a|an|the|another|our|my|its|its the|its our) ")
_LISTS = ("sends", "goes_on", "begins_anew", "bare")
_A_THIRD = 3
"""The beginning of a choice is taken for it from this part of it on, where it begins no other one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of typed.yaml."""

    choices: Mapping[str, frozenset[str]]
    sends: frozenset[str]
    goes_on: frozenset[str]
    begins_anew: frozenset[str]
    bare: frozenset[str]


@cache
def load_typed(path: Path = TYPED) -> Typed:
    """Load how people type; raises PackError with every problem in the file."""
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["choices", *_LISTS]) if root else None
    choices = (
        row.read("choices", lambda f: {key.name: frozenset(value.texts()) for key, value in f.pairs()}, {})
        if row
        else {}
    )
    lists = {name: frozenset(row.read(name, Field.texts, ()) if row else ()) for name in _LISTS}
    problems.raise_any()
    return Typed(choices, **lists)


def chosen(name: str, text: str, role: Audience, school: School) -> str | None:
    """Give the choice that somebody typed instead of pressing it, or None where it is none."""
    typed, values = _bare(text), choices_of(name, school)
    bare = {typed, _BEFORE_IT.sub("", typed)}
    begun = set()
    for value in values:
        said = _bare(label(name, value, role, school))
        whole = {value, said, _BEFORE_IT.sub("", said)}
        if bare & whole:
            return value
        if any(end.startswith(f"{start} ") and len(start) * _A_THIRD >= len(end) for end in whole for start in bare):
            begun.add(value)
    known = next((value for value, ways in load_typed().choices.items() if value in values and bare & ways), None)
    if known is None and name == "role":
        begun |= {one.who for one in named_in(text, school) if _bare(one.words) in bare} & set(values)
    return known or (begun.pop() if len(begun) == 1 else None)


def says_send(text: str) -> bool:
    """Tell whether somebody types that it is to be sent."""
    return _bare(text.lstrip("/")) in load_typed().sends


def takes_up(text: str) -> str:
    """Give which button of an unfinished report somebody types, "report.go_on" or "report.anew", or nothing."""
    typed, said = load_typed(), _bare(text)
    ways = {"report.go_on": typed.goes_on, "report.anew": typed.begins_anew}
    return next((name for name, words in ways.items() if said in {_bare(say(name)), *words}), "")


def steps_in(text: str) -> bool:
    """Tell whether a text only moves on from one step to the next, and asks nothing: "skip", "send"."""
    typed = load_typed()
    return _bare(text.lstrip("/")) in typed.sends | typed.bare


def is_bare(text: str) -> bool:
    """Tell whether a text can only be an answer to some step, or a number, and tells nothing of what happened."""
    bare, typed = _bare(text), load_typed()
    answers = frozenset().union(*(typed.choices[one] for one in ("yes", "no", "unsure")))
    return bare.isdecimal() or bare in typed.sends | typed.bare | answers


def begins_with_yes(text: str) -> bool:
    """Tell whether somebody says yes, and goes on to say more."""
    first = _bare(text).partition(" ")[0].strip(",.!")
    return len(first) > 1 and first in load_typed().choices["yes"]


def _bare(text: str) -> str:
    return " ".join(text.casefold().replace("'", "").replace("’", "").strip(" \t\n.!?,…").split())
