"""Serves the case page over HTTP: headers, cookies, and forms that come from nowhere else."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import re
import traceback
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.casepage.asked import Answer, Asked, page
from bot.casepage.case import CasePages, gone, written
from bot.casepage.gate import Gate
from bot.casepage.pages import STYLE, style
from bot.channels.channel import Unusable
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.casepage.desk import Desk
    from bot.store.sessions import StoredSessions

    View = Callable[[Asked], Answer]

_log = logging.getLogger(__name__)

_BIG = 64 * 1024
"""How many bytes a form may have."""
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")
_FORM = "application/x-www-form-urlencoded"
_BROKEN = 503
_CLOSING = 2.0
"""Seconds in which what is being answered may be finished at the end."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not no-referrer: with that a browser would leave out where a form comes from.
    "Referrer-Policy": "same-origin",
    "Server": "Ask First",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


class CasePage:
    """The server of the case page; it stands behind the school's own https server."""

    def __init__(self, address: str, listen: tuple[str, int], desk: Desk, sessions: StoredSessions) -> None:
        """Take the address at which people reach it, and where it listens."""
        parts = urlsplit(address)
        self._origin, self._secure = f"{parts.scheme}://{parts.netloc}", parts.scheme == "https"
        self._name = "__Host-askfirst" if self._secure else "askfirst"
        self._listen, self._sessions = listen, sessions
        self._server: web.AppRunner | None = None
        self._gate, self._case = Gate(desk), CasePages(desk)

    async def open(self) -> str:
        """Begin to serve, and say where; raises Unusable."""
        application = web.Application(client_max_size=_BIG)
        application.on_response_prepare.append(self._headed)
        application.add_routes(
            [
                web.get(f"/{STYLE}", _styled),
                *(web.get(path, self._looking(view)) for path, view in self._looks().items()),
                *(web.post(path, self._sending(view)) for path, view in self._sends().items()),
                web.route("*", "/{anything:.*}", self._looking(gone)),
            ]
        )
        self._server = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSING)
        await self._server.setup()
        host, port = self._listen
        try:
            await web.TCPSite(self._server, host, port).start()
        except OSError as error:
            raise Unusable(f"The case page can't listen on {host}:{port} ({error.strerror}).") from None
        return f"Case page: {self._origin}, listening on {host}:{self.port}"

    @property
    def port(self) -> int:
        """Give the port on which it listens."""
        return int(self._server.addresses[0][1]) if self._server else self._listen[1]

    async def close(self) -> None:
        """Serve no more."""
        if self._server:
            await self._server.cleanup()

    def _looks(self) -> dict[str, View]:
        gate, case = self._gate, self._case
        return {
            "/": gate.home,
            "/open/{token}": gate.link,
            "/again": gate.lost,
            "/enrol": gate.newcomer,
            "/enrol/app": gate.app,
            "/case": case.whole,
            "/case/letters": case.letters,
            "/case/letters/{letter}": case.letter,
            "/case/{step}": case.step,
            "/case/{step}/{who}": case.step,
        }

    def _sends(self) -> dict[str, View]:
        gate, case = self._gate, self._case
        return {
            "/open/{token}": gate.open,
            "/again": gate.again,
            "/enrol": gate.begin,
            "/enrol/app": gate.finish,
            "/leave": case.leave,
            "/case/letters/{letter}": case.letter,
            "/case/chronology/{kind}": case.copy,
            "/case/other/{reference}": case.other,
            "/case/{step}": case.act,
            "/case/{step}/{who}": case.act,
        }

    def _looking(self, view: View) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def look(request: web.Request) -> web.Response:
            return await self._answered(request, view, {})

        return look

    def _sending(self, view: View) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def send(request: web.Request) -> web.Response:
            if request.content_type != _FORM:
                return await self._answered(request, _refused, {})
            try:
                fields = await request.post()
            except web.HTTPRequestEntityTooLarge:
                return await self._answered(request, _refused, {})
            form = {name: value for name, value in fields.items() if isinstance(value, str)}
            mark = form.pop("mark", "")
            if not self._is_here(request):
                return await self._answered(request, _refused, {})
            return await self._answered(request, view if self._is_ours(request, mark) else _refused, form)

        return send

    def _is_here(self, request: web.Request) -> bool:
        """Tell whether a form was sent from one of these pages."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        return request.headers.get("Origin") in (None, self._origin) and site == "same-origin"

    def _is_ours(self, request: web.Request, mark: str) -> bool:
        """Tell whether a form was sent in the browser that got it, by whoever is signed in there still."""
        cookie = self._cookie(request)
        return bool(cookie) and hmac.compare_digest(self._sessions.mark(cookie).encode(), mark.encode())

    def _cookie(self, request: web.Request) -> str:
        cookie = request.cookies.get(self._name, "")
        return cookie if _COOKIE.fullmatch(cookie) else ""

    async def _answered(self, request: web.Request, view: View, form: dict[str, str]) -> web.Response:
        had = self._cookie(request)
        cookie = had or self._sessions.fresh()
        asked = Asked(
            cookie=cookie,
            mark=self._sessions.mark(cookie),
            remote=_remote(request),
            path=dict(request.match_info),
            query=dict(request.query),
            form=form,
        )
        try:
            answer = await asyncio.to_thread(view, asked)
        except Exception as error:  # noqa: BLE001 -- the boundary: whatever went wrong, the lead gets a page
            last = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("the case page failed: %s in line %s of %s", type(error).__name__, last.lineno, last.name)
            answer = page("said", asked, status=_BROKEN, title=say("page.broken_title"), words=say("page.broken"))
        response = _response(answer)
        if answer.cookie or not had:
            response.set_cookie(
                self._name, answer.cookie or cookie, path="/", secure=self._secure, httponly=True, samesite="Strict"
            )
        return response

    async def _headed(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS | (_HTTPS if self._secure else {}))


async def _styled(_: web.Request) -> web.Response:
    return web.Response(text=style(), content_type="text/css")


def _refused(asked: Asked) -> Answer:
    """Refuse a form that is not ours; what somebody was writing in a page of before is given back to them."""
    title, words = say("page.refused_title"), say("page.refused")
    return page("said", asked, status=403, title=title, words=words, kept=written(asked))


def _response(answer: Answer) -> web.Response:
    if answer.to:
        return web.Response(status=303, headers={"Location": answer.to})
    headers = {"Content-Disposition": f'attachment; filename="{answer.file}"'} if answer.file else {}
    body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
    charset = None if answer.kind == "application/pdf" else "utf-8"
    return web.Response(body=body, status=answer.status, content_type=answer.kind, charset=charset, headers=headers)


def _remote(request: web.Request) -> str:
    """Say where a request comes from: what the school's own server says, where it is that which asks."""
    remote, said = request.remote or "", ",".join(request.headers.getall("X-Forwarded-For", []))
    last = said.rpartition(",")[2].strip()
    try:
        return last if last and ipaddress.ip_address(remote).is_private else remote
    except ValueError:
        return remote
