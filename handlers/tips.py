"""Gives one online-safety tip at a time, fitting the app, age or letter that was named."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from handlers.message import Button, Card, Reply, Signal
from handlers.quiz_cards import letter_name, more_help
from handlers.weekly_plan import Plan, read
from handlers.wording import say
from knowledge.smart.lessons import Letter, load_lessons
from knowledge.smart.platforms import ANY, load_platforms, platform_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.message import Message
    from handlers.ports import Subscription, World
    from knowledge.smart.lessons import Tip

ABILITY = "tips"
COMMANDS = ("tip", "tips")
_REMEMBERED = timedelta(days=30)
_RECENT = 30
"""How many shown tips are remembered, so that others come first."""
_FIRST_YEAR_AGE = 5
_YEAR = re.compile(r"\b(?:year|yr|y) ?(\d{1,2})\b(?! ?olds?\b)")
_AGE = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_SMALL_WORDS = re.compile(
    r"tips?|an?|the|my|me|i|for|about|on|of|to|in|is|please|give|get|want|need|some|more|another|new|any"
    r"|child|children|kids?|son|daughter|old|aged?"
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a tip should fit; `unknown` tells that something was named that no tip is about."""

    platform: str | None = None
    age: int | None = None
    letter: Letter | None = None
    unknown: bool = False

    def fits(self, tip: Tip) -> bool:
        """Tell whether a tip fits the whole wish."""
        return (
            self.platform in (None, tip.platform)
            and self.letter in (None, tip.letter)
            and (self.age is None or tip.youngest <= self.age <= tip.oldest)
        )

    def wider(self) -> Iterable[_Wish]:
        """Give the wish, then ever wider ones, the last of which every tip fits."""
        yield self
        if self.platform or self.letter:
            yield _Wish(platform=self.platform, letter=self.letter)
        yield _Wish(age=self.age)
        yield _Wish()

    def value(self) -> str:
        """Give it as the value of a button, which reads back as the same wish."""
        return " ".join(str(part) for part in (self.platform, self.letter, self.age) if part is not None)


def handle(message: Message, world: World) -> Reply:
    """Give a tip that fits what was named in the text or stands on the button."""
    wish = _wish(message.value if message.action else message.text)
    draw = Random(f"{message.person} {message.event} {world.clock().isoformat()}")  # noqa: S311 -- a draw, no secret
    reply = _show(*_next(message.person, message.conversation, wish, draw, world))
    if world.subscriptions is None or world.subscriptions.of(message.person):
        return reply
    return replace(reply, buttons=(*reply.buttons, Button(say("tips.weekly"), "subscribe.show")))


def weekly(subscription: Subscription, world: World) -> Reply:
    """Give this week's tip of somebody who asked for one every week, on one of their topics."""
    plan, _ = read(subscription.plan, Plan())
    draw = Random(f"{subscription.person} {subscription.due.isoformat()}")  # noqa: S311 -- a draw, no secret
    wish = _wish(" ".join([draw.choice(plan.topics) if plan.topics else "", str(plan.age or "")]))
    tip = _next(subscription.person, subscription.conversation, wish, draw, world)[0]
    reply = _show(tip, wish, "")
    why = Card(lines=(say("subscribe.why"),))
    manage = Button(say("subscribe.weekly"), "subscribe.show")
    return replace(reply, cards=(*reply.cards, why), buttons=(reply.buttons[0], manage))


def asked_in(text: str) -> bool:
    """Tell whether a text without a slash asks for a tip and nothing else: "tip roblox", not "tip off: …"."""
    first, *rest = re.findall(r"[a-z]+", text.lower()) or [""]
    known = {part for p in load_platforms().values() for word in (p.id, *p.words) for part in word.split()}
    known |= {*Letter, "year", "years", "yr", "y", "yo"}
    return first in COMMANDS and all(
        word in known or _SMALL_WORDS.fullmatch(word) or platform_named(word) for word in rest
    )


def _next(person: str, conversation: str, wish: _Wish, draw: Random, world: World) -> tuple[Tip, _Wish, str]:
    """Choose a tip and remember it, and give what `_show` takes."""
    tips = load_lessons(frozenset(world.engine.model.topics)).tips
    kept = world.memory.recall(person, conversation, ABILITY)
    shown: list[str] = [tip for tip in kept.get("shown", []) if tip in tips]
    tip, said = _choose(wish, list(tips.values()), shown, draw)
    shown = [*(s for s in shown if s != tip.id), tip.id][-_RECENT:]
    world.memory.keep(person, conversation, ABILITY, {"shown": shown}, world.clock() + _REMEMBERED)
    return tip, wish, said


def _wish(text: str) -> _Wish:
    words = text.lower()
    year = _YEAR.search(words)
    age = _AGE.search(words)
    platform = platform_named(words)
    letter = (
        None if platform else next((letter for letter in Letter if re.search(rf"\b{letter}\b(?! me)", words)), None)
    )
    years = int(age.group(1)) if age else None
    if year:
        years = int(year.group(1)) + _FIRST_YEAR_AGE - 1
    unknown = not (platform or letter or age) and not all(
        _SMALL_WORDS.fullmatch(w) for w in re.findall(r"[a-z]+", words)
    )
    return _Wish(ANY if unknown else platform, years, letter, unknown)


def _choose(wish: _Wish, tips: list[Tip], shown: list[str], draw: Random) -> tuple[Tip, str]:
    """Give the fitting tip that was never shown or longest ago, and the name of what is said with it."""
    last = shown[-1] if shown else None
    said = "unknown" if wish.unknown else ""
    for wider in wish.wider():
        fitting = [tip for tip in tips if wider.fits(tip)]
        others = [tip for tip in fitting if tip.id != last]
        if others:
            draw.shuffle(others)
            return min(others, key=lambda tip: shown.index(tip.id) if tip.id in shown else -1), said
        said = said or ("only_one" if fitting else "none_fits")
    return tips[0], said


def _show(tip: Tip, wish: _Wish, said: str) -> Reply:
    platforms = load_platforms()
    cards = []
    if said:
        names = ", ".join(p.name for p in platforms.values() if p.id != ANY)
        cards.append(Card(say(f"tips.{said}", platforms=names), signal=Signal.INFO))
    headline = say(
        "tips.headline",
        platform=platforms[tip.platform].name,
        youngest=str(tip.youngest),
        oldest=str(tip.oldest),
        letter=letter_name(tip.letter),
    )
    cards.append(Card(headline, (tip.text,), more_help(tip.signpost, "tips.more_help"), signal=Signal.ADVICE))
    like = _Wish(tip.platform, wish.age) if tip.platform != ANY else _Wish(None, wish.age, tip.letter)
    buttons = (
        Button(say("tips.another"), "tips.another", wish.value()),
        Button(say("tips.like_this"), "tips.more", like.value()),
    )
    return Reply(tuple(cards), buttons)
