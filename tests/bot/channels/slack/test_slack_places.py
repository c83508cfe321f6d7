"""Where the bot hears people in Slack, and who sees its answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.opening import now
from handlers.message import Card, Reply
from handlers.wording import say
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Team
from tests.platforms.slack_people import running

CHANNEL = "C00000001"
WORRY = "<@bot> a year 6 boy told me his uncle hits him and he is scared to go home"


def public(server):
    """Everything in the channel that everybody sees, from the bot."""
    return [s for s in server.messages[CHANNEL].values() if not s.only and "user" not in s.body]


def hidden(server, user):
    """What only this person sees in the channel."""
    return [s for s in server.messages[CHANNEL].values() if s.only == user]


def test_a_mention_is_answered_in_its_thread_and_the_next_question_there_needs_no_mention(bot, server):
    ts = server.says("UTEACHER01", "<@bot> can i add one of the mums on insta?", CHANNEL)
    bot.rests()
    server.says("UTEACHER01", "what about a former pupil?", CHANNEL, thread=ts)
    bot.rests()
    answers = public(server)
    assert len(answers) == 2
    assert {answer.thread for answer in answers} == {ts}


def test_what_colleagues_say_among_themselves_is_dropped_unstored(bot, server):
    server.joins("UTEACHER02")
    ts = server.says("UTEACHER01", "<@bot> can i add one of the mums on insta?", CHANNEL)
    bot.rests()
    handled = bot.store.events.waiting()
    server.says("UTEACHER02", "I wondered that, too", CHANNEL, thread=ts)
    server.says("UTEACHER01", "<@UTEACHER02> ha", CHANNEL, thread=ts)
    server.says("UTEACHER01", "lunch anyone?", CHANNEL)
    bot.rests()
    assert len(public(server)) == 1
    assert bot.store.events.waiting() == handled


def test_a_worry_in_a_channel_is_answered_to_its_sender_alone_with_a_way_into_the_form(bot, server, teacher):
    server.says("UTEACHER01", WORRY, CHANNEL)
    bot.rests()
    assert public(server) == []
    (answer,) = hidden(server, "UTEACHER01")
    assert "uncle" not in str(answer.body)
    server.presses("UTEACHER01", answer, next(label for label in answer.labels if "eport it" in label))
    bot.rests()
    assert teacher.form is not None


@pytest.mark.parametrize("words", ["report", "concern", "/concern"])
def test_asking_for_a_report_in_a_channel_gives_a_way_into_the_form_to_the_sender_alone(bot, server, teacher, words):
    server.says("UTEACHER01", f"<@bot> {words}", CHANNEL)
    bot.rests()
    assert public(server) == []
    (answer,) = hidden(server, "UTEACHER01")
    server.presses("UTEACHER01", answer, say("slack.open_form"))
    bot.rests()
    assert "Is anybody in danger" in teacher.form.text


def test_a_command_is_answered_so_that_only_the_asker_sees_it(bot, server):
    server.commands("UTEACHER01", "/can-i", "add one of the mums on insta?")
    bot.rests()
    (answer,) = hidden(server, "UTEACHER01")
    assert "⛔" in answer.text
    server.commands("UTEACHER01", "/smart")
    bot.rests()
    assert "Question 1 of" in hidden(server, "UTEACHER01")[-1].text


def test_the_concern_command_opens_the_form_with_the_words_that_were_typed_ready_in_it(bot, server, teacher):
    server.commands("UTEACHER01", "/concern", "a man waits at the gate & asks <names>")
    bot.rests()
    for label in ("No", "Something else", "No, somebody outside the school", "I'm not sure", "Yes"):
        teacher.offered.clear()
        teacher._read(teacher.form, None)  # noqa: SLF001 -- looks at the form that is open
        teacher.press(label)
    box = next(b["element"] for b in teacher.form.body["blocks"] if b["type"] == "input")
    assert box["initial_value"] == "a man waits at the gate & asks <names>"
    assert hidden(server, "UTEACHER01") == []


def test_the_shortcut_opens_the_form_and_points_at_the_message_without_its_words(bot, server, teacher):
    server.joins("UTEACHER02")
    ts = server.says("UTEACHER02", "meet me behind the gym", CHANNEL)
    server.raises_concern_about("UTEACHER01", ts, CHANNEL)
    bot.rests()
    assert "Is anybody in danger" in teacher.form.text
    assert all("behind the gym" not in str(call) for call in server.calls)


def test_a_form_whose_trigger_has_gone_stale_becomes_a_message_that_opens_it(server, teacher):
    server.triggers_expire = True
    teacher.say("a year 6 just messaged me on tiktok")
    seen = teacher.press("Report it")
    assert teacher.form is None
    assert say("slack.open_form") in seen
    server.triggers_expire = False
    teacher.press(say("slack.open_form"))
    assert teacher.form is not None


def test_somebody_elses_press_is_answered_to_them_alone_and_leaves_the_answer_as_it_is(bot, server):
    server.joins("UTEACHER02")
    server.says("UTEACHER01", "<@bot> can i add one of the mums on insta?", CHANNEL)
    bot.rests()
    (answer,) = public(server)
    before = dict(answer.body)
    server.presses("UTEACHER02", answer, "Read the clause")
    bot.rests()
    assert public(server) == [answer]
    assert answer.body == before
    (seen,) = hidden(server, "UTEACHER02")
    assert "Staff must not friend or follow" in seen.text
    assert hidden(server, "UTEACHER01") == []


def test_a_question_put_back_to_its_asker_is_not_settled_by_somebody_else(engine, tmp_path):
    with FakeSlack([Team("kingsthorpe-village", 1)]) as server, running(server, engine, tmp_path) as bot:
        for user in ("UTEACHER01", "UTEACHER02"):
            server.joins(user)
        server.says("UTEACHER01", "<@bot> can i accept a former pupil on insta?", CHANNEL)
        bot.rests()
        (asked,) = public(server)
        server.presses("UTEACHER02", asked, "No")
        bot.rests()
        assert public(server) == [asked]
        assert {"Yes", "No"} <= set(asked.labels)
        server.presses("UTEACHER01", asked, "Yes")
        bot.rests()
        settled = public(server)[-1]
        assert settled is not asked
        assert "✅" in settled.text
    assert server.violations == []


def test_the_home_page_has_a_box_to_ask_in_and_shows_where_one_stands(bot, server, teacher):
    server.opens("UTEACHER01")
    bot.rests()
    home = server.homes["UTEACHER01"]
    assert "You haven't played yet" in home.text
    seen = teacher.sees(lambda: server.types_into("UTEACHER01", home, "can i add one of the mums on insta?"))
    assert "⛔" in seen
    seen = teacher.sees(lambda: server.presses("UTEACHER01", home, "Photos of pupils"))
    assert "Is this right?" in seen
    server.presses("UTEACHER01", home, "Report a worry")
    bot.rests()
    assert teacher.form is not None


def test_the_chat_offers_questions_for_one_press(bot, server):
    server.opens("UTEACHER01", "messages")
    bot.rests()
    offered = server.prompts["DUTEACHER01"]
    assert 1 <= len(offered["prompts"]) <= 4
    assert "thread_ts" not in offered


def test_somebody_is_told_something_in_their_own_chat_by_their_id_or_their_address(bot, server, teacher):
    channel = bot.running.outbox._channels["slack"]  # noqa: SLF001 -- as the deliveries of a case do
    for number, whom in enumerate((f"{server.teams[0].id}/UTEACHER01", "UTEACHER01")):
        (delivery,) = channel.tell("st-peters", whom, Reply((Card("You have a message."),)))
        told = replace(delivery, key=f"told {number}")
        assert "You have a message." in teacher.sees(lambda told=told: promised(bot, told))


def promised(bot, delivery):
    """Promise something, as the deliveries of a case are."""
    bot.store.deliveries.promise([delivery], now())
    bot.loop.call_soon_threadsafe(bot.running.outbox.wake)
