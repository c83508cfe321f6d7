"""Keeps up to date what people see standing of their own, where somebody else changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.channel import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channels.channel import Channel
    from bot.opening import Store
    from handlers.ports import World


class Pages:
    """Promises every page anew that says something else than when it was last shown."""

    def __init__(self, store: Store, world: World, channels: Mapping[str, Channel]) -> None:
        self._store, self._world = store, world
        self._channels = [channel for channel in channels.values() if isinstance(channel, Standing)]

    def turn(self) -> bool:
        """Look at all of them once; tell whether there was one."""
        found = 0
        for channel in self._channels:
            with self._store.units.unit():
                deliveries = channel.changed(self._world)
                self._store.deliveries.promise(deliveries, self._world.clock())
                found += len(deliveries)
        return bool(found)
