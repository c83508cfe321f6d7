"""The exams: sets of questions with the packs they are asked of, built in or imported raw, and the engine for each."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.index import load_or_learn
from bot.packs import folders_of, load
from knowledge.answering.engine import Engine
from knowledge.importing.drafting import import_document
from knowledge.importing.linking import linker_of
from knowledge.model import Audience
from knowledge.topics.library import load_concerns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from knowledge.answering.topic_model import TopicModel

EXAMS = Path(__file__).parents[1] / "exams"
SHARED = Path(__file__).parents[3] / "shared"
POLICIES = SHARED / "policies"
DEVELOPMENT = SHARED / "exam" / "dev.jsonl"
_REFERENCE = re.compile(r"^\[([A-Z]{2}-\d{3})\] ", re.MULTILINE)
_NOTE = re.compile(r"^<!--.*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """One exam question; `refs` are the paragraphs, or `quotes` the sentences, that are right to cite first."""

    id: str
    school: str
    role: Audience
    q: str
    verdict: str
    style: str
    refs: frozenset[str]
    quotes: tuple[str, ...]

    @property
    def wants_clause(self) -> bool:
        """Tell whether a right answer must cite a right clause."""
        return self.verdict not in ("not_covered", "concern") and bool(self.refs or self.quotes)


@dataclass(frozen=True)
class Exam:
    """Questions with the packs they are asked of; `paragraphs` hold what each reference says, where packs quote it."""

    name: str
    questions: tuple[Question, ...]
    model: TopicModel
    packs: Mapping[str, Path]
    paragraphs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def engine(self) -> Engine:
        """Give the engine on these packs alone, its clauses indexed."""
        schools = load(self.packs.values(), self.model.topics, self.model.lexicon.tags)
        engine = Engine(schools, self.model, load_concerns())
        for slug in engine.schools:
            engine.index(slug)
        return engine


def read_questions(paths: Iterable[Path]) -> tuple[Question, ...]:
    """Read questions from JSONL files."""
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]
    return tuple(
        Question(
            id=row["id"],
            school=row["school"],
            role=Audience(row["role"]),
            q=row["q"],
            verdict=row["verdict"],
            style=row.get("style", ""),
            refs=frozenset(row.get("refs", ())),
            quotes=tuple(row.get("quotes", ())),
        )
        for row in rows
    )


@contextmanager
def all_exams() -> Iterator[tuple[list[Exam], list[str]]]:
    """Give every exam that can be held here, and for each other why not; raw imports last as long as the context.

    The built-in packs come first, then the five policies imported raw, then the policies that were never seen.
    """
    model = load_or_learn()
    own = read_questions(sorted(EXAMS.glob("*.jsonl")))
    skipped: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        exams = [Exam("built-in packs", own, model, folders_of())]
        if POLICIES.is_dir():
            five = sorted(POLICIES.glob("*.md"))
            raw = [_without_references(path, root / "raw") for path in five]
            paragraphs = {path.stem: _paragraphs(path) for path in five}
            exams.append(Exam("five policies, raw", own, model, _imported(raw, root / "five", model), paragraphs))
        else:
            skipped.append(f"the five policies imported raw: {POLICIES} is not there")
        unseen = sorted((EXAMS / "unseen").glob("*.jsonl"))
        documents = [
            next(path.with_suffix(end) for end in (".md", ".txt") if path.with_suffix(end).is_file()) for path in unseen
        ]
        exams.append(
            Exam("unseen policies, raw", read_questions(unseen), model, _imported(documents, root / "unseen", model))
        )
        yield exams, skipped


def _imported(documents: Sequence[Path], out: Path, model: TopicModel) -> dict[str, Path]:
    """Import documents as `askfirst import` does, and give each school's folder."""
    for document in documents:
        for name, text in import_document(document, document.stem, linker_of(model)).items():
            path = out / document.stem / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return {document.stem: out / document.stem for document in documents}


def _without_references(policy: Path, out: Path) -> Path:
    """Write a policy as its school has it, without the references and notes that were put in for the exams."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / policy.name
    path.write_text(_NOTE.sub("", _REFERENCE.sub("", policy.read_text("utf-8"))), encoding="utf-8")
    return path


def _paragraphs(policy: Path) -> dict[str, str]:
    parts = _REFERENCE.split(policy.read_text("utf-8"))
    return {ref: text.split("\n", 1)[0] for ref, text in zip(parts[1::2], parts[2::2], strict=True)}
