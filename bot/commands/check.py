"""`askfirst check`: checks packs and everything beside them, and says what to mend."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.app import of_known_schools, settings_from_environment
from bot.opening import now
from bot.packs import folders_of
from bot.reachable import openable, refuse_dead_ends
from handlers.asked_to_report import load_asked
from handlers.typed import load_typed
from handlers.wording import names
from knowledge.answering.fitted import FITTED_ON_IMPORTS, load_fitted
from knowledge.answering.lexicon import load_lexicon
from knowledge.contact_loader import load_contacts
from knowledge.danger import load_danger
from knowledge.loader import load_school
from knowledge.reading import PackError
from knowledge.safety import load_safety
from knowledge.smart.lessons import load_lessons
from knowledge.smart.signposts import load_signposts
from knowledge.topics.library import load_topics

if TYPE_CHECKING:
    from collections.abc import Callable

    from knowledge.reading import Problem

T = TypeVar("T")
M = TypeVar("M")


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(quiet: bool, folder: Path | None) -> None:
    """Check the packs in FOLDER, or the built-in ones with all that stands beside them; your contacts, too.

    Beside the packs stand topics, lexicon, weights, wording, safety rules, signposts, quiz, tips and letters.
    Every problem is shown with its file, its line and how to mend it. Exit code 0 when all is well, 1 when not.
    """
    settings, told = settings_from_environment(), _Told()
    topics = told.read(load_topics, ())
    lexicon, signposts = told.read(load_lexicon, None), told.read(load_signposts, {})
    told.raise_any()  # Without these no pack can be judged.
    ids = [topic.id for topic in topics]
    schools = [
        school
        for pack in folders_of(only=folder).values()
        if (school := told.read(partial(load_school, pack, ids, lexicon.tags if lexicon else frozenset()), None))
    ]
    counts = [f"{len(topics)} topics, {sum(len(t.asks) for t in topics)} ways of asking"]
    if folder is None:
        counts += [*_beside(frozenset(ids), told), f"{len(signposts)} signposts"]
    contacts = told.read(partial(load_contacts, settings.contacts), {}) if settings.contacts else {}
    told.raise_any()
    if folder is None:
        of_known_schools(contacts, [school.slug for school in schools])
    # Where nothing is set yet, either platform will do.
    refuse_dead_ends(schools, contacts, openable(settings) or ("slack", "telegram"), now())
    if not quiet:
        for school in schools:
            click.echo(f"{school.slug}: {len(school.clauses)} clauses, {len(school.routes)} routes")
        for slug, found in contacts.items():
            click.echo(f"contacts: {slug}, {len(found.people)} people")
        click.echo("\n".join(counts))
        click.echo("All is well.")


class _Told:
    """The problems of whatever was read, to be told all at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, load: Callable[[], T], missing: M) -> T | M:
        """Give what was read, or `missing` where it can't be used."""
        try:
            return load()
        except PackError as error:
            self.problems += error.problems
            return missing

    def raise_any(self) -> None:
        """Raise all of them, if there are any."""
        if self.problems:
            lines = map(str, PackError(self.problems).problems)
            raise click.ClickException("\n".join(["these files can't be used:", *lines]))


def _beside(topics: frozenset[str], told: _Told) -> list[str]:
    """Read what stands beside the built-in packs, and count it."""
    lessons = told.read(partial(load_lessons, topics), None)
    safety, wording = told.read(load_safety, ()), told.read(names, frozenset())
    told.read(load_danger, None)
    told.read(load_typed, None)
    told.read(load_asked, None)
    told.read(load_fitted, None)
    told.read(partial(load_fitted, FITTED_ON_IMPORTS), None)
    return [
        f"{len(lessons.questions)} quiz questions, {len(lessons.tips)} tips" if lessons else "",
        f"{len(safety)} safety rules, {len(wording)} sentences of wording",
    ]
