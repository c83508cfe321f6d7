"""Draws the README's picture of a real chat: what was typed and what the terminal answered, as SVG."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from bot.app import world_of
from bot.channels.terminal.parse import parse
from bot.channels.terminal.render import pressable, render
from bot.dispatch import dispatch
from bot.index import load_or_learn
from bot.packs import folders_of, load
from bot.settings import Settings
from knowledge.answering.engine import Engine
from knowledge.model import Audience
from knowledge.topics.library import load_concerns

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "chat.svg"
_SAID = ("can i add one of the mums on insta?", "1", "what about at lunch on my phone", "a year 6 just messaged me on tiktok")
_WIDTH, _LINE, _LEFT, _TOP = 860, 21, 24, 40
_COLUMNS = 92


def main() -> None:
    """Write the picture."""
    model = load_or_learn()
    engine = Engine(load([folders_of()["st-marys"]], model.topics), model, load_concerns())
    rows: list[tuple[str, str]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        world_of(engine, Settings(data=Path(folder), _env_file=None)) as world,  # type: ignore[call-arg]
    ):
        offered = ()
        for number, said in enumerate(_SAID):
            rows.append(("said", f"you> {said}"))
            message = parse(
                said,
                offered,
                school="st-marys",
                role=Audience.STAFF,
                at=datetime(2026, 11, 20, tzinfo=UTC),
                event=str(number),
            )
            reply = dispatch(message, world)
            offered = pressable(reply)
            for line in render(reply, _COLUMNS).splitlines():
                rows.append(("button" if line.startswith("  [") else "answer", line))
            rows.append(("answer", ""))
    PICTURE.write_text(_svg(rows), encoding="utf-8")


def _svg(rows: list[tuple[str, str]]) -> str:
    height = _TOP + _LINE * len(rows) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">',
        "<title>A chat with Ask First in a terminal</title>",
        "<style>text{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}"
        ".answer{fill:#e6e6e6}.said{fill:#7fd1b9;font-weight:bold}.button{fill:#9ecbff}</style>",
        f'<rect width="{_WIDTH}" height="{height}" rx="10" fill="#1d2330"/>',
        '<circle cx="22" cy="18" r="5" fill="#e0655c"/><circle cx="40" cy="18" r="5" fill="#e3b341"/><circle cx="58" cy="18" r="5" fill="#57ab5a"/>',
    ]
    for number, (kind, text) in enumerate(rows):
        lines.append(f'<text class="{kind}" x="{_LEFT}" y="{_TOP + _LINE * number + 12}">{escape(text)}</text>')
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    main()
