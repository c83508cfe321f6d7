"""Which permission Slack asks for, for each call of its Web API and each event that it tells an app."""

from __future__ import annotations

CALLS = {
    "apps.connections.open": "",  # the app-level token's own
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "auth.test": "",
    "bots.info": "users:read",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "im:history",  # of direct messages, and we read no other
    "conversations.list": "im:read",
    "conversations.replies": "im:history",
    "users.info": "users:read",
    "users.list": "users:read",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
}
EVENTS = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
COMMANDS = "commands"
"""The permission for slash commands and shortcuts."""
