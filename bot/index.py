"""Keeps the learnt topic model on disk, so that a command starts at once; made anew when its sources change."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_cache_path

from knowledge.answering import features, lexicon, phrases, topic_model, words
from knowledge.answering.lexicon import Lexicon, lexicon_files, load_lexicon
from knowledge.answering.topic_model import TopicModel, examples_of, learn
from knowledge.topics.library import load_topics, topic_files

if TYPE_CHECKING:
    from collections.abc import Callable


def index_folder() -> Path:
    """Give the folder where the model learnt from today's topics and code stands, or would stand."""
    print_of = hashlib.sha256(np.__version__.encode())
    code = (features, lexicon, phrases, topic_model, words)
    for path in (*topic_files(), *lexicon_files(), *(Path(str(module.__file__)) for module in code)):
        state = path.stat()
        print_of.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return user_cache_path("askfirst") / print_of.hexdigest()[:16]


def load_or_learn(progress: Callable[[int, int], None] | None = None) -> TopicModel:
    """Give the topic model with its lexicon, from disk where they stand there, else learnt now (some seconds) and kept.

    A cache that can't be read or written is no reason to fail: the model is then learnt anew. Only then are the topics
    and the lexicon read from their YAML, which raises PackError with every problem in it.
    """
    folder = index_folder()
    try:
        return TopicModel.load(folder, Lexicon.load(folder))
    except (OSError, ValueError, KeyError, TypeError):
        model = learn(examples_of(load_topics()), load_lexicon(), progress)
        keep(model, folder)
        return model


def keep(model: TopicModel, folder: Path) -> bool:
    """Write the model beside its place and move it in whole; tell whether that could be done."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="new-"))
        model.save(fresh)
        model.lexicon.save(fresh)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(fresh, folder)  # noqa: PTH105 -- Path.replace has no other meaning here
    except OSError:
        return False
    for old in folder.parent.iterdir():
        if old != folder and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    return True
