"""Loads the word lists and patterns that stand as YAML beside the importer's code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_PLAIN = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


@cache
def load(name: str) -> dict[str, Any]:
    """Load one of the importer's YAML files by its name without the ending."""
    return dict(yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")))


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """Compile one list of regular expressions of a file to a single pattern that any of them matches."""
    return re.compile("|".join(f"(?:{line})" for line in load(name)[key]), re.IGNORECASE)


def plain(text: str) -> str:
    """Give a text in lower case with straight quotes and dashes; every character keeps its place."""
    lowered = text.translate(_PLAIN).lower()
    return lowered if len(lowered) == len(text) else text.translate(_PLAIN)
