"""What weekly tips somebody wants: day, time, topics, age and quiet hours, read from words and written on buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from knowledge.smart.lessons import Letter
from knowledge.smart.platforms import ANY, load_platforms, platform_named

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?"
_QUIET = re.compile(rf"\bquiet(?: hours)?(?: from| between)? ?{_CLOCK} ?(?:-|–|to|until|and) ?{_CLOCK}\b")
_NO_QUIET = re.compile(r"\bno quiet(?: hours)?\b|\bquiet(?: hours)? (?:none|no|off)\b")
_DAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:days?|s|sdays?|nesdays?|rs|rsdays?|urdays?)?\b")
_TIME = re.compile(r"\b(?:at )?(\d{1,2})[:.](\d{2}) ?(am|pm)?\b|\b(?:at )?(\d{1,2}) ?(am|pm)\b|\bat (\d{1,2})\b")
_YEAR = re.compile(r"\b(?:year|yr|y) ?(\d{1,2})\b(?! ?olds?\b)")
_AGE = re.compile(r"\b(?:aged? )?(\d{1,2})(?: ?(?:years?|yrs?|y)(?:[ -]?old)?| ?yo)?\b")
_SMALL_WORDS = re.compile(
    r"a|an|the|tips?|weekly|week|every|each|to|for|about|on|of|at|in|and|or|my|me|please|child|children|kids?|son|daughter"
    r"|send|get|want|i|with|change|day|time|topics?|anything|everything"
)
_ANY_AGE = re.compile(r"\b(?:any age|all ages)\b")
_FIRST_YEAR_AGE = 5
_AGES = range(3, 19)
_NOON, _HOURS, _MINUTES = 12, 24, 60
_LIKELY_EVENING = 7
"""A bare "at 6" means the evening, "at 7" the morning."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A week's plan; `quiet` holds from when until when nothing is sent."""

    day: str = "sun"
    at: time = time(18)
    topics: tuple[str, ...] = ()
    age: int | None = None
    quiet: tuple[time, time] | None = (time(21), time(7))

    def __str__(self) -> str:
        """Write it so that `read` gives the same again."""
        quiet = f"quiet {_short(self.quiet[0])}-{_short(self.quiet[1])}" if self.quiet else "no quiet"
        parts = (self.day, f"{self.at:%H:%M}", quiet, *self.topics, f"age {self.age}" if self.age else "")
        return " ".join(part for part in parts if part)

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Give the next time at which a tip is due, outside the quiet hours."""
        here = now.astimezone(zone)
        first = here.date() + timedelta(days=(DAYS.index(self.day) - here.weekday()) % 7)
        due = datetime.combine(first, self.at, zone)
        if due <= here:
            due = datetime.combine(first + timedelta(days=7), self.at, zone)
        return self.not_before(due, zone)

    def not_before(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Give a time, or the end of the quiet hours where it falls into them."""
        if self.quiet is None:
            return at
        here, (start, end) = at.astimezone(zone), self.quiet
        now = here.time()
        overnight = start > end
        if (now >= start or now < end) if overnight else (start <= now < end):
            day = here.date() + timedelta(days=1 if overnight and now >= start else 0)
            return datetime.combine(day, end, zone)
        return at


def read(words: str, before: Plan) -> tuple[Plan, bool]:
    """Give a plan with what some words name changed, and whether every word was understood."""
    left = words.lower()
    day, at, quiet, age = before.day, before.at, before.quiet, before.age
    if _NO_QUIET.search(left):
        left, quiet = _NO_QUIET.sub(" ", left), None
    elif (found := _QUIET.search(left)) and (start := _clock(*found.group(1, 2, 3))) is not None:
        end = _clock(*found.group(4, 5, 6))
        if end is not None and start != end:
            left, quiet = _cut(left, found), (start, end)
    if found := _DAY.search(left):
        left, day = _cut(left, found), found[1]
    if (found := _TIME.search(left)) and (named := _time(found)) is not None:
        left, at = _cut(left, found), named
    if _ANY_AGE.search(left):
        left, age = _ANY_AGE.sub(" ", left), None
    elif (found := _YEAR.search(left)) and int(found[1]) + _FIRST_YEAR_AGE - 1 in _AGES:
        left, age = _cut(left, found), int(found[1]) + _FIRST_YEAR_AGE - 1
    elif (found := _AGE.search(left)) and int(found[1]) in _AGES:
        left, age = _cut(left, found), int(found[1])
    topics, rest = _topics(left)
    named_any = re.search(r"\b(?:anything|everything)\b", left) is not None
    plan = Plan(day, at, topics or (() if named_any else before.topics), age, quiet)
    return plan, not rest


def _topics(words: str) -> tuple[tuple[str, ...], list[str]]:
    """Give the platforms and letters that are named, and the words that name nothing."""
    plain = f" {' '.join(re.findall(r'[a-z0-9]+', words))} "
    found: list[str] = []
    owner = {word: p.id for p in load_platforms().values() if p.id != ANY for word in (p.id, *p.words)}
    for word in sorted(owner, key=len, reverse=True):
        if f" {word} " in plain:
            plain = plain.replace(f" {word} ", "  ")
            found.append(owner[word])
    rest = []
    for word in plain.split():
        if word in list(Letter):
            found.append(word)
        elif not _SMALL_WORDS.fullmatch(word):
            slip = platform_named(word)
            if slip and slip != ANY:
                found.append(slip)
            else:
                rest.append(word)
    order = [*load_platforms(), *Letter]
    return tuple(sorted(dict.fromkeys(found), key=order.index)), rest


def _time(found: re.Match[str]) -> time | None:
    if found[1]:
        return _clock(found[1], found[2], found[3])
    if found[4]:
        return _clock(found[4], None, found[5])
    return _clock(found[6], None, "pm" if int(found[6]) < _LIKELY_EVENING else None)


def _clock(hours: str, minutes: str | None, half: str | None) -> time | None:
    hour, minute = int(hours), int(minutes or 0)
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return time(hour % _HOURS, minute) if hour <= _HOURS and minute < _MINUTES else None


def _cut(words: str, found: re.Match[str]) -> str:
    return f"{words[: found.start()]} {words[found.end() :]}"


def _short(at: time) -> str:
    return f"{at:%H:%M}" if at.minute else str(at.hour)
