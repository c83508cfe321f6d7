"""Hears that somebody asks for a report in a few words of their own, without telling yet what happened."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from knowledge.reading import Field, Problems, read_file

ASKED = Path(__file__).with_name("asked_to_report.yaml")
_PARTS = ("first", "wish", "tell", "sort", "what", "have", "worry", "whole", "last")


@cache
def load_asked(path: Path = ASKED) -> re.Pattern[str]:
    """Load how people ask for a report, as one pattern; raises PackError with every problem in the file."""
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=list(_PARTS)) if root else None
    part = {name: f"(?:{'|'.join(row.read(name, Field.texts, ()))})" for name in _PARTS} if row else {}
    problems.raise_any()
    sorts = f"(?: {part['sort']})*"
    tells = f"(?:{part['wish']} )?{part['tell']}{sorts} {part['what']}"
    has = f"{part['have']}{sorts} {part['worry']}"
    return re.compile(f"(?:{part['first']} )*(?:{tells}|{has}|{part['whole']})(?: {part['last']})*")


def asked_in(text: str) -> bool:
    """Tell whether a text asks for a report and for nothing else: "I need to report bullying", not "who do I tell?"."""
    words = " ".join(text.lower().replace("'", "").replace("’", "").split()).strip(".!? ")
    return load_asked().fullmatch(words) is not None
