"""Splits a paragraph into its sentences, each a word-for-word piece of the document."""

from __future__ import annotations

import re

from knowledge.importing.patterns import pattern, plain

MOST_WORDS = 150
"""The most words a clause may have."""

_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9•])")
_SEMICOLON = re.compile(r";\s+(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|eg|ie|mr|mrs|ms|dr|st|no|nos|para|paras|pp?|ref|tel|ext|inc|cf|vs|viz|rev|fr|dept|approx|c\.e|c\.of\.e|r\.c|p\.m|a\.m|u\.k)"
    r"|\b[a-z]|^\(?\d{1,2}|\b[A-Z](?:\.[A-Z])*)\.$",
    re.IGNORECASE,
)
_GOES_ON_AFTER = re.compile(r"\b(?:etc|a\.m|p\.m|u\.k)\.$", re.IGNORECASE)
_BREAKS = (
    re.compile(r";\s+"),
    re.compile(r":\s+"),
    re.compile(r",\s+(?:and|or|but|which|including)\b"),
    re.compile(r",\s+"),
    re.compile(r"\s+"),
)


def sentences_of(text: str) -> list[str]:
    """Give the sentences of a paragraph in order; those too long to be cited whole are parted."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece = text[start : match.end()]
        if _only_abbreviated(piece.rstrip("\"'”’)]")):
            continue
        if piece.count("(") > piece.count(")") and ")" in text[match.end() : match.end() + 300]:
            continue
        found.append(piece.strip())
        start = match.end()
    found.append(text[start:].strip())
    return [part for sentence in found if sentence for part in _citable(sentence)]


def _only_abbreviated(piece: str) -> bool:
    if not piece.endswith(".") or not _ABBREVIATION.search(piece):
        return False
    return not (_GOES_ON_AFTER.search(piece))


def _citable(sentence: str) -> list[str]:
    """Part a sentence where a semicolon joins two whole ones, and wherever it is too long for a citation."""
    pieces: list[str] = []
    start = 0
    for match in _SEMICOLON.finditer(sentence):
        after = plain(sentence[match.end() :])
        if pattern("sentences", "own_sentence").match(after) and len(sentence[start : match.start()].split()) > 3:  # noqa: PLR2004
            pieces.append(sentence[start : match.start() + 1].strip())
            start = match.end()
    pieces.append(sentence[start:].strip())
    return [short for piece in pieces for short in _short(piece)]


def _short(sentence: str) -> list[str]:
    if len(sentence.split()) <= MOST_WORDS:
        return [sentence]
    middle = len(sentence) // 2
    for sign in _BREAKS:
        places = [
            m.end() if m[0].isspace() is False and m[0][0] in ";:" else m.start() + 1 for m in sign.finditer(sentence)
        ]
        if places:
            cut = min(places, key=lambda place: abs(place - middle))
            if len(sentence) * 0.1 < cut < len(sentence) * 0.9:
                return [*_short(sentence[:cut].strip()), *_short(sentence[cut:].strip())]
    return [sentence]


def leans(sentence: str) -> bool:
    """Tell whether a sentence only explains or excepts from the one before and can't stand without it."""
    return bool(pattern("sentences", "leans").match(plain(sentence)))


def passages_of(text: str) -> list[str]:
    """Give what each clause of a paragraph quotes: its sentences, each with those that lean on it."""
    joined: list[str] = []
    for sentence in sentences_of(text):
        if joined and leans(sentence) and len(f"{joined[-1]} {sentence}".split()) <= MOST_WORDS:
            joined[-1] = f"{joined[-1]} {sentence}"
        else:
            joined.append(sentence)
    return joined
