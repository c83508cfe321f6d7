"""The commands, thin: each reads its options, calls the part that does the work, and prints what came back."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMMANDS = {
    "ask": ("bot.commands.ask", "ask", "Answer a question from a school's policy, or a file of questions."),
    "chat": ("bot.commands.chat", "chat", "Talk to the bot here in the terminal."),
    "import": ("bot.commands.import_", "import_", "Make a draft pack of a school's own policy document."),
    "check": (
        "bot.commands.check",
        "check",
        "Check packs, topics, quiz, tips and signposts, and say what to mend.",
    ),
    "run": ("bot.commands.run", "run", "Start the bot on the chat platforms that the settings name."),
    "doctor": ("bot.commands.doctor", "doctor", "Check tokens, store, packs and contacts, and say how to mend each."),
    "cases": ("bot.commands.cases", "cases", "Show a lead the reports that were routed to them."),
    "audit": ("bot.commands.audit", "audit", "Check that the record of all cases is whole."),
    "keys": ("bot.commands.keys", "keys", "Change the master key."),
    "backup": ("bot.commands.backup", "backup", "Copy everything that is kept, the keys apart."),
    "restore": ("bot.commands.backup", "restore", "Put a backup back into an empty store."),
    "routes": ("bot.commands.routes", "routes", "Say who gets which report, in which order, and why."),
    "manifest": (
        "bot.commands.manifest",
        "manifest",
        "Print the manifest from which Slack makes the app.",
    ),
    "topics": ("bot.commands.topics", "topics", "Say how healthy the topic library is, and what it doesn't reach."),
    "index": (
        "bot.commands.index",
        "index",
        "Learn the topic library now, so that the first answer is quick.",
    ),
    "completion": (
        "bot.commands.completion",
        "completion",
        "Print what your shell needs to complete these commands.",
    ),
}
"""Each command with its module, loaded only when it is called."""


class _Lazy(click.Group):
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 -- click's own signature
    ) -> click.Context:
        with _whoever_reads_may_leave():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with _whoever_reads_may_leave():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's own signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            from knowledge.reading import did_you_mean  # noqa: PLC0415 -- only a wrong word needs it

            ctx.fail(f"There is no command {args[0]}. {did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


@contextmanager
def _whoever_reads_may_leave() -> Iterator[None]:
    """End quietly and well where the reader of what is printed has gone, as `head` does; click would make it a 1."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        try:
            os.write(sys.stdout.fileno(), b"\n")  # Another pipe may have broken, and that would be an error.
        except BrokenPipeError:
            # What is left unprinted goes nowhere, so that the closing flush stays silent, too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        raise


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="askfirst", prog_name="askfirst")
def askfirst() -> None:
    """Ask First answers "can I…?" from a school's own policy, and takes a worry to the right person.

    Try it:  askfirst chat
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit 0 when all is well, 1 for a finding, 2 for wrong use, 130 when interrupted."""
    try:
        code: Any = askfirst.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nStopped.", err=True)
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
