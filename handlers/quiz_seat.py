"""Keeps where somebody is in the quiz, across restarts and changes of the library."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from knowledge.model import Audience
from knowledge.quizzing import Progress
from knowledge.smart.lessons import Lessons, Players, Question, load_lessons

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "quiz"

PLAYERS = {
    Audience.STAFF: (Players.STAFF,),
    Audience.GOVERNOR: (Players.STAFF,),
    Audience.PARENT: (Players.PARENTS, Players.FAMILY),
    Audience.VISITOR: (Players.PARENTS, Players.FAMILY),
    Audience.PUPIL: (Players.FAMILY,),
}
"""Who can play, by role; a pupil plays with a grown-up."""


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is.

    `turn` goes up with every step that can't be undone, and each button carries the turn it belongs to.
    """

    turn: int = 0
    open: bool = False
    players: Players | None = None
    picked: str = ""
    explained: bool = False
    progress: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seat:
    """One message at the quiz, with what it needs: the person's state, the lessons and the world."""

    message: Message
    world: World
    lessons: Lessons
    state: State

    def keep(self, **changes: Any) -> Seat:  # noqa: ANN401 -- the fields of a state
        """Keep a changed state, and give the seat with it."""
        state = replace(self.state, **changes)
        kept = {name: getattr(state, name) for name in State.__slots__}
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

    @property
    def question(self) -> Question:
        """Give the question to show: the one just explained, or else the one in hand."""
        progress = self.run
        shown = progress.answered[-1][0] if self.state.explained else progress.waiting[0]
        return self.lessons.questions[shown]

    def with_progress(self, progress: Progress) -> dict[str, Any]:
        """Give the progress of all players with one of them gone on."""
        return {**self.state.progress, str(self.state.players): progress.to_json()}


def sit(message: Message, world: World) -> Seat:
    """Give what is known of the person at the quiz, made to fit their role and the questions of today."""
    kept = world.memory.recall(message.person, message.conversation, ABILITY)
    state = State(**kept) if kept else State()
    players = Players(state.players) if state.players in PLAYERS[message.role] else None
    lessons = load_lessons(frozenset(world.engine.model.topics))
    seat = Seat(message, world, lessons, replace(state, players=players))
    progress = seat.progress()
    # A question can have been taken out of the library since; what hung on it is then gone as well.
    explained = bool(state.explained and progress and progress.answered)
    ended = progress is not None and not progress.waiting and not explained
    picked = "" if ended or not progress else state.picked
    return replace(seat, state=replace(seat.state, open=state.open and not ended, picked=picked, explained=explained))
