"""Draws the README's pictures of real replies, one for each place in which people chat with the bot."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import world_of
from bot.index import load_or_learn
from bot.packs import folders_of, load
from bot.settings import Settings
from knowledge.answering.engine import Engine
from knowledge.topics.library import load_concerns
from tests.bench import scenes, slack_picture, telegram_picture, terminal_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_PICTURES = {
    "chat": (scenes.terminal, terminal_picture.drawn),
    "slack": (scenes.slack, slack_picture.drawn),
    "telegram": (scenes.telegram, telegram_picture.drawn),
}


def pictures(engine: Engine) -> Iterator[tuple[str, str]]:
    """Give each picture with its name; the same policy and wording give the same pictures."""
    for name, (scene, drawn) in _PICTURES.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            world_of(engine, Settings(data=Path(folder), _env_file=None), lambda: scenes.AT) as world,
        ):
            yield name, drawn(list(scene(world)))


def main() -> None:
    """Write the pictures."""
    model = load_or_learn()
    engine = Engine(load(folders_of().values(), model.topics), model, load_concerns())
    for name, picture in pictures(engine):
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
