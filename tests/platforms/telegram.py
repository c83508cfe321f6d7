"""A Bot API server over real HTTP: it keeps Telegram's limits, checks every call, and fails on demand."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientError, ClientSession, web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPEC = Path(__file__).parents[3] / "shared" / "platforms" / "telegram-bot-api.json"
"""The machine-readable Bot API; calls are checked against it where it is present."""
TOKEN = "123456:" + "t" * 35
BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Ask First",
    "username": "askfirst_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
PATIENCE = 30.0
"""Seconds after which a test no longer waits."""
_TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}
_BASIC = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}


@dataclass
class Fault:
    """What goes wrong once: `drop` ends the connection, `after` it was carried out or before."""

    method: str
    status: int = 0
    retry_after: int = 0
    drop: bool = False
    after: bool = False
    held: threading.Event | None = None


@dataclass
class Seen:
    """A message as a person sees it."""

    id: int
    chat: int
    text: str
    raw: dict[str, Any]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Give its buttons in order."""
        return [b for row in self.raw.get("reply_markup", {}).get("inline_keyboard", []) for b in row]


@cache
def _described() -> Any:
    return json.loads(SPEC.read_text(encoding="utf-8")) if SPEC.exists() else None


class Spec:
    """The Bot API's own description, which says what is wrong with a value."""

    def __init__(self) -> None:
        self._spec = _described()

    def call(self, method: str, params: dict[str, Any]) -> list[str]:
        """Say what is wrong with a call."""
        if self._spec is None:
            return []
        known = {f["name"]: f for f in self._spec["methods"][method].get("fields", [])}
        found = [f"{method}: unknown {name}" for name in params if name not in known]
        found += [f"{method}: {name} is missing" for name, f in known.items() if f["required"] and name not in params]
        for name, value in params.items():
            if name in known:
                found += self.value(value, known[name]["types"], f"{method}.{name}")
        return found

    def value(self, value: Any, types: list[str], path: str) -> list[str]:
        """Say what is wrong with a value of one of these types."""
        if self._spec is None:
            return []
        for kind in types:
            if kind.startswith("Array of "):
                if isinstance(value, list):
                    return [wrong for item in value for wrong in self.value(item, [kind[9:]], f"{path}[]")]
            elif kind in _BASIC:
                if isinstance(value, _BASIC[kind]):
                    return []
            elif isinstance(value, dict):
                return self._object(value, kind, path)
        return [f"{path}: {value!r:.60} is not {types}"]

    def _object(self, value: dict[str, Any], kind: str, path: str) -> list[str]:
        described = self._spec["types"][kind]
        for sub in described.get("subtypes", []):
            if {f["name"] for f in self._spec["types"][sub].get("fields", [])} >= set(value):
                return self._object(value, sub, path)
        known = {f["name"]: f for f in described.get("fields", [])}
        found = [
            f"{path}: {kind}.{name} is missing" for name, f in known.items() if f["required"] and name not in value
        ]
        for name, part in value.items():
            if name not in known:
                found.append(f"{path}: {kind}.{name} is unknown")
            else:
                found += self.value(part, known[name]["types"], f"{path}.{name}")
        return found


class Refusal(Exception):  # noqa: N818 -- it says what happened
    """What Telegram answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters


class _Reader(HTMLParser):
    """Reads HTML as Telegram does, and raises for what it would not take."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self._open = "", []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise Refusal(400, "Bad Request: can't parse entities: Unmatched end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.text += data

    def done(self) -> str:
        self.close()
        if self._open:
            raise Refusal(400, "Bad Request: can't parse entities: Can't find end tag")
        return self.text


