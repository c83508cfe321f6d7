"""What a person sees in Telegram: every limit kept, everything escaped, every button one that leads somewhere."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.keyboard import DATA_LIMIT, length
from bot.channels.telegram.render import TEXT_LIMIT, plain, render
from handlers.message import Button, Card, Field, Form, Reply, Signal
from tests.platforms.telegram_text import Reader

_WORDS = st.text(max_size=6_000)
_BUTTONS = st.builds(
    Button,
    st.text(min_size=1, max_size=300).filter(str.strip),
    st.sampled_from(["ask.clause", "report.answer"]),
    st.text(max_size=200),
)
_CARDS = st.builds(Card, _WORDS, st.lists(_WORDS, max_size=4).map(tuple), _WORDS, _WORDS, st.sampled_from(list(Signal)))
_REPLIES = st.builds(
    Reply, st.lists(_CARDS, min_size=1, max_size=3).map(tuple), st.lists(_BUTTONS, max_size=130).map(tuple)
)


def keep(action: str, value: str) -> str:
    """Give a short id as the store does."""
    return f"{abs(hash((action, value))):032x}"[:32]


def shown(text: str) -> str:
    """Read HTML as Telegram does."""
    reader = Reader()
    reader.feed(text)
    return reader.done()


@given(_REPLIES)
def test_no_reply_breaks_a_limit_or_the_html(reply):
    messages = render(reply, keep)
    for message in messages:
        assert length(shown(message["text"])) <= TEXT_LIMIT
        buttons = [b for row in message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"] for b in row]
        assert len(buttons) <= 100
        assert all(len(b["callback_data"].encode()) <= DATA_LIMIT and b["text"] for b in buttons)
    count = sum(len(r) for m in messages for r in m.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"])
    assert count == len(dict.fromkeys(reply.buttons))


def test_a_text_of_just_the_limit_is_one_message_and_one_more_letter_makes_two():
    assert len(render(Reply((Card(lines=("a" * TEXT_LIMIT,)),)), keep)) == 1
    assert len(render(Reply((Card(lines=("a" * (TEXT_LIMIT + 1),)),)), keep)) == 2


def test_an_emoji_counts_as_two_as_telegram_counts_it():
    assert len(render(Reply((Card(lines=("🙂" * (TEXT_LIMIT // 2),)),)), keep)) == 1
    assert len(render(Reply((Card(lines=("🙂" * (TEXT_LIMIT // 2) + "a",)),)), keep)) == 2


def test_nothing_that_anybody_wrote_becomes_html_or_a_mention_or_a_command_or_a_link():
    (message,) = render(Reply((Card(lines=("<b>hi</b> & @head /forget https://evil.example/x evil.com",)),)), keep)
    assert "&lt;b&gt;hi&lt;/b&gt; &amp;" in message["text"]
    for tempting in ("@head", "/forget", "https://", "evil.com", "evil.example"):
        assert tempting not in unescape(message["text"])
    assert message["link_preview_options"] == {"is_disabled": True}


def test_the_addresses_of_help_lines_stay_links_and_an_email_stays_readable():
    assert plain("See ceop.police.uk.") == "See ceop.police.uk."
    assert plain("ring 999; costs 1.50") == "ring 999; costs 1.50"


def test_a_long_action_stands_in_the_store_and_a_short_one_on_the_button():
    short, long = Button("Yes", "ask.yes"), Button("No", "report.answer", "x" * 60)
    (message,) = render(Reply((Card("?"),), (short, long)), keep)
    row = message["reply_markup"]["inline_keyboard"][0]
    assert row[0]["callback_data"] == "ask.yes|"
    assert row[1]["callback_data"] == "#" + keep("report.answer", "x" * 60)


def test_data_of_just_64_bytes_stands_on_the_button_and_of_65_in_the_store():
    fits, over = Button("A", "ask.clause", "é" * 26 + "x"), Button("B", "ask.clause", "é" * 27)
    (message,) = render(Reply((Card("?"),), (fits, over)), keep)
    row = message["reply_markup"]["inline_keyboard"][0]
    assert len(row[0]["callback_data"].encode()) == 64
    assert row[1]["callback_data"].startswith("#")


def test_a_choice_too_long_for_a_telephone_stands_in_the_text_with_its_letter_on_the_button():
    (message,) = render(
        Reply((Card("Q"),), (Button("A. " + "tell a grown-up you trust " * 3, "quiz.pick", "1.0"),)), keep
    )
    assert "A. tell a grown-up you trust tell" in message["text"]
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "A"


def test_a_form_asks_its_next_step_and_offers_its_choices_first():
    form = Form(
        "f",
        "Report",
        (Field("danger", "Is anybody in danger?", "Ring 999.", (Button("Yes", "report.answer", "danger:yes"),)),),
    )
    (message,) = render(Reply((), (Button("Stop", "report.stop"),), form), keep)
    assert "<b>Is anybody in danger?</b>\n<i>Ring 999.</i>" in message["text"]
    rows = [[b["text"] for b in row] for row in message["reply_markup"]["inline_keyboard"]]
    assert rows == [["Yes"], ["Stop"]], "what leaves the form stands apart from its choices"


def test_a_long_clause_folds():
    (message,) = render(Reply((Card("No.", ("word " * 200,), folded="In our words."),)), keep)
    assert message["text"].count("<blockquote expandable>") == 2


def test_in_a_group_the_button_of_a_report_leads_into_the_private_chat():
    (message,) = render(Reply((Card("x"),), (Button("Report it", "report.start", "nudes"),)), keep, "askfirst_bot")
    assert message["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://t.me/askfirst_bot?start=_concern"


def test_where_one_choice_is_too_long_for_a_telephone_all_bear_their_letters_and_stand_in_full_above():
    choices = ("A. No", "B. " + "Tell a grown-up you trust before you answer at all", "C. Yes")
    buttons = (*(Button(c, "quiz.pick", str(n)) for n, c in enumerate(choices)), Button("Stop", "quiz.stop"))
    [message] = render(Reply((Card("Would you go?"),), buttons), keep)
    labels = [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]
    assert labels == ["A", "B", "C", "Stop"]
    assert shown(message["text"]).endswith("\n".join(choices))


def test_short_choices_stand_whole_on_their_buttons():
    buttons = (Button("A. Yes", "quiz.pick", "1"), Button("B. No", "quiz.pick", "2"))
    [message] = render(Reply((Card("Would you go?"),), buttons), keep)
    labels = [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]
    assert labels == ["A. Yes", "B. No"]


def rows(*labels: str) -> list[list[str]]:
    """Give the rows in which buttons with these labels stand."""
    buttons = tuple(Button(label, "ask.clause", str(number)) for number, label in enumerate(labels))
    [message] = render(Reply((Card("?"),), buttons), keep)
    return [[b["text"] for b in row] for row in message["reply_markup"]["inline_keyboard"]]


def test_buttons_of_a_row_are_equally_wide_so_only_those_that_fit_their_share_stand_beside_each_other():
    assert rows("Yes", "No", "Read the clause", "Is this right?") == [
        ["Yes", "No"],
        ["Read the clause", "Is this right?"],
    ]
    assert rows("Yes", "Worried about something real?") == [["Yes"], ["Worried about something real?"]]
    assert rows("A", "B", "C", "D", "E", "Stop") == [["A", "B", "C", "D"], ["E"], ["Stop"]]


def test_a_label_that_is_too_long_is_cut_and_stands_whole_above_and_two_that_would_look_alike_get_numbers():
    long = "A post that harms somebody or the school's name"
    assert rows("Yes", long) == [["Yes"], ["A post that harms somebody or the…"]]
    schools = [f"The Blessed Trinity Church of England Primary School, {place}" for place in ("North", "South")]
    cut = "The Blessed Trinity Church of…"
    assert rows(*schools) == [[f"1. {cut}"], [f"2. {cut}"]]
    [message] = render(Reply((Card("?"),), tuple(Button(s, "school.is", s[-5:]) for s in schools)), keep)
    assert shown(message["text"]).splitlines()[-2:] == [f"1. {schools[0]}", f"2. {schools[1]}"]


def test_a_headline_that_is_a_whole_page_shows_its_beginning_and_folds_the_rest():
    (message,) = render(Reply((Card("No. " + "Staff must not do it. " * 60, signal=Signal.NO),)), keep)
    head, _, rest = message["text"].partition("\n")
    assert len(head) < 620
    assert head.endswith("it.</b>")
    assert rest.startswith("<blockquote expandable>Staff must not")
