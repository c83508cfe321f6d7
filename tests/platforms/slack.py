"""A Slack to test against, over real HTTP and websockets: it keeps the limits, checks calls, fails on demand."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import itertools
import json
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType, web

from tests.platforms.slack_kit import Samples, check_blocks, check_view, labels_in, text_in

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which a test no longer waits."""
ACKNOWLEDGED_WITHIN = 3.0
"""Seconds in which Slack wants to hear that an event arrived; then it sends it again."""
SECRET = "signing-secret"  # noqa: S105 -- of a test
_VOLATILE = ("trigger_id", "response_url")


class Refusal(Exception):  # noqa: N818 -- it is an answer
    """What Slack answers instead of a result."""

    def __init__(self, error: str, status: int = 200, retry_after: int = 0) -> None:
        super().__init__(error)
        self.error, self.status, self.retry_after = error, status, retry_after


@dataclass
class Fault:
    """What goes wrong once: `drop` ends the connection, after the call was carried out (`after`) or before."""

    method: str
    error: str = ""
    status: int = 200
    retry_after: int = 0
    drop: bool = False
    after: bool = False
    held: threading.Event | None = None


@dataclass
class Team:
    """One workspace with its app."""

    school: str
    number: int

    @property
    def id(self) -> str:
        return f"T{self.number:08d}"

    @property
    def bot(self) -> str:
        return f"UBOT{self.number:05d}"

    @property
    def bot_token(self) -> str:
        return f"xoxb-{self.school}"

    @property
    def app_token(self) -> str:
        return f"xapp-{self.school}"


@dataclass
class Shown:
    """Something as a person sees it: a message, a form or the home page; `only` names its one reader, if it has one."""

    kind: str
    channel: str
    ts: str
    body: dict[str, Any]
    only: str = ""
    thread: str = ""

    @property
    def text(self) -> str:
        return text_in(self.body)

    @property
    def labels(self) -> list[str]:
        return labels_in(self.body)


@dataclass
class Envelope:
    """One thing that Slack tells the bot, and what the bot said to it."""

    team: Team
    kind: str
    payload: dict[str, Any]
    id: str
    sent: list[float] = field(default_factory=list)
    acknowledged: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass
