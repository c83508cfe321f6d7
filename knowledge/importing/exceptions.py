"""Finds what a rule excepts, what a permission depends on, and which circumstances a rule is confined to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.importing.circumstances import EXCLUSIVE, Tag, about_of, asked, condition_of, tags_in
from knowledge.importing.patterns import load, pattern, plain
from knowledge.importing.weighing import BANS, MAY, MUST, MUST_NOT, SHOULD, SHOULD_NOT, Ruling
from knowledge.model import Condition, Modality, Verdict

_SCOPE_ONLY = frozenset(
    [
        "time.lesson",
        "time.working",
        "place.near_pupils",
        "place.toilets",
        "place.classroom",
        "device.own",
        "network.school",
        "account.own",
        "purpose.private",
    ]
)
"""Circumstances that confine a permission but are no condition of it."""
_UNSAID_BAN = {MUST_NOT: Verdict.FORBIDDEN, SHOULD_NOT: Verdict.DISCOURAGED}
_FAR_ENOUGH = 12
"""Where a condition stands before the permission, as in "If it rains, …", it is no condition of its own."""
_CLAUSE_END = re.compile(r"\.(?:\s|$)|;|\)|$")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule depends on, and its strength where that tells more of it ("may only" several ways is a ban)."""

    modality: Modality
    exceptions: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    about: tuple[str, ...] = ()
    further: tuple[Terms, ...] = field(default=())


def terms_of(ruling: Ruling, text: str) -> Terms:
    """Give what a ruling depends on; `text` is the clause's whole text, in which its exceptions may stand."""
    if ruling.modality in BANS and ruling.only:
        return _only(ruling, ruling.part)
    if ruling.modality in BANS:
        return _ban(ruling, text)
    if ruling.modality is MAY:
        return _permission(ruling)
    if ruling.modality not in (MUST, SHOULD):
        return Terms(ruling.modality)
    about = about_of(ruling.part)
    return Terms(ruling.modality, about=about, further=_asking_first(ruling, about))


def _asking_first(ruling: Ruling, about: tuple[str, ...]) -> tuple[Terms, ...]:
    """Read a duty to have permission first ("consent must be obtained before …") as a ban on doing without it too."""
    tags = [tag for tag in tags_in(ruling.part) if tag.kind == "permission"]
    if not tags or not pattern("exceptions", "asking_first").search(plain(ruling.part)):
        return ()
    ban = MUST_NOT if ruling.modality is MUST else SHOULD_NOT
    return (Terms(ban, (condition_of(tags, "", Verdict.ALLOWED_IF),), about=about),)


def _ban(ruling: Ruling, text: str) -> Terms:
    low = plain(ruling.part)
    exceptions: list[Condition] = []
    spans: list[tuple[int, int]] = []
    for match in pattern("exceptions", "excepting").finditer(low):
        if any(start <= match.start() < end for start, end in spans):
            continue
        ending = _CLAUSE_END.search(low, match.end())
        end = ending.start() if ending else len(low)
        spans.append((match.start(), end))
        exceptions += _exceptions(ruling.part[match.start() : end], ruling.part[match.end() : end], ruling.modality)
    if not exceptions:
        exceptions = [
            _excepted([Tag(tag, 0, 0)], "", ruling.modality)
            for tag, words in load("exceptions")["implied"].items()
            if re.search(words, low)
        ]
    always = pattern("exceptions", "all_cases").search(plain(text))
    if always and exceptions:
        extra = [tag for tag in tags_in(text[always.start() : always.end()]) if tag.kind == "permission"]
        exceptions = [
            Condition(e.when | {t.name for t in extra}, _both(e.ask, asked(extra, "")), e.unsaid) if extra else e
            for e in exceptions
        ]
    outside = "".join(" " if any(a <= i < b for a, b in spans) else c for i, c in enumerate(ruling.part))
    about = about_of(outside)
    kinds = {tag.split(".")[0] for tag in about}
    about = (
        *about,
        *sorted({t for e in exceptions for t in e.when if t.split(".")[0] in kinds and t.split(".")[0] in EXCLUSIVE}),
    )
    return Terms(ruling.modality, tuple(exceptions), about=tuple(dict.fromkeys(about)))


def _both(first: str, second: str) -> str:
    return first if not second or second in first else f"{first.rstrip('?')}, and {second[0].lower()}{second[1:]}"


