"""Finds the phrases of a table in the words of a message, in one pass over the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Phrases:
    """Phrases (words with one space between them), each with the tags that it stands for."""

    def __init__(self, table: Mapping[str, Sequence[str]], longest: Mapping[str, int] | None = None) -> None:
        self.table = table
        self.longest = longest if longest is not None else _longest(table)
        """For each word that begins a phrase, the number of words in the longest phrase that it begins."""

    @property
    def words(self) -> Iterator[str]:
        """Give every word of every phrase, some more than once."""
        return (word for phrase in self.table for word in phrase.split())

    def beginning_at(self, words: Sequence[str], at: int) -> list[tuple[int, Sequence[str]]]:
        """Give the phrases that begin at a place, the longest first, each as its number of words and its tags."""
        found = []
        # Few words begin a phrase, and most of those a short one.
        for length in range(min(self.longest.get(words[at], 0), len(words) - at), 0, -1):
            tags = self.table.get(" ".join(words[at : at + length]) if length > 1 else words[at])
            if tags is not None:
                found.append((length, tags))
        return found

    def outermost(self, words: Sequence[str]) -> set[str]:
        """Give the tags of the phrases that stand in the words; a phrase inside a longer one is passed over."""
        found: set[str] = set()
        begins = self.longest
        passed = 0
        for at, word in enumerate(words):
            if at >= passed and word in begins and (here := self.beginning_at(words, at)):
                length, tags = here[0]
                found.update(tags)
                passed = at + length
        return found

    def of_several_words(self, words: Sequence[str]) -> set[str]:
        """Give the tags of all phrases of two words and more that stand in the words, also of one inside another."""
        found: set[str] = set()
        longest = self.longest
        for at, word in enumerate(words):
            if longest.get(word, 0) > 1:
                for length, tags in self.beginning_at(words, at):
                    if length > 1:
                        found.update(tags)
        return found


def _longest(table: Mapping[str, Sequence[str]]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in table:
        first, *more = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(more))
    return longest
