"""Says in which workspace the app stands that something in Slack was meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.channels.channel import Payload


def team_of(body: Payload) -> str:
    """Give the workspace's id; in a channel shared with a connected workspace, Slack names that one beside it."""
    authorised: Payload = next(iter(body.get("authorizations") or ()), {})
    view, user = body.get("view") or {}, body.get("user") or {}
    found = authorised.get("team_id") or view.get("app_installed_team_id") or body.get("team_id")
    return str(found or (body.get("team") or {}).get("id") or user.get("team_id") or "")