def _exceptions(phrase: str, words: str, modality: Modality) -> list[Condition]:
    """Give the exceptions of one phrase: those joined by "or" each by itself, those joined by "and" together."""
    parts = re.split(r"\bor\b", phrase)
    alternatives = [tags_in(part) for part in parts]
    if len(parts) > 1 and sum(1 for tags in alternatives if tags) > 1:
        names = [{t.name for t in tags} for tags in alternatives if tags]
        if not any(a == b for a, b in pairwise(names)):
            return [_excepted(tags, part, modality) for tags, part in zip(alternatives, parts, strict=True) if tags]
    return [_excepted(tags_in(phrase), words.strip(" ,:"), modality)]


def _excepted(tags: list[Tag], words: str, modality: Modality) -> Condition:
    rare = not tags or any(tag.name in load("exceptions")["rare"] for tag in tags)
    return condition_of(tags, words, _UNSAID_BAN[modality] if rare else Verdict.ALLOWED_IF)


def _conditional(tags: list[Tag], ruling: Ruling) -> list[Tag]:
    """Give the circumstances that a permission depends on, not those that it is only about ("may withdraw consent")."""
    low = plain(ruling.part)
    kept = []
    for tag in tags:
        private = tag.name == "purpose.private" and pattern("exceptions", "only").search(low)
        given = tag.kind != "permission" or pattern("exceptions", "given").search(low[max(0, tag.start - 60) : tag.end])
        if (private or tag.name not in _SCOPE_ONLY) and tag.kind != "person" and given:
            kept.append(tag)
    return kept


def _alternative(tags: list[Tag], text: str) -> bool:
    kinds = [tag.kind for tag in tags]
    joined = any(re.search(r"\bor\b", plain(text)[a.end : b.start]) for a, b in pairwise(tags) if a.end <= b.start)
    return len(set(kinds)) < len(kinds) or joined


def _only(ruling: Ruling, text: str) -> Terms:
    """Read "must only … through the school's own channels": a ban on every other way and a duty to take this one."""
    low = plain(text)
    only = pattern("exceptions", "only").search(low)
    at = only.start() if only else 0
    tags = [t for t in tags_in(text) if t.end > at and t.kind in (*EXCLUSIVE, "permission", "purpose", "content")]
    tags = [
        t for t in tags if t.name not in ("account.own", "device.own", "purpose.private", "time.lesson", "time.working")
    ]
    if not tags:
        return Terms(MUST if ruling.modality is MUST_NOT else SHOULD, about=about_of(text))
    unsaid = _UNSAID_BAN[ruling.modality]
    if _alternative(tags, text):
        exceptions = tuple(
            condition_of([tag], "", unsaid if tag.name in load("exceptions")["rare"] else Verdict.ALLOWED_IF)
            for tag in tags
        )
    else:
        easy = all(tag.kind in ("permission", "time", "place", "device") for tag in tags)
        exceptions = (condition_of(tags, "", Verdict.ALLOWED_IF if easy else unsaid),)
    duty = Terms(MUST if ruling.modality is MUST_NOT else SHOULD, about=about_of(text))
    return Terms(ruling.modality, exceptions, about=about_of(text), further=(duty,))


def _permission(ruling: Ruling) -> Terms:
    tags = _conditional(tags_in(ruling.part), ruling)
    about = about_of(ruling.part)
    if len(tags) > 1 and _alternative(tags, ruling.part):
        if ruling.only:
            exceptions = tuple(condition_of([tag], "", Verdict.ALLOWED_IF) for tag in tags)
            return Terms(MUST_NOT, exceptions, about=about)
        same = {tag.kind for tag in tags}
        if len(same) == 1:
            first, *rest = (
                Terms(MAY, conditions=(condition_of([tag], "", Verdict.ALLOWED_IF),), about=about) for tag in tags[:2]
            )
            return Terms(MAY, conditions=first.conditions, about=about, further=tuple(rest))
    if tags:
        kept = [
            tag for i, tag in enumerate(tags) if tag.kind not in {t.kind for t in tags[:i]} or tag.kind == "permission"
        ]
        return Terms(MAY, conditions=tuple(condition_of([tag], "", Verdict.ALLOWED_IF) for tag in kept), about=about)
    low = plain(ruling.part)
    for match in pattern("exceptions", "conditioning").finditer(low):
        if match[0] in ("when", "where", "with") and not ruling.only:
            continue
        if match.start() < _FAR_ENOUGH:
            continue
        ending = _CLAUSE_END.search(low, match.end())
        words = ruling.part[match.start() : ending.start() if ending else len(low)]
        if len(words.split()) > 1:
            return Terms(MAY, conditions=(condition_of([], words, Verdict.ALLOWED_IF),), about=about)
    return Terms(MAY, about=about)
