"""What a browser asks of the case page, and what it gets back, as plain data without a network."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.casepage.pages import draw

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the parts of its path that are free, its form, and the browser's cookie.

    `mark` is what the forms of this browser hold; `remote` is where it comes from.
    """

    cookie: str
    mark: str
    remote: str
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; `cookie` is the browser's from now on, where it is another one; `to` sends it elsewhere."""

    body: str | bytes = ""
    status: int = 200
    kind: str = HTML
    file: str = ""
    to: str = ""
    cookie: str = ""


def page(template: str, asked: Asked, *, status: int = 200, **parts: object) -> Answer:
    """Give a page."""
    return Answer(draw(template, mark=asked.mark, **parts), status)
