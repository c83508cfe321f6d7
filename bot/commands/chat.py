"""`askfirst chat`: a conversation in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import open_world
from bot.channels.terminal.client import talk
from bot.commands.index import show_progress
from bot.dispatch import dispatch
from bot.packs import DEFAULT_ROLE, DEFAULT_SCHOOL, folders_of, known_role, known_school
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.option("--school", help=f"The school's short name. [default: asked, else {DEFAULT_SCHOOL}]")
@click.option(
    "--role",
    help=f"Who you are: staff, governor, parent, pupil or visitor. [default: asked, else {DEFAULT_ROLE}]",
)
@click.option(
    "--packs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with packs to add, or to put in place of one.",
)
def chat(school: str | None, role: str | None, packs: tuple[Path, ...]) -> None:
    """Talk to the bot here in the terminal.

    Ask a question, or type quiz, tip, report or help. A number presses a button. Ctrl-D ends it.
    """
    folders = folders_of(packs)
    asked = sys.stdin.isatty()
    slug = known_school(school, folders) if school else _pick("Which school?", sorted(folders), DEFAULT_SCHOOL, asked)
    audience = known_role(role) if role else Audience(_pick("Who are you?", list(Audience), DEFAULT_ROLE, asked))
    with open_world({slug: folders[slug]}, show_progress) as world:
        name = world.engine.schools[slug].name
        click.echo(say("ask.this_school", school=name, role=audience.value))
        if asked:
            click.echo("Ask me something, or type help. A number presses a button; Ctrl-D ends the chat.\n")
        talk(dispatch, world, slug, audience)


def _pick(question: str, choices: Sequence[str], default: str, asked: bool) -> str:
    if not asked:
        return default
    click.echo(question)
    for number, choice in enumerate(choices, start=1):
        click.echo(f"  [{number}] {choice}")
    number = click.prompt("Number", type=click.IntRange(1, len(choices)), default=list(choices).index(default) + 1)
    return choices[number - 1]
