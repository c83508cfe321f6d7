"""Judges calls and updates by the Bot API's own machine-readable description, where that is present."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parents[3] / "shared" / "platforms" / "telegram-bot-api.json"
_BASIC = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}


@cache
def _described() -> Any:
    return json.loads(SPEC.read_text(encoding="utf-8")) if SPEC.exists() else None


class Spec:
    """The Bot API's own description, which says what is wrong with a value."""

    def __init__(self) -> None:
        self._spec = _described()

    def call(self, method: str, params: dict[str, Any]) -> list[str]:
        """Say what is wrong with a call."""
        if self._spec is None:
            return []
        known = {f["name"]: f for f in self._spec["methods"][method].get("fields", [])}
        found = [f"{method}: unknown {name}" for name in params if name not in known]
        found += [f"{method}: {name} is missing" for name, f in known.items() if f["required"] and name not in params]
        for name, value in params.items():
            if name in known:
                found += self.value(value, known[name]["types"], f"{method}.{name}")
        return found

    def value(self, value: Any, types: list[str], path: str) -> list[str]:
        """Say what is wrong with a value of one of these types."""
        if self._spec is None:
            return []
        for kind in types:
            if kind.startswith("Array of "):
                if isinstance(value, list):
                    return [wrong for item in value for wrong in self.value(item, [kind[9:]], f"{path}[]")]
            elif kind in _BASIC:
                if isinstance(value, _BASIC[kind]):
                    return []
            elif isinstance(value, dict):
                return self._object(value, kind, path)
        return [f"{path}: {value!r:.60} is not {types}"]

    def _object(self, value: dict[str, Any], kind: str, path: str) -> list[str]:
        described = self._spec["types"][kind]
        for sub in described.get("subtypes", []):
            if {f["name"] for f in self._spec["types"][sub].get("fields", [])} >= set(value):
                return self._object(value, sub, path)
        known = {f["name"]: f for f in described.get("fields", [])}
        found = [
            f"{path}: {kind}.{name} is missing" for name, f in known.items() if f["required"] and name not in value
        ]
        for name, part in value.items():
            if name not in known:
                found.append(f"{path}: {kind}.{name} is unknown")
            else:
                found += self.value(part, known[name]["types"], f"{path}.{name}")
        return found
