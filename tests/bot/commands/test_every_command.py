"""What holds for every command: help, versions, guesses, completion, and mistakes in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.cli import askfirst

COMMAND = Path(sys.executable).with_name("askfirst")


def test_help_can_be_read_by_a_schools_office(run):
    said = run("--help").stdout
    for command in ("ask", "chat", "check", "cases", "routes"):
        assert f"\n  {command} " in said
    for word in ("stdin", "stdout", "exception", "kwargs", "parse"):
        assert word not in said


def commands(command=askfirst, words=()):
    """Give the words of every command, and of each one inside it."""
    context = click.Context(command)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        yield (*words, name)
        yield from commands(command.get_command(context, name), (*words, name))


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_help_in_which_examples_keep_their_lines(run, words):
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout == run(*words, "-h").stdout
    assert result.stdout.startswith("Usage: ")
    assert len(result.stdout.splitlines()) > 4
    assert "\\b" not in result.stdout
    assert not [line for line in result.stdout.splitlines() if line.count("askfirst ") > 1]


def test_the_version_is_told(run):
    assert run("--version").stdout.startswith("askfirst, version ")


def test_a_mistyped_command_gets_a_guess(run):
    result = run("chatt")
    assert result.exit_code == 2
    assert "Did you mean chat?" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_ASKFIRST_COMPLETE" in result.stdout


def test_a_shell_that_is_not_known_is_told_which_are(run):
    result = run("completion", "tcsh")
    assert result.exit_code == 2
    assert "bash" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    ["ask 'can i friend a parent' | head -c 1", "check | head -c 1", "--help | true"],
)
def test_a_reader_who_goes_away_is_no_error(arguments, tmp_path):
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", f"{COMMAND} {arguments}"],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "ASKFIRST_DATA": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_mistake_ends_in_one_clear_line(real):
    done = real("ask", "--school", "st-peter", "hello")
    assert done.returncode == 2
    assert done.stderr.decode().strip().splitlines()[-1].startswith("Error: ")
    assert b"Traceback" not in done.stderr


def test_python_dash_m_bot_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], capture_output=True, check=True, timeout=60, text=True
    )
    assert done.stdout.startswith("askfirst, version ")
