"""Shows the steps of a quiz: who plays, a question, the choice, what it teaches, and how the run went."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from handlers.ask import month_of, person_to_ask, wording_note
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say
from knowledge.model import Audience, Modality
from knowledge.quizzing import score, shown_choices
from knowledge.safety import load_safety
from knowledge.smart.lessons import Players
from knowledge.smart.signposts import load_signposts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.model import Clause, School
    from knowledge.quizzing import Progress, Score
    from knowledge.smart.lessons import Lessons, Letter, Question

LETTERS = string.ascii_lowercase[:4]
NUMBERS = ("1", "2", "3", "4")
_SPEAKS_TO = {
    Players.STAFF: frozenset({Audience.STAFF}),
    Players.PARENTS: frozenset({Audience.PARENT}),
    Players.FAMILY: frozenset({Audience.PARENT, Audience.PUPIL}),
}
_MOST = 0.7
"""The share of right answers that is called most of them."""


def letter_name(letter: Letter) -> str:
    """Say what a letter stands for: "S for Safe"."""
    return say(f"quiz.letter_{letter}")


def day_in_words(day: str) -> str:
    """Say an ISO day in words: "20 November 2026"."""
    parts = day.split("-")
    return " ".join([*(str(int(d)) for d in parts[2:]), month_of(day)])


def more_help(signpost: str, name: str) -> str:
    """Say where more help is and when that was last checked, in the sentence of this name."""
    found = load_signposts()[signpost]
    return say(name, line=found.line, day=day_in_words(found.checked))


def closed(name: str) -> Reply:
    """Say one sentence while no quiz is going on, with the button that leads into it."""
    return Reply((Card(say(name), signal=Signal.INFO),), (Button(say("quiz.carry_on"), "quiz.start"),))


def who(offered: Sequence[Players], turn: str, *, said: str) -> Reply:
    """Ask who plays."""
    buttons = tuple(Button(say(f"quiz.who_{players}"), "quiz.who", f"{turn}.{players}") for players in offered)
    return Reply((*_said(said), Card(say("quiz.who"))), (*buttons, *_always(turn)))


def asked(question: Question, picked: str, run: Progress, turn: str, *, said: str, switch: Players | None) -> Reply:
    """Ask a question, or show the choice that was made and may be changed."""
    headline = _headline(question, run, run.again)
    choices = shown_choices(run, question)
    if picked in choices:
        letter = LETTERS[choices.index(picked)].upper()
        lines = [question.scenario, say("quiz.chosen", letter=letter, choice=picked), say("quiz.chosen_hint")]
        buttons = [
            Button(say("quiz.confirm"), "quiz.confirm", turn),
            Button(say("quiz.change"), "quiz.change", turn),
        ]
    else:
        lines = [question.scenario]
        buttons = [
            Button(
                say("quiz.choice", letter=LETTERS[place].upper(), choice=choice),
                "quiz.pick",
                f"{turn}.{place}",
            )
            for place, choice in enumerate(choices)
        ]
    if switch:
        buttons.append(Button(say(f"quiz.switch_{switch}"), "quiz.who", f"{turn}.{switch}"))
    return Reply((*_said(said), Card(headline, tuple(lines))), (*buttons, *_always(turn)))


def explained(question: Question, picked: str, run: Progress, taught: Card, turn: str, *, said: str) -> Reply:
    """Explain an answer once it is confirmed, with the clause or tip that the question teaches."""
    right = run.answered[-1][1]
    again = [q for q, _ in run.answered].count(question.id) > 1
    headline = say("quiz.right") if right else say("quiz.wrong", best=question.best)
    lines = [question.why]
    if not right:
        lines.append(say("quiz.back_in_run" if question.id in run.waiting else "quiz.back_next_run"))
    cards = (
        *_said(said),
        Card(_headline(question, run, again), (question.scenario, say("quiz.answered", choice=picked))),
        Card(headline, tuple(lines), signal=Signal.RIGHT if right else Signal.WRONG),
        taught,
    )
    go_on = Button(say("quiz.next" if run.waiting else "quiz.to_score"), "quiz.next", turn)
    return Reply(cards, (go_on, *_always(turn)))


def taught(question: Question, lessons: Lessons, school: School, role: Audience, players: Players) -> Card:
    """Show what a question teaches: the school's own clause on its topic, or its tip."""
    if question.tip:
        tip = lessons.tips[question.tip]
        return Card(
            lines=(say("quiz.tip", text=tip.text),),
            cited=more_help(tip.signpost, "quiz.more_help"),
            signal=Signal.ADVICE,
        )
    addressed = _SPEAKS_TO[players] | ({role} if players is Players.STAFF else set())
    clause = clause_on(question, school, addressed)
    if clause is None:
        return Card(lines=(say("quiz.no_clause", who=person_to_ask(school, role)),), signal=Signal.INFO)
    return Card(
        lines=(say("quiz.clause", text=clause.text),),
        cited=f"{school.policy.title} · {clause.place}",
        folded=wording_note(school),
        signal=Signal.INFO,
    )


def clause_on(question: Question, school: School, addressed: frozenset[Audience]) -> Clause | None:
    """Give the clause that speaks most plainly to these people on the question's topic, if there is one.

    What safety rules forbid to cite beside the risk that the scenario tells of is never given.
    """
    story = f"{question.scenario} {question.best}".lower()
    barred = {topic for rule in load_safety() if rule.speaks_of(story) for topic in rule.never_cite}
    found = [
        clause
        for clause in school.clauses
        if question.topic in clause.topics[:2] and clause.audience & addressed and barred.isdisjoint(clause.topics)
    ]
    return min(
        found,
        key=lambda c: (c.topics.index(str(question.topic)), c.modality is Modality.FACT, len(c.topics)),
        default=None,
    )


def ended(run: Progress, lessons: Lessons) -> Reply:
    """Show the score of every letter, with kind words."""
    scores = score(run, lessons.questions)
    asked_of = sum(s.asked for s in scores)
    right = sum(s.right for s in scores)
    name = "all" if right == asked_of else "most" if right >= _MOST * asked_of else "some"
    closing = say("quiz.score_back" if right < asked_of else "quiz.score_new")
    card = Card(say(f"quiz.score_{name}"), (*map(_score_line, scores), closing), signal=Signal.RIGHT)
    buttons = (
        Button(say("quiz.another_run"), "quiz.start"),
        Button(say("quiz.a_tip"), "tips.one"),
        Button(say("quiz.worried"), "report.start"),
    )
    return Reply((card,), buttons)


def _score_line(score_: Score) -> str:
    return say(
        "quiz.score_mended" if score_.mended else "quiz.score_line",
        letter=letter_name(score_.letter),
        right=str(score_.right),
        asked=str(score_.asked),
        mended=str(score_.mended),
    )


def _headline(question: Question, run: Progress, again: bool) -> str:
    letter = letter_name(question.letter)
    if again:
        return say("quiz.once_more", letter=letter)
    place = run.order.index(question.id) + 1
    return say("quiz.question", place=str(place), length=str(len(run.order)), letter=letter)


def _said(name: str) -> tuple[Card, ...]:
    return (Card(say(name), signal=Signal.INFO),) if name else ()


def _always(turn: str) -> tuple[Button, ...]:
    return Button(say("quiz.worried"), "report.start"), Button(say("quiz.stop"), "quiz.stop", turn)
