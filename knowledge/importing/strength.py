"""Tells how strongly a sentence speaks: must not, should not, may, must, should, or only a fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from knowledge.importing.audience import Doer, Subject, subject_of
from knowledge.importing.patterns import load, pattern, plain
from knowledge.model import Audience, Modality

if TYPE_CHECKING:
    from knowledge.importing.audience import People

MUST_NOT, SHOULD_NOT, MAY = Modality.MUST_NOT, Modality.SHOULD_NOT, Modality.MAY
MUST, SHOULD, FACT = Modality.MUST, Modality.SHOULD, Modality.FACT
BANS, DUTIES = (MUST_NOT, SHOULD_NOT), (MUST, SHOULD)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule that a sentence lays down: its strength, its subject, and the part of the sentence that says it.

    `only` marks a rule that leaves one way open and closes the others ("may only", "must only").
    """

    modality: Modality
    subject: Subject
    part: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a sentence stands under: its lead-in, its heading, and whom its section speaks to."""

    lead_in: str = ""
    heading: str = ""
    section: People = frozenset()


@dataclass(frozen=True, slots=True)
class _Cue:
    sort: str
    start: int
    end: int


@cache
def _cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sort, re.compile(line)) for sort, line in load("strength")["cues"])


_CONDITION = re.compile(
    r"^\W*(?:(?:however|therefore|in addition|also|and|but),? )?(?:if|where|when|whenever|wherever|while|whilst|as|once|before|after|although|though|even if|"
    r"in the event|in cases?|in instances|in exceptional|in order|under|for|should (?:you|any|a|an|there|staff|pupils|parents|the)|unless|until|with|by|during|following|given|since|in|at|on|to)\b"
)
_RELATIVE = re.compile(
    r"\b(?:who|which|that|whom|whose|what|how|where|if|when|whether|as)(?: (?:they|it|he|she|you|we|he/she|s/he|also|then|either|\w+ly))? $"
)
_WE_BID = re.compile(r"(?:we|school|academy|governors|headteacher|policy|it)\b")
_NOBODY = re.compile(r"^\W*no (.{1,70}?)\b(?:will|may|must|should|shall|can|is|are)\b")
_NEAR = 60
_COMMA = re.compile(r",\s+(?:then )?")
_JOIN = re.compile(r"(?:;|,|\band\b|\bbut\b|\bhowever\b|\bor\b|-|\(|\.|\balthough\b|\bthough\b|\bwhile\b|\bwhilst\b|(?=\b(?:you|they)\b))\s*(?:(?:however|also|only|then|in addition|always)\b,?\s*)*")
_SAME_TERMS = re.compile(r"\bin (?:both|all|either|such|these) (?:these |such )?(?:case|cases|circumstances|instances)\b[^.]*$")
_TOLD = re.compile(r"^[^.;]{0,16}?\bbe (?:\w+ly )?(?:informed|notified|told|contacted|consulted|asked|made aware|advised|alerted|kept|copied|approached|given)\b")


def _found(low: str) -> list[_Cue]:
    """Give the cues of a sentence in order; of those that overlap the first stays, of those beginning alike the first listed."""
    found = [
        _Cue(sort, match.start(), match.end()) for sort, cue in _cues() for match in cue.finditer(low)
    ]
    found.sort(key=lambda c: c.start)
    kept: list[_Cue] = []
    for cue in found:
        if not kept or cue.start >= kept[-1].end or (cue.start > kept[-1].start and kept[-1].sort == "fact" and cue.sort != "fact" and kept[-1].end - kept[-1].start > 60):  # noqa: PLR2004
            kept.append(cue)
    return kept


def _main(low: str, cues: list[_Cue]) -> int:
    """Give where the main clause begins: after "If …," where a cue follows it."""
    if not _CONDITION.match(low):
        return 0
    for comma in _COMMA.finditer(low):
        rest = low[comma.end() :]
        if re.match(r"(?:or|and|including|such as|for example|e\.g|either|whether|particularly|especially)\b", rest):
            continue
        if any(cue.start >= comma.end() for cue in cues) or _imperative(rest):
            return comma.end()
    return 0


def _imperative(low: str) -> bool:
    words = re.findall(r"[a-z\-']+", low[:80])
    while words and words[0] in ("please", "then", "also", "you", "however", "so", "and", "therefore", "first", "finally", "next"):
        if words[0] == "you":
            return False
        words = words[1:]
    if not words or words[0] not in load("strength")["imperatives"]:
        return False
    return len(words) == 1 or words[1] not in ("is", "are", "was", "must", "should", "will", "may", "can", "has", "of", "media", "policy")


def rulings(sentence: str, setting: Setting) -> list[Ruling]:
    """Give every rule that a sentence lays down, the main one first; a sentence without any is one fact."""
    low = plain(sentence)
    if setting.lead_in and not _independent(low):
        return _of_item(sentence, low, setting)
    cues = [c for c in _found(low) if not _RELATIVE.search(low[: c.start]) or c.start == 0]
    main = _main(low, cues)
    cues = [c for c in cues if c.start >= main]
    bid = _bid(low[main:], setting)
    if bid is not None and (not cues or cues[0].start > main + 12):
        return _parted(sentence, Ruling(bid, Subject(Doer.NONE), sentence), low, cues, setting)
    if not cues:
        return [Ruling(_uncued(low, setting), Subject(Doer.NONE), sentence)]
    first = _judged(sentence, low, cues[0], low[main : cues[0].start], setting)
    return _parted(sentence, first, low, cues[1:], setting)


def _parted(sentence: str, first: Ruling, low: str, cues: list[_Cue], setting: Setting) -> list[Ruling]:
    rest = _others(sentence, low, cues, first, setting)
    if rest:
        first = Ruling(first.modality, first.subject, sentence[: rest[0][0]], first.only)
    return [first, *(ruling for _, ruling in rest)]


def _others(
    sentence: str, low: str, cues: list[_Cue], first: Ruling, setting: Setting
) -> list[tuple[int, Ruling]]:
    """Give the further rules of a sentence that differ in kind from the first ("… but may …")."""
    found: list[tuple[int, Ruling]] = []
    kinds = {_class(first.modality)}
    for cue in cues:
        joins = list(_JOIN.finditer(low[: cue.start]))
        if not joins or cue.start - joins[-1].end() > _NEAR or _SAME_TERMS.search(low[: cue.start]):
            continue
        join = joins[-1]
        ruling = _judged(sentence, low, cue, low[join.end() : cue.start], setting)
        kind = _class(ruling.modality)
        consequence = ruling.modality is FACT and re.search(r"result in|lead to|disciplin", low[cue.start : cue.end + 40])
        if kind in kinds or (ruling.modality is FACT and not consequence):
            continue
        subject = ruling.subject if ruling.subject.doer not in (Doer.NONE, Doer.STANDS_IN) else first.subject
        kinds.add(kind)
        found.append((join.start(), Ruling(ruling.modality, subject, sentence[join.start() :], ruling.only)))
    return found


def _class(modality: Modality) -> str:
    return "ban" if modality in BANS else "duty" if modality in DUTIES else modality.value


def _judged(sentence: str, low: str, cue: _Cue, before: str, setting: Setting) -> Ruling:
    """Weigh one cue by the subject that stands before it."""
    nobody = _NOBODY.match(low) if cue.start < 3 else None  # noqa: PLR2004
    subject = subject_of(nobody[1] if nobody else before)
    if _WE_BID.match(low[cue.start : cue.end]) and _bids_others(low[cue.start : cue.end]):
        subject = Subject(Doer.SCHOOL)
    if subject.doer in (Doer.OFFICE, Doer.SCHOOL) and _TOLD.match(low[cue.start :]):
        subject = Subject(Doer.THING)
    words = re.findall(r"[a-z'\-]+", low[cue.end :])[:2]
    verb = words[0] if words else ""
    only = cue.sort.endswith("_only")
    modality = {
        "must_only": MUST_NOT,
        "should_only": SHOULD_NOT,
        "may_only": MAY,
    }.get(cue.sort) or _by_subject(cue, low, subject, verb, words, setting)
    if subject.doer is Doer.OFFICE or (subject.doer is Doer.SCHOOL and not _bids_others(low[cue.start : cue.end])):
        must = subject.doer is Doer.SCHOOL and modality in (MUST, MUST_NOT) and low[cue.start : cue.end].startswith(("must", "shall", "has to"))
        modality = modality if must else FACT
    if subject.doer is Doer.STANDS_IN and before.split()[-1:] == ["we"] and setting.section != {Audience.PUPIL}:
        subject = Subject(Doer.SCHOOL)
        modality = modality if _bids_others(low[cue.start : cue.end]) else FACT
    return Ruling(modality, subject, sentence, only)


def _bids_others(cue: str) -> bool:
    return bool(re.search(r"\b(ask|request|recommend|encourag|advis|urg|suggest|expect|requir|insist|discourag|appreciat)", cue))


def _by_subject(cue: _Cue, low: str, subject: Subject, verb: str, words: list[str], setting: Setting) -> Modality:
    people = subject.doer in (Doer.PEOPLE, Doer.STANDS_IN)
    data = load("strength")
    if cue.sort == "will_not":
        school = subject.doer in (Doer.SCHOOL, Doer.OFFICE) or setting.section in ({Audience.PARENT}, {Audience.PUPIL}) and not people
        return FACT if school or (verb == "be" and people and len(words) > 1 and words[1].endswith("ed") and words[1] not in ("permitted", "allowed", "tolerated", "accepted")) else MUST_NOT
    if cue.sort == "may_not":
        passive = verb == "be" and len(words) > 1 and words[1] in data["permitted_participles"]
        possible = verb in data["possible"] or verb in ("always", "realise", "understand", "appropriate", "possible", "wish", "want")
        return MUST_NOT if passive or (people and not possible) else FACT
    if cue.sort == "will":
        return MUST if people and not _whole_school(subject, low, cue) else FACT
    if cue.sort == "will_be":
        participle = low[cue.start : cue.end].split()[-1]
        if people and participle in ("responsible", "aware", "mindful", "vigilant", "respectful", "careful", "accountable", "polite", "kind", "honest", "required", "expected"):
            return SHOULD if participle == "expected" else MUST
        duty = participle in data["duty_participles"] and not people and setting.section not in ({Audience.PARENT}, {Audience.PUPIL})
        return MUST if duty else FACT
    if cue.sort in ("may_or_might", "can_or_could"):
        if "might" in low[cue.start : cue.end] or "could" in low[cue.start : cue.end]:
            return FACT
        if verb == "be":
            return MAY if len(words) > 1 and words[1] in data["permitted_participles"] else FACT
        return MAY if people and verb not in data["possible"] else FACT
    return Modality(cue.sort)


def _whole_school(subject: Subject, low: str, cue: _Cue) -> bool:
    return bool(re.match(r"\s*(?:receive|have access|be able|undergo|be given|be informed|get|learn|benefit)\b", low[cue.end :])) and bool(subject.people)


_STARTS = re.compile(
    r"^(?:the|a|an|any|all|each|every|no|if|when|where|once|it|they|we|you|this|these|there|staff|pupils|parents|children|adults|governors|teachers|members of staff|students|carers|visitors|photographs|images|social media|under no)\b"
)


def _independent(low: str) -> bool:
    """Tell whether an item is a sentence of its own ("The post must be positive") and needs no lead-in's force."""
    if not _STARTS.match(low) or re.match(r"^(?:no|not|never) \w+ing\b", low):
        return False
    return any(cue.start > 3 and cue.start < 90 for cue in _found(low) if not _RELATIVE.search(low[: cue.start]))  # noqa: PLR2004


