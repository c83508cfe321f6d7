"""A small disk of its own for the storm, which can be full: memory, where this machine lets one be mounted."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIZE = "320m"
_PIECE = b"\0" * 65536


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Mount a small disk at a folder; give None where this machine doesn't let one be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mounting = ("mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=755", "tmpfs", str(folder))
    try:
        mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield Disk(folder) if mounted else None
    finally:
        if mounted:
            subprocess.run(("umount", "--lazy", str(folder)), check=True)


class Disk:
    """A disk that can be filled."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Write until nothing more fits."""
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(_PIECE)

    def empty(self) -> None:
        """Let something fit again."""
        self._ballast.unlink(missing_ok=True)
