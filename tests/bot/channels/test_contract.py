"""What every channel keeps: each kind of reply within the platform's limits, nothing typed left active, no button lost.

A channel is what its renderer gives; each is judged by what its platform would take and show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from bot.channels.email.render import render as as_email
from bot.channels.slack.form import in_form
from bot.channels.slack.form import view as as_form
from bot.channels.slack.render import render as in_slack
from bot.channels.telegram.render import render as in_telegram
from bot.channels.terminal.render import pressable
from bot.channels.terminal.render import render as in_terminal
from handlers.message import Button, Card, Field, Form, Reply, Signal
from tests.platforms.slack_kit import check_blocks, check_view, labels_in, text_in
from tests.platforms.telegram_spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable

NASTY = (
    "<b>bold</b> <script>x</script> &amp; <!channel> <!here> <@U123> <#C1|general> <https://bad.example.org|ours> "
    "@everybody #topic /forget https://bad.example.org/x www.bad.example.org tg://user?id=1 a@b.example.org "
    "[ours](https://bad.example.org) *bold* _low_ `code` ~gone~ ||hidden||"
)
"""What a person or a policy may write, hoping that it becomes more than words."""
_ESCAPE = "\x1b[31mred\x1b[0m\x07"


def _form(field: Field, **more: Any) -> Reply:
    return Reply(
        (Card("A report", ("a line",)),), (Button("Stop", "report.stop"),), Form("f", "Report", (field,)), **more
    )


def _choices(count: int, label: str = "Choice {n}") -> tuple[Button, ...]:
    return tuple(Button(label.replace("{n}", str(n)), "report.answer", f"kind:{n}") for n in range(count))


def _cards(words: str) -> tuple[Card, ...]:
    return (Card(words, (words, words), words, words, Signal.HELP), Card(lines=(words,)))


REPLIES = {
    **{
        f"signal {s or 'none'}": Reply((Card("A headline", ("a line",), "Policy, 1", "in our words", s),))
        for s in Signal
    },
    **{f"signal {s or 'none'} without a headline": Reply((Card(lines=("a line",), signal=s),)) for s in Signal},
    "nothing but a button": Reply((), (Button("Go", "quiz.start"),)),
    "several cards": Reply(tuple(Card(f"Headline {n}", (f"line {n}",)) for n in range(12))),
    "nasty everywhere": Reply(_cards(NASTY), (Button(NASTY[:70], "ask.yes", NASTY), Button(NASTY, "ask.no"))),
    "terminal codes": Reply(_cards(_ESCAPE), (Button("Yes" + _ESCAPE, "ask.yes"),)),
    "a form of words": _form(Field("what", "What happened?", "In your own words.", long=True)),
    "a form of words that may stay empty": _form(Field("when", "When?", choices=_choices(1), optional=True)),
    "a form of choices": _form(Field("kind", "What is it?", choices=_choices(4))),
    "a form of ten choices": _form(Field("kind", "What is it?", choices=_choices(10))),
    "a form of a hundred choices": _form(Field("kind", "What is it?", choices=_choices(100))),
    "a nasty form": _form(Field("kind", NASTY, NASTY, _choices(3, NASTY[:60] + " {n}"))),
    "a form that is done": Reply((Card("Look it over"),), (Button("Send", "report.send", "d"),), ends=False),
    "a reply that replaces": Reply((Card("Changed"),), (Button("Back", "quiz.back"),), replaces=True),
    "the longest action": Reply((Card("?"),), (Button("Yes", "report.answer", "é" * 900),)),
    "the same button twice": Reply((Card("?"),), (Button("Yes", "ask.yes"), Button("Yes", "ask.yes"))),
    **{
        f"{count} buttons": Reply(
            (Card("?"),), tuple(Button(f"Button {n}", "ask.clause", str(n)) for n in range(count))
        )
        for count in (1, 8, 9, 24, 25, 26, 99, 100, 101)
    },
    **{f"a label of {n}": Reply((Card("?"),), (Button("L" * n, "ask.yes"),)) for n in (1, 40, 41, 74, 75, 76, 300)},
    **{
        f"{name} of {size} {letter!r}": Reply((card(letter * size),), (Button("Yes", "ask.yes"),))
        for size in (149, 150, 151, 2047, 2048, 2999, 3000, 3001, 4095, 4096, 4097, 9000)
        for letter in ("a", "&", "<", "🙂", "ab ")
        for name, card in (
            ("a headline", Card),
            ("a line", lambda text: Card(lines=(text,))),
            ("a source", lambda text: Card("x", cited=text)),
            ("what folds", lambda text: Card("x", folded=text)),
        )
    },
    **{
        f"a step's {part} of {size}": _form(Field("what", **{"ask": "?", part: "w" * size}))
        for part in ("ask", "hint")
        for size in (1, 2000, 2001, 4096)
    },
}
"""Every kind of reply, and each length at the edge of some platform's limits."""


@dataclass(frozen=True)
class Seen:
    """What a person gets: the words, what can be pressed, and what of it is active (a link, a mention, a mark)."""

    words: str
    labels: list[str]
    active: list[str]
    wrong: list[str]


