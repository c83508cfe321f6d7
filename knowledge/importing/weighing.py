"""Weighs one cue by the subject that stands before it: a rule, a permission, or a mere fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.importing.patterns import load, pattern, plain
from knowledge.importing.subjects import Doer, Subject, subject_of
from knowledge.model import Audience, Modality

if TYPE_CHECKING:
    from knowledge.importing.cues import Cue
    from knowledge.importing.subjects import People

MUST_NOT, SHOULD_NOT, MAY = Modality.MUST_NOT, Modality.SHOULD_NOT, Modality.MAY
MUST, SHOULD, FACT = Modality.MUST, Modality.SHOULD, Modality.FACT
BANS, DUTIES = (MUST_NOT, SHOULD_NOT), (MUST, SHOULD)

_DONE = re.compile(
    r"[^.;]{0,24}?\b(?:must|should|may|shall|can|will|could|cannot)(?: not| never| only| always| also)* be (\w+)"
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule that a sentence lays down: its strength, its subject, and the part of the sentence that says it.

    `only` marks a rule that leaves one way open and closes the others ("may only", "must only"); `done_to` what is
    done to its subject, as in "pupils must not be tagged".
    """

    modality: Modality
    subject: Subject
    part: str
    only: bool = False
    done_to: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a sentence stands under: its lead-in, its heading, whom its section speaks to; `listed` as an item."""

    lead_in: str = ""
    heading: str = ""
    section: People = frozenset()
    listed: bool = False


def judged(sentence: str, low: str, cue: Cue, before: str, setting: Setting) -> Ruling:
    """Weigh one cue by the subject that stands before it."""
    nobody = pattern("strength", "nobody").match(low) if cue.start < 3 else None  # noqa: PLR2004
    subject = subject_of(nobody[1] if nobody else re.split(r", (?:when|where) ", before)[-1])
    if pattern("strength", "we_bid").match(low[cue.start : cue.end]) and _bids_others(low[cue.start : cue.end]):
        subject = Subject(Doer.SCHOOL)
    if subject.doer in (Doer.OFFICE, Doer.SCHOOL) and pattern("strength", "told").match(low[cue.start :]):
        subject = Subject(Doer.THING)
    done = _DONE.match(low[cue.start :])
    bids = _bids_others(low[cue.start : cue.end])
    modality = {
        "must_only": MUST_NOT,
        "should_only": SHOULD_NOT,
        "may_only": MAY,
    }.get(cue.sort) or _by_subject(cue, low, subject, setting)
    if subject.doer is Doer.OFFICE or (subject.doer is Doer.SCHOOL and not bids):
        must = (
            subject.doer is Doer.SCHOOL
            and modality in (MUST, MUST_NOT)
            and low[cue.start : cue.end].startswith(("must", "shall", "has to"))
        )
        modality = modality if must else FACT
    if subject.doer is Doer.STANDS_IN and before.split()[-1:] == ["we"] and setting.section != {Audience.PUPIL}:
        subject = Subject(Doer.SCHOOL)
        modality = modality if bids else FACT
    if subject.doer is Doer.SCHOOL and bids:
        subject = Subject(Doer.SCHOOL, generic=True)
    only = cue.sort.endswith("_only") or (
        modality is MAY and bool(pattern("strength", "only_so").search(low[cue.end :]))
    )
    return Ruling(modality, subject, sentence, only, done[1] if done else "")


def _bids_others(cue: str) -> bool:
    return bool(
        re.search(
            r"\b(ask|request|recommend|encourag|advis|urg|suggest|expect|requir|insist|discourag|appreciat|rather|prefer|grateful)",
            cue,
        )
    )


def _by_subject(cue: Cue, low: str, subject: Subject, setting: Setting) -> Modality:  # noqa: PLR0911 -- a ladder of cases
    """Weigh "will", "may" and "can", which mean a rule or a mere fact, as the subject and the verb have it."""
    people = subject.doer in (Doer.PEOPLE, Doer.STANDS_IN)
    words = re.findall(r"[a-z'\-]+", low[cue.end :])[:2] or [""]
    match cue.sort:
        case "will_not":
            return _will_not(subject, setting, words, people=people)
        case "may_not":
            return _may_not(words, people=people)
        case "will":
            gets = pattern("strength", "gets").match(low[cue.end :]) and subject.people
            return MUST if people and not gets else FACT
        case "will_be":
            return _will_be(low[cue.start : cue.end].rsplit(maxsplit=1)[-1], setting, people=people)
        case "present_not":
            data = load("strength")
            return MUST_NOT if (people and words[0] not in data["stative"]) or words[0] in data["moving"] else FACT
        case "passive_not":
            return MUST_NOT if words[0] in load("strength")["banned_participles"] else FACT
        case "may_or_might" | "can_or_could":
            return _may(cue, low, words, setting, people=people)
        case sort:
            return Modality(sort)


def _told_to_families(setting: Setting) -> bool:
    return setting.section in ({Audience.PARENT}, {Audience.PUPIL})


def _will_not(subject: Subject, setting: Setting, words: list[str], *, people: bool) -> Modality:
    school = subject.doer in (Doer.SCHOOL, Doer.OFFICE) or (_told_to_families(setting) and not people)
    done_to = people and words[0] == "be" and words[-1].endswith("ed")
    return FACT if school or (done_to and words[-1] not in load("strength")["allowing_participles"]) else MUST_NOT


def _may_not(words: list[str], *, people: bool) -> Modality:
    data = load("strength")
    passive = words[0] == "be" and _permits(words[-1])
    possible = words[0] in data["possible"] or words[0] in data["perhaps_not"]
    return MUST_NOT if passive or (people and not possible) else FACT


def _will_be(participle: str, setting: Setting, *, people: bool) -> Modality:
    data = load("strength")
    if people and participle in data["addressing_participles"]:
        return MUST
    duty = participle in data["duty_participles"] and not people and not _told_to_families(setting)
    return MUST if duty else FACT


def _may(cue: Cue, low: str, words: list[str], setting: Setting, *, people: bool) -> Modality:
    data = load("strength")
    advice = pattern("strength", "advice_title").search(plain(f"{setting.heading} {setting.lead_in}"))
    can = cue.sort == "can_or_could"
    telling_you = can and low[: cue.start].endswith("you ") and (setting.section == {Audience.PARENT} or advice)
    if (
        telling_you
        or low[cue.start : cue.end] in ("might", "could")
        or pattern("strength", "harm").match(low[cue.end :])
    ):
        return FACT
    if words[0] == "be":
        return MAY if words[-1] == "used" or _permits(words[-1]) else FACT
    permitted = people and words[0] not in data["possible"]
    return MAY if permitted or words[0] in data["moving"] else FACT


def _permits(participle: str) -> bool:
    """Tell whether "may be …" with this participle permits or forbids, and does not only tell what may happen."""
    data, more = load("strength"), load("audience")["irregular_participles"]
    done = participle.endswith("ed") or participle in more
    return (done and participle not in data["fact_participles"]) or participle == "used"
