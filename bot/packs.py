"""Finds and loads packs for a command: the built-in ones, and folders that a school gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from knowledge.answering.lexicon import load_lexicon
from knowledge.loader import load_school, pack_folders
from knowledge.model import Audience
from knowledge.reading import PackError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from knowledge.model import School
    from knowledge.reading import Problem

BUILT_IN = Path(__file__).parent.parent / "knowledge" / "packs"
DEFAULT_SCHOOL = "st-peters"
DEFAULT_ROLE = Audience.STAFF


class PackProblem(click.ClickException):
    """Packs that can't be used, each problem on a line of its own."""

    exit_code = 1

    def __init__(self, error: PackError) -> None:
        super().__init__("\n".join(["this pack can't be used:", *map(str, error.problems)]))


def folders_of(packs: Sequence[Path] = (), only: Path | None = None) -> dict[str, Path]:
    """Give each school's slug with its folder; a later folder replaces an earlier one of the same name.

    `only` leaves the built-in packs out.
    """
    found = {}
    for root in [only] if only else [BUILT_IN, *packs]:
        inside = pack_folders(root)
        if not inside:
            raise click.BadParameter(f"{root} holds no pack. A pack is a folder with a school.yaml in it.")
        found.update({folder.name: folder for folder in inside})
    return found


def load(folders: Iterable[Path], topics: Sequence[str], tags: Collection[str] | None = None) -> list[School]:
    """Load packs; raises PackProblem with every problem of all of them.

    `tags` are the circumstances that a clause may name, those of the lexicon where they aren't given.
    """
    schools: list[School] = []
    problems: list[Problem] = []
    known = load_lexicon().tags if tags is None else tags
    for folder in folders:
        try:
            schools.append(load_school(folder, topics, known))
        except PackError as error:
            problems += error.problems
    if problems:
        raise PackProblem(PackError(problems))
    return schools


def known_school(slug: str, schools: Iterable[str]) -> str:
    """Give the slug back where there is such a school; raises BadParameter with a guess and the list where not."""
    known = sorted(schools)
    if slug in known:
        return slug
    guess = did_you_mean(slug, known)
    listing = "" if guess.startswith("Write") else f" The schools are: {', '.join(known)}."
    raise click.BadParameter(f"there is no school {slug}. {guess}{listing}")


def known_role(role: str) -> Audience:
    """Give the role; raises BadParameter with a guess and the list where there is none."""
    try:
        return Audience(role.lower())
    except ValueError:
        guess = did_you_mean(role, Audience)
        listing = "" if guess.startswith("Write") else f" The roles are: {', '.join(Audience)}."
        raise click.BadParameter(f"there is no role {role}. {guess}{listing}") from None
