"""What Slack takes as blocks and forms, and the recorded shapes of its messages."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[3] / "shared" / "platforms" / "slack-samples"
"""Recorded payloads; what the fake says is checked against their keys where they are present."""
_FREE = {
    "values",
    "blocks",
    "metadata",
    "state",
    "prompts",
    "message",
    "previous_message",
    "actions",
    "view",
    "members",
}
"""Keys below which the recordings don't say what may stand."""


@cache
def _sample(name: str) -> Any:
    path = SAMPLES / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


class Samples:
    """Says which keys of a payload no recording has."""

    def check(self, payload: dict[str, Any], name: str) -> list[str]:
        """Check a payload against the recording of its kind."""
        sample = _sample(name)
        return [] if sample is None else list(_unknown(payload, sample, name))


def _unknown(value: Any, sample: Any, path: str) -> Any:
    if isinstance(value, dict) and isinstance(sample, dict):
        for key, part in value.items():
            if key not in sample:
                yield f"{path}: {key} is in no recording"
            elif key not in _FREE:
                yield from _unknown(part, sample[key], f"{path}.{key}")
    elif isinstance(value, list) and isinstance(sample, list) and sample:
        for part in value:
            yield from _unknown(part, sample[0], f"{path}[]")
    elif isinstance(value, str) != isinstance(sample, str) and value is not None:
        yield f"{path}: {value!r:.40} is of another kind than in the recording"


def check_blocks(blocks: list[dict[str, Any]], most: int) -> list[str]:
    """Say what Slack would not take."""
    wrong = [] if len(blocks) <= most else [f"{len(blocks)} blocks, {most} are allowed"]
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    if len(set(ids)) != len(ids):
        wrong.append(f"block ids twice: {ids}")
    for block in blocks:
        wrong += _block(block)
    return wrong


def _block(block: dict[str, Any]) -> list[str]:
    kind = block.get("type")
    wrong = [] if len(block.get("block_id", "")) <= 255 else ["block_id is longer than 255"]
    if kind == "section":
        wrong += _text(block["text"], 3000, "section")
    elif kind == "header":
        wrong += _text(block["text"], 150, "header", plain=True)
    elif kind == "context":
        wrong += [] if 1 <= len(block["elements"]) <= 10 else ["context elements"]
        for element in block["elements"]:
            wrong += _text(element, 3000, "context")
    elif kind == "actions":
        elements = block["elements"]
        wrong += [] if 1 <= len(elements) <= 25 else [f"{len(elements)} elements in actions"]
        names = [e["action_id"] for e in elements]
        wrong += [] if len(set(names)) == len(names) else [f"action ids twice: {names}"]
        for element in elements:
            wrong += _button(element)
    elif kind == "input":
        wrong += _text(block["label"], 2000, "label", plain=True)
        if "hint" in block:
            wrong += _text(block["hint"], 2000, "hint", plain=True)
        wrong += _element(block["element"])
    elif kind != "divider":
        wrong.append(f"unknown block {kind}")
    return wrong


def _button(element: dict[str, Any]) -> list[str]:
    unknown = set(element) - {"type", "action_id", "text", "value", "style", "url", "confirm", "accessibility_label"}
    wrong = [f"unknown in a button: {unknown}"] if unknown or element["type"] != "button" else []
    wrong += _text(element["text"], 75, "button", plain=True)
    if len(element.get("value", "")) > 2000 or not 1 <= len(element["action_id"]) <= 255:
        wrong.append("button value or action id is too long")
    return wrong


def _element(element: dict[str, Any]) -> list[str]:
    wrong: list[str] = []
    kind = element["type"]
    if kind == "plain_text_input":
        if (
            len(element.get("initial_value", "")) > element.get("max_length", 3000)
            or element.get("max_length", 1) > 3000
        ):
            wrong.append("plain_text_input is too long")
    elif kind in ("radio_buttons", "static_select"):
        most = 10 if kind == "radio_buttons" else 100
        if not 1 <= len(element["options"]) <= most:
            wrong.append(f"{len(element['options'])} options in {kind}")
        for option in element["options"]:
            wrong += _text(option["text"], 75, "option", plain=True)
            if not 1 <= len(option["value"]) <= 150:
                wrong.append("option value is too long")
    else:
        wrong.append(f"unknown element {kind}")
    return wrong


def _text(text: dict[str, Any], limit: int, where: str, *, plain: bool = False) -> list[str]:
    wrong = []
    words, kind = text["text"], text["type"]
    if not 1 <= len(words) <= limit:
        wrong.append(f"{where}: {len(words)} characters, {limit} are allowed")
    if kind != "plain_text" if plain else kind not in ("plain_text", "mrkdwn"):
        wrong.append(f"{where}: {kind} is not allowed")
    if set(text) - ({"type", "text", "emoji"} if kind == "plain_text" else {"type", "text", "verbatim"}):
        wrong.append(f"{where}: unknown key in text")
    if kind == "mrkdwn" and re.search(r"[<>]|&(?!(amp|lt|gt);)", words):
        wrong.append(f"{where}: not escaped: {words[:60]}")
    return wrong


def check_view(view: dict[str, Any]) -> list[str]:
    """Say what Slack would not take as a form or a home page."""
    wrong = check_blocks(view["blocks"], 100)
    if len(view.get("private_metadata", "")) > 3000:
        wrong.append("private_metadata is too long")
    if view["type"] == "modal":
        for part in ("title", "submit", "close"):
            if part in view:
                wrong += _text(view[part], 24, part, plain=True)
        if "title" not in view:
            wrong.append("a form has no title")
        if any(b["type"] == "input" for b in view["blocks"]) and "submit" not in view:
            wrong.append("a form with a field has nothing to submit it")
    return wrong


def text_in(body: dict[str, Any]) -> str:
    """Give all the words that are seen in a message or a form."""
    if not body.get("blocks"):
        return html.unescape(body.get("text", ""))
    lines = []
    for block in body["blocks"]:
        for part in (block.get("text"), block.get("label"), block.get("hint"), *block.get("elements", [])):
            if isinstance(part, dict):
                words = part["text"]["text"] if isinstance(part.get("text"), dict) else part.get("text", "")
                lines.append(html.unescape(words).strip("*"))
        element = block.get("element", {})
        lines += [option["text"]["text"] for option in element.get("options", [])]
        if element.get("initial_value"):
            lines.append(element["initial_value"])
    lines += [body[part]["text"] for part in ("title", "submit") if part in body]
    return "\n".join(line for line in lines if line)


def labels_in(body: dict[str, Any]) -> list[str]:
    """Give the labels of all buttons and choices."""
    found = []
    for block in body.get("blocks", []):
        if block["type"] == "actions":
            found += [element["text"]["text"] for element in block["elements"]]
        found += [option["text"]["text"] for option in block.get("element", {}).get("options", [])]
    return found + ([body["submit"]["text"]] if "submit" in body else [])
