"""`askfirst ask`: one question, or a file of them, answered from a school's policy."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from bot.commands.index import show_progress
from bot.index import load_or_learn
from bot.packs import DEFAULT_ROLE, DEFAULT_SCHOOL, folders_of, known_role, known_school, load
from knowledge.answering.engine import Engine
from knowledge.topics.library import load_concerns

if TYPE_CHECKING:
    from knowledge.answering.answer import Answer
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import Audience

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--school", help=f"The school's short name. [default: {DEFAULT_SCHOOL}]")
@click.option("--role", help=f"Who asks: staff, governor, parent, pupil or visitor. [default: {DEFAULT_ROLE}]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--why", is_flag=True, help="Show what was matched and what decided.")
@click.option("--batch", type=click.File(encoding="utf-8"), help="A JSONL file of questions: id, school, role, q.")
@click.option("--packs", multiple=True, type=_FOLDER, help="A folder with packs to add, or to put in place of one.")
@click.option("--only-packs", type=_FOLDER, help="A folder with packs to use in place of the built-in ones.")
@click.argument("question", nargs=-1)
def ask(  # noqa: PLR0917 -- click passes each option by its name
    school: str | None,
    role: str | None,
    as_json: bool,
    why: bool,
    batch: TextIO | None,
    packs: tuple[Path, ...],
    only_packs: Path | None,
    question: tuple[str, ...],
) -> None:
    """Answer a question from a school's policy.

    \b
    askfirst ask --school st-marys --role parent "can I film the nativity?"
    askfirst ask --batch questions.jsonl > answers.jsonl
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    folders = folders_of(packs, only_packs)
    model = load_or_learn(show_progress)
    if batch:
        _batch(batch, folders, model)
        return
    text = " ".join(question)
    if not text.strip():
        raise click.UsageError('Write a question, such as: askfirst ask "can I use my phone at lunch?"')
    slug = known_school(school or (DEFAULT_SCHOOL if DEFAULT_SCHOOL in folders else min(folders)), folders)
    audience = known_role(role or DEFAULT_ROLE)
    engine = Engine(load([folders[slug]], model.topics, model.lexicon.tags), model, load_concerns())
    answer = engine.answer(slug, audience, text)
    if as_json:
        whole = {**answer.as_json(), "why": reasons(answer)} if why else answer.as_json()
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    _show(engine, slug, audience, answer)
    if why:
        click.echo("\n".join(f"  {name + ':':<18}{value}" for name, value in reasons(answer).items()))


def _show(engine: Engine, slug: str, role: Audience, answer: Answer) -> None:
    from bot.channels.terminal.render import render  # noqa: PLC0415 -- JSON needs no rendering
    from handlers.ask import show  # noqa: PLC0415

    click.echo(f"{engine.schools[slug].name}, asked as {role}")
    click.echo(render(show(answer, role, datetime.now(UTC).date())))


def reasons(answer: Answer) -> dict[str, str]:
    """Say what was matched and what decided, in words that a person who mends a pack can read."""
    why = answer.why
    return {
        "read as": " ".join(why.words),
        "topics": ", ".join(f"{topic} {chance:.0%}" for topic, chance in why.topics),
        "kind of question": why.kind,
        "circumstances": ", ".join(why.shown) or "none",
        "strength": answer.citations[0].clause.modality if answer.citations else "none",
        "decided by": why.decided,
        "confidence": f"{answer.confidence:.0%}",
        "runners-up": ", ".join(f"{clause} {score:.2f}" for clause, score in why.runners_up) or "none",
    }


def _batch(questions: TextIO, folders: dict[str, Path], model: TopicModel) -> None:
    rows = [_row(number, line) for number, line in enumerate(_lines(questions), start=1) if line.strip()]
    wanted = {known_school(row["school"], folders) for row in rows}
    engine = Engine(
        load([folders[slug] for slug in sorted(wanted)], model.topics, model.lexicon.tags), model, load_concerns()
    )
    for row in rows:
        answer = engine.answer(row["school"], known_role(row["role"]), row["q"])
        sys.stdout.write(json.dumps({"id": row["id"], **answer.as_json()}, ensure_ascii=False) + "\n")


def _lines(questions: TextIO) -> list[str]:
    try:
        return questions.read().splitlines()
    except UnicodeDecodeError:
        raise click.UsageError(
            f"{questions.name} is not UTF-8 text. Save it as UTF-8, one JSON object a line."
        ) from None


def _row(number: int, line: str) -> dict[str, str]:
    try:
        row = json.loads(line)
    except ValueError:
        raise click.UsageError(f"line {number} is not JSON. Write one JSON object a line.") from None
    missing = [key for key in ("id", "school", "role", "q") if not isinstance(row, dict) or key not in row]
    if missing:
        raise click.UsageError(f"line {number} lacks {', '.join(missing)}. Each line has id, school, role and q.")
    return {key: str(row[key]) for key in ("id", "school", "role", "q")}
