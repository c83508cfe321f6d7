"""Ways to run a command as people and other programs do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import askfirst

PACKS = Path(__file__).parents[2] / "broken_packs"
COMMAND = Path(sys.executable).with_name("askfirst")


@pytest.fixture
def run(tmp_path):
    """Give a way to run a command inside this process, with a data folder of its own."""
    runner = CliRunner(env={"ASKFIRST_DATA": str(tmp_path / "data")})
    return lambda *arguments, **more: runner.invoke(askfirst, list(map(str, arguments)), **more)


@pytest.fixture
def real(tmp_path):
    """Give a way to run the real command, fed some bytes."""

    def runs(*arguments, fed=b""):
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=fed,
            capture_output=True,
            check=False,
            timeout=60,
            cwd=tmp_path,
            env={**os.environ, "ASKFIRST_DATA": str(tmp_path / "data"), "PYTHONWARNINGS": ""},
        )

    return runs


@pytest.fixture
def packs(tmp_path):
    """Give a folder with one whole pack in it, and a way to change one of its files."""
    shutil.copytree(PACKS / "whole", tmp_path / "packs" / "whole")

    def changed(name, old, new):
        file = tmp_path / "packs" / "whole" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path / "packs"

    changed.folder = tmp_path / "packs"
    return changed