def force_of(title: str) -> Modality | None:
    """Give the strength that a lead-in or heading lends to what stands under it, or None where it lends none."""
    low = plain(title).strip().rstrip(":")
    for key, modality in (
        ("soft_ban_title", SHOULD_NOT),
        ("ban_title", MUST_NOT),
        ("do_title", SHOULD),
        ("may_title", MAY),
        ("fact_title", FACT),
    ):
        if pattern("strength", key).search(low):
            return modality
    return None


def _of_item(sentence: str, low: str, setting: Setting) -> list[Ruling]:
    """Give the rule of an item: its lead-in's strength, turned round where the item itself says "not"."""
    lead = plain(setting.lead_in)
    cues = [c for c in _found(lead) if not _RELATIVE.search(lead[: c.start])]
    cues = [c for c in cues if c.start >= _main(lead, cues)] or cues
    subject = Subject(Doer.NONE)
    force = force_of(setting.lead_in)
    if cues:
        judged = _judged(lead, f"{lead} {low}", cues[0], lead[_main(lead, cues) : cues[0].start], setting)
        subject = judged.subject
        if force is None or judged.modality is not FACT or cues[0].sort == "fact":
            force = judged.modality
    advice = pattern("strength", "advice_title").search(lead)
    ours = subject.doer in (Doer.SCHOOL, Doer.OFFICE)
    if force is None or (force is FACT and not ours and (advice or (cues and not force_of(setting.lead_in)))):
        bid = _bid(low, setting)
        return [Ruling(bid or (force if force is not None else _uncued(low, setting)), subject, sentence)]
    if force in (MUST, SHOULD, MAY) and pattern("strength", "negated_start").search(low):
        soft = force is not MUST or pattern("strength", "softly_negated_start").search(low)
        force = SHOULD_NOT if soft and force is not MAY else MUST_NOT
    return [Ruling(force, subject, sentence)]


