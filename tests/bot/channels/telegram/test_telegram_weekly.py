"""A parent gets a tip every week in Telegram."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

GROUP = -79


def comes_due(bot, user: int) -> list[str]:
    """Let somebody's next tip be due now, and give what the bot then says."""
    person = f"telegram:{user}"
    kept = bot.store.subscriptions.of(person)
    bot.store.subscriptions.keep(replace(kept, due=kept.due - timedelta(days=8)))
    before = len(bot.server.seen[user])
    assert bot.running.weekly.turn()
    bot.loop.call_soon_threadsafe(bot.running.outbox.wake)
    bot.rests()
    return [m.text for m in bot.server.seen[user][before:]]


def test_a_tip_comes_by_itself_and_its_button_leads_to_the_settings(bot, parent):
    parent.say("/subscribe no quiet")
    assert "You get a tip every Sunday at 18:00" in parent.press("Yes, every week")
    (tip,) = comes_due(bot, 501)
    assert "A tip about" in tip
    assert bot.server.labels(501) == ["Another tip", "Weekly tips"]
    bot.server.presses(501, "Weekly tips")
    bot.rests()
    assert "Stop these tips" in bot.server.labels(501)


def test_it_is_changed_in_the_message_itself(bot, parent):
    parent.say("/subscribe")
    parent.press("Yes, every week")
    before = len(bot.server.seen[501])
    parent.press("Another day")
    assert "every Monday at 18:00" in parent.press("Monday")
    assert len(bot.server.seen[501]) == before


def test_many_topics_fit_behind_the_buttons(parent):
    parent.say("/subscribe roblox minecraft whatsapp tiktok youtube discord snapchat age 9")
    parent.press("Yes, every week")
    assert "every Tuesday at 18:00" in (parent.press("Another day") and parent.press("Tuesday"))


def test_a_person_who_blocked_the_bot_is_let_go(bot, parent, server):
    parent.say("/subscribe no quiet")
    parent.press("Yes, every week")
    server.blocked.add(501)
    assert comes_due(bot, 501) == []
    assert comes_due(bot, 501) == []
    assert bot.store.subscriptions.of("telegram:501") is None
    assert bot.store.deliveries.given_up() == []


def test_in_a_group_it_is_taken_to_the_private_chat(bot, parent):
    bot.server.group(GROUP, "Year 4 parents")
    bot.server.says(501, "/subscribe@askfirst_bot", GROUP)
    bot.rests()
    shown = bot.server.seen[GROUP][-1]
    assert "between the two of us" in shown.text
    assert shown.buttons[0]["url"] == "https://t.me/askfirst_bot?start=_subscribe"
    assert "Shall I send you a tip" in parent.say("/start _subscribe")


def test_it_stands_in_the_menu(bot, server):
    assert "subscribe" in {c["command"] for c in server.commands}
    assert bot.told
