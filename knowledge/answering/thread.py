"""Continues a conversation: "and at lunch?" after a question, "why?", and two questions in one message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.answering.asking import Kind, kind_of
from knowledge.answering.words import words_of

if TYPE_CHECKING:
    from knowledge.answering.lexicon import Lexicon

_CONTINUES = re.compile(
    r"^(?:ok |okay |right |so |oh |hmm |but )*(?:and|what about|how about|hows about|what if|even|or|but|also|same for|does that go for|is that the same (?:for|with|at|in|on)|"
    r"what abt|wot about|not even|only|just|except)\b"
)
_WHY = re.compile(
    r"^(?:but |ok |so |and )*(?:why|why not|how come|says who|who says|since when|where does it say(?: that| so)?|how do you know|on what grounds)(?: is that| so| tho| though)?$"
)
_LEAD = re.compile(
    r"^(?:ok |okay |right |so |oh |hmm |but )*(?:and |what about |how about |hows about |what if |even |or |but |also |same for |does that go for |"
    r"is that the same |what abt |wot about )+(?:if )?(?:its |it is |for |with )?"
)
_LONGEST_CONTINUATION = 9
_REPLACED = ("time", "place", "device", "network", "account", "person", "content")
_SENTENCE = re.compile(
    r"(?<=[.?!])\s+|\n+|(?<=\w)\s+(?=(?:also|and also|another thing|second question|oh and|ps)[ ,:])",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^(?:and |also |so |but |oh and |ps |or )*(?:can|could|may|am|is|are|do|does|did|should|must|who|what|when|where|why|how|will|would|any)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 3
_ASKING_WORDS = 5


def asks_why(question: str) -> bool:
    """Tell whether a message only asks for the reason of the answer before."""
    return bool(_WHY.match(" ".join(words_of(question))))


def continues(question: str) -> bool:
    """Tell whether a message goes on from the question before it ("and at lunch?", "what about parents")."""
    words = words_of(question)
    return 0 < len(words) <= _LONGEST_CONTINUATION and bool(_CONTINUES.match(" ".join(words)))


def joined(before: str, question: str, lexicon: Lexicon) -> str:
    """Give the question that a continuation means: the one before, with what the continuation names put in its place."""
    fragment = _LEAD.sub("", " ".join(words_of(question)))
    if kind_of(fragment.split()) is not Kind.MAY or _QUESTION.match(fragment):
        return fragment
    replaced = {tag.split(".")[0] for tag in lexicon.phrases(fragment.split(), lexicon.circumstances)}
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
    for length in range(lexicon.longest, 0, -1):
        tags = lexicon.circumstances.get(tuple(words[at : at + length]), ())
        if any(tag.split(".")[0] in replaced and tag.split(".")[0] in _REPLACED for tag in tags):
            return length
    return 0


def questions_in(message: str) -> list[str]:
    """Give the questions of a message, each with the story that goes before it; one where there is only one."""
    found: list[str] = []
    story: list[str] = []
    for sentence in _SENTENCE.split(message):
        if _QUESTION.search(sentence) and len(words_of(sentence)) >= _LEAST_WORDS:
            found.append(" ".join([*story, sentence]))
        elif found:
            found[-1] = f"{found[-1]} {sentence}"
        else:
            story.append(sentence)
    return found or [message]


def asking_part(message: str) -> str:
    """Give the last sentence that asks, since a story goes before it; the whole message where that says too little."""
    asking = [sentence for sentence in _SENTENCE.split(message) if _QUESTION.search(sentence)]
    return asking[-1] if asking and len(words_of(asking[-1])) >= _ASKING_WORDS else message
