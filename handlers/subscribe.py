"""Sets up a tip every week: on which day, when, what about, and when never; one press to begin, one to stop."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handlers.message import Button, Card, Reply, Signal
from handlers.ports import Subscription
from handlers.weekly_plan import DAYS, Plan, read
from handlers.wording import say
from knowledge.smart.platforms import ANY, load_platforms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handlers.message import Message
    from handlers.ports import Subscriptions, World

ABILITY = "subscribe"
COMMANDS = ("subscribe", "unsubscribe")
_STOP = ("stop", "off", "end", "cancel")
_TIMES = (time(7, 30), time(12, 30), time(16), time(18), time(20))
_QUIETS = ((time(20), time(8)), (time(21), time(7)), (time(22), time(6)))
_ZONE = ZoneInfo("Europe/London")


def handle(message: Message, world: World) -> Reply:
    """Show, change, begin or stop somebody's weekly tips."""
    kept = world.subscriptions
    if kept is None:
        return Reply((Card(say("subscribe.not_here"), signal=Signal.INFO),))
    step, words = _step(message), _words(message)
    now = kept.of(message.person)
    if step == "stop":
        return _stop(message, kept, going=now is not None)
    before = read(now.plan, Plan())[0] if now else Plan()
    plan, understood = read(words, before if step == "typed" or not words else Plan())
    if step in _CHOOSERS:
        return _CHOOSERS[step](plan)
    if step == "start" or (now and now.plan != str(plan)):
        now = _keep(message, plan, kept, world)
    return _plan(plan, now, world, understood=understood, pressed=bool(message.action))


def asked_in(text: str) -> bool:
    """Tell whether a text without a slash is about weekly tips: "subscribe sunday", not "subscribe to my teacher"."""
    first, *rest = text.lower().split() or [""]
    return first in COMMANDS and (rest in ([word] for word in _STOP) or read(" ".join(rest), Plan())[1])


def offer_to_stop(message: Message, world: World) -> Reply | None:
    """Answer "stop" where nothing else is going on, or give None where there are no weekly tips either."""
    now = world.subscriptions.of(message.person) if world.subscriptions else None
    if now is None:
        return None
    plan, _ = read(now.plan, Plan())
    return Reply(
        (Card(say("subscribe.stop_those", day=_day(plan.day), time=f"{plan.at:%H:%M}"), signal=Signal.INFO),),
        (Button(say("subscribe.stop"), "subscribe.stop"), Button(say("subscribe.keep"), "subscribe.show")),
    )


def next_due(subscription: Subscription, now: datetime, world: World) -> datetime:
    """Give when the next tip is due."""
    return read(subscription.plan, Plan())[0].next_after(now, _zone(subscription.school, world))


def waits_until(subscription: Subscription, now: datetime, world: World) -> datetime | None:
    """Give the end of the quiet hours where they are now, or None."""
    end = read(subscription.plan, Plan())[0].not_before(now, _zone(subscription.school, world))
    return end if end > now else None


def _step(message: Message) -> str:
    if message.action:
        return message.action.partition(".")[2]
    first, *rest = message.text.lower().lstrip("/").split() or [""]
    return "stop" if first == "unsubscribe" or (rest and rest[0] in _STOP) else "typed"


def _words(message: Message) -> str:
    if message.action:
        return message.value
    return re.sub(r"^/?\w+\s*", "", message.text.strip())


def _keep(message: Message, plan: Plan, kept: Subscriptions, world: World) -> Subscription:
    due = plan.next_after(world.clock(), _zone(message.school, world))
    wanted = Subscription(message.person, message.conversation, message.channel, message.school, str(plan), due)
    kept.keep(wanted)
    return wanted


def _stop(message: Message, kept: Subscriptions, *, going: bool) -> Reply:
    kept.drop(message.person)
    said = say("subscribe.stopped" if going else "subscribe.none")
    return Reply((Card(said, signal=Signal.INFO),), replaces=bool(message.action))


