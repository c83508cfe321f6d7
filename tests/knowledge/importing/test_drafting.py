"""A document becomes a pack that loads, quotes word for word, and can be routed."""

import pytest

from knowledge.answering.lexicon import load_lexicon
from knowledge.importing.drafting import UnreadableDocument, import_document
from knowledge.loader import load_school
from tests.knowledge.importing.drafts import TOPIC, link

DOCUMENT = """ALDER BROOK INFANT SCHOOL
SOCIAL MEDIA POLICY

Last reviewed: May 2024
Next review: May 2026

1. Scope

This policy applies to all staff, governors and parents. It follows Keeping Children Safe in Education 2023.

2. Staff

2.1 Staff must not add pupils as friends. If a pupil asks, staff must tell the Executive Headteacher.

2.2 Staff may use their own phones at lunch, but they must not use them in class.

3. Parents

Parents should raise complaints with the Chair of Trustees and not online.
"""


def load(tmp_path, files):
    """Write a draft and load it as the product does."""
    folder = tmp_path / "alder-brook"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_school(folder, [TOPIC], load_lexicon().tags)


def test_a_draft_loads_without_a_touch(imported, tmp_path):
    """Nobody has to mend the draft before the product accepts it, routes and all."""
    school = load(tmp_path, imported(DOCUMENT).files)
    assert school.slug == "alder-brook"
    assert school.policy.wording == "quoted"
    assert {route.kind for route in school.routes} >= {"nudes", "grooming", "something-else"}


def test_the_document_tells_its_title_dates_and_offices(imported):
    """The title, the dates, the edition of the guidance and the titles of offices are the document's own."""
    school = imported(DOCUMENT).school
    assert school["name"] == "Alder Brook Infant School"
    assert school["policy"]["title"] == "Social Media Policy"
    assert (school["policy"]["last_reviewed"], school["policy"]["review_due"]) == ("2024-05", "2026-05")
    assert school["policy"]["guidance"] == "Keeping Children Safe in Education 2023"
    assert school["roles"]["head"] == "Executive Headteacher"
    assert school["roles"]["chair"] == "Chair of Trustees"
    assert school["roles"]["dsl"] == "Designated safeguarding lead"


def test_every_clause_quotes_the_document(imported):
    """Each clause of running text is word for word in the document."""
    whole = " ".join(DOCUMENT.split())
    assert all(" ".join(text.split()) in whole for text in imported(DOCUMENT).texts)


def test_every_paragraph_has_a_clause_or_a_reason(imported):
    """Nothing of the document is lost in silence."""
    pack = imported(DOCUMENT)
    cited = {clause["source"] for clause in pack.clauses}
    assert all(row["ref"] in cited or "exempt" in row for row in pack.paragraphs)


def test_two_rules_of_a_sentence_are_two_clauses_with_its_words(imported):
    """A sentence that permits and bans is quoted whole twice, each time with its own strength."""
    found = imported(DOCUMENT).saying("at lunch, but")
    assert [clause["modality"] for clause in found] == ["may", "must_not"]
    assert found[0]["text"] == found[1]["text"]


def test_the_same_document_gives_the_same_draft(imported):
    """An import can be repeated and compared."""
    assert imported(DOCUMENT).files == imported(DOCUMENT).files


def test_clauses_have_names_of_their_own(imported):
    """No two clauses share a name, even where their words are the same."""
    pack = imported("Rules\n\nStaff must log off.\n\nAt noon\n\nStaff must log off.\n")
    assert len({clause["id"] for clause in pack.clauses}) == len(pack.clauses) == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("policy.docx", b"PK\x03\x04", "not a format that can be imported"),
        ("policy.txt", b"", "holds no text"),
        ("policy.txt", b"   \n\n", "holds no text"),
        ("policy.txt", b"%PDF-1.7 \x00\x01", "not plain text"),
        ("policy.md", b"# Contents\n\n1. Phones .......... 2\n", "nothing that could be asked about"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(tmp_path, name, content, says):
    """A person gets one sentence that says what is wrong."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument, match=says) as caught:
        import_document(path, "alder-brook", link)
    assert str(caught.value).endswith(".")


def test_a_missing_file_says_so(tmp_path):
    """A wrong path is told in words, not as a traceback."""
    with pytest.raises(UnreadableDocument, match="can't be read"):
        import_document(tmp_path / "gone.txt", "alder-brook", link)


def test_windows_letters_are_read(tmp_path):
    """A file saved by an old editor keeps its quotation marks."""
    path = tmp_path / "policy.txt"
    path.write_bytes("Staff must not post a child\u2019s name.\n".encode("cp1252"))
    files = import_document(path, "alder-brook", link)
    assert any("child\u2019s name" in text for text in files.values())
