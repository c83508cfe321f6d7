"""`askfirst check`: checks packs and everything beside them, and says what to mend."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app import contacts_of, settings_from_environment
from bot.packs import folders_of, load
from bot.reachable import openable, refuse_dead_ends
from knowledge.reading import PackError
from knowledge.topics.library import load_topics


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(quiet: bool, folder: Path | None) -> None:
    """Check the packs in FOLDER, or the built-in ones with topics, quiz, tips and signposts.

    Every problem is shown with its file, its line and how to mend it. Exit code 0 when all is well, 1 when not.
    """
    try:
        topics = load_topics()
        counts = [f"{len(topics)} topics, {sum(len(t.asks) for t in topics)} ways of asking"]
        if folder is None:
            counts += _beside(tuple(topic.id for topic in topics))
    except PackError as error:
        raise click.ClickException("\n".join(["these files can't be used:", *map(str, error.problems)])) from None
    schools = load(folders_of(only=folder).values(), [topic.id for topic in topics])
    settings = settings_from_environment()
    # Where nothing is set yet, either platform will do.
    refuse_dead_ends(schools, contacts_of(settings), openable(settings) or ("slack", "telegram"))
    if not quiet:
        for school in schools:
            click.echo(f"{school.slug}: {len(school.clauses)} clauses, {len(school.routes)} routes")
        click.echo("\n".join(counts))
        click.echo("All is well.")


def _beside(topics: tuple[str, ...]) -> list[str]:
    from knowledge.safety import load_safety  # noqa: PLC0415 -- not needed to check a school's own folder
    from knowledge.smart.lessons import load_lessons  # noqa: PLC0415
    from knowledge.smart.signposts import load_signposts  # noqa: PLC0415

    lessons = load_lessons(frozenset(topics))
    return [
        f"{len(lessons.questions)} quiz questions, {len(lessons.tips)} tips",
        f"{len(load_signposts())} signposts, {len(load_safety())} safety rules",
    ]
