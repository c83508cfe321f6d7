"""Takes somebody through a SMART quiz at their own pace: an answer can be changed until it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from handlers import quiz_cards as cards
from handlers.help import BACK, STOP
from handlers.quiz_seat import ABILITY, PLAYERS, sit
from knowledge.quizzing import begin, mark, shown_choices
from knowledge.smart.lessons import Players

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.message import Message, Reply
    from handlers.ports import World
    from handlers.quiz_seat import Seat

__all__ = ["ABILITY", "COMMANDS", "back", "handle", "stop", "under_way"]

COMMANDS = ("quiz", "smart")

_TYPED_PLAYERS = {
    "me": Players.PARENTS,
    "just me": Players.PARENTS,
    "child": Players.FAMILY,
    "my child": Players.FAMILY,
    "with my child": Players.FAMILY,
}
_TYPED_CONFIRM = ("confirm", "yes", "ok")
_TYPED_CHANGE = ("change", "change my answer", "no")
_TYPED_NEXT = ("next", "next question", "go on", "yes", "ok")


def handle(message: Message, world: World) -> Reply:
    """Begin or go on with a quiz, take an answer, or go to the next question."""
    seat = sit(message, world)
    if not message.action:
        action, value = _means(seat) or ("quiz.start", "")
        return _STEPS[action](seat, value)
    if message.action == "quiz.start":
        return _start(seat, "")
    turn, _, value = message.value.partition(".")
    step = _STEPS.get(message.action)
    if step is None or turn != str(seat.state.turn) or not seat.state.open:
        return _unchanged(seat, "quiz.old_button")
    return step(seat, value)


def under_way(message: Message, world: World) -> bool:
    """Tell whether a quiz is going on that this text belongs to; questions and worries are for others."""
    seat = sit(message, world)
    word = message.text.strip().lower().lstrip("/")
    return seat.state.open and (word in (*STOP, *BACK) or bool(_means(seat)))


def stop(message: Message, world: World) -> Reply:
    """Leave the quiz and keep the place."""
    return _stop(sit(message, world), "")


def back(message: Message, world: World) -> Reply:
    """Take back the choice that isn't confirmed yet."""
    seat = sit(message, world)
    if seat.state.players is None:
        return _stop(seat, "")
    if seat.state.explained:
        return _unchanged(seat, "quiz.already_confirmed")
    if seat.state.picked:
        return _show(seat.keep(picked=""))
    return _unchanged(seat, "quiz.nothing_before")


def _means(seat: Seat) -> tuple[str, str] | None:
    """Say which step a typed text means where the quiz stands now, with its value; None for none."""
    word = " ".join(seat.message.text.lower().strip(" .!()[]/").split())
    if not seat.state.open or not word:
        return None
    if seat.state.players is None:
        return _means_players(seat, word)
    if seat.state.explained:
        typed = dict.fromkeys((*cards.NUMBERS, *cards.LETTERS, *_TYPED_CONFIRM), "quiz.pick")
        typed.update(dict.fromkeys(_TYPED_NEXT, "quiz.next"))
    elif seat.state.picked:
        typed = {
            **dict.fromkeys(_TYPED_CONFIRM, "quiz.confirm"),
            **dict.fromkeys(_TYPED_CHANGE, "quiz.change"),
        }
    else:
        typed = {}
    if word in typed:
        return typed[word], ""
    return None if seat.state.explained else _means_choice(seat, word)


def _means_players(seat: Seat, word: str) -> tuple[str, str] | None:
    offered = PLAYERS[seat.message.role]
    typed = dict(zip(cards.NUMBERS, offered, strict=False)) | _TYPED_PLAYERS
    return ("quiz.who", typed[word]) if typed.get(word) in offered else None


def _means_choice(seat: Seat, word: str) -> tuple[str, str] | None:
    for place, choice in enumerate(shown_choices(seat.run, seat.question)):
        if word in (cards.NUMBERS[place], cards.LETTERS[place], choice.lower().strip(" .!")):
            return "quiz.pick", str(place)
    return None


