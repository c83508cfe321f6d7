"""`askfirst routes`: who gets which report, in which order and why, as the packs say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.packs import BUILT_IN, folders_of, known_school, load
from bot.routes_page import kind_label, page, said, subject_label, told_where_a_child_is_at_risk
from knowledge.model import KINDS, ROLES, SUBJECTS
from knowledge.reading import did_you_mean, sentence
from knowledge.routing import CHILD_AT_RISK, Concern, Staffing, route
from knowledge.smart.signposts import load_signposts
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from knowledge.model import School
    from knowledge.routing import Recipient

PAGES = Path("docs") / "routes"


@click.group()
def routes() -> None:
    """Say who gets which report, in which order, and why."""


@routes.command()
@click.option("--school", help="One school's short name. [default: every school]")
@click.option("--kind", help="One kind of report; askfirst routes kinds lists them. [default: every kind]")
@click.option(
    "--about",
    multiple=True,
    help="Whom it is about, a subject or a role; can be given twice. [default: each]",
)
@click.option("--absent", multiple=True, help="A role that is away; can be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def explain(
    school: str | None, kind: str | None, about: tuple[str, ...], absent: tuple[str, ...], as_json: bool
) -> None:
    """Print who would get a report and in which order, who is left out, the signposts, and why.

    \b
    askfirst routes explain --school st-peters --kind grooming --about head
    askfirst routes explain --kind nudes --about pupil --absent dsl --json
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    folders = folders_of()
    slugs = [known_school(school, folders)] if school else sorted(folders)
    kinds = [_known("kind", kind, KINDS)] if kind else list(KINDS)
    anybody = tuple(dict.fromkeys((*SUBJECTS, *ROLES)))
    people = [frozenset(_known("subject or role", who, anybody) for who in about)] if about else None
    away = frozenset(_known("role", role, ROLES) for role in absent)
    schools = load([folders[slug] for slug in slugs], [topic.id for topic in load_topics()])
    found = [
        (one, Concern(what, who, what in CHILD_AT_RISK))
        for one in schools
        for what in kinds
        for who in people or [frozenset({subject}) for subject in SUBJECTS]
    ]
    if as_json:
        rows = [_as_json(one, concern, Staffing(away)) for one, concern in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    before = None
    for one, concern in found:
        if one is not before:
            click.echo(f"{one.name}\n")
        before = one
        click.echo("\n".join(said(one, concern, Staffing(away))) + "\n")


@routes.command()
def kinds() -> None:
    """List the kinds of report, and in which a child is always taken to be at risk."""
    for kind in KINDS:
        click.echo(f"{kind:<24}{kind_label(kind)}{' (a child at risk)' if kind in CHILD_AT_RISK else ''}")


@routes.command()
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), default=PAGES, help="The folder to write to.")
def pages(to: Path) -> None:
    """Write the built-in schools' tables of routes, one page a school."""
    to.mkdir(parents=True, exist_ok=True)
    for slug, text in all_pages().items():
        (to / f"{slug}.md").write_text(text, encoding="utf-8")
        click.echo(str(to / f"{slug}.md"))


def all_pages() -> dict[str, str]:
    """Give each built-in school's page as it ought to stand."""
    folders = folders_of(only=BUILT_IN)
    schools = load(folders.values(), [topic.id for topic in load_topics()])
    return {school.slug: page(school) for school in schools}


def _known(what: str, word: str, known: tuple[str, ...]) -> str:
    if word in known:
        return word
    raise click.BadParameter(f"there is no {what} {word}. {sentence(did_you_mean(word, known))}")


def _as_json(school: School, concern: Concern, staffing: Staffing) -> dict[str, Any]:
    routed = route(school, concern, staffing)
    return {
        "school": school.slug,
        "kind": concern.kind,
        "about": sorted(concern.about),
        "about_label": subject_label(school, concern.about),
        "child_at_risk": concern.child_at_risk,
        "recipients": [_recipient(r) for r in routed.recipients],
        "if_a_child_is_at_risk": [
            _recipient(r) for r in told_where_a_child_is_at_risk(school, concern, staffing, routed)
        ],
        "excluded": [{"role": e.role, "title": e.title, "reason": e.reason} for e in routed.excluded],
        "next_in_line": [_recipient(r) for r in routed.next_in_line],
        "signposts": [_outside(i) for i in routed.signposts],
        "nobody_left": routed.nobody_left,
        "ring": [_outside(i) for i in routed.ring],
    }


def _recipient(recipient: Recipient) -> dict[str, object]:
    return {name: getattr(recipient, name) for name in ("role", "title", "reason", "basis", "away")}


def _outside(signpost: str) -> dict[str, str]:
    known = load_signposts().get(signpost)
    return {
        "id": signpost,
        "name": known.name if known else signpost,
        "reach": known.reach if known else "contacts.yaml",
    }
