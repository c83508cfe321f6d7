"""The built-in packs leave nothing out of their policies, and copy nothing from them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from knowledge.answering.words import words_of
from knowledge.loader import EXEMPT

POLICIES = Path(__file__).parents[3] / "shared" / "policies"
SCHOOLS = ("kingsthorpe-village", "newall-green", "st-johns", "st-marys", "st-peters")
_LONGEST_COPY = 7
_PARAGRAPH = re.compile(r"^\s*\[([A-Z]{2}-\d{3})\]", re.MULTILINE)
_BESIDE = pytest.mark.skipif(not POLICIES.is_dir(), reason="the policies themselves are not beside the project")


def policy(slug):
    return (POLICIES / f"{slug}.md").read_text(encoding="utf-8")


def runs(text, length):
    words = words_of(text)
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def said_in(school):
    """Everything that a pack says in words of its own, each with the clause where it stands."""
    for clause in school.clauses:
        yield clause.id, clause.text
        for text in (*clause.asks, *(condition.ask for condition in (*clause.exceptions, *clause.conditions))):
            yield clause.id, text


@pytest.mark.parametrize("slug", SCHOOLS)
def test_every_paragraph_has_a_clause_or_a_reason_for_having_none(engine, slug):
    school = engine.schools[slug]
    cited = {paragraph.ref for clause in school.clauses for paragraph in clause.sources}
    assert [p.ref for p in school.paragraphs if p.ref not in cited and p.exempt not in EXEMPT] == []


@pytest.mark.parametrize("slug", SCHOOLS)
def test_a_paragraph_that_rules_on_something_is_not_called_exempt(engine, slug):
    school = engine.schools[slug]
    cited = {paragraph.ref for clause in school.clauses for paragraph in clause.sources}
    assert [p.ref for p in school.paragraphs if p.ref in cited and p.exempt] == []


@pytest.mark.parametrize("slug", SCHOOLS)
def test_positions_count_from_one_under_each_heading(engine, slug):
    paragraphs = engine.schools[slug].paragraphs
    assert paragraphs[0].position == 1
    for before, after in pairwise(paragraphs):
        if after.heading == before.heading:
            assert after.position in (1, before.position + 1), after.ref
        else:  # a heading may stand inside the paragraph before, which then is its first
            assert after.position in (1, 2), after.ref


@pytest.mark.parametrize("slug", SCHOOLS)
def test_no_reader_is_shown_an_internal_reference(engine, slug):
    school = engine.schools[slug]
    seen = [*(text for _, text in said_in(school)), *(clause.place for clause in school.clauses), school.policy.title]
    assert [text for text in seen if re.search(r"\b[A-Z]{2}-\d{3}\b", text)] == []


def test_no_clause_of_one_school_cites_another(engine):
    for school in engine.schools.values():
        own = {paragraph.ref for paragraph in school.paragraphs}
        assert len({ref.split("-")[0] for ref in own}) == 1
        for clause in school.clauses:
            assert {paragraph.ref for paragraph in clause.sources} <= own, clause.id
        others = [other for other in engine.schools.values() if other is not school]
        assert all(own.isdisjoint(paragraph.ref for paragraph in other.paragraphs) for other in others)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_a_reader_never_meets_the_name_of_another_school(engine, slug):
    others = [other.name for other in engine.schools.values() if other.slug != slug]
    for clause, text in said_in(engine.schools[slug]):
        assert not any(name in text for name in others), clause


@_BESIDE
@pytest.mark.parametrize("slug", SCHOOLS)
def test_every_reference_of_the_document_is_listed_in_its_order(engine, slug):
    assert [p.ref for p in engine.schools[slug].paragraphs] == _PARAGRAPH.findall(policy(slug))


@_BESIDE
@pytest.mark.parametrize("slug", SCHOOLS)
def test_no_sentence_of_a_policy_is_copied(engine, slug):
    theirs = set().union(*(runs(_PARAGRAPH.sub("", policy(s)), _LONGEST_COPY + 1) for s in SCHOOLS))
    copied = [
        f"{clause}: {' '.join(run)}"
        for clause, text in said_in(engine.schools[slug])
        for run in runs(text, _LONGEST_COPY + 1) & theirs
    ]
    assert copied == []
