"""Loads packs: a folder of YAML becomes a School, or every problem in it is reported at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from yaml import ScalarNode

from knowledge.letters.library import load_letters
from knowledge.model import (
    ROLES,
    Audience,
    Clause,
    Condition,
    Modality,
    Paragraph,
    Policy,
    Route,
    School,
    Verdict,
    Wording,
)
from knowledge.reading import Field, PackError, Problems, did_you_mean, read_file, read_list, sentence
from knowledge.route_loader import load_routes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from knowledge.reading import Entry

EXEMPT = (
    "title",
    "contents",
    "history",
    "contact-details",
    "legal-list",
    "related-documents",
    "page-furniture",
    "lead-in",
    "letter",
    "context",
    "repeated",
    "fragment",
)
"""Why a paragraph may have no clause."""

MOST_SOURCES = 3


def pack_folders(folder: Path) -> list[Path]:
    """List the packs in a folder: the folder itself where it is one, else each folder in it with a school.yaml."""
    if (folder / "school.yaml").is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/school.yaml"))


def load_school(folder: Path, topics: Iterable[str], tags: Iterable[str]) -> School:
    """Load one pack.

    `topics` are the ids that a clause may link to, `tags` the circumstances that it may name.
    Raises PackError with every problem in every file of the pack.
    """
    problems = Problems()
    paragraphs = _paragraphs(folder / "paragraphs.yaml", problems)
    links = _Links(paragraphs, frozenset(topics), frozenset(tags))
    files = [read_list(path, "clauses", problems) for path in sorted((folder / "clauses").glob("*.yaml"))]
    clauses = [_clause(item, links) for items in files for item in items or ()]
    if not any(files) and None not in files:
        problems.nothing_in(folder / "clauses", "clauses", "clauses/*.yaml")
    routes = load_routes(folder / "routes.yaml", None if None in files else frozenset(links.places), problems)
    letters = load_letters(folder, problems)
    school = replace(_school(folder, paragraphs or (), clauses, routes, problems), letters=letters)
    problems.raise_any()
    return school


def _paragraphs(path: Path, problems: Problems) -> tuple[Paragraph, ...] | None:
    items = read_list(path, "paragraphs", problems)
    if items is None:
        return None
    seen: set[str] = set()
    found = []
    for item in items:
        row = item.entry(required=["ref", "heading", "position"], optional=["number", "exempt"])
        ref = row.read("ref", Field.text, "")
        if ref in seen:
            problems.add(item, f"the reference {ref} stands here twice", "Keep one of the two")
        seen.add(ref)
        found.append(
            Paragraph(
                ref=ref,
                heading=row.read("heading", _heading, ""),
                position=row.read("position", Field.whole_number, 1),
                number=row.read("number", Field.text, None),
                exempt=row.read("exempt", lambda f: f.one_of(EXEMPT), None),
            )
        )
    return tuple(found)


def _heading(where: Field) -> str:
    """Read a heading, which may be empty."""
    return str(where.node.value) if isinstance(where.node, ScalarNode) else where.text()


class _Links:
    """What a clause may point at, and the clause ids met so far with their places.

    `paragraphs` is None where they could not be read: no clause is to blame for that.
    """

    def __init__(self, paragraphs: tuple[Paragraph, ...] | None, topics: frozenset[str], tags: frozenset[str]) -> None:
        self.topics, self.tags = topics, tags
        self.paragraphs = None if paragraphs is None else {p.ref: p for p in paragraphs}
        self.places: dict[str, Field] = {}

    def source(self, where: Field) -> list[Paragraph]:
        """Read one to three references to paragraphs."""
        items = where.at_least_one("Name one to three paragraphs, such as [A-1]")
        if len(items) > MOST_SOURCES:
            where.problems.add(where, "more than three sources", "Split the clause, or keep the three that matter")
        found = []
        for item in items:
            ref = item.text()
            if self.paragraphs is None:
                continue
            if ref in self.paragraphs:
                found.append(self.paragraphs[ref])
            elif ref:
                guess = f"{sentence(did_you_mean(ref, self.paragraphs))} Or add" if self.paragraphs else "Add"
                where.problems.add(item, f"no paragraph has the reference {ref}", f"{guess} it to paragraphs.yaml")
        return found


def _clause(item: Field, links: _Links) -> Clause:
    row = item.entry(
        required=["id", "source", "text", "audience", "modality", "topics"],
        optional=["exceptions", "conditions", "about", "asks"],
    )
    clause_id = row.read("id", Field.text, "")
    if clause_id in links.places:
        first = links.places[clause_id]
        item.problems.add(
            item,
            f"the id {clause_id} stands in {first.file.name}:{first.line} too",
            "Give one of them another id",
        )
    if clause_id:
        links.places[clause_id] = item
    return Clause(
        id=clause_id,
        sources=tuple(row.read("source", links.source, [])),
        text=row.read("text", Field.text, ""),
        audience=frozenset(map(Audience, row.read("audience", _audience, ()))),
        modality=Modality(row.read("modality", lambda f: f.one_of(Modality), Modality.FACT)),
        topics=row.read("topics", lambda f: f.some_of(sorted(links.topics)), ()),
        exceptions=row.read("exceptions", lambda f: _conditions(f, links), ()),
        conditions=row.read("conditions", lambda f: _conditions(f, links), ()),
        about=frozenset(row.read("about", lambda f: f.some_of(sorted(links.tags)), ())),
        asks=row.read("asks", Field.texts, ()),
    )


def _audience(where: Field) -> tuple[str, ...]:
    return where.some_of(Audience) if where.at_least_one("Name who is bound, such as [staff]") else ()


def _conditions(where: Field, links: _Links) -> tuple[Condition, ...]:
    found = []
    for item in where.items():
        row = item.entry(required=["when", "ask"], optional=["unsaid"])
        unsaid = row.read(
            "unsaid",
            lambda f: f.one_of((Verdict.ALLOWED_IF, Verdict.FORBIDDEN, Verdict.DISCOURAGED)),
            Verdict.ALLOWED_IF,
        )
        found.append(
            Condition(
                when=frozenset(row.read("when", lambda f: f.some_of(sorted(links.tags)), ())),
                ask=row.read("ask", Field.text, ""),
                unsaid=Verdict(unsaid),
            )
        )
    return tuple(found)


def _school(
    folder: Path,
    paragraphs: tuple[Paragraph, ...],
    clauses: list[Clause],
    routes: tuple[Route, ...],
    problems: Problems,
) -> School:
    root = read_file(folder / "school.yaml", problems)
    if root is None:
        raise PackError(problems.found)
    row = root.entry(required=["school", "name", "policy", "roles"], optional=["words"])
    slug = row.read("school", lambda f: _slug(f, folder.resolve().name), "")
    policy = row.read("policy", _policy, Policy("", Wording.OURS))
    return School(
        slug=slug,
        name=row.read("name", Field.text, slug),
        policy=policy,
        roles=row.read("roles", _roles, {}),
        words=row.read("words", lambda f: {key.name.lower(): value.text() for key, value in f.pairs()}, {}),
        paragraphs=paragraphs,
        clauses=tuple(clauses),
        routes=routes,
    )


def _slug(where: Field, folder: str) -> str:
    slug = where.text()
    if slug and slug != folder:
        where.problems.add(where, f"this folder is called {folder}, and school is another", "Give both the same name")
    return slug


def _policy(where: Field) -> Policy:
    row: Entry = where.entry(
        required=["title", "wording"], optional=["review_due", "last_reviewed", "guidance", "review_source"]
    )
    return Policy(
        title=row.read("title", Field.text, ""),
        wording=Wording(row.read("wording", lambda f: f.one_of(Wording), Wording.OURS)),
        review_due=row.read("review_due", Field.day, None),
        last_reviewed=row.read("last_reviewed", Field.day, None),
        guidance=row.read("guidance", Field.text, None),
        review_source=row.read("review_source", Field.text, None),
    )


def _roles(where: Field) -> dict[str, str]:
    titles = {}
    for key, value in where.pairs():
        if key.name in ROLES:
            titles[key.name] = value.text()
        else:
            where.problems.add(key, f"{key.name} is not a role", did_you_mean(key.name, ROLES))
    return titles
