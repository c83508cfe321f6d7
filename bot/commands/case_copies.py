"""`askfirst cases export` and `letter`: what a lead takes away from a case as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.leading import Given, as_somebody, asking, of_report
from bot.exporting import as_csv, as_pdf, write_privately
from bot.opening import SetUpProblem, now
from handlers.case_letters import given_by_itself
from handlers.chronology import chronology, clock
from handlers.wording import say
from knowledge.reading import did_you_mean

if TYPE_CHECKING:
    from knowledge.letters.library import Letter

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@of_report
@click.option("--pdf", type=_FILE, help="Write it as a PDF to this file.")
@click.option("--csv", type=_FILE, help="Write it as a table to this file; it opens in every spreadsheet.")
@as_somebody
def export(given: Given, reference: str, pdf: Path | None, csv: Path | None) -> None:
    """Take a copy of a report's chronology; that you took it is written down. Keep it safe, and delete it in time."""
    files = [file for file in (pdf, csv) if file]
    if not files:
        raise click.UsageError("Say where to write it: --pdf FILE, --csv FILE or both.")
    _refuse_to_overwrite(files)
    with asking(given) as asker:
        view = asker.store.cases.opened(asker.school.slug, reference, asker.reader)
        found = chronology(view, asker.school, asker.contacts) if view else None
        if not found or not asker.store.cases.act(asker.school.slug, reference, asker.reader, "exported", {}):
            raise asker.refused(reference)
        made = say("page.made", who=asker.label, when=clock(now().astimezone(found.zone)))
        if csv:
            _write(csv, as_csv(found))
        if pdf:
            _write(pdf, as_pdf(found, made))
    click.echo("\n".join(map(str, files)))


@click.command()
@of_report
@click.argument("name", required=False)
@click.argument("blanks", nargs=-1, metavar="[BLANK=WORDS]...")
@click.option("--to", type=_FILE, help="Write it to this file, instead of showing it.")
@as_somebody
def letter(given: Given, reference: str, name: str | None, blanks: tuple[str, ...], to: Path | None) -> None:
    """Fill in a letter, such as ask-to-remove; without a NAME, list the letters and their blanks.

    What you fill in is kept nowhere. A blank that you leave out becomes a line to write on.

    \b
    askfirst cases letter R-7KQ3-M2XD
    askfirst cases letter R-7KQ3-M2XD ask-to-remove parent="Ms Sample" by="Friday 27 November" --to letter.txt
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    with asking(given) as asker:
        listed = asker.store.cases.listed(asker.school.slug, asker.reader)
        if reference.strip().upper() not in {line.reference for line in listed}:
            raise asker.refused(reference)
        letters, itself = asker.school.letters, given_by_itself(asker.school, asker.contacts, now())
    if name is None:
        click.echo("\n\n".join(map(_described, letters.values())))
        return
    if name not in letters:
        raise click.BadParameter(f"there is no letter {name}. {did_you_mean(name, letters)}")
    text = letters[name].filled({**_words(letters[name], blanks), **itself})
    if to is None:
        click.echo(text, nl=False)
        return
    _refuse_to_overwrite([to])
    _write(to, text.encode())
    click.echo(str(to))


def _described(letter: Letter) -> str:
    blanks = (f"  {blank.name}: {blank.ask}{f' ({blank.hint})' if blank.hint else ''}" for blank in letter.blanks)
    return "\n".join([f"{letter.name}: {letter.title}", f"  {letter.use}", *blanks])


def _words(letter: Letter, blanks: tuple[str, ...]) -> dict[str, str]:
    found, known = {}, [blank.name for blank in letter.blanks]
    for blank in blanks:
        name, equals, words = blank.partition("=")
        if not equals:
            raise click.BadParameter(f'{name} has no words. Write it as {name}="…"')
        if name not in known:
            raise click.BadParameter(f"{name} is not a blank of {letter.name}. {did_you_mean(name, known)}")
        found[name] = words
    return found


def _refuse_to_overwrite(files: list[Path]) -> None:
    if there := [str(file) for file in files if file.exists()]:
        raise click.BadParameter(f"{', '.join(there)} is there already. Name another file")


def _write(file: Path, content: bytes) -> None:
    try:
        write_privately(file, content)
    except OSError as error:
        raise SetUpProblem(f"the copy can't be written ({error.strerror}).") from None
