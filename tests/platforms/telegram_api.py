"""The Bot API of a Telegram to test against: each method that the bot calls, with the refusals that it may meet."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from tests.platforms.telegram_parts import BOT, PATIENCE, TOKEN, Refusal, Seen
from tests.platforms.telegram_state import State
from tests.platforms.telegram_text import read

_PLAIN = ("text", "parse_mode", "callback_query_id", "url", "secret_token")
_AT_ONCE = 100
"""Messages that can be deleted by one call."""


class BotApi(State):
    """A Telegram that answers calls."""

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _answer(Refusal(401, "Unauthorized"))
        if request.content_type == "application/json":
            params = await request.json()
        else:
            params = {name: _value(name, value) for name, value in (await request.post()).items()}
        method = request.match_info["method"]
        with self._changed:
            self.violations += self.spec.call(method, params)
            self.calls.append((method, params))
            fault = next((f for f in self.faults if f.method in (method, "*")), None)
            if fault:
                self.faults.remove(fault)
            self._changed.notify_all()
        if fault and fault.held:
            await asyncio.to_thread(fault.held.wait, PATIENCE)
        if fault and fault.retry_after:
            wait = Refusal(429, f"Too Many Requests: retry after {fault.retry_after}", retry_after=fault.retry_after)
            return _answer(wait)
        if fault and fault.status:
            return _answer(Refusal(fault.status, "Internal Server Error"))
        if fault and fault.drop and not fault.after:
            _cut(request)
        try:
            result = await getattr(self, f"_m_{method}")(params)
        except Refusal as refusal:
            return _answer(refusal)
        with self._changed:
            self._changed.notify_all()
        if fault and fault.drop:
            _cut(request)
        return web.json_response({"ok": True, "result": result})

    async def _m_getMe(self, _: dict[str, Any]) -> dict[str, Any]:
        return {**BOT, "can_read_all_group_messages": self.hears_all}

    async def _m_setMyCommands(self, params: dict[str, Any]) -> bool:
        self.commands = params["commands"]
        return True

    async def _m_getMyCommands(self, _: dict[str, Any]) -> list[dict[str, str]]:
        return self.commands

    async def _m_deleteWebhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    async def _m_setWebhook(self, params: dict[str, Any]) -> bool:
        self.webhook = params if params.get("url") else {}
        self._arrived.set()
        return True

    async def _m_getWebhookInfo(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
            **(
                {"last_error_date": int(time.time()), "last_error_message": self.delivery_error}
                if self.delivery_error
                else {}
            ),
        }

    async def _m_getUpdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self._acknowledge(lambda update: update["update_id"] < params.get("offset", 0))
        end = self._loop.time() + params.get("timeout", 0)
        while (self._paused or not self.updates) and not self._closing and (left := end - self._loop.time()) > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                break
        given = [] if self._paused else self.updates[: params.get("limit", 100)]
        self._note_told(given if params.get("timeout") else [])
        return given

    async def _m_sendMessage(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_to_the_bot(params["chat_id"])
        text = read(params)
        more = {name: params[name] for name in ("reply_markup", "message_thread_id") if name in params}
        if params.get("protect_content"):
            more["has_protected_content"] = True
        message = self._message(chat, {k: BOT[k] for k in ("id", "is_bot", "first_name")}, text=text, **more)
        self.seen[chat].append(Seen(message["message_id"], chat, text, message))
        return message

    async def _m_editMessageText(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_to_the_bot(params["chat_id"])
        text = read(params)
        seen = next((m for m in self.seen[chat] if m.id == params["message_id"]), None)
        if seen is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if seen.text == text and seen.raw.get("reply_markup") == params.get("reply_markup"):
            raise Refusal(400, "Bad Request: message is not modified: specified new message content is the same")
        seen.raw.pop("reply_markup", None)
        seen.raw.update({"text": text, "edit_date": int(time.time())})
        if "reply_markup" in params:
            seen.raw["reply_markup"] = params["reply_markup"]
        seen.text = text
        self.seen[chat].remove(seen)
        self.seen[chat].append(seen)
        return seen.raw

    async def _m_deleteMessage(self, params: dict[str, Any]) -> bool:
        chat, number = self._open_to_the_bot(params["chat_id"]), params["message_id"]
        if not self._has(chat, number):
            raise Refusal(400, "Bad Request: message to delete not found")
        if not self._deletable(chat, number):
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        self._delete(chat, number)
        return True

    async def _m_deleteMessages(self, params: dict[str, Any]) -> bool:
        chat, numbers = self._open_to_the_bot(params["chat_id"]), params["message_ids"]
        if not 1 <= len(numbers) <= _AT_ONCE:
            raise Refusal(400, "Bad Request: too many message identifiers specified")
        there = [number for number in numbers if self._has(chat, number)]
        if not all(self._deletable(chat, number) for number in there):
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        for number in there:
            self._delete(chat, number)
        return True

    async def _m_answerCallbackQuery(self, params: dict[str, Any]) -> bool:
        if params["callback_query_id"] not in self._presses:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._presses.discard(params["callback_query_id"])
        return True

    def _open_to_the_bot(self, chat: int) -> int:
        """Give a chat in which the bot may write."""
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat in self.moved:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, description, migrate_to_chat_id=self.moved[chat])
        return chat

    def _has(self, chat: int, number: int) -> bool:
        return number in self.typed[chat] or any(seen.id == number for seen in self.seen[chat])

    def _deletable(self, chat: int, number: int) -> bool:
        """Tell whether the bot may delete a message: its own, or anybody's in a private chat, within 48 hours."""
        return number not in self.too_old and (chat > 0 or number not in self.typed[chat])

    def _delete(self, chat: int, number: int) -> None:
        self.typed[chat].pop(number, None)
        self.seen[chat][:] = [seen for seen in self.seen[chat] if seen.id != number]


def _value(name: str, value: Any) -> Any:
    if name in _PLAIN:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _answer(refusal: Refusal) -> web.Response:
    body = {"ok": False, "error_code": refusal.code, "description": str(refusal)}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.code)


def _cut(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError
