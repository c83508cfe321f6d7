"""Loads packs: a folder of YAML becomes a School, or every problem in it is reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.model import (
    KINDS,
    ROLES,
    SUBJECTS,
    Audience,
    Basis,
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
from knowledge.reading import Field, PackError, Problem, Problems, did_you_mean, read_file
from knowledge.smart.signposts import signpost_ids

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
    clauses: list[Clause] = []
    places: dict[str, Field] = {}
    links = _Links({p.ref: p for p in paragraphs}, frozenset(topics), frozenset(tags), places)
    for path in sorted((folder / "clauses").glob("*.yaml")):
        for item in _list(path, "clauses", problems):
            clauses += _clause(item, links)
    if not places:
        problems.found.append(
            Problem(
                folder / "clauses",
                1,
                "this pack has no clauses",
                "Write clauses/*.yaml, or import a document",
            )
        )
    routes = _routes(folder / "routes.yaml", frozenset(places), problems)
    school = _school(folder, paragraphs, clauses, routes, problems)
    problems.raise_any()
    return school


def _list(path: Path, key: str, problems: Problems) -> list[Field]:
    root = read_file(path, problems)
    return root.entry(required=[key]).read(key, Field.items, []) if root else []


def _paragraphs(path: Path, problems: Problems) -> tuple[Paragraph, ...]:
    seen: set[str] = set()
    found = []
    for item in _list(path, "paragraphs", problems):
        row = item.entry(required=["ref", "heading", "position"], optional=["number", "exempt"])
        ref = row.read("ref", Field.text, "")
        if ref in seen:
            problems.add(item, f"the reference {ref} stands here twice", "Keep one of the two")
        seen.add(ref)
        found.append(
            Paragraph(
                ref=ref,
                heading=row.read("heading", lambda f: str(f.node.value), ""),
                position=row.read("position", Field.whole_number, 1),
                number=row.read("number", Field.text, None),
                exempt=row.read("exempt", lambda f: f.one_of(EXEMPT), None),
            )
        )
    return tuple(found)


class _Links:
    """What a clause may point at, and the clause ids met so far with their places."""

    def __init__(
        self,
        paragraphs: dict[str, Paragraph],
        topics: frozenset[str],
        tags: frozenset[str],
        places: dict[str, Field],
    ) -> None:
        self.paragraphs, self.topics, self.tags, self.places = paragraphs, topics, tags, places

    def source(self, where: Field) -> list[Paragraph]:
        """Read one to three references to paragraphs."""
        items = where.items()
        if len(items) > MOST_SOURCES:
            where.problems.add(where, "more than three sources", "Split the clause, or keep the three that matter")
        found = []
        for item in items:
            ref = item.text()
            if ref in self.paragraphs:
                found.append(self.paragraphs[ref])
            elif ref:
                mend = f"{did_you_mean(ref, self.paragraphs)} Or add it to paragraphs.yaml" if self.paragraphs else ""
                where.problems.add(item, f"no paragraph has the reference {ref}", mend or "Write paragraphs.yaml")
        return found


def _clause(item: Field, links: _Links) -> list[Clause]:
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
    sources = row.read("source", links.source, [])
    if not clause_id or not sources:
        return []
    return [
        Clause(
            id=clause_id,
            sources=tuple(sources),
            text=row.read("text", Field.text, ""),
            audience=frozenset(map(Audience, row.read("audience", _audience, ()))),
            modality=Modality(row.read("modality", lambda f: f.one_of(Modality), Modality.FACT)),
            topics=row.read("topics", lambda f: f.some_of(sorted(links.topics)), ()),
            exceptions=row.read("exceptions", lambda f: _conditions(f, links), ()),
            conditions=row.read("conditions", lambda f: _conditions(f, links), ()),
            about=frozenset(row.read("about", lambda f: f.some_of(sorted(links.tags)), ())),
            asks=row.read("asks", Field.texts, ()),
        )
    ]


def _audience(where: Field) -> tuple[str, ...]:
    items = where.some_of(Audience)
    if not where.items():
        where.problems.add(where, "audience is empty", "Name who is bound, such as [staff]")
    return items


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


def _routes(path: Path, clauses: frozenset[str], problems: Problems) -> tuple[Route, ...]:
    items = _list(path, "routes", problems)
    routes: list[Route] = []
    covered: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for item in items:
        row = item.entry(required=["kind", "about", "notify", "basis"], optional=["signpost", "steps_aside"])
        route = Route(
            kind=row.read("kind", lambda f: f.one_of(KINDS), KINDS[-1]),
            about=frozenset(row.read("about", lambda f: f.some_of(SUBJECTS), ())),
            notify=row.read("notify", lambda f: f.some_of(ROLES), ()),
            signpost=row.read("signpost", lambda f: f.some_of(signpost_ids()), ()),
            basis=row.read("basis", lambda f: _basis(f, clauses), Basis()),
            steps_aside=frozenset(row.read("steps_aside", lambda f: f.some_of(ROLES), ())),
        )
        _check_route(item, route, covered[route.kind])
        covered[route.kind] |= route.about
        routes.append(route)
    if items:
        for kind, about in covered.items():
            if left_out := [s for s in SUBJECTS if s not in about]:
                problems.found.append(
                    Problem(
                        path,
                        1,
                        f"a report of {kind} about {', '.join(left_out)} reaches nobody",
                        "Add a route for it, or name them in one that stands",
                    )
                )
    return tuple(routes)


def _check_route(item: Field, route: Route, covered: set[str]) -> None:
    reached = set(route.notify) - route.about - route.steps_aside
    if not reached:
        item.problems.add(
            item, f"this route of {route.kind} reaches nobody", "Name a role under notify that isn't left out"
        )
    if told := route.about & set(route.notify):
        item.problems.add(item, f"this route tells {', '.join(sorted(told))} of a report about them", "Take them out")
    if twice := route.about & covered:
        item.problems.add(
            item,
            f"{route.kind} about {', '.join(sorted(twice))} has another route above",
            "Keep one of the two",
        )


def _basis(where: Field, clauses: frozenset[str]) -> Basis:
    row = where.entry(required=(), optional=["clause", "statutory"])
    basis = Basis(row.read("clause", Field.text, None), row.read("statutory", Field.text, None))
    if (basis.clause is None) == (basis.statutory is None):
        where.problems.add(where, "a basis is either a clause or statutory", "Keep one: {clause: id} or {statutory: …}")
    elif basis.clause is not None and basis.clause not in clauses:
        where.problems.add(
            where,
            f"no clause has the id {basis.clause}",
            did_you_mean(basis.clause, clauses) if clauses else "Add it",
        )
    return basis


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
    slug = row.read("school", Field.text, folder.name)
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
