"""Finds what a rule excepts, what a permission depends on, and which circumstances a rule is confined to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from knowledge.importing.patterns import load, pattern, plain
from knowledge.importing.strength import BANS, MAY, MUST, MUST_NOT, SHOULD, SHOULD_NOT, Ruling
from knowledge.model import Condition, Modality, Verdict

_EXCLUSIVE = ("device", "network", "account", "time", "place")
_SCOPE_ONLY = frozenset(
    "time.lesson time.working place.near_pupils place.toilets place.classroom device.own network.school account.own purpose.private".split()
)
"""Circumstances that confine a permission but are no condition of it."""
_UNSAID_BAN = {MUST_NOT: Verdict.FORBIDDEN, SHOULD_NOT: Verdict.DISCOURAGED}
_ALL_CASES = re.compile(r"\bin (?:both|all|either|such|these) (?:these |such )?(?:case|cases|circumstances|instances)\b[^.]*")
_CLAUSE_END = re.compile(r"\.(?:\s|$)|;|\)|$")
_WORKING_DAY = re.compile(r"\b(?:school|working) (?:day|hours)\b")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule depends on, and its strength where that tells more of it ("may only" several ways is a ban)."""

    modality: Modality
    exceptions: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    about: tuple[str, ...] = ()
    further: tuple[Terms, ...] = field(default=())


@cache
def _circumstances() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((tag, re.compile(words)) for tag, words in load("exceptions")["circumstances"].items())


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    start: int
    end: int
    giver: str = ""

    @property
    def kind(self) -> str:
        return self.name.split(".")[0]


def tags_in(text: str) -> list[_Tag]:
    """Give the circumstances that a text names, in the order in which they stand."""
    low = plain(text)
    found = [_Tag(tag, m.start(), m.end()) for tag, words in _circumstances() if (m := words.search(low))]
    names = {tag.name for tag in found}
    found = [t for t in found if not (t.name == "time.working" and "time.outside_hours" in names and _inside(t, found))]
    return sorted(found + _givers(text, low), key=lambda t: t.start)


def _inside(tag: _Tag, others: list[_Tag]) -> bool:
    return any(o is not tag and o.start <= tag.start and tag.end <= o.end for o in others)


def _givers(text: str, low: str) -> list[_Tag]:
    match = re.search(load("exceptions")["permission"], low)
    if not match:
        return []
    near = low[max(0, match.start() - 60) : match.end() + 70]
    start = max(0, match.start() - 60)
    found = []
    for tag, words in load("exceptions")["givers"].items():
        giver = re.search(words, near)
        if not giver:
            continue
        if tag in ("permission.subject", "permission.school") and found:
            continue
        name = text[start + giver.start() : start + giver.end()] if tag == "permission.head" else ""
        found.append(_Tag(tag, match.start(), match.end(), _giver(text, name)))
    return found


def _giver(text: str, word: str) -> str:
    """Give the giver's whole title as the document prints it, with "the" before it."""
    if not word:
        return "the headteacher"
    offices = [text[m.start() : m.end()] for m in pattern("audience", "office").finditer(plain(text))]
    title = next((office for office in offices if word.lower() in office.lower()), word)
    return "the headteacher" if title.lower() in ("head", "heads", "manager", "lead", "office", "leader") else f"the {title}"


def _asked(tags: list[_Tag], words: str) -> str:
    if not tags:
        return str(load("exceptions")["otherwise"]["ask"]).format(words=words)
    asks = [str(load("exceptions")["questions"][tag.name]).format(giver=tag.giver) for tag in tags]
    first, *rest = [ask.rstrip("?") for ask in dict.fromkeys(asks)]
    return "".join([first, *(f", and {more[0].lower()}{more[1:]}" for more in rest)]) + "?"


def _condition(tags: list[_Tag], words: str, unsaid: Verdict) -> Condition:
    names = frozenset(tag.name for tag in tags) or {load("exceptions")["otherwise"]["tag"]}
    return Condition(frozenset(names), _asked(tags, words), unsaid)


def terms_of(ruling: Ruling, text: str) -> Terms:
    """Give what a ruling depends on; `text` is the clause's whole text, in which its exceptions may stand."""
    if ruling.modality in BANS and ruling.only:
        return _only(ruling, ruling.part)
    if ruling.modality in BANS:
        return _ban(ruling, text)
    if ruling.modality is MAY:
        return _permission(ruling)
    return Terms(ruling.modality, about=_about(ruling.part) if ruling.modality in (MUST, SHOULD) else ())


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
            _excepted([_Tag(tag, 0, 0)], "", ruling.modality)
            for tag, words in load("exceptions")["implied"].items()
            if re.search(words, low)
        ]
    always = _ALL_CASES.search(plain(text))
    if always and exceptions:
        extra = [tag for tag in tags_in(text[always.start() : always.end()]) if tag.kind == "permission"]
        exceptions = [
            Condition(e.when | {t.name for t in extra}, _both(e.ask, _asked(extra, "")), e.unsaid) if extra else e
            for e in exceptions
        ]
    outside = "".join(" " if any(a <= i < b for a, b in spans) else c for i, c in enumerate(ruling.part))
    about = _about(outside)
    kinds = {tag.split(".")[0] for tag in about}
    about = (*about, *sorted({t for e in exceptions for t in e.when if t.split(".")[0] in kinds and t.split(".")[0] in _EXCLUSIVE}))
    return Terms(ruling.modality, tuple(exceptions), about=tuple(dict.fromkeys(about)))


