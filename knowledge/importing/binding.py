"""Tells whom a rule binds: by its subject, whom it names as doers, its section, or the policy's own scope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing.patterns import load, pattern, plain
from knowledge.importing.subjects import ADULTS, EVERYBODY, Doer, Subject, first_named, named
from knowledge.importing.weighing import FACT, MUST
from knowledge.model import Audience

if TYPE_CHECKING:
    from knowledge.importing.audience import Sections
    from knowledge.importing.document import Passage
    from knowledge.importing.subjects import People
    from knowledge.importing.weighing import Ruling

_LEADERS = frozenset({Audience.GOVERNOR, Audience.STAFF})


def bound_by(
    ruling: Ruling, sentence: str, passage: Passage, sections: Sections, previous: People
) -> tuple[People, People]:
    """Give whom a ruling binds, and whom else it is a fact for (what governors have to do, everybody may ask)."""
    section = sections.of(passage)
    if ruling.modality is FACT:
        return sections.widened(section) or EVERYBODY, frozenset()
    bound = _of_rule(ruling, sentence, passage, sections, previous)
    if ruling.subject.doer is Doer.SCHOOL and not ruling.subject.generic:
        return _LEADERS, EVERYBODY - _LEADERS
    governs = bound == {Audience.GOVERNOR} or (Audience.GOVERNOR in bound and not ruling.subject.wide)
    if ruling.modality is MUST and governs and not section:
        return bound, EVERYBODY - bound
    return bound, frozenset()


def applies_to(sentence: str) -> People:
    """Give whom a statement of scope binds ("This policy applies to all staff"), nobody where it is none."""
    low = plain(sentence)
    match = pattern("audience", "scope").search(low)
    return named(low[match.end() :]) if match and match.start() < 25 and "guidance for" not in match[0] else frozenset()  # noqa: PLR2004


def _addressed(sentence: str) -> People:
    match = pattern("audience", "addressed").search(plain(sentence))
    return first_named(" ".join(match[1].split()[:4])) if match else frozenset()


def _of_rule(ruling: Ruling, sentence: str, passage: Passage, sections: Sections, previous: People) -> People:  # noqa: PLR0911 -- a ladder of cases
    """Give whom a rule binds, by its subject, then whom it names as doers, its section, and the policy's scope."""
    subject, section, scope = ruling.subject, sections.of(passage), sections.scope(passage)
    low = plain(sentence)
    suffered = not passage.lead_in and _suffered(ruling)
    if subject.doer is Doer.PEOPLE and subject.people and not suffered:
        return sections.widened(subject.people) if subject.wide else subject.people
    if subject.doer is Doer.PEOPLE and subject.generic:
        return section or scope
    if duty := pattern("audience", "duty_of").search(low) or pattern("audience", "dummy").match(low):
        if people := first_named(next(filter(None, duty.groups()), "")):
            return sections.widened(people)
    elif subject.doer in (Doer.SCHOOL, Doer.STANDS_IN) and (people := _addressed(sentence)):
        return sections.widened(people)
    if not section and pattern("audience", "to_parents").search(low):
        return frozenset({Audience.PARENT})
    if subject.doer is Doer.STANDS_IN:
        opening = re.match(r"^\W*(?:if|where|when|should) (.{0,80}?)(?:,|\bis\b|\bare\b|\bhas\b|\bhave\b)", low)
        first = first_named(opening[1]) if opening else frozenset()
        return section or previous or sections.widened(first) or scope
    if suffered:
        return (section or scope) - subject.people or section or scope
    if (
        not passage.lead_in
        and not section
        and not pattern("audience", "reported").search(low)
        and (people := _doers(subject, low))
    ):
        return sections.widened(people)
    goes_on = subject.doer is Doer.NONE or pattern("audience", "goes_on").search(low)
    return section or (previous if goes_on else frozenset()) or _at_work(low, scope)


def _doers(subject: Subject, low: str) -> People:
    """Give who is to do what a sentence without a person as subject says ("used by staff", "If pupils find …")."""
    if (
        (by := pattern("audience", "by").search(low))
        and (people := first_named(by[1]))
        and not re.search(r"\bby (?:the|a|their)? ?(?:head|school)", by[0])
    ):
        return people
    opening = re.match(r"^\W*(?:if|where|when|should) ([^,]{0,90}),", low)
    if (
        opening
        and pattern("audience", "meets").search(opening[1][:60])
        and (people := first_named(pattern("audience", "meets").split(opening[1])[0]))
    ):
        return people
    return subject.people if re.search(r"\b(?:phones?|mobiles?|devices?|cameras?)\b", low) else frozenset()


def _at_work(low: str, scope: People) -> People:
    """Give a policy's scope, without pupils and parents where a sentence plainly speaks of work."""
    if pattern("audience", "work").search(low) and scope & ADULTS:
        return scope & ADULTS
    return scope - {Audience.PUPIL} if pattern("audience", "of_pupils").search(low) and len(scope) > 1 else scope


def _suffered(ruling: Ruling) -> bool:
    """Tell whether the people named as subject only suffer what others do ("Pupils must not be tagged")."""
    data = load("audience")
    if not ruling.done_to or ruling.subject.people != {Audience.PUPIL} or ruling.done_to in data["addressing"]:
        return False
    return ruling.done_to.endswith("ed") or ruling.done_to in data["irregular_participles"]
