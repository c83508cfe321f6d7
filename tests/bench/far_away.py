"""Measures how well clauses are found far from school policy: OR-ShARC's rule texts of government sites."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.answering.engine import Engine
from knowledge.model import Audience, Clause, Modality, Paragraph, Policy, School, Wording
from tests.bench.exams import SHARED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.answering.topic_model import TopicModel
    from tests.bench.peers import Peer

FOLDER = SHARED / "datasets" / "or-sharc"
_SLUG = "or-sharc"
_DEEPEST = 5


@dataclass(frozen=True)
class Found:
    """The share of questions whose rule text comes first, and among the first five."""

    name: str
    first: float
    among_five: float
    questions: int


def measure(model: TopicModel, peers: Sequence[type[Peer]]) -> list[Found]:
    """Look for each question's rule text with the engine's ranking and with each peer."""
    texts: dict[str, str] = json.loads((FOLDER / "snippets.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (FOLDER / "dev.jsonl").read_text("utf-8").splitlines() if line]
    ids = list(texts)
    engine = Engine([_as_school(texts)], model, ())
    found = [_found("Ask First", [_ranked(engine, row["question"]) for row in rows], rows)]
    for kind in peers:
        peer = kind()
        peer.index([texts[number] for number in ids])
        places = [[ids[place] for place in peer.nearest(row["question"], _DEEPEST)] for row in rows]
        found.append(_found(kind.name, places, rows))
    return found


def _ranked(engine: Engine, question: str) -> list[str]:
    _, ranked = engine.candidates(_SLUG, Audience.VISITOR, question)
    return [candidate.clause.id for candidate in ranked[:_DEEPEST]]


def _found(name: str, places: Sequence[Sequence[str]], rows: Sequence[dict[str, str]]) -> Found:
    first = sum(found[:1] == [row["snippet"]] for found, row in zip(places, rows, strict=True))
    five = sum(row["snippet"] in found for found, row in zip(places, rows, strict=True))
    return Found(name, first / len(rows), five / len(rows), len(rows))


def _as_school(texts: dict[str, str]) -> School:
    """Make a school whose clauses are the rule texts: no topics, no audience told apart, every one a fact."""
    return School(
        slug=_SLUG,
        name="OR-ShARC",
        policy=Policy(title="Rule texts of government sites", wording=Wording.QUOTED),
        roles={},
        words={},
        paragraphs=(),
        clauses=tuple(
            Clause(
                id=number,
                sources=(Paragraph(ref=number, heading=_heading(text), position=1),),
                text=text,
                audience=frozenset(Audience),
                modality=Modality.FACT,
                topics=(),
            )
            for number, text in texts.items()
        ),
        routes=(),
    )


def _heading(text: str) -> str:
    return text.split("\n", 1)[0].strip("# ") if text.startswith("#") else ""
