"""`askfirst import`: a school's own document becomes a draft pack that quotes it word for word."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.index import show_progress
from bot.index import load_or_learn
from bot.packs import load
from knowledge.importing.drafting import import_document
from knowledge.importing.linking import linker_of
from knowledge.importing.opening import UnreadableDocument


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--school", required=True, help="A short name for the school, such as hill-primary.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to put the pack into."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--replace", is_flag=True, help="Write over a pack that stands there already.")
def import_(file: Path, school: str, out: Path, dry_run: bool, replace: bool) -> None:
    """Make a draft pack of a school's policy (.md or .txt), quoted word for word.

    \b
    askfirst import policy.txt --school hill-primary --out packs
    askfirst ask --packs packs --school hill-primary "can I use my phone at lunch?"
    """  # noqa: D301 -- click wants the character itself before lines that stay as they are
    if not school.replace("-", "").isalnum() or not school.islower():
        raise click.BadParameter(f"{school} is no short name. Use small letters, figures and hyphens: hill-primary.")
    folder = out / school
    if folder.exists() and not replace and not dry_run:
        raise click.UsageError(f"{folder} stands there already. Use --replace to write over it, or another --out.")
    model = load_or_learn(show_progress)
    try:
        files = import_document(file, school, linker_of(model))
    except UnreadableDocument as error:
        raise click.ClickException(str(error)) from None
    if dry_run:
        click.echo("\n".join(f"{folder / name}: {text.count(chr(10))} lines" for name, text in sorted(files.items())))
        return
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    pack = load([folder], model.topics)[0]
    click.echo(f"{folder}: {len(pack.clauses)} clauses from {len(pack.paragraphs)} paragraphs.")
    click.echo(f'Read it through, then try it: askfirst ask --packs {out} --school {school} --why "…"')
