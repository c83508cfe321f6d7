"""Takes somebody through a SMART quiz, at their own pace: every answer can be changed until it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from handlers import quiz_cards as cards
from handlers.help import BACK, STOP
from handlers.message import Reply
from knowledge.model import Audience
from knowledge.quizzing import Progress, begin, mark, shown_choices
from knowledge.smart.lessons import Lessons, Players, Question, load_lessons

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "quiz"
COMMANDS = ("quiz", "smart")

_PLAYERS = {
    Audience.STAFF: (Players.STAFF,),
    Audience.GOVERNOR: (Players.STAFF,),
    Audience.PARENT: (Players.PARENTS, Players.FAMILY),
    Audience.VISITOR: (Players.PARENTS, Players.FAMILY),
    Audience.PUPIL: (Players.FAMILY,),
}
"""Who can play, by role; a pupil plays with a grown-up."""
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


@dataclass(frozen=True, slots=True)
class _State:
    """Where somebody is; `turn` goes up with every step that can't be undone, and each button carries its turn."""

    turn: int = 0
    open: bool = False
    players: Players | None = None
    picked: str = ""
    explained: bool = False
    progress: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seat:
    """One message at the quiz, with what it needs: the person's state, the lessons and the world."""

    message: Message
    world: World
    lessons: Lessons
    state: _State

    def keep(self, **changes: Any) -> _Seat:  # noqa: ANN401 -- the fields of a state
        """Keep a changed state, and give the seat with it."""
        state = replace(self.state, **changes)
        kept = {name: getattr(state, name) for name in _State.__slots__}
        self.world.memory.keep(self.message.person, self.message.conversation, ABILITY, kept, None)
        return replace(self, state=state)

    def progress(self, players: Players | None = None) -> Progress | None:
        """Give how far the players are, or None where they have never begun."""
        players = players or self.state.players
        kept = self.state.progress.get(players) if players else None
        return Progress.from_json(kept, self.lessons.questions) if kept else None

    @property
    def run(self) -> Progress:
        """Give the run that is being played; raises ValueError where there is none."""
        progress = self.progress()
        if progress is None:
            raise ValueError("a step of the quiz was taken before a run began")
        return progress

    def question(self, progress: Progress) -> Question:
        """Give the question to show: the one just explained, or else the one in hand."""
        shown = progress.answered[-1][0] if self.state.explained else progress.waiting[0]
        return self.lessons.questions[shown]

    def with_progress(self, progress: Progress) -> dict[str, Any]:
        """Give the progress of all players with one of them gone on."""
        return {**self.state.progress, str(self.state.players): progress.to_json()}


def handle(message: Message, world: World) -> Reply:
    """Begin or go on with a quiz, take an answer, or go to the next question."""
    seat = _sit(message, world)
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
    """Tell whether a quiz is going on that this text belongs to; a question or a worry is for other abilities."""
    seat = _sit(message, world)
    word = message.text.strip().lower().lstrip("/")
    return seat.state.open and (word in (*STOP, *BACK) or bool(_means(seat)))


def stop(message: Message, world: World) -> Reply:
    """Leave the quiz and keep the place."""
    return _stop(_sit(message, world), "")


def back(message: Message, world: World) -> Reply:
    """Take back the choice that isn't confirmed yet."""
    seat = _sit(message, world)
    if seat.state.players is None:
        return _stop(seat, "")
    if seat.state.explained:
        return _unchanged(seat, "quiz.already_confirmed")
    if seat.state.picked:
        return _show(seat.keep(picked=""))
    return _unchanged(seat, "quiz.nothing_before")


def _sit(message: Message, world: World) -> _Seat:
    kept = world.memory.recall(message.person, message.conversation, ABILITY)
    state = _State(**kept) if kept else _State()
    players = Players(state.players) if state.players in _PLAYERS[message.role] else None
    lessons = load_lessons(frozenset(world.engine.model.topics))
    seat = _Seat(message, world, lessons, replace(state, players=players))
    progress = seat.progress()
    # A question can have been taken out of the library since; what hung on it is then gone as well.
    explained = bool(state.explained and progress and progress.answered)
    ended = progress is not None and not progress.waiting and not explained
    picked = "" if ended or not progress else state.picked
    return replace(seat, state=replace(seat.state, open=state.open and not ended, picked=picked, explained=explained))


