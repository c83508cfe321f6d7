"""A case page that is really served, and a visitor who fills in its forms over real HTTP as a browser does."""

from __future__ import annotations

import asyncio
import base64
import http.client
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from bot.app import case_page_of
from bot.settings import Settings
from bot.store.factors import app_of
from bot.store.links import Link

if TYPE_CHECKING:
    from bot.opening import Store

CHAIR = "chair@governors.example.org"


def free_port() -> int:
    """Find a port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def served(store: Store, world, channels=(), address=""):
    """Serve the case page in a thread of its own; give the address at which it listens."""
    here = f"127.0.0.1:{free_port()}"
    settings = Settings(page_address=address or f"http://{here}", page_listen=here, _env_file=None)
    page = case_page_of(settings, store, world, channels)
    loop, ready = asyncio.new_event_loop(), threading.Event()

    def serve():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(page.open())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(page.close())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    try:
        yield f"http://{here}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@dataclass
class App:
    """An authenticator app that knows one key, and the time."""

    key: str
    clock: object

    def __call__(self, ahead: int = 0) -> str:
        """Give the code of now, or of some seconds ahead."""
        secret = base64.b32decode("".join(self.key.split()))
        return app_of(secret).generate(int(self.clock().timestamp()) + ahead).decode()


@dataclass
class Element:
    """One element of a page, with its text."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Elements(HTMLParser):
    """All elements of a page in order; each text counts for every element that is open."""

    _EMPTY = frozenset({"meta", "link", "input", "br", "img", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        assert not self.open, f"not closed: {[e.tag for e in self.open]}"

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.found.append(element)
        if tag not in self._EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.found.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open
        assert self.open[-1].tag == tag, f"{tag} closes {self.open[-1].tag}"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element.text += data


@dataclass
class Seen:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def elements(self) -> list[Element]:
        return Elements(self.html).found

    @property
    def text(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())


@dataclass
class Visitor:
    """Somebody with a browser that takes cookies and follows where it is sent."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    at: str = "/"
    seen: Seen | None = None

    def goes(self, path: str, **headers: str) -> Seen:
        """Look at an address."""
        return self._asks("GET", path, None, headers)

    def sends(self, path: str = "", headers: dict[str, str] | None = None, **form: str) -> Seen:
        """Send a form of the page that is open, with its hidden fields."""
        hidden = {
            e.attributes["name"]: e.attributes["value"]
            for e in self.seen.elements
            if e.attributes.get("type") == "hidden"
        }
        said = {"Origin": self.base, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        return self._asks("POST", path or self.at, urlencode({**hidden, **form}), said)

    def _asks(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Seen:
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        got = Seen(response.status, dict(response.getheaders()), response.read())
        connection.close()
        if "Set-Cookie" in got.headers:
            name, _, value = got.headers["Set-Cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        if got.status == 303:
            return self.goes(got.headers["Location"])
        if "Content-Disposition" not in got.headers:
            self.at, self.seen = path, got
        return got


def sets_up(visitor: Visitor, store: Store, label: str, clock) -> App:
    """Set up a second factor as a lead does, from the one-time code to the app's first code."""
    visitor.goes("/enrol")
    seen = visitor.sends(code=store.leads.code("st-peters", label))
    assert "otpauth://" in seen.html
    app = App(next(e.text for e in seen.elements if e.attributes.get("class") == "key"), clock)
    assert "is set up" in visitor.sends(code=app()).text
    return app


def link(store: Store, reference: str, address: str = CHAIR) -> str:
    """Make a link as the e-mail holds it."""
    return f"/open/{quote(store.links.make(Link('st-peters', address, reference)))}"