@dataclass
class FakeTelegram:
    """The server, in a thread of its own; used as a context manager."""

    spec: Spec = field(default_factory=Spec)
    updates: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    commands: list[dict[str, str]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    delivery_error: str = ""
    hears_all: bool = False
    pushed: dict[int, float] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)
    """When each update was last handed to the bot."""
    acknowledged: dict[int, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._next_update, self._next_message, self._changed = 1000, 0, threading.Condition()
        self._presses: set[str] = set()
        self._paused = False
        self._groups: dict[int, str] = {}
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)

    # What a person does.

    def says(self, user: int, text: str, chat: int | None = None, *, times: int = 1, **more: Any) -> int:
        """Send a message, `times` over with the same update id; give the id of the message."""
        more = {"entities": [_command(text)], **more} if text.startswith("/") else more
        message = self._message(chat or user, _user(user), text=text, **more)
        if not text:
            del message["text"]
        self._push({"message": message}, times)
        return message["message_id"]

    def edits(self, user: int, text: str, chat: int | None = None, *, times: int = 1) -> None:
        """Change the words of the newest message."""
        message = self._message(chat or user, _user(user), text=text)
        message |= {"message_id": message["message_id"] - 1, "edit_date": message["date"]}
        if text.startswith("/"):
            message["entities"] = [_command(text)]
        self._push({"edited_message": message}, times)

    def presses(self, user: int, label: str, chat: int | None = None, *, times: int = 1) -> None:
        """Press the newest button with this label; raises LookupError with the labels on offer where there is none."""
        for message in reversed(self.seen[chat or user]):
            for button in message.buttons:
                if button["text"] == label and "callback_data" in button:
                    self.presses_data(user, message, button["callback_data"], times=times)
                    return
        raise LookupError(f"no button {label!r} among {self.labels(chat or user)}")

    def presses_data(self, user: int, message: Seen, data: str, *, times: int = 1) -> None:
        """Press what stands behind a button; twice is twice, each press with an id of its own."""
        for _ in range(times):
            query = f"press-{self._next_update}"
            self._presses.add(query)
            inside = {"id": query, "from": _user(user), "chat_instance": "1", "message": message.raw, "data": data}
            self._push({"callback_query": inside})

    def labels(self, chat: int) -> list[str]:
        """Give the labels of the newest message that has buttons."""
        newest = next((m for m in reversed(self.seen[chat]) if m.buttons), None)
        return [b["text"] for b in newest.buttons] if newest else []

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hand out no updates meanwhile."""
        self._paused = True
        yield
        self._paused = False
        self._loop.call_soon_threadsafe(self._arrived.set)

    def group(self, chat: int, title: str) -> None:
        """Make a group."""
        self._groups[chat] = title

    def waits(self, until: Callable[[], bool], what: str = "it", patience: float = PATIENCE) -> None:
        """Wait until something is true; raises AssertionError where it never is."""
        with self._changed:
            end = time.monotonic() + patience
            while not until():
                left = end - time.monotonic()
                assert left > 0, f"{what} did not happen"
                self._changed.wait(min(left, 0.02))

    # What the server does.

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run(ready))
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        self._ended, self._arrived, self._closing = asyncio.Event(), asyncio.Event(), False
        app = web.Application()
        app.add_routes([web.post("/bot{token}/{method}", self._call)])
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as self._http:
            delivering = asyncio.create_task(self._deliver())
            ready.set()
            await self._ended.wait()
            self._closing = True
            self._arrived.set()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        await runner.cleanup()

    def _push(self, update: dict[str, Any], times: int = 1) -> None:
        with self._changed:
            number = self._next_update
            self._next_update += 1
            update = {"update_id": number, **update}
            self.violations += self.spec.value(update, ["Update"], "update")
            self.updates += [update] * times
            self.pushed[number] = time.monotonic()
        self._loop.call_soon_threadsafe(self._arrived.set)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _answer(Refusal(401, "Unauthorized"))
        if request.content_type == "application/json":
            params = await request.json()
        else:
            params = {name: _read(name, value) for name, value in (await request.post()).items()}
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
        text = self._checked(params)
        more = {"reply_markup": params["reply_markup"]} if "reply_markup" in params else {}
        message = self._message(
            params["chat_id"], {k: BOT[k] for k in ("id", "is_bot", "first_name")}, text=text, **more
        )
        self.seen[params["chat_id"]].append(Seen(message["message_id"], params["chat_id"], text, message))
        return message

    async def _m_editMessageText(self, params: dict[str, Any]) -> dict[str, Any]:
        text = self._checked(params)
        seen = next((m for m in self.seen[params["chat_id"]] if m.id == params["message_id"]), None)
        if seen is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if seen.text == text and seen.raw.get("reply_markup") == params.get("reply_markup"):
            raise Refusal(400, "Bad Request: message is not modified: specified new message content is the same")
        seen.raw.pop("reply_markup", None)
        seen.raw.update({"text": text, "edit_date": int(time.time())})
        if "reply_markup" in params:
            seen.raw["reply_markup"] = params["reply_markup"]
        seen.text = text
        self.seen[params["chat_id"]].remove(seen)
        self.seen[params["chat_id"]].append(seen)
        return seen.raw

    async def _m_answerCallbackQuery(self, params: dict[str, Any]) -> bool:
        if params["callback_query_id"] not in self._presses:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._presses.discard(params["callback_query_id"])
        return True

    def _checked(self, params: dict[str, Any]) -> str:
        if params["chat_id"] in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        reader = _Reader()
        reader.feed(params["text"])
        text = reader.done() if params.get("parse_mode") == "HTML" else params["text"]
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) > 2 * 4096:
            raise Refusal(400, "Bad Request: message is too long")
        keyboard = params.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in keyboard for button in row]
        if any(not 1 <= len(b.get("callback_data", "x").encode()) <= 64 or not b["text"] for b in buttons):
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        if len(buttons) > 100 or any(len(row) > 8 for row in keyboard):
            raise Refusal(400, "Bad Request: reply markup is too long")
        return text

    def _message(self, chat: int, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        self._next_message += 1
        place = {"id": chat, "type": "private", "first_name": "Somebody"}
        if chat < 0:
            place = {"id": chat, "type": "group", "title": self._groups[chat]}
        return {"message_id": self._next_message, "date": int(time.time()), "chat": place, "from": sender, **content}

    def _acknowledge(self, which: Callable[[dict[str, Any]], bool]) -> None:
        with self._changed:
            for update in [u for u in self.updates if which(u)]:
                self.updates.remove(update)
                self.acknowledged.setdefault(update["update_id"], time.monotonic())
            self._changed.notify_all()

    async def _deliver(self) -> None:
        """Send updates to the webhook, each again until it is taken; Telegram does so for a day."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self.updates and self.webhook:
                await asyncio.gather(*(self._deliver_one(update) for update in self.updates[:40]))

    def _note_told(self, updates: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        for update in updates:
            self.told[update["update_id"]] = now

    async def _deliver_one(self, update: dict[str, Any]) -> None:
        self._note_told([update])
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        try:
            async with self._http.post(self.webhook["url"], json=update, headers=headers) as response:
                if response.ok:
                    self._acknowledge(lambda u: u is update)
                    return
        except ClientError:
            pass
        await asyncio.sleep(0.05)  # the server's own pause between two tries


def _command(text: str) -> dict[str, Any]:
    return {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}


def _user(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "Somebody"}


def _read(name: str, value: Any) -> Any:
    if name in ("text", "parse_mode", "callback_query_id", "url", "secret_token"):
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
