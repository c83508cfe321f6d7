"""A reply in Slack keeps every limit, and nothing that a person or a policy wrote becomes more than words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.manifest import SCOPES, manifest
from bot.channels.slack.render import BLOCKS, OPTIONS, RADIOS, SECTION, pressed, render, told_in_place, view
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


def test_the_manifest_says_what_every_permission_is_for_and_keeps_slacks_limits():
    for url in ("", "https://bot.example.org/slack/st-peters"):
        whole = manifest(url)
        assert whole["oauth_config"]["scopes"]["bot"] == list(SCOPES)
        assert whole["settings"]["socket_mode_enabled"] is not bool(url)
        assert len(whole["display_information"]["description"]) <= 140
        assert len(whole["features"]["agent_view"]["suggested_prompts"]) <= 4
        assert len(whole["features"]["shortcuts"][0]["name"]) <= 24
        assert json.dumps(whole).count("https://bot") == (6 - 1 if url else 0)
