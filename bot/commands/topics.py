"""`askfirst topics`: says how healthy the topic library is, and which clauses it doesn't reach."""

from __future__ import annotations

import click

from bot.commands.index import show_progress
from bot.index import load_or_learn
from bot.packs import folders_of, known_school, load
from knowledge.answering.engine import Engine
from knowledge.topics.health import pulled, thin, unreached
from knowledge.topics.library import load_topics


@click.command("topics")
@click.option("--school", help="Look at the clauses of one school only. [default: every built-in one]")
def topics(school: str | None) -> None:
    """Say which topics lack ways of asking, which asks pull to another topic, and which clauses nothing reaches.

    It shows where to write more; nothing it lists is an error. It takes about a minute.
    """
    folders = folders_of()
    slugs = [known_school(school, folders)] if school else sorted(folders)
    library = load_topics()
    model = load_or_learn(show_progress)
    lacking = thin(library)
    click.echo(f"Topics with fewer than 15 ways of asking: {len(lacking)}")
    for topic, count in lacking:
        click.echo(f"  {topic}: {count}")
    torn = list(pulled(library, model))
    click.echo(f"Ways of asking that pull to another topic: {len(torn)}")
    for found in torn:
        click.echo(f"  {found.topic}: “{found.ask}” pulls to {found.towards}")
    engine = Engine(load([folders[slug] for slug in slugs], model.topics), model, [t for t in library if t.concern])
    for slug in slugs:
        missed = unreached(engine, slug, library)
        click.echo(f"Clauses of {slug} that no topic's asks put among the first three: {len(missed)}")
        for clause in missed:
            click.echo(f"  {clause}")
