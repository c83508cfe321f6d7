"""Announces changed contacts: DSL and chair are told of each, on every channel, those of before it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import notices
from knowledge.escalating import Notice, wave

if TYPE_CHECKING:
    from bot.opening import Store
    from bot.telling import Telling
    from handlers.ports import World

_TOLD = ("dsl", "chair")
"""The roles that are told of every change of contacts."""
_ALL_NOW = 99
"""A wave in which everybody is told on every channel."""


def announce(store: Store, world: World, telling: Telling) -> None:
    """Tell of every change that nobody was told of yet, never twice; that somebody has left is one, too."""
    now = world.clock()
    with store.units.unit():
        for gone in store.leads.leave(world.contacts):
            store.alarms.announce(gone.school, gone.label, gone.what, gone.at)
        changes = store.alarms.announcements()
        for change in changes:
            if change.school not in world.contacts:
                continue
            store.watches.look_anew(change.school, now)
            contacts = telling.reachable(change.school)
            told = {
                (notice.channel, notice.address): notice
                for notice in wave(_ALL_NOW, contacts, contacts.holders(_TOLD, now), (), now).notices
            }
            for channel, address in store.leads.reached_before(change.school, _TOLD, change.at):
                if channel in telling.channels:
                    told.setdefault((channel, address), Notice("before", channel, address))
            reply = notices.contact_changed(change.label, change.what)
            for number, notice in enumerate(told.values()):
                key = f"contact {change.school} {change.label} {change.what} {change.at} {number}"
                telling.promise(change.school, notice, reply, key, now)
        if changes:
            store.leads.let_go()
