"""Drafts a pack from a document: every paragraph listed, every rule a clause that quotes it, routes by statute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing import writing
from knowledge.importing.audience import ADULTS, EVERYBODY, Doer, Sections, Subject, first_named, named
from knowledge.importing.clauses import Draft, Naming
from knowledge.importing.document import Kind, arrange
from knowledge.importing.exceptions import Terms, terms_of
from knowledge.importing.exempting import reasons
from knowledge.importing.opening import UnreadableDocument, open_document
from knowledge.importing.patterns import pattern, plain
from knowledge.importing.sentences import MOST_WORDS, leans, passages_of
from knowledge.importing.strength import BANS, FACT, MUST, Ruling, Setting, force_of, rulings
from knowledge.importing.tables import rules_of
from knowledge.model import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from knowledge.importing.audience import People
    from knowledge.importing.document import Document, Passage
    from knowledge.importing.linking import Linker

__all__ = ["UnreadableDocument", "draft", "import_document"]

_LONG_LEAD = 18
_SHORT_ITEM = 6
_LEADERS = frozenset({Audience.GOVERNOR, Audience.STAFF})


def import_document(path: Path, slug: str, linker: Linker) -> dict[str, str]:
    """Read a school's file and draft its pack: file name → YAML text.

    Raises UnreadableDocument with a sentence that says what to do.
    """
    return draft(open_document(path), slug, linker)


def draft(document: Document, slug: str, linker: Linker) -> dict[str, str]:
    """Draft the pack of a document: school.yaml, paragraphs.yaml, clauses/*.yaml and routes.yaml."""
    passages = arrange(document)
    exempt = reasons(passages)
    sections = Sections(passages)
    drafts: list[Draft] = []
    naming = Naming()
    for at, passage in enumerate(passages):
        if passage.ref in exempt:
            continue
        before = passages[at - 1].text if at and passages[at - 1].path == passage.path else ""
        made = list(_clauses_of(passage, sections, linker, naming, before))
        if not made:
            exempt[passage.ref] = "lead-in" if passage.introduces else "fragment"
        drafts += made
    if not drafts:
        raise UnreadableDocument(f"{document.name} states nothing that could be asked about; check that it is the right file.")
    return writing.pack(document, slug, passages, exempt, drafts)


def _clauses_of(
    passage: Passage, sections: Sections, linker: Linker, naming: Naming, before: str
) -> Iterator[Draft]:
    if passage.kind is Kind.ROW:
        yield from _row(passage, sections, linker, naming)
        return
    section = sections.of(passage)
    previous: People = sections.led(passage)
    context = before if leans(passage.text) else ""
    pieces = passages_of(passage.text)
    for at, sentence in enumerate(pieces):
        if passage.introduces and at == len(pieces) - 1 and sentence.rstrip(" -–—").endswith(":"):
            continue
        lead = passage.lead_in if at == 0 else ""
        text = _quoted(lead, sentence)
        for ruling in rulings(sentence, Setting(lead, passage.heading, section)):
            if applied := _applies_to(sentence):
                ruling = Ruling(MUST, Subject(Doer.PEOPLE, applied), ruling.part)  # noqa: PLW2901
            bound, others = _audience(ruling, sentence, passage, sections, previous)
            previous = previous if ruling.modality is FACT else bound or previous
            for audience, modality in ((bound, ruling.modality), (others, FACT)):
                if not audience:
                    continue
                ruled = Ruling(modality, ruling.subject, _part(ruling, text, sentence), ruling.only)
                topics = linker(passage.heading, lead or context, ruling.part)
                yield from _drafts(passage, ruled, text, audience, topics, naming)
        context = sentence


def _part(ruling: Ruling, text: str, sentence: str) -> str:
    return text if ruling.part == sentence else ruling.part


def _drafts(
    passage: Passage, ruling: Ruling, text: str, audience: People, topics: list[str], naming: Naming
) -> Iterator[Draft]:
    terms = terms_of(ruling, text)
    for each in (terms, *terms.further):
        yield Draft(naming.of(ruling.part), passage, text, audience, each, tuple(topics))


def _row(passage: Passage, sections: Sections, linker: Linker, naming: Naming) -> Iterator[Draft]:
    for cell in rules_of(passage):
        first = rulings(cell.text, Setting("", passage.heading, cell.people or sections.of(passage)))[0]
        ruling = Ruling(cell.modality or first.modality, first.subject, cell.text, first.only)
        audience = cell.people or _audience(ruling, cell.text, passage, sections, frozenset())[0]
        topics = linker(passage.heading, "", cell.text)
        yield from _drafts(passage, ruling, _within(cell.text), audience, topics, naming)


def _quoted(lead: str, sentence: str) -> str:
    """Give what a clause quotes: the sentence, with its lead-in before it where it needs one."""
    body = sentence.rstrip()
    body = re.sub(r"[;,:]?\s*(?:\b(?:and|or)\b)?$", "", body).strip() if body.endswith((";", ",", " and", " or", ":")) else body
    if not lead or not body:
        return _within(body or sentence)
    force = force_of(lead)
    if len(lead.split()) > _LONG_LEAD and len(body.split()) >= _SHORT_ITEM and (force is None or force is FACT) and not re.search(r"\b(must|should|will|responsible)\b", plain(lead)):
        return _within(body)
    return _within(f"{lead} {body}" if len(f"{lead} {body}".split()) <= MOST_WORDS else body)


def _within(text: str) -> str:
    words = text.split()
    return text if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS])


def _audience(
    ruling: Ruling, sentence: str, passage: Passage, sections: Sections, previous: People
) -> tuple[People, People]:
    """Give whom a ruling binds, and whom else it is a fact for (what governors have to do, everybody may ask)."""
    section = sections.of(passage)
    if ruling.modality is FACT:
        return sections.widened(section) or EVERYBODY, frozenset()
    bound = _bound(ruling, sentence, passage, sections, previous)
    if ruling.subject.doer is Doer.SCHOOL and not _addressed(sentence):
        return _LEADERS, EVERYBODY - _LEADERS
    if ruling.modality is MUST and bound and bound <= _LEADERS and Audience.GOVERNOR in bound and not section:
        return bound, EVERYBODY - bound
    return bound, frozenset()


def _applies_to(sentence: str) -> People:
    """Give whom a statement of scope binds ("This policy applies to all staff"), nobody where it is none."""
    low = plain(sentence)
    match = pattern("audience", "scope").search(low)
    return named(low[match.end() :]) if match and match.start() < 25 and "guidance for" not in match[0] else frozenset()  # noqa: PLR2004


_ADDRESSED = re.compile(
    r"\b(?:ask|request|recommend|encourage|advise|urge|suggest|expect|require|remind|discourage)(?:s|d|ed)?\b(?: that)?([^.;]{0,60})"
)
_DUMMY = re.compile(r"^\W*(?:it is|it's|there (?:is|are)|it will be|it would be)\b(.{0,120})")
_BY = re.compile(r"\bby ((?:\w+[ ,/]+){0,5}\w+)")


def _addressed(sentence: str) -> People:
    match = _ADDRESSED.search(plain(sentence))
    return first_named(match[1]) if match else frozenset()


def _bound(ruling: Ruling, sentence: str, passage: Passage, sections: Sections, previous: People) -> People:
    """Give whom a rule binds, by its subject first, then whom it names as doers, its section, and the policy's scope."""
    subject, section, scope = ruling.subject, sections.of(passage), sections.scope(passage)
    low = plain(sentence)
    suffered = not passage.lead_in and _suffered(plain(ruling.part), subject)
    if subject.doer is Doer.PEOPLE and subject.people and not suffered:
        return sections.widened(subject.people) if subject.wide else subject.people
    if subject.doer is Doer.PEOPLE and subject.generic:
        return section or scope
    if duty := _DUTY_OF.search(low) or _DUMMY.match(low):
        if people := first_named(duty[1]):
            return sections.widened(people)
    elif subject.doer in (Doer.SCHOOL, Doer.STANDS_IN) and (people := _addressed(sentence)):
        return sections.widened(people)
    if subject.doer is Doer.STANDS_IN:
        opening = re.match(r"^\W*(?:if|where|when|should) (.{0,80}?)(?:,|\bis\b|\bare\b|\bhas\b|\bhave\b)", low)
        first = first_named(opening[1]) if opening else frozenset()
        return section or previous or sections.widened(first) or scope
    if suffered:
        return (section or scope) - subject.people or section or scope
    if not passage.lead_in and not section and not _REPORTED.search(low) and (people := _doers(subject, low)):
        return sections.widened(people)
    return section or previous or _at_work(low, scope)


def _doers(subject: Subject, low: str) -> People:
    """Give who is to do what a sentence without a person as subject says ("used by staff", "If pupils are aware, …")."""
    if (by := _BY.search(low)) and (people := first_named(by[1])) and not re.search(r"\bby (?:the|a|their)? ?(?:head|school)", by[0]):
        return people
    opening = re.match(r"^\W*(?:if|where|when|should) ([^,]{0,90}),", low)
    if opening and (people := first_named(opening[1][:40])):
        return people
    return subject.people if re.search(r"\b(?:phones?|mobiles?|devices?|cameras?)\b", low) else frozenset()


def _at_work(low: str, scope: People) -> People:
    """Give a policy's scope, without pupils and parents where a sentence plainly speaks of work."""
    if _WORK.search(low) and scope & ADULTS:
        return scope & ADULTS
    return scope - {Audience.PUPIL} if _OF_PUPILS.search(low) and len(scope) > 1 else scope


_WORK = re.compile(r"\b(?:at work|working hours|work time|colleagues|school(?:'s)? (?:\w+ )?(?:camera|equipment|devices)|risk assessment|parental consent|in (?:their|your) professional)\b")
_OF_PUPILS = re.compile(r"\b(?:photographs?|photos|images?|pictures|videos?|footage|recordings?|names?|information|data|work) (?:\w+ ){0,2}(?:of|about|belonging to|relating to|including) (?:\w+ )?(?:children|pupils|students|a child|a pupil)\b")
_REPORTED = re.compile(r"\bbe (?:\w+ly )?(?:reported|referred|raised|passed|directed|brought)\b")
_DUTY_OF = re.compile(r"\b(?:responsibility|duty) of ([^.;]{0,60})")
_SUFFERS = re.compile(r"\b(?:must|should|may|shall|can|will)(?: not| never| only| always)? be (\w+)")
_ADDRESSING = frozenset("expected asked required advised encouraged permitted allowed reminded requested aware responsible able mindful cautious respectful careful familiar vigilant accountable conscious clear prepared seen subject bound welcome honest polite kind considerate".split())


def _suffered(low: str, subject: Subject) -> bool:
    """Tell whether the people named as subject only suffer what others do ("Pupils must not be tagged")."""
    match = _SUFFERS.search(low)
    if not match or subject.doer is not Doer.PEOPLE or match[1] in _ADDRESSING:
        return False
    ends = match[1].endswith("ed") or match[1] in ("made", "given", "told", "kept", "taken", "left", "shown", "sent", "taught", "put", "seen", "found")
    return ends and not re.search(r"\b(must|should|may|will)(?! (not |never |only )?be\b)", low[: match.start()])
