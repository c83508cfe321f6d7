"""A paragraph is split into its sentences, word for word, none too long to cite."""

from knowledge.importing.sentences import MOST_WORDS, passages_of, sentences_of


def test_abbreviations_and_numbers_end_no_sentence():
    """Points in "e.g.", "St." and "6.10" do not cut a sentence in two."""
    assert sentences_of("Ask at St. Botolph's, e.g. by e-mail. See 6.10 first.") == [
        "Ask at St. Botolph's, e.g. by e-mail.",
        "See 6.10 first.",
    ]


def test_a_semicolon_between_two_rules_parts_them():
    """Two rules joined by a semicolon are two citations, both word for word."""
    assert sentences_of("Staff may bring a phone; however, pupils must not use one.") == [
        "Staff may bring a phone;",
        "however, pupils must not use one.",
    ]


def test_a_sentence_that_only_explains_stays_with_its_rule():
    """A sentence such as "This includes …" is quoted with the one before, since it makes no sense alone."""
    assert passages_of("Staff must not post pictures. This includes drawings. Staff must log off.") == [
        "Staff must not post pictures. This includes drawings.",
        "Staff must log off.",
    ]


def test_a_very_long_sentence_is_parted_and_loses_no_word():
    """No citation is longer than a reader would bear, and the pieces add up to the whole."""
    text = "Staff must " + ", ".join(f"keep list number {i} in the office" for i in range(60)) + "."
    pieces = sentences_of(text)
    assert all(len(piece.split()) <= MOST_WORDS for piece in pieces)
    assert " ".join(pieces) == text
