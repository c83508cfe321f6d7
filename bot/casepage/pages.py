"""Draws the case page: templates that escape everything, filled in with plain words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from handlers.wording import say

if TYPE_CHECKING:
    from jinja2 import Template

STYLE = "style.css"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.casepage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    return environment


def draw(template: str, **parts: object) -> str:
    """Give a page as HTML."""
    found: Template = _environment().get_template(f"{template}.html")
    return found.render(**parts)


def style() -> str:
    """Give the style sheet."""
    return _environment().get_template(STYLE).render()


def picture_of(address: str) -> Markup:
    """Draw an address as a QR code, within the page."""
    import segno  # noqa: PLC0415 -- seldom needed

    # Without a size of its own it fits whatever room it has; with one, a large code would lose its right edge.
    drawn = segno.make_qr(address).svg_inline(
        dark="#0b0c0c", light="#ffffff", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 -- made here, of squares alone
