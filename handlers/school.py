"""Knows to which school somebody belongs where the chat itself doesn't say: by a link's code, or by asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import help as helping
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

ABILITY = "school"
COMMANDS = ("school",)
CHOSEN = "school.is"


def seat(person: str, world: World) -> tuple[str, Audience] | None:
    """Give the school and the role of a person, or None where there are several schools and none was chosen."""
    kept = world.memory.recall(person, person, ABILITY)
    if kept.get("school") in world.engine.schools:
        return kept["school"], Audience(kept["role"])
    schools = list(world.engine.schools)
    return (schools[0], Audience.PARENT) if len(schools) == 1 else None


def sit(person: str, school: str, role: Audience, world: World) -> None:
    """Keep to which school a person belongs."""
    world.memory.keep(person, person, ABILITY, {"school": school, "role": role.value}, None)


def read_code(code: str, world: World) -> tuple[str, Audience] | None:
    """Give what a link's code says: a school's short name, then _ and a role unless it is for parents."""
    school, _, role = code.lower().partition("_")
    if school not in world.engine.schools or (role and role not in list(Audience)):
        return None
    return school, Audience(role or Audience.PARENT)


def handle(message: Message, world: World) -> Reply:
    """Take the school that was chosen, or ask for it."""
    if message.action == CHOSEN and message.value in world.engine.schools:
        before = seat(message.person, world)
        role = before[1] if before else Audience.PARENT
        sit(message.person, message.value, role, world)
        return welcome(message.value, role, world)
    return ask(world)


def ask(world: World, name: str = "which") -> Reply:
    """Ask which school it is; `name` is the sentence that says why."""
    schools = sorted(world.engine.schools.values(), key=lambda school: school.name)
    card = Card(say(f"school.{name}"), (say("school.why"), say("school.urgent")), signal=Signal.INFO)
    return Reply((card,), tuple(Button(school.name, CHOSEN, school.slug) for school in schools))


def welcome(school: str, role: Audience, world: World) -> Reply:
    """Greet somebody at their school, and show what the bot can do there."""
    greeting = Card(
        say("school.welcome", school=world.engine.schools[school].name),
        (say("school.asked_as", role=say(f"school.role_{role}")),),
        signal=Signal.INFO,
    )
    offered = helping.offer(world)
    return Reply((greeting, *offered.cards), offered.buttons)
