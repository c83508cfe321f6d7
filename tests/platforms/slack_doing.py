"""What people do in a Slack: write, edit, press, fill in forms, use commands and shortcuts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from tests.platforms.slack_parts import Shown
from tests.platforms.slack_telling import Telling

if TYPE_CHECKING:
    from tests.platforms.slack_parts import Envelope


class Doing(Telling):
    """A Slack in which people do something, and the bot is told."""

    def says(self, user: str, text: str, channel: str = "", *, thread: str = "", times: int = 1, **more: Any) -> str:
        """Send a message: to the bot alone, or in a channel, where `<@bot>` mentions it. Give its ts."""
        team, ts = self._team_of(user), self.now()
        channel = channel or self.chat(user)
        alone = channel.startswith("D")
        text = _typed(text.replace("<@bot>", f"<@{team.bot}>"))
        event = {"user": user, "text": text, "ts": ts, "channel": channel, "event_ts": ts, "team": team.id, **more}
        if thread:
            event["thread_ts"] = thread
        self._keep(Shown("message", channel, ts, {"text": text, "user": user}, thread=thread))
        kind = "im" if alone else "channel"
        self._tell_event(team, {**event, "type": "message", "channel_type": kind}, "MessagePayload", times)
        if not alone and f"<@{team.bot}>" in text:
            self._tell_event(team, {**event, "type": "app_mention"}, "AppMentionPayload", times)
        return ts

    def edits(self, user: str, ts: str, text: str, channel: str = "") -> None:
        """Change the words of a message."""
        team, channel = self._team_of(user), channel or self.chat(user)
        shown = self.messages[channel][ts]
        before = {"type": "message", "user": user, "text": shown.body["text"], "ts": ts}
        shown.body["text"] = text = _typed(text)
        at = self.now()
        message = {**before, "text": text, "edited": {"user": user, "ts": at}}
        event = {"type": "message", "subtype": "message_changed", "channel": channel, "hidden": True, "ts": at}
        kind = "im" if channel.startswith("D") else "channel"
        whole = {**event, "message": message, "previous_message": before, "event_ts": at, "channel_type": kind}
        self._tell_event(team, whole, "MessageChangedPayload")

    def commands(
        self, user: str, command: str, text: str = "", channel: str = "C00000001", *, times: int = 1
    ) -> Envelope:
        """Use a slash command."""
        team = self._team_of(user)
        payload = {
            "token": "masked",
            "team_id": team.id,
            "team_domain": team.school,
            "channel_id": channel,
            "channel_name": "general",
            "user_id": user,
            "user_name": "somebody",
            "command": command,
            "text": _typed(text),
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "trigger_id": self.trigger(user),
            "response_url": self._response_url(user, channel, ""),
        }
        return self._tell(team, "slash_commands", payload, times)

    def presses(self, user: str, shown: Shown, label: str, *, times: int = 1) -> Envelope:
        """Press a button."""
        element, block = self._element(shown, label)
        action = {**element, "block_id": block["block_id"], "action_ts": self.now(), "type": element["type"]}
        return self._interacts(user, shown, action, times)

    def types_into(self, user: str, shown: Shown, text: str) -> None:
        """Type into a box of a page that answers to the Enter key."""
        block = next(b for b in shown.body["blocks"] if b.get("dispatch_action"))
        action_id = block["element"]["action_id"]
        action = {"type": "plain_text_input", "action_id": action_id, "block_id": block["block_id"], "value": text}
        self._interacts(user, shown, {**action, "action_ts": self.now()}, 1)

    def submits(self, user: str, shown: Shown, *, text: str = "", option: str = "", times: int = 1) -> Envelope:
        """Fill a form's field and send it."""
        team = self._team_of(user)
        state: dict[str, Any] = {}
        for block in shown.body["blocks"]:
            if block["type"] == "input":
                state[block["block_id"]] = {block["element"]["action_id"]: _filled(block["element"], text, option)}
        payload = {
            "type": "view_submission",
            "team": {"id": team.id, "domain": team.school},
            "api_app_id": "A1",
            "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": team.id},
            "token": "masked",
            "trigger_id": self.trigger(user),
            "view": {**self._whole_view(team, shown), "state": {"values": state}},
            "is_enterprise_install": False,
        }
        return self._tell(team, "interactive", payload, times)

    def closes(self, shown: Shown) -> None:
        """Close a form; the bot is not told."""
        with self._changed:
            self.views.pop(shown.ts, None)

    def raises_concern_about(self, user: str, ts: str, channel: str) -> None:
        """Choose the shortcut on a message."""
        team = self._team_of(user)
        payload = {
            "type": "message_action",
            "callback_id": "concern_about_message",
            "trigger_id": self.trigger(user),
            "message_ts": ts,
            "response_url": self._response_url(user, channel, ""),
            "token": "masked",
            "message": {
                "type": "message",
                "user": "U0SOMEONE",
                "ts": ts,
                "text": self.messages[channel][ts].body["text"],
            },
            "team": {"id": team.id, "domain": team.school},
            "user": {"id": user, "team_id": team.id, "name": "somebody"},
            "channel": {"id": channel, "name": "general"},
            "action_ts": self.now(),
            "is_enterprise_install": False,
        }
        self._tell(team, "interactive", payload)

    def opens(self, user: str, tab: str = "home") -> None:
        """Open the bot's page, or its chat."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.chat(user),
            "tab": tab,
            "event_ts": self.now(),
        }
        self._tell_event(self._team_of(user), event, "AppHomeOpenedPayload")

    def _interacts(self, user: str, shown: Shown, action: dict[str, Any], times: int) -> Envelope:
        team = self._team_of(user)
        payload: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": team.id, "domain": team.school},
            "api_app_id": "A1",
            "token": "masked",
            "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": team.id},
            "trigger_id": self.trigger(user),
            "actions": [action],
            "is_enterprise_install": False,
        }
        if shown.kind == "message":
            payload["container"] = {"type": "message", "message_ts": shown.ts, "channel_id": shown.channel}
            payload["container"]["is_ephemeral"] = bool(shown.only)
            payload["channel"] = {"id": shown.channel, "name": "somewhere"}
            payload["response_url"] = self._response_url(user, shown.channel, shown.ts, shown.thread)
            if shown.thread:
                payload["container"]["thread_ts"] = shown.thread
            if not shown.only:
                payload["message"] = {"type": "message", "user": team.bot, "ts": shown.ts, **shown.body}
        else:
            payload["container"] = {"type": "view", "view_id": shown.ts}
            payload["view"] = self._whole_view(team, shown)
        return self._tell(team, "interactive", payload, times)

    def _element(self, shown: Shown, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for block in shown.body["blocks"]:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                if element["text"]["text"] == label:
                    return element, block
        raise LookupError(f"no button {label!r} among {shown.labels}")


def _typed(text: str) -> str:
    """Write what somebody typed as Slack passes it on: escaped, but for the people mentioned."""
    return re.sub(r"&lt;(@\w+)&gt;", r"<\1>", html.escape(text, quote=False))


def _filled(element: dict[str, Any], text: str, option: str) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": "plain_text_input", "value": text or None}
    chosen = next((o for o in element["options"] if o["text"]["text"] == option), None)
    return {"type": element["type"], "selected_option": chosen}
