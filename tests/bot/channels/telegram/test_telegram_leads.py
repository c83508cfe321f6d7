"""A lead enrols in Telegram and opens a report in their own chat, where its words are not passed on and don't stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.bot.channels.telegram.test_telegram_taking_back import WORDS, chat, in_loop, report
from tests.handlers.telling import CONTACTS
from tests.platforms.running import RunningBot
from tests.platforms.telegram_people import Parent

LEAD = 123456789
"""The Telegram account of the designated safeguarding lead in the example contacts."""


@pytest.fixture
def bot(server, engine, tmp_path):
    """The bot of a school with contacts."""
    with RunningBot(server, engine, tmp_path, {"contacts": CONTACTS, "schools": "st-peters"}) as running:
        yield running
    assert running.error is None


@pytest.fixture
def lead(bot):
    """The lead, enrolled."""
    lead = Parent(bot, LEAD)
    lead.say("/start st-peters")
    assert "You are enrolled" in lead.say(f"enrol {bot.store.leads.code('st-peters', 'dsl-1')}")
    return lead


@pytest.fixture
def opens(parent, lead):
    """The button that opens the report which a parent has sent."""
    report(parent)
    parent.press("Send")
    assert "zebra" not in lead.say("cases")
    return next(label for label, *_ in lead.offered if label.startswith("Open R-"))


def test_opening_shows_it_in_the_leads_own_chat_alone_and_nobody_can_pass_it_on(lead, opens, server):
    assert WORDS in lead.press(opens)
    (opened,) = (seen for seen in server.seen[LEAD] if WORDS in seen.text)
    assert opened.raw["has_protected_content"]
    assert {chat for chat, seen in server.seen.items() if any(WORDS in one.text for one in seen)} == {LEAD}


def test_what_a_lead_opened_and_wrote_is_gone_before_telegram_would_keep_it(bot, lead, opens):
    lead.press(opens)
    lead.press("Note for leads")
    lead.say("spoke with the zebra's mother")
    held = bot.store.report_messages
    for number in held.of(str(LEAD), datetime.now(UTC)):
        held.note(str(LEAD), number, datetime.now(UTC) - timedelta(hours=47))
    in_loop(bot, bot.channels[0].heartbeat())
    assert "zebra" not in chat(bot, LEAD)
    assert WORDS in lead.press(opens)


def test_a_letter_can_be_copied_and_is_gone_from_the_chat_too_when_it_was_the_last_that_was_said(bot, lead, opens):
    lead.press(opens)
    lead.press("Letter templates")
    lead.press("An invitation to a meeting")
    while not any("copy it" in seen.text for seen in bot.server.seen[LEAD]):
        lead.say("a zebra")
    (letter,) = (seen for seen in bot.server.seen[LEAD] if "copy it" in seen.text)
    assert "zebra" in letter.text
    assert not letter.raw.get("has_protected_content")
    held = bot.store.report_messages
    assert letter.id in held.of(str(LEAD), datetime.now(UTC))
    for number in held.of(str(LEAD), datetime.now(UTC)):
        held.note(str(LEAD), number, datetime.now(UTC) - timedelta(hours=47))
    in_loop(bot, bot.channels[0].heartbeat())
    assert "zebra" not in chat(bot, LEAD)


def test_somebody_else_who_sends_what_stands_behind_the_leads_button_opens_nothing(bot, lead, opens, server):
    data = next(data for label, data, _ in lead.offered if label == opens)
    server.presses_data(501, server.seen[501][-1], data)
    bot.rests()
    assert "as a lead's" in server.seen[501][-1].text
    assert WORDS not in chat(bot)


def test_what_a_reporter_writes_to_the_school_afterwards_does_not_stay_either(bot, parent):
    report(parent)
    code = parent.press("Send").partition("Receipt code: ")[2][:19]
    assert parent.say(f"/status {code}")
    assert bot.store.report_messages.of("501", datetime.now(UTC)) == []
    parent.press("Write to the school about it")
    parent.say("a zebra again")
    assert "a zebra again" in parent.say(f"/status {code}")
    shown, typed = bot.server.seen[501][-1].id, [n for n, text in bot.server.typed[501].items() if "zebra" in text]
    assert {shown, *typed} <= set(bot.store.report_messages.of("501", datetime.now(UTC)))


def test_whoever_is_to_become_a_lead_learns_which_account_the_contacts_need(bot, parent):
    parent.say("/start st-peters_staff")
    assert "telegram: 501" in parent.say("/cases")
    assert bot.error is None
