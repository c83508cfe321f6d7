"""The named steps of the life of a report, and how the bot kills itself at one of them."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from typing import Any

from bot.delivery import Watch
from bot.inbox import Inbox
from bot.store.case_steps import CaseSteps
from bot.store.cases import StoredCases
from bot.store.deliveries import StoredDeliveries
from bot.store.drafts import StoredDrafts
from bot.store.events import StoredEvents
from bot.store.keys import Keys
from bot.store.watches import StoredWatches
from tests.storm.wire import Wire

STEPS = {
    "before an event is committed": (StoredEvents, "store", "before"),
    "after an event is committed": (StoredEvents, "store", "after"),
    "amid handling an event": (StoredEvents, "take", "after"),
    "after an answer's key is made": (Keys, "make", "after"),
    "after the keys of what was said are kept, before the rest": (Keys, "keep", "after"),
    "after an answer is kept": (StoredDrafts, "keep", "after"),
    "after a case is stored, before the commit": (StoredCases, "send", "after"),
    "after an event is handled, before the commit": (StoredEvents, "handled", "after"),
    "after an event is handled": (Inbox, "_handle_next", "after"),
    "after deliveries are taken in hand": (StoredDeliveries, "turn", "after"),
    "before something is sent": (Wire, "send", "before"),
    "after something is sent": (Wire, "send", "after"),
    "amid looking at a case": (StoredWatches, "whole", "after"),
    "after notices are promised, before the commit": (StoredWatches, "put", "after"),
    "after a case was looked at": (Watch, "turn", "after"),
    "after a case is opened, before the commit": (CaseSteps, "opened", "after"),
    "amid an escalation": (CaseSteps, "escalated", "after"),
    "after the reporter is told whom to ring, before the commit": (CaseSteps, "told", "after"),
}
"""The named steps: what is called there, and whether the process dies before or after it."""
NOBODY_OPENS = frozenset({"amid an escalation", "after the reporter is told whom to ring, before the commit"})
"""The steps that come only where no lead opens a report for hours."""
SOMEBODY_OPENS = frozenset({"after a case is opened, before the commit"})
"""The steps that come only where a lead opens one."""
_EMPTY = {"take", "whole"}
"""What gives None where there was nothing to do."""


def die_at(step: str, count: int) -> None:
    """Kill this process without a word when a step is reached for the so-manieth time."""
    owner, name, when = STEPS[step]
    plain = getattr(owner, name)
    left = [count]

    def counted() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if asyncio.iscoroutinefunction(plain):

        @functools.wraps(plain)
        async def around(*given: Any, **named: Any) -> Any:
            if when == "before":
                counted()
            result = await plain(*given, **named)
            if when == "after":
                counted()
            return result
    else:

        @functools.wraps(plain)
        def around(*given: Any, **named: Any) -> Any:
            if when == "before":
                counted()
            result = plain(*given, **named)
            # A turn without anything to do is no step of a report.
            if when == "after" and result not in (False, []) and (result is not None or name not in _EMPTY):
                counted()
            return result

    setattr(owner, name, around)
