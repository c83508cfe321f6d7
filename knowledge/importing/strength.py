"""Tells how strongly a sentence speaks: must not, should not, may, must, should, or only a fact."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from knowledge.importing.cues import aside, found_in, imperative, main_clause
from knowledge.importing.patterns import load, pattern, plain
from knowledge.importing.subjects import Doer, Subject, subject_of
from knowledge.importing.weighing import (
    BANS,
    DUTIES,
    FACT,
    MAY,
    MUST,
    MUST_NOT,
    SHOULD,
    SHOULD_NOT,
    Ruling,
    Setting,
    judged,
)

if TYPE_CHECKING:
    from knowledge.importing.cues import Cue
    from knowledge.model import Modality

_PLAIN = ("must_not", "should_not", "must", "should")
_NEAR, _BID = 60, 12


def bids(sentence: str) -> bool:
    """Tell whether a sentence bids somebody do something ("Ask your children …") and so stands by itself."""
    return imperative(plain(sentence))


def rulings(sentence: str, setting: Setting) -> list[Ruling]:
    """Give every rule that a sentence lays down, the main one first; a sentence without any is one fact."""
    low = plain(sentence)
    if setting.lead_in and not independent(sentence, setting.lead_in):
        return _of_item(sentence, low, setting)
    cues = [c for c in found_in(low) if not aside(low, c)]
    main = main_clause(low, cues)
    cues = [c for c in cues if c.start >= main]
    while cues and cues[0].sort == "and_not":
        cues = cues[1:]
    bid = _bid(low[main:], setting)
    if bid is not None and (not cues or cues[0].start > main + _BID or cues[0].sort == "present_not"):
        return _parted(sentence, Ruling(bid, Subject(Doer.NONE), sentence), low, cues, setting)
    if not cues:
        return [_present(sentence, low) or Ruling(_uncued(low, setting), Subject(Doer.NONE), sentence)]
    first = judged(sentence, low, cues[0], low[main : cues[0].start], setting)
    return _parted(sentence, first, low, cues[1:], setting)


def _parted(sentence: str, first: Ruling, low: str, cues: list[Cue], setting: Setting) -> list[Ruling]:
    """Give a sentence's rules, each with the part of the sentence that reaches up to the next."""
    found = [(0, first), *_others(sentence, low, cues, first, setting)]
    ends = [*(start for start, _ in found[1:]), len(sentence)]
    return [replace(ruling, part=sentence[start:end]) for (start, ruling), end in zip(found, ends, strict=True)]


def _others(sentence: str, low: str, cues: list[Cue], first: Ruling, setting: Setting) -> list[tuple[int, Ruling]]:
    """Give the further rules of a sentence that differ in kind from the first ("… but may …")."""
    found: list[tuple[int, Ruling]] = []
    kinds = {_class(first.modality)}
    for cue in cues:
        if cue.sort == "and_not":
            if first.modality in DUTIES and "ban" not in kinds:
                kinds.add("ban")
                opposite = MUST_NOT if first.modality is MUST else SHOULD_NOT
                found.append((cue.start, Ruling(opposite, first.subject, sentence[cue.start :])))
            continue
        join = max(pattern("strength", "join").finditer(low[: cue.start]), key=lambda m: m.start(), default=None)
        if join is None or cue.start - join.end() > _NEAR or pattern("strength", "same_terms").search(low[: cue.start]):
            continue
        ruling = judged(sentence, low, cue, low[join.end() : cue.start], setting)
        kind = _class(ruling.modality)
        plainly = cue.sort in _PLAIN and not pattern("strength", "unsaid_by_subject").match(low[cue.start :])
        if first.modality is FACT and ruling.subject.doer is not Doer.PEOPLE and not plainly:
            continue
        consequence = ruling.modality is FACT and re.search(
            r"result in|lead to|disciplin", low[cue.start : cue.end + 40]
        )
        if kind in kinds or (ruling.modality is FACT and not consequence):
            continue
        subject = ruling.subject if ruling.subject.doer not in (Doer.NONE, Doer.STANDS_IN) else first.subject
        kinds.add(kind)
        found.append((join.start(), Ruling(ruling.modality, subject, sentence[join.start() :], ruling.only)))
    return found


def _class(modality: Modality) -> str:
    return "ban" if modality in BANS else "duty" if modality in DUTIES else modality.value


_FIRM = ("must", "should", "will")


