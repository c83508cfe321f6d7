"""Writes a draft as the YAML files of a pack."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import yaml

from knowledge.importing.particulars import dates_of, guidance_of, roles_of, school_of, title_of, words_of
from knowledge.importing.patterns import HERE
from knowledge.model import Audience, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.importing.clauses import Draft
    from knowledge.importing.document import Document, Passage
    from knowledge.model import Condition

_MOST_IN_A_FILE = 40
_WIDTH = 116
_WHOLE = 0.6
"""A heading over more than this share of the clauses is the document's title, not a part of it."""


def _dump(comment: str, data: dict[str, Any]) -> str:
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None)
    return f"# {comment}\n{body}"


def pack(
    document: Document,
    slug: str,
    passages: Sequence[Passage],
    exempt: dict[str, str],
    drafts: Sequence[Draft],
) -> dict[str, str]:
    """Give the files of a pack: name → YAML text."""
    name = school_of(document, slug)
    files = {
        "school.yaml": _school(document, slug, name, passages),
        "paragraphs.yaml": _paragraphs(passages, exempt),
        "routes.yaml": (HERE / "routes.yaml")
        .read_text(encoding="utf-8")
        .replace("where a school has not said otherwise", f"at {name}"),
    }
    for title, rows in _grouped(drafts):
        number = sum(1 for file in files if file.startswith("clauses/")) + 1
        slugged = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "policy"
        comment = (
            f"What the policy says under “{title}”, word for word." if title else "What the policy says, word for word."
        )
        files[f"clauses/{number:02}-{slugged}.yaml"] = _dump(comment, {"clauses": [_clause(row) for row in rows]})
    return files


def _grouped(drafts: Sequence[Draft]) -> list[tuple[str, list[Draft]]]:
    """Group clauses by the outermost heading that parts the document well, in order, none too long to read."""
    under = Counter(heading.order for draft in drafts for heading in draft.passage.path)
    groups: list[tuple[str, list[Draft]]] = []
    for each in drafts:
        path = each.passage.path
        part = next((h for h in path if under[h.order] < _WHOLE * len(drafts)), path[-1] if path else None)
        title = part.text if part else ""
        if not groups or groups[-1][0] != title or len(groups[-1][1]) >= _MOST_IN_A_FILE:
            groups.append((title, []))
        groups[-1][1].append(each)
    return groups


def _clause(draft: Draft) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": draft.id,
        "source": draft.passage.ref,
        "text": draft.text,
        "audience": [audience.value for audience in Audience if audience in draft.audience],
        "modality": draft.terms.modality.value,
        "topics": list(draft.topics),
    }
    if draft.terms.exceptions:
        row["exceptions"] = [_condition(c, unsaid=True) for c in draft.terms.exceptions]
    if draft.terms.conditions:
        row["conditions"] = [_condition(c, unsaid=False) for c in draft.terms.conditions]
    if draft.terms.about:
        row["about"] = list(draft.terms.about)
    return row


def _condition(condition: Condition, *, unsaid: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"when": sorted(condition.when), "ask": condition.ask}
    if unsaid:
        row["unsaid"] = Verdict(condition.unsaid).value
    return row


def _paragraphs(passages: Sequence[Passage], exempt: dict[str, str]) -> str:
    rows: list[dict[str, Any]] = []
    for passage in passages:
        row: dict[str, Any] = {"ref": passage.ref, "heading": passage.heading, "position": passage.position}
        if passage.number:
            row["number"] = passage.number
        if passage.ref in exempt:
            row["exempt"] = exempt[passage.ref]
        rows.append(row)
    return _dump(
        "Every paragraph of the document, in order: where it stands, and why it has no clause where it has none.",
        {"paragraphs": rows},
    )


def _school(document: Document, slug: str, name: str, passages: Sequence[Passage]) -> str:
    dates, guidance = dates_of(passages), guidance_of(passages)
    policy: dict[str, Any] = {"title": title_of(document), "wording": "quoted"}
    if dates.due:
        policy["review_due"] = dates.due
    if dates.last:
        policy["last_reviewed"] = dates.last
    if guidance:
        policy["guidance"] = guidance
    if dates.source:
        policy["review_source"] = dates.source
    data: dict[str, Any] = {"school": slug, "name": name, "policy": policy, "roles": roles_of(document)}
    if words := words_of(document):
        data["words"] = words
    return _dump(f"{name}: its policy's title and dates, and the titles it uses, as read from the document.", data)
