"""Talks with one person in a terminal, or answers piped lines one by one."""

from __future__ import annotations

import contextlib
import itertools
import sys
from typing import TYPE_CHECKING

import click

from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handlers.message import Button, Message, Reply
    from handlers.ports import World
    from knowledge.model import Audience

_LONGEST_LINE = 100_000


def talk(answer: Callable[[Message, World], Reply], world: World, school: str, role: Audience) -> None:
    """Take lines until the input ends; at a terminal with a prompt, from a pipe without one."""
    offered: tuple[Button, ...] = ()
    for number, line in zip(itertools.count(1), _lines(), strict=False):
        message = parse(line, offered, school=school, role=role, at=world.clock(), event=f"line-{number}")
        reply = answer(message, world)
        offered = pressable(reply)
        click.echo(render(reply) + "\n")


def _lines() -> Iterator[str]:
    if not sys.stdin.isatty():
        for raw in sys.stdin.buffer:
            yield raw[:_LONGEST_LINE].decode("utf-8", errors="replace")
        return
    with contextlib.suppress(ImportError):  # arrow keys and history, where the platform has them
        import readline  # noqa: F401, PLC0415
    while True:
        try:
            yield input("you> ")
        except EOFError:
            click.echo()
            return
