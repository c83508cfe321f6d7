"""What the words of a message show: phrases, permission given or refused, and the tables kept for a quick start."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import index
from knowledge.answering import lexicon as lexicon_module
from knowledge.answering.circumstances import circumstances_of
from knowledge.answering.lexicon import Lexicon, load_lexicon
from knowledge.answering.matching import any_of, outside_brackets
from knowledge.answering.phrases import Phrases
from knowledge.answering.topic_model import TopicModel
from knowledge.answering.words import words_of
from knowledge.model import Audience
from knowledge.reading import PackError

TABLE = Phrases({"school wifi": ["network"], "school": ["place"], "wifi": ["device"], "head of school": ["head"]})


def test_a_phrase_inside_a_longer_one_is_passed_over():
    assert TABLE.outermost(words_of("can i use the school wifi")) == {"network"}
    assert TABLE.outermost(words_of("is wifi at school")) == {"device", "place"}


def test_phrases_of_several_words_count_also_inside_one_another():
    assert TABLE.of_several_words(words_of("the head of school wifi")) == {"head", "network"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the head said yes", "permission.head"),
        ("her mum has signed the consent form", "permission.parent"),
        ("i asked the head and she said no", "refused.head"),
        ("nobody has agreed", "refused.subject"),
    ],
)
def test_permission_that_was_given_or_refused_is_shown(said, shown):
    assert shown in circumstances_of(said.split(), Audience.STAFF, load_lexicon())


@pytest.mark.parametrize(
    ("role", "said", "shown", "not_shown"),
    [
        ("staff", "the deputy head said yes", "permission.leader", "permission.head"),
        ("staff", "the school office said yes", "permission.school", "permission.head"),
        ("staff", "my sister is a mum here", "person.close_family", "person.own_child"),
        ("parent", "my sister wants to film", "", "person.own_child"),
        ("parent", "can my daughter come", "person.own_child", "person.family"),
        ("staff", "at lunch while i am on duty", "place.near_pupils", "time.break"),
        ("staff", "at lunch but not on duty", "time.break", "place.near_pupils"),
        ("staff", "in the corridor", "place.elsewhere", "place.near_pupils"),
        ("staff", "the head doesnt know about my cousin", "refused.head", "permission.head"),
    ],
)
def test_who_said_so_and_whose_family_it_is_are_told_apart(role, said, shown, not_shown):
    found = circumstances_of(said.split(), Audience(role), load_lexicon())
    assert {shown} - {""} <= found
    assert not_shown not in found


def test_permission_that_is_only_asked_about_is_not_shown():
    assert not circumstances_of(words_of("do i need the head to have agreed"), Audience.STAFF, load_lexicon())


_PIECES = ["can", "i", "cat", "scan", "dog", " ", "s", "or"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_patterns_taken_together_are_found_where_any_of_them_is(text):
    patterns = [r"\b(can|may) i\b", r"\bcat", r"dog\b", r"\bs|or", r"^i"]
    assert bool(any_of(patterns).search(text)) == any(re.search(pattern, text) for pattern in patterns)


def test_what_stands_outside_brackets_is_told_from_what_stands_inside():
    assert outside_brackets(r"a(b|(c))d[(|]e\(f") == "a()def"


def test_a_kept_lexicon_reads_messages_as_the_one_it_was_kept_from(tmp_path):
    fresh = load_lexicon()
    fresh.save(tmp_path)
    kept = Lexicon.load(tmp_path)
    assert kept.tags == fresh.tags
    assert kept.words == fresh.words
    asked = ("hiya can u add a mum on fb", "the head said i can use my phone at lunch", "wer is the policy")
    for message in ("at lunch on duty", *asked):
        words = fresh.spelt_out(message.split())
        assert kept.spelt_out(message.split()) == words
        assert circumstances_of(words, Audience.STAFF, kept) == circumstances_of(words, Audience.STAFF, fresh)


def test_a_command_starts_from_what_was_kept_and_reads_no_yaml_again(monkeypatch):
    kept = index.load_or_learn()

    def read_again(*_: object) -> None:
        raise AssertionError("the YAML was read again")

    monkeypatch.setattr(index, "load_lexicon", read_again)
    monkeypatch.setattr(index, "load_topics", read_again)
    assert isinstance(index.load_or_learn(), TopicModel)
    assert index.load_or_learn().topics == kept.topics


def test_a_pattern_that_cannot_work_is_refused_with_its_place(tmp_path):
    broken = tmp_path / "lexicon.yaml"
    text = lexicon_module.LEXICON.read_text(encoding="utf-8")
    broken.write_text(text.replace("refused:\n", "refused:\n  - '{who} (said'\n", 1), encoding="utf-8")
    line = broken.read_text(encoding="utf-8").splitlines().index("  - '{who} (said'") + 1
    with pytest.raises(PackError, match=rf"lexicon\.yaml:{line}: .*is not a pattern"):
        load_lexicon(broken)
