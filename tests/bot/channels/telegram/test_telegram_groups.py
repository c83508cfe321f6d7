"""In a group the bot answers only when it is spoken to, and a concern goes to the private chat."""

from __future__ import annotations

import pytest

from tests.bot.channels.telegram.test_telegram_faults import rows

GROUP = -77


@pytest.fixture
def group(server, parent):
    """A group of parents."""
    server.group(GROUP, "Year 4 parents")
    return parent


def said(bot, text: str) -> list[str]:
    """Say something in the group and give what the bot then says there."""
    before = len(bot.server.seen[GROUP])
    bot.server.says(501, text, GROUP)
    bot.rests()
    return [m.text for m in bot.server.seen[GROUP][before:]]


@pytest.mark.usefixtures("group")
def test_what_people_say_to_each_other_is_neither_answered_nor_stored(bot, tmp_path):
    before = rows(tmp_path, "inbox")
    assert said(bot, "who has the maths homework?") == []
    assert rows(tmp_path, "inbox") == before


@pytest.mark.usefixtures("group")
def test_a_question_to_the_bot_is_answered_under_the_question(bot, server):
    (answer,) = said(bot, "@askfirst_bot can I post photos of other children?")
    assert answer
    assert server.calls[-1][1].get("reply_parameters") or any("reply_parameters" in p for _, p in server.calls)


@pytest.mark.usefixtures("group")
def test_a_concern_is_answered_in_private_and_not_a_word_of_it_in_the_group(bot, server):
    (shown,) = said(bot, "@askfirst_bot someone is threatening to post nudes of my daughter")
    assert "between the two of us" in shown
    assert "nudes" not in shown
    button = server.seen[GROUP][-1].buttons[0]
    assert button["url"] == "https://t.me/askfirst_bot?start=_concern"
    assert "999" in server.seen[501][-1].text


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("typed", ["/concern@askfirst_bot", "/status@askfirst_bot", "@askfirst_bot report"])
def test_a_report_or_its_status_is_never_begun_in_a_group(bot, typed):
    (shown,) = said(bot, typed)
    assert "between the two of us" in shown


def test_the_groups_button_leads_straight_into_the_report(group):
    assert "Is anybody in danger right now?" in group.say("/start _concern")


@pytest.mark.usefixtures("group")
def test_somebody_whom_the_bot_may_not_write_to_still_gets_the_way_there(bot, server):
    server.blocked.add(501)
    (shown,) = said(bot, "@askfirst_bot someone is threatening to post nudes of my daughter")
    assert "between the two of us" in shown
    assert bot.store.deliveries.given_up() == []
