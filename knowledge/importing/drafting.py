"""Drafts a pack from a document: every paragraph listed, every rule a clause that quotes it, routes by statute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing import writing
from knowledge.importing.audience import Sections
from knowledge.importing.binding import applies_to, bound_by
from knowledge.importing.clauses import Draft, Naming
from knowledge.importing.document import Kind, arrange
from knowledge.importing.exceptions import terms_of
from knowledge.importing.exempting import reasons
from knowledge.importing.opening import UnreadableDocument, open_document
from knowledge.importing.patterns import plain
from knowledge.importing.sentences import MOST_WORDS, leans, passages_of
from knowledge.importing.strength import bids, independent, rulings
from knowledge.importing.subjects import Doer, Subject
from knowledge.importing.tables import rules_of
from knowledge.importing.weighing import FACT, MUST, Ruling, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from knowledge.importing.document import Document, Passage
    from knowledge.importing.linking import Linker
    from knowledge.importing.subjects import People

__all__ = ["UnreadableDocument", "draft", "import_document"]

_LONG_LEAD = 18


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
        raise UnreadableDocument(
            f"{document.name} states nothing that could be asked about; check that it is the right file."
        )
    return writing.pack(document, slug, passages, exempt, drafts)


def _clauses_of(passage: Passage, sections: Sections, linker: Linker, naming: Naming, before: str) -> Iterator[Draft]:
    if passage.kind is Kind.ROW:
        yield from _row(passage, sections, linker, naming)
        return
    section = sections.of(passage)
    previous: People = sections.led(passage)
    context = before if leans(passage.text) else ""
    pieces = passages_of(passage.text)
    for at, sentence in enumerate(pieces):
        if passage.introduces and 0 < at == len(pieces) - 1 and sentence.rstrip(" -–—").endswith(":"):
            continue
        lead = passage.lead_in if at == 0 else ""
        text = _quoted("" if independent(sentence, lead) else lead, sentence)
        for ruling in rulings(sentence, Setting(lead, passage.heading, section, passage.kind is Kind.ITEM)):
            if applied := applies_to(sentence):
                ruling = Ruling(MUST, Subject(Doer.PEOPLE, applied), ruling.part)  # noqa: PLW2901
            bound, others = bound_by(ruling, sentence, passage, sections, previous)
            previous = previous if ruling.modality is FACT else bound or previous
            for audience, modality in ((bound, ruling.modality), (others, FACT)):
                if not audience:
                    continue
                ruled = Ruling(modality, ruling.subject, _part(ruling, text, sentence), ruling.only)
                topics = linker(passage.heading, lead or context, ruling.part)
                yield from _drafts(passage, ruled, text, audience=audience, topics=topics, naming=naming)
        context = sentence


def _part(ruling: Ruling, text: str, sentence: str) -> str:
    return text if ruling.part == sentence else ruling.part


def _drafts(
    passage: Passage, ruling: Ruling, text: str, *, audience: People, topics: list[str], naming: Naming
) -> Iterator[Draft]:
    terms = terms_of(ruling, text)
    for each in (terms, *terms.further):
        yield Draft(naming.of(ruling.part), passage, text, audience, each, tuple(topics))


def _row(passage: Passage, sections: Sections, linker: Linker, naming: Naming) -> Iterator[Draft]:
    for cell in rules_of(passage):
        first = rulings(cell.text, Setting("", passage.heading, cell.people or sections.of(passage)))[0]
        ruling = Ruling(cell.modality or first.modality, first.subject, cell.text, cell.text.lower().find(" only ") > 0)
        audience = cell.people or bound_by(ruling, cell.text, passage, sections, frozenset())[0]
        topics = linker(passage.heading, "", cell.text)
        yield from _drafts(passage, ruling, _within(cell.text), audience=audience, topics=topics, naming=naming)


def _quoted(lead: str, sentence: str) -> str:
    """Give what a clause quotes: the sentence, with its lead-in before it where it needs one."""
    body = sentence.rstrip()
    body = (
        re.sub(r"[;,:]?\s*(?:\b(?:and|or)\b)?$", "", body).strip()
        if body.endswith((";", ",", " and", " or", ":"))
        else body
    )
    if not lead or not body:
        return _within(body or sentence)
    if (
        len(lead.split()) > _LONG_LEAD
        and bids(body)
        and not re.search(r"\b(must|should|will|responsible)\b", plain(lead))
    ):
        return _within(body)
    if body.lower().startswith(f"{lead.lower()} "):
        return _within(body)
    return _within(f"{lead} {body}" if len(f"{lead} {body}".split()) <= MOST_WORDS else body)


def _within(text: str) -> str:
    words = text.split()
    return text if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS])
