"""The Web API of a Slack: checks each call and carries it out, or fails as it was told to."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from tests.platforms.slack_kit import check_blocks, check_view
from tests.platforms.slack_parts import ANSWERS, PATIENCE, Refusal, Shown, Team
from tests.platforms.slack_scopes import CALLS
from tests.platforms.slack_state import State


class WebApi(State):
    """A Slack that can be called."""

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
            team = self._authorised(method, token)
            if method == "auth.test" and token == team.app_token:
                carry_out = self._app_of
            result = await carry_out(team, args)
        except Refusal as refusal:
            return _refused(refusal)
        if fault and fault.drop:
            _cut(request)
        answer = {"ok": True, **result}
        self.violations += self.samples.check(answer, f"api/{method}.json")
        # An app-level token has scopes of its own.
        granted = ["connections:write"] if token.startswith("xapp-") else self.scopes
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(granted)})

    def _authorised(self, method: str, token: str) -> Team:
        taken = {"apps.connections.open": ("app",), "auth.test": ("app", "bot")}.get(method, ("bot",))
        for team in self.teams:
            if token in [getattr(team, f"{kind}_token") for kind in taken]:
                if CALLS.get(method) not in (None, "", *self.scopes):
                    raise Refusal("missing_scope")
                return team
        raise Refusal("invalid_auth" if token else "not_authed")

    async def _m_auth_test(self, team: Team, _: dict[str, Any]) -> dict[str, Any]:
        who = {"user": "askfirst", "user_id": team.bot, "bot_id": f"B{team.number:08d}"}
        return {"url": f"https://{team.school}.slack.com/", "team": team.school, "team_id": team.id, **who}

    async def _app_of(self, team: Team, _: dict[str, Any]) -> dict[str, Any]:
        return {"app_name": "Ask First", "app_id": team.app}

    async def _m_bots_info(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("bot") != f"B{team.number:08d}":
            raise Refusal("bot_not_found")
        return {"bot": {"id": args["bot"], "name": "Ask First", "app_id": team.app}}

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
        return _page([{"id": self.chat(u), "user": u, "is_im": True} for u in mine], "channels", args)

    async def _m_conversations_history(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        shown = self.messages[args["channel"]].values()
        rows = []
        for one in shown:
            if float(one.ts) > float(args.get("oldest") or 0) and not one.thread:
                replies = [s.ts for s in shown if s.thread == one.ts]
                more = {"thread_ts": one.ts, "reply_count": len(replies), "latest_reply": max(replies, default="")}
                rows.append({**_row(team, one), **(more if replies else {})})
        return _page(sorted(rows, key=lambda row: row["ts"], reverse=True), "messages", args)

    async def _m_conversations_replies(self, team: Team, args: dict[str, Any]) -> dict[str, Any]:
        shown = self.messages[args["channel"]].values()
        oldest = float(args.get("oldest") or 0)
        thread = [s for s in shown if s.ts == args["ts"] or (s.thread == args["ts"] and float(s.ts) > oldest)]
        return _page([_row(team, one) for one in thread], "messages", args)

    async def _respond(self, request: web.Request) -> web.Response:
        args = await request.json()
        with self._changed:
            self.calls.append(("respond", args))
            fault = next((f for f in self.faults if f.method == "respond"), None)
            if fault:
                self.faults.remove(fault)
        if fault:
            return web.Response(status=fault.status, text=fault.error, headers={"Retry-After": str(fault.retry_after)})
        at = self._responses[request.match_info["id"]]
        if self.addresses_expire or at.uses >= ANSWERS:
            return web.Response(status=404, text="used_url" if at.uses >= ANSWERS else "expired_url")
        at.uses += 1
        try:
            body = self._body(args)
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.error)
        shown = self.messages[at.channel].get(at.ts)
        if args.get("replace_original") and shown:
            shown.body = body
        else:
            only = at.user if args["response_type"] == "ephemeral" else ""
            shown = Shown("message", at.channel, self.now(), body, only, at.thread)
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


def _row(team: Team, shown: Shown) -> dict[str, Any]:
    by = {} if "user" in shown.body else {"user": team.bot, "bot_id": "B1"}
    thread = {"thread_ts": shown.thread} if shown.thread else {}
    return {"type": "message", "ts": shown.ts, **by, **thread, **shown.body}


def _page(rows: list[dict[str, Any]], name: str, args: dict[str, Any]) -> dict[str, Any]:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    further = str(start + limit) if start + limit < len(rows) else ""
    return {name: rows[start : start + limit], "response_metadata": {"next_cursor": further}}


async def _unknown(_: Team, __: dict[str, Any]) -> dict[str, Any]:
    raise Refusal("unknown_method")


def _refused(refusal: Refusal) -> web.Response:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    status = 429 if refusal.retry_after else refusal.status
    error = "ratelimited" if refusal.retry_after else refusal.error
    return web.json_response({"ok": False, "error": error}, status=status, headers=headers)


def _cut(request: web.Request) -> None:
    if request.transport is not None:  # the bot may be gone by now
        request.transport.abort()
    raise ConnectionResetError
