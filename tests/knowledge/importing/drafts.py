"""A draft pack read back from its YAML, and a linker that knows one topic."""

from __future__ import annotations

import yaml

TOPIC = "friend-pupils"


def link(_heading, _lead_in, _sentence):
    """Link every sentence to the one topic of these tests."""
    return [TOPIC]


class Imported:
    """A pack as it was drafted, read back from its YAML."""

    def __init__(self, files):
        self.files = files
        self.school = yaml.safe_load(files["school.yaml"])
        self.paragraphs = yaml.safe_load(files["paragraphs.yaml"])["paragraphs"]
        self.clauses = [
            clause
            for name, text in files.items()
            if name.startswith("clauses/")
            for clause in yaml.safe_load(text)["clauses"]
        ]

    @property
    def texts(self):
        """Give what the clauses quote."""
        return [clause["text"] for clause in self.clauses]

    def saying(self, words):
        """Give the clauses whose text holds some words."""
        return [clause for clause in self.clauses if words in clause["text"]]

    def one(self, words):
        """Give the one clause whose text holds some words."""
        (clause,) = self.saying(words)
        return clause

    def paragraph(self, clause):
        """Give where a clause stands."""
        return next(row for row in self.paragraphs if row["ref"] == clause["source"])
