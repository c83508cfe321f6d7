"""Raises the alarms: what is wrong around channels, cases and contacts, until it is well again."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from bot.channels.channel import Channel
    from bot.opening import Store
    from bot.telling import Telling
    from handlers.ports import World

_log = logging.getLogger(__name__)

STUCK = timedelta(minutes=10)
"""After how long without an answer a channel counts as down."""
LATE = timedelta(minutes=5)
"""After how long a message that waits to be answered is a sign that something is wrong."""


class Alarms:
    """Looks at the whole, again and again; `askfirst doctor` shows what is raised and how to mend it."""

    def __init__(
        self, store: Store, world: World, channels: Mapping[str, Channel], down: Callable[[], Collection[str]]
    ) -> None:
        self._store, self._world = store, world
        self._channels, self._down = channels, down

    def look(self, now: datetime, telling: Telling) -> None:
        """Raise what is wrong and let go of what is well."""
        alarms = self._store.alarms
        stuck = self._store.deliveries.stuck(now - STUCK, list(self._channels))
        for name in alarms.set("channel", {*stuck, *self._down()}):
            _log.error("%s is down: what is promised waits. See askfirst doctor", name)
        for name in alarms.set("waiting", self._late(now)):
            _log.error("%s are not answered. See askfirst doctor", name)
        alarms.set("notice", [f"{name} can't write one" for name in sorted(telling.faulty)])
        alarms.set("case", [f"{one} can't be opened or told of" for one in self._store.watches.failing()])
        refused = {f"{school} {place.label} {place.channel}" for school, place in telling.refused}
        for name in alarms.set("refused", refused):
            _log.error("%s: what they are told there is refused. See askfirst doctor", name)
        unreached = [
            f"{slug} {person.label}"
            for slug, contacts in self._world.contacts.items()
            for person in contacts.people
            if person.holds(now.astimezone(contacts.zone).date())
            and not any(channel in self._channels for channel, _ in person.channels)
        ]
        for name in alarms.set("unreachable", unreached):
            _log.error("%s: none of their channels runs here. See askfirst doctor", name)

    def _late(self, now: datetime) -> list[str]:
        oldest = self._store.events.waiting().oldest
        return ["messages"] if oldest and now - oldest > LATE else []