def _means(seat: _Seat) -> tuple[str, str] | None:
    """Say which step a typed text means where the quiz stands now: its action and value; None where it means none."""
    word = " ".join(seat.message.text.lower().strip(" .!()[]/").split())
    state = seat.state
    if not state.open or not word:
        return None
    if state.players is None:
        offered = _PLAYERS[seat.message.role]
        players = offered[int(word) - 1] if word in cards.NUMBERS[: len(offered)] else _TYPED_PLAYERS.get(word)
        return ("quiz.who", players) if players in offered else None
    if state.explained and word in _TYPED_NEXT:
        return "quiz.next", ""
    if state.picked and word in _TYPED_CONFIRM:
        return "quiz.confirm", ""
    if state.picked and word in _TYPED_CHANGE:
        return "quiz.change", ""
    if state.explained:
        return ("quiz.pick", "") if word in (*cards.NUMBERS, *cards.LETTERS) or word in _TYPED_CONFIRM else None
    for place, choice in enumerate(shown_choices(seat.run, seat.question(seat.run))):
        if word in (cards.NUMBERS[place], cards.LETTERS[place], " ".join(choice.lower().strip(" .!").split())):
            return "quiz.pick", str(place)
    return None


def _start(seat: _Seat, value: str) -> Reply:  # noqa: ARG001 -- every step is called alike
    """Begin a quiz, or carry on where it stands; asked twice, it is begun once."""
    state = seat.state
    offered = _PLAYERS[seat.message.role]
    if state.open:
        return _show(seat, "quiz.resumed_early")
    progress = seat.progress()
    if progress and state.explained and not progress.waiting:
        return _next(seat.keep(open=True), "")
    if progress and progress.waiting:
        seat = seat.keep(open=True, turn=state.turn + 1, explained=False, picked="" if state.explained else state.picked)
        return _show(seat, "quiz.resumed", switch=next((p for p in offered if p is not state.players), None))
    if len(offered) > 1:
        return _show(seat.keep(open=True, turn=state.turn + 1, players=None, picked="", explained=False))
    return _play(seat, offered[0])


def _play(seat: _Seat, value: str) -> Reply:
    """Let these players play: on with their run, or a new one."""
    if value not in _PLAYERS[seat.message.role]:
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


def _pick(seat: _Seat, value: str) -> Reply:
    if seat.state.explained:
        return _unchanged(seat, "quiz.already_confirmed")
    if seat.state.players is None:
        return _unchanged(seat, "quiz.old_button")
    choices = shown_choices(seat.run, seat.question(seat.run))
    if value not in map(str, range(len(choices))):
        return _unchanged(seat, "quiz.old_button")
    picked = choices[int(value)]
    if picked == seat.state.picked:
        return _unchanged(seat, "quiz.already_chosen")
    return _show(seat.keep(picked=picked))


def _change(seat: _Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.picked or seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    return _show(seat.keep(picked=""))


def _confirm(seat: _Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.picked or seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    right = seat.state.picked == seat.question(seat.run).best
    progress = mark(seat.run, right=right)
    return _show(seat.keep(turn=seat.state.turn + 1, explained=True, progress=seat.with_progress(progress)))


def _next(seat: _Seat, value: str) -> Reply:  # noqa: ARG001
    if not seat.state.explained:
        return _unchanged(seat, "quiz.old_button")
    over = not seat.run.waiting
    seat = seat.keep(turn=seat.state.turn + 1, explained=False, picked="", open=not over)
    return cards.ended(seat.run, seat.lessons) if over else _show(seat)


def _stop(seat: _Seat, value: str) -> Reply:  # noqa: ARG001
    seat.keep(open=False, turn=seat.state.turn + 1)
    return cards.closed("quiz.stopped")


_STEPS = {
    "quiz.start": _start,
    "quiz.who": _play,
    "quiz.pick": _pick,
    "quiz.change": _change,
    "quiz.confirm": _confirm,
    "quiz.next": _next,
    "quiz.stop": _stop,
}


def _unchanged(seat: _Seat, why: str) -> Reply:
    """Say kindly that nothing was changed, and show where the quiz stands."""
    if not seat.state.open:
        return cards.closed("quiz.old_button_closed")
    return _show(seat, why)


def _show(seat: _Seat, notice: str = "", switch: Players | None = None) -> Reply:
    state, message = seat.state, seat.message
    turn = str(state.turn)
    if state.players is None:
        return cards.who(_PLAYERS[message.role], turn, notice)
    question = seat.question(seat.run)
    if state.explained:
        school = seat.world.engine.schools[message.school]
        taught = cards.taught(question, seat.lessons, school, message.role, state.players)
        reply = cards.explained(question, state.picked, seat.run, taught, turn, notice)
    else:
        reply = cards.asked(question, state.picked, seat.run, turn, notice, switch)
    return replace(reply, replaces=message.action in ("quiz.pick", "quiz.change", "quiz.confirm") and not notice)