def _plan(plan: Plan, now: Subscription | None, world: World, *, understood: bool, pressed: bool) -> Reply:
    """Show a plan with all that can be changed about it; `now` is kept already."""
    cards = [] if understood else [Card(say("subscribe.unknown", platforms=", ".join(_names())), signal=Signal.INFO)]
    title = say(f"subscribe.{'on' if now else 'offer'}", day=_day(plan.day), time=f"{plan.at:%H:%M}")
    lines = [*_about(plan), _quiet(plan)]
    if now:
        due = now.due.astimezone(_zone(now.school, world))
        lines.insert(0, say("subscribe.next", when=f"{_day(DAYS[due.weekday()])} {due.day} {due:%B, %H:%M}"))
    cards.append(Card(title, tuple(lines), folded=say("subscribe.how"), signal=Signal.INFO))
    value = str(plan)
    first = () if now else (Button(say("subscribe.yes"), "subscribe.start", value),)
    last = (Button(say("subscribe.stop"), "subscribe.stop"),) if now else ()
    change = [
        Button(say(f"subscribe.{name}"), f"subscribe.{step}", value)
        for name, step in (("day", "day"), ("time", "time"), ("choose_topics", "topics"), ("choose_quiet", "quiet"))
    ]
    return Reply(tuple(cards), (*first, *change, *last), replaces=pressed)


def _about(plan: Plan) -> Iterator[str]:
    names = ", ".join(_names(*plan.topics)) if plan.topics else load_platforms()[ANY].name
    yield (
        say("subscribe.topics_age", topics=names, age=str(plan.age))
        if plan.age
        else say("subscribe.topics", topics=names)
    )


def _quiet(plan: Plan) -> str:
    if plan.quiet is None:
        return say("subscribe.no_quiet")
    start, end = plan.quiet
    return say("subscribe.quiet", start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def _which_day(plan: Plan) -> Reply:
    return _choose("day", [(_day(day), replace(plan, day=day)) for day in DAYS], plan)


def _which_time(plan: Plan) -> Reply:
    return _choose("time", [(f"{at:%H:%M}", replace(plan, at=at)) for at in _TIMES], plan, how=True)


def _which_quiet(plan: Plan) -> Reply:
    hours = [
        (say("subscribe.hours", start=f"{start:%H:%M}", end=f"{end:%H:%M}"), replace(plan, quiet=(start, end)))
        for start, end in _QUIETS
    ]
    return _choose("quiet", [*hours, (say("subscribe.no_hours"), replace(plan, quiet=None))], plan)


def _which_topics(plan: Plan) -> Reply:
    """Show every topic, those chosen marked; a press takes one in or out."""
    buttons = [Button(_marked(say("subscribe.anything"), not plan.topics), "subscribe.topics", _with(plan, ()))]
    for platform in load_platforms().values():
        if platform.id != ANY:
            chosen = platform.id in plan.topics
            others = tuple(topic for topic in plan.topics if topic != platform.id)
            value = _with(plan, others if chosen else (*others, platform.id))
            buttons.append(Button(_marked(platform.name, chosen), "subscribe.topics", value))
    buttons.append(Button(say("subscribe.done"), "subscribe.plan", str(plan)))
    card = Card(say("subscribe.which_topics"), (say("subscribe.which_topics_how"),), signal=Signal.INFO)
    return Reply((card,), tuple(buttons), replaces=True)


_CHOOSERS = {"day": _which_day, "time": _which_time, "topics": _which_topics, "quiet": _which_quiet}


def _choose(what: str, choices: list[tuple[str, Plan]], now: Plan, *, how: bool = False) -> Reply:
    buttons = tuple(
        Button(_marked(label, str(plan) == str(now)), "subscribe.plan", str(plan)) for label, plan in choices
    )
    lines = (say(f"subscribe.which_{what}_how"),) if how else ()
    return Reply((Card(say(f"subscribe.which_{what}"), lines, signal=Signal.INFO),), buttons, replaces=True)


def _with(plan: Plan, topics: tuple[str, ...]) -> str:
    return str(replace(plan, topics=topics))


def _marked(label: str, chosen: bool) -> str:
    return say("subscribe.chosen", label=label) if chosen else label


def _names(*only: str) -> list[str]:
    platforms = load_platforms()
    return [platforms[t].name if t in platforms else t for t in only or [p for p in platforms if p != ANY]]


def _day(day: str) -> str:
    return say(f"subscribe.day_{day}")


def _zone(school: str, world: World) -> ZoneInfo:
    contacts = world.contacts.get(school)
    return contacts.zone if contacts else _ZONE
