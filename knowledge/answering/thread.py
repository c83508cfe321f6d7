"""Continues a conversation: "and at lunch?" after a question, "why?", and two questions in one message."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answering.asking import Kind, kind_of
from knowledge.answering.words import words_of
from knowledge.reading import Field, Problems, read_file

if TYPE_CHECKING:
    from knowledge.answering.lexicon import Lexicon

THREAD = Path(__file__).with_name("thread.yaml")
_LONGEST_CONTINUATION = 9
_REPLACED = ("time", "place", "device", "network", "account", "person", "content")
_LEAST_WORDS = 3
_ASKING_WORDS = 5


@cache
def _patterns(path: Path = THREAD) -> dict[str, re.Pattern[str]]:
    problems = Problems()
    root = read_file(path, problems)
    row = root.entry(required=["continues", "why", "lead", "sentence", "question"]) if root else None
    problems.raise_any()
    assert row is not None  # noqa: S101 -- read_file notes a problem wherever it gives None
    names = ("continues", "why", "lead", "sentence", "question")
    return {name: re.compile("|".join(row.read(name, Field.texts, ())), re.IGNORECASE) for name in names}


def asks_why(question: str) -> bool:
    """Tell whether a message only asks for the reason of the answer before."""
    return bool(_patterns()["why"].match(" ".join(words_of(question))))


def continues(question: str) -> bool:
    """Tell whether a message goes on from the question before it ("and at lunch?", "what about parents")."""
    words = words_of(question)
    return 0 < len(words) <= _LONGEST_CONTINUATION and bool(_patterns()["continues"].match(" ".join(words)))


def joined(before: str, question: str, lexicon: Lexicon) -> str:
    """Give the question that a continuation means: the one before, with what the continuation names put in place."""
    fragment = _patterns()["lead"].sub("", " ".join(words_of(question)))
    if kind_of(fragment.split()) is not Kind.MAY or _patterns()["question"].match(fragment):
        return fragment
    replaced = {tag.split(".")[0] for tag in lexicon.circumstances.outermost(fragment.split())}
    words = words_of(before)
    kept: list[str] = []
    at = 0
    while at < len(words):
        length = _replaced_at(words, at, replaced, lexicon)
        if length:
            while kept and kept[-1] in ("in", "at", "on", "during", "with", "the", "a", "my", "of", "while"):
                kept.pop()
            at += length
        else:
            kept.append(words[at])
            at += 1
    return " ".join([*kept, *fragment.split()])


def _replaced_at(words: list[str], at: int, replaced: set[str], lexicon: Lexicon) -> int:
    """Give how many words from here name a circumstance that the continuation replaces."""
    for length, tags in lexicon.circumstances.beginning_at(words, at):
        if any(tag.split(".")[0] in replaced and tag.split(".")[0] in _REPLACED for tag in tags):
            return length
    return 0


@lru_cache(maxsize=16)
def _sentences(message: str) -> tuple[tuple[str, bool], ...]:
    """Give the sentences of a message, each with whether it asks."""
    asks = _patterns()["question"]
    return tuple((sentence, bool(asks.search(sentence))) for sentence in _patterns()["sentence"].split(message))


def questions_in(message: str) -> list[str]:
    """Give the questions of a message, each with the story that goes before it; one where there is only one."""
    found: list[str] = []
    story: list[str] = []
    for sentence, asks in _sentences(message):
        if asks and len(words_of(sentence)) >= _LEAST_WORDS:
            found.append(" ".join([*story, sentence]))
        elif found:
            found[-1] = f"{found[-1]} {sentence}"
        else:
            story.append(sentence)
    return found or [message]


def asking_part(message: str) -> str:
    """Give the last sentence that asks, since a story goes before it; the whole message where that says too little."""
    asking = [sentence for sentence, asks in _sentences(message) if asks]
    return asking[-1] if asking and len(words_of(asking[-1])) >= _ASKING_WORDS else message
