"""Makes the patterns that are searched for in a message: several as one, and each only when it is first needed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_EDGE = r"\b"
_ESCAPED_OR_SET = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
_INNERMOST = re.compile(r"\([^()]*\)")


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Give one pattern that is found where any of these is.

    Most begin at the edge of a word: together they are tried at edges only and not one by one at every letter.
    """
    at_edges: list[str] = []
    anywhere: list[str] = []
    for pattern in patterns:
        if pattern.startswith(_EDGE) and "|" not in outside_brackets(pattern):
            at_edges.append(f"(?:{pattern.removeprefix(_EDGE)})")
        else:
            anywhere.append(f"(?:{pattern})")
    if at_edges:
        anywhere.append(rf"{_EDGE}(?:{'|'.join(at_edges)})")
    return re.compile("|".join(anywhere))


def outside_brackets(pattern: str) -> str:
    """Give what of a pattern stands in no round brackets, which are left as "()"."""
    bare = _ESCAPED_OR_SET.sub("", pattern)
    groups = 1
    while groups:
        bare, groups = _INNERMOST.subn("\0", bare)
    return bare.replace("\0", "()")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first tried; most are never tried in one command."""
    return re.compile(pattern)