def independent(item: str, lead_in: str) -> bool:
    """Tell whether an item is a sentence of its own ("The post must be positive") and needs no lead-in's force."""
    low = plain(item)
    if re.match(r"^(?:no|not|never) \w+ing\b", low) or imperative(low):
        return False
    if pattern("strength", "finite").match(low) and not any(c.sort.startswith(_FIRM) for c in found_in(plain(lead_in))):
        return True
    if not pattern("strength", "starts").match(low):
        return False
    return any(cue.start > 3 and cue.start < 90 for cue in found_in(low) if not aside(low, cue))  # noqa: PLR2004


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
    cues = [c for c in found_in(lead) if c.sort != "and_not" and not aside(lead, c)]
    cues = [c for c in cues if c.start >= main_clause(lead, cues)] or cues
    subject = Subject(Doer.NONE)
    force = force_of(setting.lead_in)
    if force is SHOULD and pattern("strength", "do_title").search(lead) and (own := _bid(low, setting)):
        force = own
    if force is MUST_NOT and pattern("strength", "soft_words").search(low):
        force = SHOULD_NOT
    if cues:
        led = judged(lead, f"{lead} {low}", cues[0], lead[main_clause(lead, cues) : cues[0].start], setting)
        subject = led.subject
        if force is None or led.modality is not FACT or cues[0].sort == "fact":
            force = led.modality
    advice = pattern("strength", "advice_title").search(lead)
    ours = subject.doer in (Doer.SCHOOL, Doer.OFFICE)
    if not cues and force in (None, FACT) and (bid := _bid(lead[main_clause(lead, cues) :], setting)):
        force = bid
    elif force is None or (force is FACT and not ours and (advice or (cues and not force_of(setting.lead_in)))):
        bid = _bid(low, setting)
        return [Ruling(bid or (force if force is not None else _uncued(low, setting)), subject, sentence)]
    if (
        force in (MUST, SHOULD, MAY)
        and pattern("strength", "negated_start").search(low)
        and not low.startswith(("not everyone", "not all", "not every", "not only", "no longer"))
    ):
        soft = force is not MUST or pattern("strength", "softly_negated_start").search(low)
        force = SHOULD_NOT if soft and force is not MAY else MUST_NOT
    opposites = [c for c in found_in(low) if c.sort == "and_not"]
    return _parted(sentence, Ruling(force, subject, sentence), low, opposites, setting)


def _bid(low: str, setting: Setting) -> Modality | None:
    """Give the strength of a sentence that bids ("Always report …", "Do not post …"), or None where it doesn't."""
    text = re.sub(r"^\W*(?:\w+ - )?(?:do (?!not\b))?", "", low)
    if text.startswith("feel free to "):
        return MAY
    advice = pattern("strength", "advice_title").search(plain(f"{setting.lead_in} {setting.heading}"))
    label = re.match(r"^[\w /]{2,30}(?: -|:) +(.+)$", text)
    if label and (imperative(label[1]) or re.match(r"(?:do not|don.t|never)\b", label[1])):
        text = label[1]
    if re.match(r"(?:do not|don.t|never|not \w+ing|do n.t)\b", text):
        return SHOULD_NOT if advice else MUST_NOT
    if pattern("strength", "softly_negated_start").match(text):
        return SHOULD_NOT
    if not imperative(text):
        return None
    if advice or text.startswith("please"):
        return SHOULD
    return MUST if text.split()[0].strip(",") in load("strength")["firm_imperatives"] else SHOULD


def _present(sentence: str, low: str) -> Ruling | None:
    """Read a duty in the present tense ("Visitors leave their phones at the desk"), or None where it is none."""
    verbs = "|".join(load("strength")["present_duties"])
    match = re.match(rf"^\W*([\w ,/&'-]{{3,60}}?) (?:always |also |then |only )*(?:{verbs})(?:s|es)?\b", low)
    subject = subject_of(match[1]) if match else Subject(Doer.NONE)
    return Ruling(MUST, subject, sentence) if subject.doer is Doer.PEOPLE and subject.people else None


def _uncued(low: str, setting: Setting) -> Modality:
    """Give the strength of a sentence that has no cue of its own, from its headings alone."""
    title = setting.lead_in or setting.heading
    force = force_of(title)
    listed = bool(re.match(r"^(?:not )?\w+ing\b", low)) and not low.startswith(
        ("during", "nothing", "everything", "anything", "something")
    )
    if force in (MUST_NOT, SHOULD_NOT, MAY) and (listed or setting.listed or setting.lead_in):
        return force
    if listed and setting.section and pattern("strength", "duty_title").search(plain(title)) and len(low.split()) > 2:  # noqa: PLR2004
        return MUST
    return FACT
