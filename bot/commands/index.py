"""`askfirst index`: learns the topic library and keeps the model."""

from __future__ import annotations

import sys

import click

from bot.index import load_or_learn


@click.command("index")
def index() -> None:
    """Learn the topic library now, so that the first answer is quick."""
    load_or_learn(show_progress)


def show_progress(done: int, total: int) -> None:
    """Show how far the learning has come, on one line, where somebody is watching."""
    if sys.stderr.isatty():
        click.echo(f"\rLearning the topics, once: {100 * done // total} %", nl=done == total, err=True)
