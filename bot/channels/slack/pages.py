"""Keeps App Home up to date for whoever opened it: it is published anew once what it says of them has changed."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.channels.channel import Delivery
from bot.channels.slack.heard import NAME
from bot.channels.slack.home import home
from handlers.home import others_change, overview

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import World

_PAGE = "slack.page"
"""The ability by name under which the memory keeps what somebody's page said when it was last published."""
_WATCHED = "slack.pages"


def on_page(person: str, world: World) -> str:
    """Give a mark of what somebody's page says; it is empty where they never opened it."""
    return str(world.memory.recall(person, person, _PAGE).get("says", ""))


def opened(team: str, user: str, message: Message, world: World) -> Delivery:
    """Give the page that somebody opened, and keep that they did."""
    return _published(team, user, message, world, _says(message, world))


def brought_up_to_date(team: str, user: str, message: Message, world: World, before: str) -> list[Delivery]:
    """Give the page of somebody who has done something, where it says something else than `before`."""
    if not before:
        return []
    message = replace(message, conversation=message.person)
    if not on_page(message.person, world):
        # They asked to be forgotten: the page says so, and it isn't kept that there is one.
        users = [one for one in watched(team, world) if one != user]
        world.memory.keep(team, team, _WATCHED, {"users": users}, None)
        return [_delivery(team, user, message, world)]
    says = _says(message, world)
    return [_published(team, user, message, world, says)] if says != before else []


def watched(team: str, world: World) -> list[str]:
    """Give the users of a workspace whose pages others can change."""
    return list(world.memory.recall(team, team, _WATCHED).get("users", []))


def _published(team: str, user: str, message: Message, world: World, says: str) -> Delivery:
    world.memory.keep(message.person, message.person, _PAGE, {"says": says}, None)
    users = watched(team, world)
    if user not in users and others_change(message, world):
        # Where two processes write at once one of them may be lost; it is written when that page is opened again.
        world.memory.keep(team, team, _WATCHED, {"users": [*users, user]}, None)
    return _delivery(team, user, message, world)


def _delivery(team: str, user: str, message: Message, world: World) -> Delivery:
    args = {"user_id": user, "view": home(message, world)}
    payload = {"team": team, "method": "views.publish", "args": args}
    key = f"{team} page {user} {world.new_id()}"
    return Delivery(NAME, key, f"{team} home {user}", payload, optional=True)


def _says(message: Message, world: World) -> str:
    return sha256(repr(overview(message, world)).encode()).hexdigest()