class FakeSlack:
    """The server, in a thread of its own; used as a context manager."""

    teams: list[Team] = field(default_factory=lambda: [Team("st-peters", 1)])
    samples: Samples = field(default_factory=Samples)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Shown]] = field(default_factory=lambda: defaultdict(dict))
    views: dict[str, Shown] = field(default_factory=dict)
    homes: dict[str, Shown] = field(default_factory=dict)
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[Shown] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    triggers: dict[str, str] = field(default_factory=dict)
    triggers_expire: bool = False
    outside: bool = False
    """Nobody is told anything, as in an outage; what people say is kept in their chats."""
    speechless: int = 0
    """How many sockets open as they should and then never say a word."""
    bot_url: str = ""
    """Where events are posted to, without the school; empty: they go through sockets."""

    def __enter__(self) -> Self:
        self._changed = threading.Condition()
        self._count = itertools.count(1)
        self._sockets: dict[str, list[web.WebSocketResponse]] = defaultdict(list)
        self._tickets: dict[str, Team] = {}
        self._responses: dict[str, tuple[str, str, str]] = {}
        self.sockets_opened = 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)

    # Who is there.

    def joins(self, user: str, team: Team | None = None, **more: Any) -> str:
        """Let somebody have an account; `more` says what kind."""
        team = team or self.teams[0]
        self.users[user] = {"id": user, "team_id": team.id, "name": "somebody", "is_bot": False, **more}
        return user

    def chat(self, user: str) -> str:
        """Give the channel in which somebody is alone with the bot."""
        return f"D{user}"

    @property
    def updates(self) -> list[Envelope]:
        """What the bot has not acknowledged yet."""
        return [e for e in self.envelopes if not e.acknowledged and not e.failed]

    # What a person does.

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

    def commands(self, user: str, command: str, text: str = "", channel: str = "C00000001", *, times: int = 1) -> None:
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
        self._tell(team, "slash_commands", payload, times)

    def presses(self, user: str, shown: Shown, label: str, *, times: int = 1) -> None:
        """Press a button."""
        element, block = self._element(shown, label)
        action = {**element, "block_id": block["block_id"], "action_ts": self.now(), "type": element["type"]}
        self._interacts(user, shown, action, times)

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

    # What goes wrong.

    def drops_sockets(self) -> None:
        """Cut every socket, as a network does that fails."""
        self._in_loop(self._drop)

    def tells_again(self, envelope: Envelope) -> None:
        """Send something once more that was acknowledged already."""
        asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop)

    # What a test looks at.

    def waits(self, until: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        with self._changed:
            while not until():
                left = end - time.monotonic()
                assert left > 0, f"waited in vain for {what}"
                self._changed.wait(min(left, 0.02))

    def newest(self, user: str) -> list[Shown]:
        """Give what somebody sees, newest first: their form, their own chat, and what only they see."""
        with self._changed:
            mine = [s for s in self.log if s.only == user or s.channel == self.chat(user)]
        return list(reversed(mine))

    def form(self, user: str) -> Shown | None:
        """Give the form that somebody has open."""
        return next((v for v in self.views.values() if v.only == user), None)

    def now(self) -> str:
        """Give a ts that was never given before."""
        return f"{int(time.time())}.{next(self._count):06d}"

    def trigger(self, user: str) -> str:
        """Give a trigger with which one form can be opened."""
        trigger = f"{next(self._count)}.{next(self._count)}.abc"
        self.triggers[trigger] = user
        return trigger

    # How it works.

    def _team_of(self, user: str) -> Team:
        home = self.users[user]["team_id"]
        return next((team for team in self.teams if team.id == home), self.teams[0])

    def _interacts(self, user: str, shown: Shown, action: dict[str, Any], times: int) -> None:
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
            payload["response_url"] = self._response_url(user, shown.channel, shown.ts)
            if shown.thread:
                payload["container"]["thread_ts"] = shown.thread
            if not shown.only:
                payload["message"] = {"type": "message", "user": team.bot, "ts": shown.ts, **shown.body}
        else:
            payload["container"] = {"type": "view", "view_id": shown.ts}
            payload["view"] = self._whole_view(team, shown)
        self._tell(team, "interactive", payload, times)

    def _whole_view(self, team: Team, shown: Shown) -> dict[str, Any]:
        return {"id": shown.ts, "team_id": team.id, "hash": "1.abc", "state": {"values": {}}, **shown.body}

    def _element(self, shown: Shown, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for block in shown.body["blocks"]:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                if element["text"]["text"] == label:
                    return element, block
        raise LookupError(f"no button {label!r} among {shown.labels}")

    def _tell_event(self, team: Team, event: dict[str, Any], sample: str, times: int = 1) -> None:
        body = {
            "token": "masked",
            "team_id": team.id,
            "api_app_id": "A1",
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev{next(self._count):08d}",
            "event_time": int(time.time()),
            "is_ext_shared_channel": False,
            "authorizations": [
                {"team_id": team.id, "user_id": team.bot, "is_bot": True, "is_enterprise_install": False}
            ],
        }
        self.violations += self.samples.check(body, f"events/{sample}.json")
        self._tell(team, "events_api", body, times)

    def _tell(self, team: Team, kind: str, payload: dict[str, Any], times: int = 1) -> Envelope:
        samples = {
            "block_actions": "app-backend/interactive-components/BlockActionPayload.json",
            "message_action": "app-backend/interactive-components/MessageShortcutPayload.json",
            "view_submission": "app-backend/views/ViewSubmissionPayload.json",
        }
        if payload.get("type") in samples:
            self.violations += self.samples.check(payload, samples[payload["type"]])
        envelope = Envelope(team, kind, payload, f"envelope-{next(self._count)}")
        if self.outside:
            return envelope
        with self._changed:
            self.envelopes.append(envelope)
        for _ in range(times):
            asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop)
        return envelope

    async def _send(self, envelope: Envelope) -> None:
        """Tell the bot, again and again until it says that it heard; of what a person did in a form, once."""
        if self.bot_url:
            await self._post(envelope)
            return
        while not self._ended.is_set():
            sockets = [s for s in self._sockets[envelope.team.school] if not s.closed]
            if sockets:
                message = {"type": envelope.kind, "envelope_id": envelope.id, "payload": envelope.payload}
                message["accepts_response_payload"] = envelope.kind != "events_api"
                envelope.sent.append(time.monotonic())
                try:
                    await sockets[-1].send_str(json.dumps(message))
                except (ConnectionError, RuntimeError):
                    continue
                if envelope.acknowledged or await self._heard(envelope):
                    return
            else:
                await asyncio.sleep(0.02)  # the server's own pause while nobody is connected

    async def _heard(self, envelope: Envelope) -> bool:
        end = self._loop.time() + ACKNOWLEDGED_WITHIN
        while self._loop.time() < end and not envelope.acknowledged:
            if not any(not s.closed for s in self._sockets[envelope.team.school]):
                return False
            await asyncio.sleep(0.01)
        return bool(envelope.acknowledged)

    async def _post(self, envelope: Envelope) -> None:
        events = envelope.kind == "events_api"
        body = (
            json.dumps(envelope.payload)
            if events
            else urlencode(
                envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
            )
        )
        for attempt in range(50):
            headers = self.signed(body)
            headers["Content-Type"] = "application/json" if events else "application/x-www-form-urlencoded"
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
            envelope.sent.append(time.monotonic())
            try:
                async with self._http.post(
                    f"{self.bot_url}/{envelope.team.school}", data=body, headers=headers
                ) as answer:
                    said = await answer.text()
                    if answer.ok:
                        self._acknowledge(envelope, json.loads(said) if said.startswith("{") else {})
                        return
            except (ClientError, TimeoutError):
                pass
            if not events:
                break
            await asyncio.sleep(0.1)  # the server's own pause between two tries
        with self._changed:
            envelope.failed = True
            self._changed.notify_all()

    def signed(self, body: str) -> dict[str, str]:
        """Give the headers that say that this comes from Slack."""
        at = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    def _acknowledge(self, envelope: Envelope, answer: dict[str, Any]) -> None:
        with self._changed:
            if not envelope.acknowledged:
                envelope.acknowledged, envelope.answer = time.monotonic(), answer
                self._after(envelope, answer)
            self._changed.notify_all()

    def _after(self, envelope: Envelope, answer: dict[str, Any]) -> None:
        """Do what the bot's acknowledgement of a form asks for; an empty one closes it."""
        if envelope.payload.get("type") != "view_submission":
            return
        shown = self.views.get(envelope.payload["view"]["id"])
        if shown is None:
            return
        if answer.get("response_action") == "update":
            self.violations += check_view(answer["view"])
            shown.body = answer["view"]
            self._log(shown)
        elif not answer:
            self.views.pop(shown.ts, None)

    def _keep(self, shown: Shown) -> None:
        with self._changed:
            self.messages[shown.channel][shown.ts] = shown
            self._changed.notify_all()

    def _log(self, shown: Shown) -> None:
        self.log = [s for s in self.log if s is not shown]
        self.log.append(shown)

    def _show(self, shown: Shown) -> None:
        with self._changed:
            if shown.kind == "message":
                self.messages[shown.channel][shown.ts] = shown
            self._log(shown)
            self._changed.notify_all()

    def _in_loop(self, what: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(what(), self._loop).result(PATIENCE)

    async def _drop(self) -> None:
        for sockets in self._sockets.values():
            for socket in sockets:
                transport = socket._req.transport if socket._req else None  # noqa: SLF001 -- a cut without goodbye
                if transport:
                    transport.abort()
            sockets.clear()

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run(ready))
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        self._ended = asyncio.Event()
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_post("/respond/{id}", self._respond)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/api/"
        async with ClientSession(timeout=ClientTimeout(ACKNOWLEDGED_WITHIN)) as self._http:
            ready.set()
            await self._ended.wait()
            for sockets in self._sockets.values():
                for socket in sockets:
                    await socket.close()
            await runner.cleanup()
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        team = self._tickets.pop(request.match_info["ticket"], None)
        if team is None:
            raise web.HTTPForbidden  # a ticket works once
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets_opened += 1
        if self.speechless:
            self.speechless -= 1
        else:
            hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}
            await socket.send_str(json.dumps(hello))
            self._sockets[team.school].append(socket)
        async for message in socket:
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                envelope = next((e for e in self.envelopes if e.id == said.get("envelope_id")), None)
                if envelope:
                    self._acknowledge(envelope, said.get("payload") or {})
        if socket in self._sockets[team.school]:
            self._sockets[team.school].remove(socket)
        return socket

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        text = await request.text()
        as_json = request.content_type == "application/json"
        args = json.loads(text or "{}") if as_json else {**request.query, **await request.post()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or args.pop("token", "")
        with self._changed:
            self.calls.append((method, args))
            fault = next((f for f in self.faults if f.method in (method, "*")), None)
            if fault:
                self.faults.remove(fault)
            self._changed.notify_all()
        if fault and fault.held:
            await asyncio.to_thread(fault.held.wait, PATIENCE)
        if fault and fault.drop and not fault.after:
            _cut(request)
        if fault and (fault.error or fault.status != 200 or fault.retry_after):
            return _refused(Refusal(fault.error or "internal_error", fault.status, fault.retry_after))
        try:
            carry_out = getattr(self, f"_m_{method.replace('.', '_')}", _unknown)
            result = await carry_out(self._authorised(method, token), args)
        except Refusal as refusal:
            return _refused(refusal)
        if fault and fault.drop:
            _cut(request)
        answer = {"ok": True, **result}
        self.violations += self.samples.check(answer, f"api/{method}.json")
        return web.json_response(answer)

    def _authorised(self, method: str, token: str) -> Team:
        app = method == "apps.connections.open"
        for team in self.teams:
            if token == (team.app_token if app else team.bot_token):
                return team
        raise Refusal("invalid_auth" if token else "not_authed")

    # The methods of the Web API.

    async def _m_auth_test(self, team: Team, _: dict[str, Any]) -> dict[str, Any]:
        who = {"user": "askfirst", "user_id": team.bot, "bot_id": f"B{team.number:08d}"}
        return {"url": f"https://{team.school}.slack.com/", "team": team.school, "team_id": team.id, **who}

    async def _m_apps_connections_open(self, team: Team, _: dict[str, Any]) -> dict[str, Any]:
        ticket = f"ticket-{next(self._count)}"
        self._tickets[ticket] = team
        return {"url": f"ws://127.0.0.1:{self.port}/socket/{ticket}"}

    async def _m_users_list(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        members = [u for u in self.users.values() if u["team_id"] == team.id]
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 1000)
        further = str(start + limit) if start + limit < len(members) else ""
        return {"members": members[start : start + limit], "response_metadata": {"next_cursor": further}}

    async def _m_users_info(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("user") not in self.users:
            raise Refusal("user_not_found")
        user = self.users[args["user"]]
        return {"user": {**user, "is_stranger": user["team_id"] != team.id}}

    async def _m_chat_postMessage(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args["channel"])
        body = self._body(args)
        shown = Shown("message", channel, self.now(), body, thread=args.get("thread_ts", ""))
        self._show(shown)
        return {"channel": channel, "ts": shown.ts, "message": self._message(team, shown)}

    async def _m_chat_postEphemeral(self, _: Team, args: dict[str, Any]) -> dict[str, Any]:
        shown = Shown("message", args["channel"], self.now(), self._body(args), args["user"], args.get("thread_ts", ""))
        self._show(shown)
        return {"message_ts": shown.ts}

    async def _m_chat_update(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        shown = self.messages[args["channel"]].get(args["ts"])
        if shown is None or shown.only:
            raise Refusal("message_not_found")
        shown.body = self._body(args)
        self._show(shown)
        return {
            "channel": shown.channel,
            "ts": shown.ts,
            "text": shown.body["text"],
            "message": self._message(team, shown),
        }

    async def _m_views_open(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        user = self.triggers.pop(args["trigger_id"], None)
        if user is None or self.triggers_expire:
            raise Refusal("expired_trigger_id")
        self._checked_view(args["view"])
        shown = Shown("view", "", f"V{next(self._count):08d}", args["view"], user)
        self.views = {i: v for i, v in self.views.items() if v.only != user} | {shown.ts: shown}
        self._show(shown)
        return {"view": self._whole_view(team, shown)}

    async def _m_views_update(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        shown = self.views.get(args["view_id"])
        if shown is None:
            raise Refusal("not_found")
        self._checked_view(args["view"])
        shown.body = args["view"]
        self._show(shown)
        return {"view": self._whole_view(team, shown)}

    async def _m_views_publish(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        self._checked_view(args["view"])
        shown = Shown("home", "", f"VH{args['user_id']}", args["view"], args["user_id"])
        self.homes[args["user_id"]] = shown
        with self._changed:
            self._changed.notify_all()
        return {"view": self._whole_view(team, shown)}

    async def _m_assistant_threads_setSuggestedPrompts(self, _: Team, args: dict[str, Any]) -> dict[str, Any]:
        if len(args["prompts"]) > 4 or not all(p["title"] and p["message"] for p in args["prompts"]):
            raise Refusal("invalid_arguments")
        self.prompts[args["channel_id"]] = args
        return {}

    async def _m_conversations_list(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        assert args["types"] == "im"
        mine = [u for u in self.users if self.users[u]["team_id"] == team.id and self.messages.get(self.chat(u))]
        return {"channels": [{"id": self.chat(u), "user": u, "is_im": True} for u in mine]}

    async def _m_conversations_history(self, _: Team, args: dict[str, Any]) -> dict[str, Any]:
        team = self.teams[0]
        shown = self.messages[args["channel"]].values()
        found = [s for s in shown if float(s.ts) > float(args.get("oldest") or 0) and not s.thread]
        rows = [
            {
                "type": "message",
                "ts": s.ts,
                **({"user": team.bot, "bot_id": "B1"} if "user" not in s.body else {}),
                **s.body,
            }
            for s in found
        ]
        return {
            "messages": sorted(rows, key=lambda r: r["ts"], reverse=True)[: int(args.get("limit") or 100)],
            "has_more": False,
        }

    async def _respond(self, request: web.Request) -> web.Response:
        args = await request.json()
        with self._changed:
            self.calls.append(("respond", args))
            fault = next((f for f in self.faults if f.method == "respond"), None)
            if fault:
                self.faults.remove(fault)
        if fault:
            return web.Response(status=fault.status, text=fault.error, headers={"Retry-After": str(fault.retry_after)})
        user, channel, ts = self._responses[request.match_info["id"]]
        try:
            body = self._body(args)
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.error)
        shown = self.messages[channel].get(ts)
        if args.get("replace_original") and shown:
            shown.body = body
        else:
            shown = Shown("message", channel, self.now(), body, user if args["response_type"] == "ephemeral" else "")
        self._show(shown)
        return web.Response(text="ok")

    def _channel(self, given: str) -> str:
        return self.chat(given) if given.startswith("U") else given

    def _body(self, args: dict[str, Any]) -> dict[str, Any]:
        wrong = check_blocks(args.get("blocks", []), 50)
        if not args.get("text") and not args.get("blocks"):
            raise Refusal("no_text")
        if wrong:
            self.violations += wrong
            raise Refusal("invalid_blocks")
        if re.search(r"<[!@#]", json.dumps(args, ensure_ascii=False)):
            self.violations.append("a mention was made")
        return {"text": args.get("text", ""), "blocks": args.get("blocks", [])}

    def _checked_view(self, view: dict[str, Any]) -> None:
        if wrong := check_view(view):
            self.violations += wrong
            raise Refusal("invalid_arguments")

    def _message(self, team: Team, shown: Shown) -> dict[str, Any]:
        who = {"bot_id": f"B{team.number:08d}", "user": team.bot, "team": team.id, "type": "message", "ts": shown.ts}
        return {**who, **shown.body}

    def _response_url(self, user: str, channel: str, ts: str) -> str:
        number = f"r{next(self._count)}"
        self._responses[number] = (user, channel, ts)
        return f"http://127.0.0.1:{self.port}/respond/{number}"


def _typed(text: str) -> str:
    """Write what somebody typed as Slack passes it on: escaped, but for the people mentioned."""
    return re.sub(r"&lt;(@\w+)&gt;", r"<\1>", html.escape(text, quote=False))


def _filled(element: dict[str, Any], text: str, option: str) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": "plain_text_input", "value": text or None}
    chosen = next((o for o in element["options"] if o["text"]["text"] == option), None)
    return {"type": element["type"], "selected_option": chosen}


async def _unknown(_: Team, __: dict[str, Any]) -> dict[str, Any]:
    raise Refusal("unknown_method")


def _refused(refusal: Refusal) -> web.Response:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    status = 429 if refusal.retry_after else refusal.status
    error = "ratelimited" if refusal.retry_after else refusal.error
    return web.json_response({"ok": False, "error": error}, status=status, headers=headers)


def _cut(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError
