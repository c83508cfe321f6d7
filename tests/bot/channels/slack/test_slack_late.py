"""What comes too late for its place, or can't be shown there, is told in the person's own chat and nowhere else."""

from __future__ import annotations

from handlers.wording import say
from tests.bot.channels.slack.test_slack_places import CHANNEL, WORRY, hidden, public
from tests.platforms.slack_parts import ANSWERS, Fault

QUESTION = "add one of the mums on insta?"


def own(server, user="UTEACHER01"):
    """What the bot wrote in somebody's own chat."""
    return [s for s in server.messages[server.chat(user)].values() if "user" not in s.body]


def test_a_command_whose_address_has_run_out_is_answered_in_the_askers_own_chat(bot, server):
    server.addresses_expire = True
    server.commands("UTEACHER01", "/can-i", QUESTION)
    bot.rests()
    (answer,) = own(server)
    assert "⛔" in answer.text
    assert hidden(server, "UTEACHER01") == public(server) == []
    assert bot.store.deliveries.given_up() == []


def test_a_press_on_a_hidden_answer_whose_address_has_run_out_is_answered_in_the_own_chat(bot, server):
    server.commands("UTEACHER01", "/can-i", QUESTION)
    bot.rests()
    server.addresses_expire = True
    server.presses("UTEACHER01", hidden(server, "UTEACHER01")[0], "Read the clause")
    bot.rests()
    (answer,) = own(server)
    assert "Staff must not friend or follow" in answer.text


def test_an_answer_tried_more_often_than_its_address_takes_arrives_all_the_same(bot, server):
    server.commands("UTEACHER01", "/can-i", QUESTION)
    bot.rests()
    address = next(iter(server._responses.values()))  # noqa: SLF001 -- as if it had been answered at before
    address.uses = ANSWERS
    again = {**server.envelopes[-1].payload, "trigger_id": server.trigger("UTEACHER01")}
    server._tell(server.teams[0], "slash_commands", again)  # noqa: SLF001 -- a second question at that address
    bot.rests()
    assert "⛔" in own(server)[-1].text


def test_a_worry_in_a_channel_where_nothing_can_be_shown_hidden_is_answered_in_the_own_chat(bot, server):
    server.faults.append(Fault("chat.postEphemeral", error="user_not_in_channel"))
    server.says("UTEACHER01", WORRY, CHANNEL)
    bot.rests()
    (answer,) = own(server)
    assert "Thank you for telling us" in answer.text
    assert public(server) == []


def test_a_form_that_was_closed_meanwhile_can_be_opened_again_where_it_stands(bot, server, teacher, monkeypatch):
    monkeypatch.setattr("bot.channels.slack.steps._WAITS", 0.0)  # the next step always takes longer than that
    teacher.say("report")
    form = teacher.form
    server.closes(form)
    server.submits("UTEACHER01", form, option="No")
    bot.rests()
    assert say("slack.form_ready") in own(server)[-1].text
    server.presses("UTEACHER01", own(server)[-1], say("slack.open_form"))
    bot.rests()
    assert "What is it about" in teacher.form.text
