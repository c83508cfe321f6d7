"""Lets a form wait for its next step, so that Slack's acknowledgement brings it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from slack_bolt.response import BoltResponse

from bot.channels.slack.form import saved

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.channels.channel import Payload

_WAITS = 2.2
"""Seconds for which a form waits for its next step; Slack gives up after three."""


class Steps:
    """The forms that wait, by the event of the step that was sent."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[Payload]]] = {}

    async def acknowledged(self, event: str, taken: Awaitable[bool]) -> BoltResponse:
        """Give Slack's acknowledgement of a step once `taken` has committed it: with the next step, if that is quick.

        `taken` gives False for a step that came before.
        """
        step: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(event, []).append(step)
        try:
            fresh = await taken
            shown = await asyncio.wait_for(step, _WAITS)
        except TimeoutError:
            if not fresh:
                return BoltResponse(status=503)  # this one is not the first to ask; let Slack say so
            shown = saved()
        finally:
            waiting = self._waiting.get(event, [])
            if step in waiting:
                waiting.remove(step)
            if not waiting:
                self._waiting.pop(event, None)
        return BoltResponse(status=200, body={"response_action": "update", "view": shown})

    def come(self, event: str, view: Payload) -> bool:
        """Give the next step to the forms that wait for it; False where none waits any more."""
        waiting = [step for step in self._waiting.pop(event, []) if not step.done()]
        for step in waiting:
            step.set_result(view)
        return bool(waiting)
