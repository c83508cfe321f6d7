"""Sends a report as the report ability does, for the tests of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.opening import Store
    from handlers.ports import Draft, NewCase, Sent

WHAT = "marker-what a child told me"


def send(store: Store, case: NewCase, draft: Draft) -> Sent:
    """Write the draft and send it."""
    store.drafts.keep(case.person, case.conversation, draft)
    return store.cases.send(case)
