"""Gives the Slack app's manifest: the fewest scopes, every event and every address, so that nothing is set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.slack.interactions import CONCERN_SHORTCUT
from bot.channels.slack.prompts import usual
from handlers.wording import say

if TYPE_CHECKING:
    from bot.channels.channel import Payload

SCOPES = {
    "app_mentions:read": "to hear when somebody mentions it in a channel",
    "assistant:write": "to offer questions for one press in its chat",
    "channels:history": "to hear what is asked next in a thread that somebody began with it in a public channel",
    "chat:write": "to answer",
    "commands": "for /can-i, /smart and /concern",
    "groups:history": "the same in a private channel to which it was invited",
    "im:history": "to hear what people write to it directly, and to read back what came while it was away",
    "im:read": "to know in which direct messages to look then",
    "users:read": "to tell staff from guests and from people of connected workspaces",
}
"""Every scope of the bot token, and what it is for."""
EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")
COMMANDS = {
    "/can-i": ("slack.command_can_i", "slack.command_can_i_hint"),
    "/smart": ("commands.quiz", ""),
    "/concern": ("commands.concern", ""),
}


def manifest(url: str = "") -> Payload:
    """Give the manifest for Socket Mode, or for events over HTTP at an address."""
    address = {"request_url": url} if url else {}
    return {
        "display_information": {
            "name": "Ask First",
            "description": say("slack.app_description"),
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Ask First", "always_online": True},
            "agent_view": {
                "agent_description": say("slack.app_description"),
                "suggested_prompts": [{"title": p.title, "message": p.message} for p in usual()],
            },
            "slash_commands": [_command(name, *words, url) for name, words in COMMANDS.items()],
            "shortcuts": [
                {
                    "name": say("slack.shortcut"),
                    "type": "message",
                    "callback_id": CONCERN_SHORTCUT,
                    "description": say("slack.shortcut_description"),
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, description: str, hint: str, url: str) -> Payload:
    shown = {"command": name, "description": say(description), "should_escape": False}
    if hint:
        shown["usage_hint"] = say(hint)
    return {**shown, "url": url} if url else shown
