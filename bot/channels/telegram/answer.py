"""Handles one Telegram update: finds the person's school, lets the handlers answer, and says what is sent where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.channels.channel import Delivery
from bot.channels.telegram.keyboard import LONG, PRIVATE_CODES
from bot.channels.telegram.parse import NAME, parse
from bot.channels.telegram.render import render
from bot.channels.telegram.taking_back import look, note, take_back, told
from bot.dispatch import dispatch, is_under_way
from handlers import help as helping
from handlers import privacy, report, school, status, subscribe
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say
from knowledge.model import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.channels.channel import Payload
    from bot.channels.telegram.parse import Heard, Me
    from bot.store.buttons import StoredButtons
    from bot.store.report_messages import ReportMessages
    from handlers.message import Message
    from handlers.ports import World

_WAITING = "waiting"
"""The name in the memory of what somebody wrote before they chose a school."""
_WAITS = timedelta(hours=1)
_ASKS_FOR_SCHOOL = ("/start", *(f"/{command}" for command in school.COMMANDS))
_EVERYWHERE = (*privacy.COMMANDS, *helping.STOP)
_PRIVATE = (*report.COMMANDS, *status.COMMANDS)


def answer(update: Payload, me: Me, buttons: StoredButtons, held: ReportMessages, world: World) -> list[Delivery]:
    """Give what is to be sent for an update; `held` notes which messages hold words of a report."""
    heard = parse(update, me)
    if heard is None:
        return []
    heard = replace(heard, at=world.clock()) if heard.pressed else heard
    found: list[Delivery] = []
    if heard.query:
        # Telegram shows the press as under way until it hears this; nobody misses it where it comes too late.
        params = {"callback_query_id": heard.query}
        call = _call("answerCallbackQuery", params)
        found.append(Delivery(NAME, f"{heard.event}:press", f"press {heard.query}", call, optional=True))
    sent = [*_in_private(heard, buttons, held, world)] if heard.private else [*_in_group(heard, me, buttons, world)]
    return found + [replace(delivery, key=f"{heard.event}:{number}") for number, delivery in enumerate(sent)]


def sorry(update: Payload, me: Me) -> list[Delivery]:
    """Give what is sent where an update could not be handled."""
    heard = parse(update, me)
    if heard is None:
        return []
    reply = Reply((Card(say("fault.sorry", reference=heard.event.rpartition(":")[2]), signal=Signal.HELP),))
    return [replace(d, key=f"{heard.event}:sorry") for d in _to(heard.chat, render(reply, lambda *_: ""))]


def tell(whom: str, reply: Reply, buttons: StoredButtons) -> list[Delivery]:
    """Give what tells one person something in their private chat."""
    return list(_to(int(whom.rpartition(":")[2]), render(reply, buttons.keep)))


def _in_private(heard: Heard, buttons: StoredButtons, held: ReportMessages, world: World) -> Iterator[Delivery]:
    """Answer in a private chat, where messages with words of a report are taken back once it ends."""
    before = look(heard, world)
    replies = list(_replies(heard, buttons, world))
    after = look(heard, world)
    if before.going or any(reply.confidential for reply in replies):
        note(heard, _behind(heard, buttons)[0], held, world)
    if ended := before.ends_with(after):
        replies[-1] = told(replies[-1], sent=bool(world.cases.sent(ended)))
    for reply in replies:
        messages = render(reply, buttons.keep)
        more = {"held": world.clock().isoformat()} if reply.confidential else {}
        if reply.replaces and heard.editable and len(messages) == 1:
            params = {"chat_id": heard.chat, "message_id": heard.message, **messages[0]}
            yield Delivery(NAME, "", str(heard.chat), {**_call("editMessageText", params), **more})
        else:
            keeps = bool(more) and not reply.to_copy
            shown = [{**message, "protect_content": True} for message in messages] if keeps else messages
            for delivery in _to(heard.chat, shown):
                yield replace(delivery, payload={**delivery.payload, **more})
    if ended:
        yield take_back(heard.chat, world)


def _in_group(heard: Heard, me: Me, buttons: StoredButtons, world: World) -> Iterator[Delivery]:
    for reply in _replies(heard, buttons, world):
        yield from _to_group(heard, reply, me, buttons)


def _to_group(heard: Heard, reply: Reply, me: Me, buttons: StoredButtons) -> Iterator[Delivery]:
    """Answer in a group; what is private goes to the person alone, with a way there and not a word of it here."""
    concern = any(card.signal is Signal.HELP for card in reply.cards)
    shown = reply
    if concern or _begins(heard, _PRIVATE):
        shown = Reply(
            (Card(say("telegram.elsewhere"), signal=Signal.INFO),),
            (Button(say("telegram.open_private"), "report.start"),),
        )
    at: dict[str, Any] = {"message_thread_id": heard.thread} if heard.thread else {}
    if not heard.pressed:
        at["reply_parameters"] = {"message_id": heard.message, "allow_sending_without_reply": True}
    for message in render(shown, buttons.keep, me.username):
        yield Delivery(NAME, "", str(heard.chat), _call("sendMessage", {"chat_id": heard.chat, **message, **at}))
    if concern:
        # Telegram takes this only where the person has written to the bot before; the button above always leads there.
        yield from (replace(delivery, optional=True) for delivery in _to(heard.user, render(reply, buttons.keep)))


def _begins(heard: Heard, commands: tuple[str, ...]) -> bool:
    words = heard.text.lower().lstrip("/").split(maxsplit=1)
    return bool(words) and words[0] in commands


def _to(chat: int, messages: list[Payload]) -> Iterator[Delivery]:
    for message in messages:
        yield Delivery(NAME, "", str(chat), _call("sendMessage", {"chat_id": chat, **message}))


def _call(method: str, params: dict[str, Any]) -> Payload:
    return {"method": method, "params": params}


def _replies(heard: Heard, buttons: StoredButtons, world: World) -> Iterator[Reply]:
    action, value = _behind(heard, buttons)
    if heard.data and not action:
        yield helping.old_button()
        return
    if heard.code in PRIVATE_CODES:
        heard, action = replace(heard, text=""), PRIVATE_CODES[heard.code]
    elif heard.code:
        place = school.read_code(heard.code, world)
        if place is None:
            yield school.ask(world, "unknown_code")
        else:
            school.sit(heard.person, *place, world)
            yield school.welcome(*place, world)
        return
    yield from _seated(heard, action, value, world)


def _seated(heard: Heard, action: str, value: str, world: World) -> Iterator[Reply]:
    """Answer somebody from their own school, once it is known which that is."""
    seat = school.seat(heard.person, world)
    if action == school.CHOSEN:
        yield school.handle(heard.as_message(value, Audience.PARENT, action, value), world)
        yield from _what_waited(heard, world)
    elif seat is None and not _needs_no_school(heard, action):
        said = {"text": heard.text, "action": action, "value": value}
        if heard.text not in _ASKS_FOR_SCHOOL:
            world.memory.keep(heard.person, heard.conversation, _WAITING, said, world.clock() + _WAITS)
        yield school.ask(world)
    elif seat and heard.text == "/start":
        yield school.welcome(*seat, world)
    else:
        place = seat or (next(iter(world.engine.schools)), Audience.PARENT)
        yield _reply(heard, heard.as_message(*place, action, value), world)


def _reply(heard: Heard, message: Message, world: World) -> Reply:
    if heard.edited and is_under_way(message, world):
        # Words changed further up are no answer to the step that something has come to.
        return Reply((Card(say("telegram.edited"), signal=Signal.INFO),))
    if not heard.private and _begins(heard, subscribe.COMMANDS):
        elsewhere = Card(say("telegram.set_up_elsewhere"), signal=Signal.INFO)
        return Reply((elsewhere,), (Button(say("telegram.open_private"), "subscribe.show"),))
    return dispatch(message, world)


def _needs_no_school(heard: Heard, action: str) -> bool:
    """Tell whether this is the same at every school."""
    return action.startswith(f"{privacy.ABILITY}.") or heard.text.lower().lstrip("/") in _EVERYWHERE


def _what_waited(heard: Heard, world: World) -> Iterator[Reply]:
    """Answer what somebody wrote before they chose their school."""
    said = world.memory.recall(heard.person, heard.conversation, _WAITING)
    seat = school.seat(heard.person, world)
    if said and seat:
        world.memory.drop(heard.person, heard.conversation, _WAITING)
        heard = replace(heard, text=said["text"])
        yield dispatch(heard.as_message(*seat, said["action"], said["value"]), world)


def _behind(heard: Heard, buttons: StoredButtons) -> tuple[str, str]:
    """Give the action and value behind the button that was pressed; empty where it is none of ours."""
    if heard.data.startswith(LONG):
        return buttons.find(heard.data.removeprefix(LONG)) or ("", "")
    action, _, value = heard.data.partition("|")
    return action, value
