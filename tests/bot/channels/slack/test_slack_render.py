"""A reply in Slack keeps every limit, and nothing that a person or a policy wrote becomes more than words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.blocks import SECTION
from bot.channels.slack.buttons import pressed
from bot.channels.slack.form import OPTIONS, RADIOS, view
from bot.channels.slack.render import BLOCKS, render, told_in_place
from handlers.message import Button, Card, Field, Form, Reply, Signal
from handlers.wording import say
from tests.platforms.slack_kit import check_blocks, check_view, labels_in, text_in

NASTY = "<!channel> <@U123> <#C1|general> <https://bad.example.org|ours> & &lt; *bold* `code` > quote"
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=4000)
_BUTTONS = st.builds(
    Button, st.text(min_size=1, max_size=120), st.sampled_from(["ask.yes", "quiz.pick"]), st.text(max_size=60)
)
_CARDS = st.builds(Card, _WORDS, st.lists(_WORDS, max_size=3).map(tuple), _WORDS, _WORDS, st.sampled_from(list(Signal)))


def shown(reply):
    return [message["blocks"] for message in render(reply, "T1/C1/1.2", "U1")]


@given(st.builds(Reply, st.lists(_CARDS, max_size=4).map(tuple), st.lists(_BUTTONS, max_size=30).map(tuple)))
def test_whatever_a_reply_holds_slack_takes_it(reply):
    for message in render(reply, "T1/C1/1.2", "U1"):
        assert check_blocks(message["blocks"], BLOCKS) == []
        assert 1 <= len(message["text"]) <= 40_000
    assert check_view(view(reply)) == []


@pytest.mark.parametrize("signal", list(Signal))
def test_every_signal_is_shown_with_its_words(signal):
    (blocks,) = shown(Reply((Card("A headline", ("a line",), "Policy, 1", "folded", signal),)))
    assert all(words in text_in({"blocks": blocks}) for words in ("A headline", "a line", "Policy, 1", "folded"))


def test_marks_and_mentions_stay_words():
    reply = Reply((Card(NASTY, (NASTY,), NASTY, NASTY),), (Button(NASTY, "ask.yes"),))
    (message,) = render(reply, "", "")
    mrkdwn = [b["text"]["text"] for b in message["blocks"] if b["type"] == "section"]
    assert all("<" not in words for words in (*mrkdwn, message["text"]))
    assert text_in(message).count("<!channel>") == 6  # the button's label is too long, so that it stands above, too


@pytest.mark.parametrize("length", [SECTION - 1, SECTION, SECTION + 1, 3 * SECTION, 60 * SECTION])
def test_a_long_text_is_cut_between_words_into_as_many_blocks_and_messages_as_it_needs(length):
    words = ("word & word " * length)[:length].strip()
    pages = shown(Reply((Card(lines=(words,)),)))
    assert all(check_blocks(page, BLOCKS) == [] for page in pages)
    assert " ".join(text_in({"blocks": page}) for page in pages).split() == words.split()


def test_a_long_clause_folds_behind_the_button_that_reads_it_out():
    long = "Staff must not do this. " * 60
    (folded,) = shown(Reply((Card(long),), (Button("Read the clause", "ask.clause", "c1"),)))
    (whole,) = shown(Reply((Card(long),)))
    assert len(text_in({"blocks": folded})) < 700 < len(text_in({"blocks": whole}))


def test_a_label_too_long_for_its_button_stands_in_full_above():
    label = "Tell a grown-up whom you trust " * 4
    (blocks,) = shown(Reply((Card("Question"),), (Button(label, "quiz.pick", "1.0"),)))
    assert label.strip() in text_in({"blocks": blocks})


def test_choices_of_which_one_is_too_long_stand_in_full_above_and_their_buttons_bear_letters():
    labels = ("A. " + "tell a grown-up whom you trust " * 4, "B. keep it to yourself", "Stop here")
    (blocks,) = shown(Reply((Card("Question"),), tuple(Button(label, "quiz.pick", label[0]) for label in labels)))
    assert labels_in({"blocks": blocks}) == ["A", "B", "Stop here"]
    assert all(label.strip() in text_in({"blocks": blocks}) for label in labels)


@pytest.mark.parametrize("count", [1, RADIOS, RADIOS + 1, OPTIONS])
def test_a_step_offers_its_choices_as_slack_takes_them(count):
    choices = tuple(Button(f"choice {n}", "report.answer", f"kind:{n}") for n in range(count))
    form = Form("d1", say("report.title"), (Field("kind", "What is it about?", "hint", choices),))
    whole = view(Reply((), (Button("Stop", "report.stop"),), form))
    assert check_view(whole) == []
    assert len([label for label in labels_in(whole) if label.startswith("choice")]) == count


def test_words_given_before_stand_ready_in_their_box_and_never_more_than_it_takes():
    form = Form("d1", "Report a worry", (Field("what", "What happened?", long=True),))
    whole = view(Reply((), (), form), "x" * 5000)
    assert check_view(whole) == []
    assert json.loads(whole["private_metadata"])["step"] == "what"


def test_the_notification_of_a_worry_says_nothing_of_it():
    (message,) = render(Reply((Card("Thank you for telling us", signal=Signal.HELP),)), "", "")
    assert message["text"] == "You have a message."


def test_a_reply_told_in_place_takes_its_button_away_and_leaves_the_others():
    buttons = (
        Button("Yes", "ask.yes"),
        Button("Read the clause", "ask.clause", "c1"),
        Button("Report it", "report.start"),
    )
    (blocks,) = shown(Reply((Card("Only if"),), buttons))
    left = told_in_place(
        pressed(blocks, "ask.clause", "c1", "Read the clause", answered=True), Reply((Card("Clause"),))
    )
    assert labels_in({"blocks": left}) == ["Yes", "Report it"]
    assert "Clause" in text_in({"blocks": left})
    chosen = pressed(blocks, "ask.yes", "", "Yes", answered=False)
    assert labels_in({"blocks": chosen}) == ["Report it"]
    assert "You chose: Yes" in text_in({"blocks": chosen})


@pytest.mark.parametrize("count", [3, RADIOS + 1])
def test_choices_of_which_one_is_too_long_for_a_form_stand_in_full_above_it_by_their_numbers(count):
    long = "A message, a picture or a friend request that came from somebody whom the pupil has never met in "
    labels = [f"{long}{where}" for where in ("person", "a game")] + [f"choice {n}" for n in range(3, count + 1)]
    choices = tuple(Button(label, "report.answer", f"kind:{n}") for n, label in enumerate(labels))
    whole = view(Reply((), form=Form("d1", "Report a worry", (Field("kind", "What is it?", choices=choices),))))
    assert check_view(whole) == []
    above = next(block for block in whole["blocks"] if block["type"] == "section")
    assert text_in({"blocks": [above]}).splitlines() == [f"{n}. {label}" for n, label in enumerate(labels, start=1)]
    shown = labels_in(whole)[:count]
    assert [label.partition(".")[0] for label in shown] == [f"{n}" for n in range(1, count + 1)]
    assert shown[2] == "3. choice 3"


def test_whatever_stands_in_a_form_stays_words():
    choices = tuple(Button(f"{NASTY} {n}", "report.answer", f"kind:{n}") for n in range(2))
    form = Form("d1", NASTY, (Field("kind", NASTY, NASTY, choices),))
    whole = view(Reply((Card(NASTY, (NASTY,), NASTY, NASTY),), (Button(NASTY, "report.stop"),), form), NASTY)
    assert check_view(whole) == []
    assert marks_in(whole) == []


def test_whatever_was_pressed_stays_words():
    (blocks,) = shown(Reply((Card(NASTY),), (Button(NASTY, "ask.yes"), Button("No", "quiz.pick"))))
    left = pressed(blocks, "ask.yes", "", NASTY, answered=False)
    whole = told_in_place(left, Reply((Card(NASTY, (NASTY,)),)))
    assert NASTY in text_in({"blocks": whole})
    assert marks_in({"blocks": whole}) == []


def test_the_notification_of_an_answer_is_words_alone():
    (message,) = render(Reply((Card(NASTY),)), "", "")
    assert "<" not in message["text"]
    assert "&lt;!channel&gt;" in message["text"]


def marks_in(value):
    """Every text in which Slack would read more than words: it is either plain, or escaped and taken as it stands."""
    if isinstance(value, list):
        return [found for part in value for found in marks_in(part)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        return [] if value.get("verbatim") is True and "<" not in value["text"] else [value]
    return [found for part in value.values() for found in marks_in(part)]
