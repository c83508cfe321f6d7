"""Loads a pack's routes, and sees to it that every report about anybody reaches somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.model import KINDS, ROLES, SUBJECTS, Basis, Route
from knowledge.reading import Field, Problem, Problems, did_you_mean, read_list
from knowledge.smart.signposts import signpost_ids

if TYPE_CHECKING:
    from pathlib import Path


def load_routes(path: Path, clauses: frozenset[str] | None, problems: Problems) -> tuple[Route, ...]:
    """Load the routes and note each problem; `clauses` are the ids that a basis may name, None where not known."""
    items = read_list(path, "routes", problems)
    if items == []:
        problems.nothing_in(path, "routes", path.name)
    routes: list[Route] = []
    covered: dict[str, set[str]] = {kind: set() for kind in KINDS}
    all_known = bool(items)
    for item in items or ():
        before = len(problems.found)
        row = item.entry(required=["kind", "about", "notify", "basis"], optional=["signpost", "steps_aside"])
        kind = row.read("kind", lambda f: f.one_or_none(KINDS), None)
        about = frozenset(row.read("about", lambda f: f.some_of(SUBJECTS), ()))
        # What a line that is wrong was meant to cover isn't known, so nothing is said of what is left out.
        all_known &= len(problems.found) == before
        route = Route(
            kind=kind or KINDS[-1],
            about=about,
            notify=row.read("notify", lambda f: f.some_of(ROLES), ()),
            signpost=row.read("signpost", lambda f: f.some_of(signpost_ids()), ()),
            basis=row.read("basis", lambda f: _basis(f, clauses), Basis()),
            steps_aside=frozenset(row.read("steps_aside", lambda f: f.some_of(ROLES), ())),
        )
        if len(problems.found) == before:
            _check_route(item, route, covered[route.kind])
        if kind:
            covered[kind] |= about
        routes.append(route)
    if all_known:
        _check_coverage(path, covered, problems)
    return tuple(routes)


def _check_coverage(path: Path, covered: dict[str, set[str]], problems: Problems) -> None:
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


def _basis(where: Field, clauses: frozenset[str] | None) -> Basis:
    row = where.entry(required=(), optional=["clause", "statutory"])
    basis = Basis(row.read("clause", Field.text, None), row.read("statutory", Field.text, None))
    if (basis.clause is None) == (basis.statutory is None):
        where.problems.add(where, "a basis is either a clause or statutory", "Keep one: {clause: id} or {statutory: …}")
    elif basis.clause is not None and clauses is not None and basis.clause not in clauses:
        where.problems.add(
            where,
            f"no clause has the id {basis.clause}",
            did_you_mean(basis.clause, clauses) if clauses else "Add it",
        )
    return basis
