"""`askfirst completion`: prints a shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what your shell needs to complete these commands.

    For bash:  askfirst completion bash >> ~/.bashrc
    """
    from bot.cli import askfirst  # noqa: PLC0415 -- the group loads this command, not the other way round

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 -- the choice above names only shells that click knows
    click.echo(kind(askfirst, {}, "askfirst", "_ASKFIRST_COMPLETE").source())
