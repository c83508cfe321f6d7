"""Finds the words that tell how strongly a sentence speaks, and where its main clause begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.importing.patterns import load, pattern


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that tells how strongly a sentence speaks, and where it stands."""

    sort: str
    start: int
    end: int


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sort, re.compile(line)) for sort, line in load("strength")["cues"])


_LONG = 60
_COMMA = re.compile(r",\s+(?:then )?")


def found_in(low: str) -> list[Cue]:
    """Give the cues of a sentence in order; of those that overlap the first stays, of those alike the first listed."""
    found = [Cue(sort, match.start(), match.end()) for sort, cue in _patterns() for match in cue.finditer(low)]
    found.sort(key=lambda c: c.start)
    kept: list[Cue] = []
    for cue in found:
        if not kept or cue.start >= kept[-1].end or _within_long_fact(cue, kept[-1]):
            kept.append(cue)
    return kept


def _within_long_fact(cue: Cue, before: Cue) -> bool:
    spans_much = before.end - before.start > _LONG
    return before.sort == "fact" != cue.sort and cue.start > before.start and spans_much


def aside(low: str, cue: Cue) -> bool:
    """Tell whether a cue stands in a relative clause or a condition ("which could harm", "Should this happen")."""
    before = low[: cue.start]
    if cue.start == 0:
        return bool(pattern("strength", "inverted").match(low))
    weak = cue.sort in ("can_or_could", "may_or_might", "may", "fact", "will_be", "will")
    if pattern("strength", "behind").search(before):
        return True
    if cue.sort in ("present_not", "passive_not") and pattern("strength", "aimed_at").search(before):
        return True
    far = weak and pattern("strength", "relative_far").search(before)
    return bool(pattern("strength", "relative").search(before) or far)


def main_clause(low: str, cues: list[Cue]) -> int:
    """Give where the main clause begins: after "If …," where a cue follows it."""
    if not pattern("strength", "condition").match(low):
        return 0
    for comma in _COMMA.finditer(low):
        rest = low[comma.end() :]
        if re.match(r"(?:or|and|including|such as|for example|e\.g|either|whether|particularly|especially)\b", rest):
            continue
        if any(cue.start >= comma.end() for cue in cues) or imperative(rest):
            return comma.end()
    return 0


def imperative(low: str) -> bool:
    """Tell whether a text begins by bidding somebody do something ("report it to …")."""
    words = re.findall(r"[a-z\-']+", low[:80])
    data = load("strength")
    while words and words[0] in data["before_imperative"]:
        words = words[1:]
    if not words or words[0] not in data["imperatives"]:
        return False
    return len(words) == 1 or words[1] not in data["no_imperative_before"]