def _both(first: str, second: str) -> str:
    return first if not second or second in first else f"{first.rstrip('?')}, and {second[0].lower()}{second[1:]}"


def _exceptions(phrase: str, words: str, modality: Modality) -> list[Condition]:
    """Give the exceptions of one phrase: those joined by "or" each by itself, those joined by "and" together."""
    parts = re.split(r"\bor\b", phrase)
    alternatives = [[t for t in tags_in(part)] for part in parts]
    if len(parts) > 1 and sum(1 for tags in alternatives if tags) > 1:
        names = [{t.name for t in tags} for tags in alternatives if tags]
        if not any(a == b for a, b in zip(names, names[1:], strict=False)):
            return [_excepted(tags, part, modality) for tags, part in zip(alternatives, parts, strict=True) if tags]
    return [_excepted(tags_in(phrase), words.strip(" ,:"), modality)]


def _excepted(tags: list[_Tag], words: str, modality: Modality) -> Condition:
    rare = not tags or any(tag.name in load("exceptions")["rare"] for tag in tags)
    return _condition(tags, words, _UNSAID_BAN[modality] if rare else Verdict.ALLOWED_IF)


def _conditional(tags: list[_Tag]) -> list[_Tag]:
    return [tag for tag in tags if tag.name not in _SCOPE_ONLY and tag.name != "person.family" and tag.kind != "person"]


def _alternative(tags: list[_Tag], text: str) -> bool:
    kinds = [tag.kind for tag in tags]
    joined = any(
        re.search(r"\bor\b", plain(text)[a.end : b.start]) for a, b in zip(tags, tags[1:], strict=False) if a.end <= b.start
    )
    return len(set(kinds)) < len(kinds) or joined


def _only(ruling: Ruling, text: str) -> Terms:
    """Read "must only … through the school's own channels": a ban on every other way and a duty to take this one."""
    low = plain(text)
    at = low.find("only")
    tags = [t for t in tags_in(text) if t.end > at and t.kind in (*_EXCLUSIVE, "permission", "purpose", "content")]
    tags = [t for t in tags if t.name not in ("account.own", "device.own", "purpose.private", "time.lesson", "time.working")]
    if not tags:
        return Terms(MUST if ruling.modality is MUST_NOT else SHOULD, about=_about(text))
    unsaid = _UNSAID_BAN[ruling.modality]
    if _alternative(tags, text):
        exceptions = tuple(_condition([tag], "", unsaid if tag.name in load("exceptions")["rare"] else Verdict.ALLOWED_IF) for tag in tags)
    else:
        easy = all(tag.kind in ("permission", "time", "place", "device") for tag in tags)
        exceptions = (_condition(tags, "", Verdict.ALLOWED_IF if easy else unsaid),)
    duty = Terms(MUST if ruling.modality is MUST_NOT else SHOULD, about=_about(text))
    return Terms(ruling.modality, exceptions, about=_about(text), further=(duty,))


def _permission(ruling: Ruling) -> Terms:
    tags = _conditional(tags_in(ruling.part))
    about = _about(ruling.part)
    if len(tags) > 1 and _alternative(tags, ruling.part):
        if ruling.only:
            exceptions = tuple(_condition([tag], "", Verdict.ALLOWED_IF) for tag in tags)
            return Terms(MUST_NOT, exceptions, about=about)
        same = {tag.kind for tag in tags}
        if len(same) == 1:
            first, *rest = (
                Terms(MAY, conditions=(_condition([tag], "", Verdict.ALLOWED_IF),), about=about) for tag in tags[:2]
            )
            return Terms(MAY, conditions=first.conditions, about=about, further=tuple(rest))
    if tags:
        kept = [tag for i, tag in enumerate(tags) if tag.kind not in {t.kind for t in tags[:i]} or tag.kind == "permission"]
        return Terms(MAY, conditions=tuple(_condition([tag], "", Verdict.ALLOWED_IF) for tag in kept), about=about)
    low = plain(ruling.part)
    for match in pattern("exceptions", "conditioning").finditer(low):
        if match[0] in ("if", "when", "where", "once") and not ruling.only:
            continue
        ending = _CLAUSE_END.search(low, match.end())
        words = ruling.part[match.start() : ending.start() if ending else len(low)]
        if len(words.split()) > 1:
            return Terms(MAY, conditions=(_condition([], words, Verdict.ALLOWED_IF),), about=about)
    return Terms(MAY, about=about)


def _about(text: str) -> tuple[str, ...]:
    found = [t.name for t in tags_in(text) if t.kind in _EXCLUSIVE or t.name == "purpose.private"]
    if "time.working" in found:
        found.append("time.lesson")
        if _WORKING_DAY.search(plain(text)) and "time.break" not in found:
            found.append("time.break")
    return tuple(dict.fromkeys(found))
