"""The bot in Slack as a process: told to end, and killed amid a report and a quiz."""

from __future__ import annotations

import itertools
import signal
import threading

import pytest

from handlers.wording import say
from tests.bot.channels.slack.test_slack_durability import QUESTION, answers, cases
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_parts import Fault, free_port
from tests.platforms.slack_people import Colleague
from tests.platforms.slack_process import BotProcess, Moment

pytestmark = pytest.mark.slow

USER = "UTEACHER01"
STORY = "he waits at the gate"
TAKEN = ("No", "Something else", "No, somebody outside the school", "I'm not sure", "Yes")
"""The choices that are taken in a report, each where it is offered."""
MOMENTS = tuple(Moment) * 2


def test_told_to_end_it_ends_cleanly_and_in_time(server, tmp_path):
    with BotProcess(server, tmp_path) as bot:
        bot.process.send_signal(signal.SIGTERM)
        out, errors = bot.process.communicate(timeout=10)
        assert (bot.process.returncode, out, errors) == (0, "Ending …\n", "")


def test_told_to_end_while_slack_gives_no_answer_it_ends_in_time_and_the_answer_is_sent_by_the_next(server, tmp_path):
    held = threading.Event()
    with BotProcess(server, tmp_path) as bot:
        server.faults.append(Fault("chat.postMessage", held=held, drop=True))
        server.says(USER, QUESTION)
        server.waits(lambda: not server.faults, "an answer on its way")
        bot.process.send_signal(signal.SIGTERM)
        bot.process.communicate(timeout=10)
        held.set()
        assert answers(server) == []
        bot.running = False
        bot.rests()
    assert len(answers(server)) == 1


@pytest.fixture
def killable(tmp_path):
    """The bot as a process, and a teacher."""
    with FakeSlack() as server, BotProcess(server, tmp_path) as bot:
        yield bot, Colleague(bot, server.joins(USER))
    assert server.violations == []


@pytest.fixture
def shared(tmp_path, postgres):
    """The bot as several machines share it: events over HTTP, kept on PostgreSQL; and a teacher."""
    port = free_port()
    settings = {"slack_listen": f"127.0.0.1:{port}", "database": postgres.fresh()}
    with FakeSlack(bot_url=f"http://127.0.0.1:{port}/slack") as server, BotProcess(server, tmp_path, settings) as bot:
        yield bot, Colleague(bot, server.joins(USER))
    assert server.violations == []


@pytest.mark.parametrize(("where", "moments"), [("killable", MOMENTS), ("shared", tuple(Moment))])
def test_killed_at_every_step_of_a_report_it_loses_nothing_and_makes_one_case(where, moments, request):
    bot, teacher = request.getfixturevalue(where)
    kills, moments = len(moments), itertools.chain(moments, itertools.repeat(None))
    for _ in range(60):
        moment = next(moments)
        does = next_in_report(teacher)
        if does is None:
            break
        teacher.sees((lambda moment=moment, does=does: bot.killed(moment, does)) if moment else does)
    else:
        pytest.fail(f"the report never came to its end: {teacher.form}")
    assert bot.kills == kills
    assert cases(bot) == 1
    (line,) = bot.store.cases.listed("st-peters", "dsl")
    assert bot.store.cases.opened("st-peters", line.reference, "dsl").case.answers["what"] == STORY
    assert said_twice(bot.server, "Receipt code") <= bot.store.deliveries.repeats() <= bot.kills


def next_in_report(teacher):
    """Give what somebody does next who wants to send a report, by what stands before them; None at the end."""
    server, form, before = teacher.server, teacher.form, answers(teacher.server)
    if any("Receipt code" in shown.text for shown in (*before, *([form] if form else []))):
        return None
    if form:
        return lambda: server.submits(USER, form, **filled(form))
    button = next((shown for shown in before if say("slack.open_form") in shown.labels), None)
    if button:
        return lambda: server.presses(USER, button, say("slack.open_form"))
    return lambda: server.says(USER, "report")


def filled(form):
    """What somebody gives in a form's step: a choice, their story, or nothing where it may be left out."""
    box = next((block for block in form.body["blocks"] if block["type"] == "input"), None)
    if box is None:
        return {}
    options = [option["text"]["text"] for option in box["element"].get("options", [])]
    if taken := next((label for label in TAKEN if label in options), ""):
        return {"option": taken}
    if box["optional"]:
        return {"option": say("report.skip")} if options else {}
    return {"text": STORY}


def test_killed_again_and_again_amid_a_quiz_every_answer_counts_once(killable):
    bot, teacher = killable
    teacher.say("quiz")
    moments = iter((None, *itertools.chain(*((moment, None) for moment in MOMENTS))))
    confirmed = set()
    for moment in moments:
        shown = quiz(bot.server)
        label = next(label for label in (say("quiz.confirm"), say("quiz.next"), *shown.labels) if label in shown.labels)
        if label == say("quiz.confirm"):
            confirmed.add(turn_of(shown))
        does = lambda shown=shown, label=label: bot.server.presses(USER, shown, label)  # noqa: E731
        teacher.sees((lambda moment=moment, does=does: bot.killed(moment, does)) if moment else does)
        if bot.server.envelopes[-1].failed and label in shown.labels:
            teacher.sees(does)  # Slack says that it didn't work, and whoever still sees the button presses it again
    assert bot.kills == len(MOMENTS)
    person = f"{bot.server.teams[0].id}/{USER}"
    answered = bot.store.memory.recall(person, person, "quiz")["progress"]["staff"]["answered"]
    assert len(answered) == len(confirmed)


def quiz(server):
    """The newest message of the quiz that can be answered."""
    return next(shown for shown in answers(server) if say("quiz.stop") in shown.labels)


def turn_of(shown):
    """The step to which the button that confirms belongs."""
    elements = (element for block in shown.body["blocks"] for element in block.get("elements", ()))
    return next(element["value"] for element in elements if element.get("action_id", "").endswith("quiz.confirm"))


def said_twice(server, words):
    """How often something was said more than once in somebody's own chat."""
    return max(0, sum(words in shown.text for shown in answers(server)) - 1)