def _bid(low: str, setting: Setting) -> Modality | None:
    """Give the strength of a sentence that bids ("Always report …", "Do not post …"), or None where it doesn't."""
    text = re.sub(r"^\W*(?:\w+ - )?", "", low)
    advice = pattern("strength", "advice_title").search(plain(f"{setting.lead_in} {setting.heading}"))
    label = re.match(r"^[\w /]{2,30}(?: -|:) +(.+)$", text)
    if label and (_imperative(label[1]) or re.match(r"(?:do not|don.t|never)\b", label[1])):
        text = label[1]
    if re.match(r"(?:do not|don.t|never|not \w+ing|do n.t)\b", text):
        return SHOULD_NOT if advice else MUST_NOT
    if pattern("strength", "softly_negated_start").match(text):
        return SHOULD_NOT
    if not _imperative(text):
        return None
    if advice or text.startswith("please"):
        return SHOULD
    return MUST if text.split()[0].strip(",") in load("strength")["firm_imperatives"] else SHOULD


def _uncued(low: str, setting: Setting) -> Modality:
    """Give the strength of a sentence that has no cue of its own, from its headings alone."""
    title = setting.lead_in or setting.heading
    force = force_of(title)
    listed = bool(re.match(r"^(?:not )?\w+ing\b", low)) and not low.startswith(("during", "nothing", "everything", "anything", "something"))
    if force in (MUST_NOT, SHOULD_NOT, MAY) and (listed or setting.lead_in):
        return force
    if listed and setting.section and pattern("strength", "duty_title").search(plain(title)) and len(low.split()) > 2:  # noqa: PLR2004
        return MUST
    return FACT
