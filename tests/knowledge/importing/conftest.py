"""What the importer's tests share: a made-up document as the clauses of its draft."""

from __future__ import annotations

import pytest

from knowledge.importing.drafting import import_document
from tests.knowledge.importing.drafts import Imported, link


@pytest.fixture
def imported(tmp_path):
    """Give a way to import a document that is written in the test."""

    def _import(text, name="policy.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Imported(import_document(path, "alder-brook", link))

    return _import