def _start(seat: Seat, value: str) -> Reply:  # noqa: ARG001 -- every step is called alike
    """Begin a quiz, or carry on where it stands; asked twice, it is begun once."""
    state = seat.state
    offered = PLAYERS[seat.message.role]
    if state.open:
        return _show(seat, "quiz.resumed_early")
    progress = seat.progress()
    if progress and state.explained and not progress.waiting:
        return _next(seat.keep(open=True), "")
    if progress and progress.waiting:
        seat = seat.keep(
            open=True, turn=state.turn + 1, explained=False, picked="" if state.explained else state.picked
        )
        return _show(seat, "quiz.resumed", switch=next((p for p in offered if p is not state.players), None))
    if len(offered) > 1:
        return _show(seat.keep(open=True, turn=state.turn + 1, players=None, picked="", explained=False))
    return _play(seat, offered[0])


def _play(seat: Seat, value: str) -> Reply:
    """Let these players play: on with their run, or a new one."""
    if value not in PLAYERS[seat.message.role]:
        return _unchanged(seat, "quiz.old_button")
    players = Players(value)
    progress = seat.progress(players)
    said = "quiz.resumed"
    if not progress or not progress.waiting:
        message = seat.message
        seed = f"{message.person} {message.event} {seat.world.clock().isoformat()}"
        said = "quiz.begins_family" if players is Players.FAMILY else "quiz.begins"
        progress = begin(seat.lessons.for_players(players), Random(seed), progress)  # noqa: S311 -- a draw, no secret
    seat = replace(seat, state=replace(seat.state, players=players))
    kept = seat.with_progress(progress)
    return _show(seat.keep(open=True, turn=seat.state.turn + 1, picked="", explained=False, progress=kept), said)


def _pick(seat: Seat, value: str) -> Reply:
    if seat.state.explained:
        return _unchanged(seat, "quiz.already_confirmed")
    if seat.state.players is None:
        return _unchanged(seat, "quiz.old_button")
    choices = shown_choices(seat.run, seat.question)
    if value not in map(str, range(len(choices))):
        return _unchanged(seat, "quiz.old_button")
    picked = choices[int(value)]
    if picked == seat.state.picked:
        return _unchanged(seat, "quiz.already_chosen")
    return _show(seat.keep(picked=picked))


def _change(seat: Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.picked or seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    return _show(seat.keep(picked=""))


def _confirm(seat: Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.picked or seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    right = seat.state.picked == seat.question.best
    progress = mark(seat.run, right=right)
    return _show(seat.keep(turn=seat.state.turn + 1, explained=True, progress=seat.with_progress(progress)))


def _next(seat: Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    over = not seat.run.waiting
    seat = seat.keep(turn=seat.state.turn + 1, explained=False, picked="", open=not over)
    return cards.ended(seat.run, seat.lessons) if over else _show(seat)


def _stop(seat: Seat, value: str) -> Reply:  # noqa: ARG001
    seat.keep(open=False, turn=seat.state.turn + 1)
    return cards.closed("quiz.stopped")


_STEPS: dict[str, Callable[[Seat, str], Reply]] = {
    "quiz.start": _start,
    "quiz.who": _play,
    "quiz.pick": _pick,
    "quiz.change": _change,
    "quiz.confirm": _confirm,
    "quiz.next": _next,
    "quiz.stop": _stop,
}


def _unchanged(seat: Seat, why: str) -> Reply:
    """Say kindly that nothing was changed, and show where the quiz stands."""
    if not seat.state.open:
        return cards.closed("quiz.old_button_closed")
    return _show(seat, why)


def _show(seat: Seat, notice: str = "", switch: Players | None = None) -> Reply:
    state, message = seat.state, seat.message
    turn = str(state.turn)
    if state.players is None:
        return cards.who(PLAYERS[message.role], turn, said=notice)
    question = seat.question
    if state.explained:
        school = seat.world.engine.schools[message.school]
        taught = cards.taught(question, seat.lessons, school, message.role, state.players)
        reply = cards.explained(question, state.picked, seat.run, taught, turn, said=notice)
    else:
        reply = cards.asked(question, state.picked, seat.run, turn, said=notice, switch=switch)
    return replace(reply, replaces=message.action in ("quiz.pick", "quiz.change", "quiz.confirm") and not notice)