_SPEC = Spec()
_TEMPTING = re.compile(r"(?<![\w/])[@#]\w+|(?<![\w/<>])/\w+|\w+://\w|\bwww\.\w|\w\.example\b|\w@\w+\.\w")
"""What Telegram makes a mention, a command or a link of by itself."""


class _Tags(HTMLParser):
    """Collects the tags that Telegram would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.text += data


def terminal(reply: Reply) -> Seen:
    text = in_terminal(reply, 80)
    active = re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    wrong = [line for line in text.splitlines() if len(line) > 80 and not line.lstrip().startswith("[")]
    return Seen(text, [button.label for button in pressable(reply)], active, wrong)


def telegram(reply: Reply) -> Seen:
    words, labels, active, wrong = "", [], [], []
    for message in in_telegram(reply, lambda *_: "0" * 32):
        reader = _Tags()
        reader.feed(message["text"])
        words += reader.text + "\n"
        active += [tag for tag in reader.tags if tag not in ("b", "i", "blockquote expandable")]
        active += _TEMPTING.findall(reader.text)
        if len(reader.text.encode("utf-16-le")) > 2 * 4096 or not reader.text.strip():
            wrong.append(f"{len(reader.text)} characters")
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        labels += [button["text"] for button in buttons]
        wrong += [
            b["text"] for b in buttons if not 1 <= len(b["callback_data"].encode()) <= 64 or not b["text"].strip()
        ]
        wrong += [f"a row of {len(row)}" for row in rows if len(row) > 8]
        wrong += ["more than 100 buttons"] if len(buttons) > 100 else []
        wrong += _SPEC.call("sendMessage", {"chat_id": 1, **message})
    return Seen(words, labels, active, wrong)


def slack(reply: Reply) -> Seen:
    words, labels, active, wrong = "", [], [], []
    for message in in_slack(reply, "T1/C1/1.2", "U1"):
        wrong += check_blocks(message["blocks"], 50)
        wrong += [] if 1 <= len(message["text"]) <= 4000 else ["the notification's length"]
        words, labels = f"{words}{text_in(message)}\n", labels + labels_in(message)
        active += [mark for part in [message["text"], *_mrkdwn(message)] for mark in re.findall(r"[<>]", part)]
    form = as_form(reply)
    wrong += check_view(form)
    active += [mark for part in _mrkdwn(form) for mark in re.findall(r"[<>]", part)]
    if in_form(reply):
        words, labels = f"{words}{text_in(form)}", labels + labels_in(form)
    return Seen(words, labels, active, wrong)


def _mrkdwn(value: Any) -> list[str]:
    """Give every text in which Slack reads marks."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [found for part in value.values() for found in _mrkdwn(part)]
    return [found for part in value for found in _mrkdwn(part)] if isinstance(value, list) else []


def email(reply: Reply) -> Seen:
    (delivery,) = as_email("st-peters", "dsl@school.example.org", reply, None)
    payload = delivery.payload
    wrong = ["a line break in the subject"] if re.search(r"[\r\n]", payload["subject"]) else []
    return Seen(
        payload["text"], [], [], wrong + ([] if set(payload) == {"to", "subject", "text"} else ["not plain text"])
    )


CHAT: dict[str, Callable[[Reply], Seen]] = {"terminal": terminal, "telegram": telegram, "slack": slack}
ALL: dict[str, Callable[[Reply], Seen]] = {**CHAT, "email": email}


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, Seen]]:
    """Give what a person gets of every reply, by channel."""
    return {name: {kind: channel(reply) for kind, reply in REPLIES.items()} for name, channel in ALL.items()}


@pytest.mark.parametrize("channel", ALL)
def test_every_kind_of_reply_keeps_every_limit(seen, channel):
    assert {name: one.wrong for name, one in seen[channel].items() if one.wrong} == {}


@pytest.mark.parametrize("channel", ALL)
def test_nothing_that_a_person_or_a_policy_wrote_becomes_active(seen, channel):
    assert {name: one.active for name, one in seen[channel].items() if one.active} == {}


@pytest.mark.parametrize("channel", CHAT)
def test_every_word_of_a_reply_is_shown(seen, channel):
    for name, reply in REPLIES.items():
        shown = _bare(seen[channel][name].words)
        for card in reply.cards:
            for words in (card.headline, *card.lines, card.cited, card.folded):
                assert _bare(words) in shown, name


@pytest.mark.parametrize("channel", CHAT)
def test_every_button_can_be_pressed_and_its_whole_label_be_read(seen, channel):
    for name, reply in REPLIES.items():
        one = seen[channel][name]
        wanted = dict.fromkeys(pressable(reply))
        extra = 3 if reply.form else 0  # Slack's own: the form's opener and what submits it
        assert len(wanted) <= len(one.labels) <= 2 * len(wanted) + extra, name
        whole = _bare(" ".join([*one.labels, one.words]))
        for button in wanted:
            assert _bare(button.label) in whole, (name, button.label)


def _bare(words: str) -> str:
    return "".join(c for c in words if c.isprintable() and not c.isspace() and c not in "\u2060*")
