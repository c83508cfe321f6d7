"""Handles one thing that was heard in Slack: lets the handlers answer, and says what is sent where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.channels.channel import Delivery
from bot.channels.slack import pages
from bot.channels.slack.buttons import pressed
from bot.channels.slack.form import GO_ON, SEND, in_form, view
from bot.channels.slack.heard import NAME, Heard, Kind
from bot.channels.slack.prompts import offered
from bot.channels.slack.render import render, told_in_place
from bot.dispatch import dispatch
from handlers import cases, privacy, quiz, report, status, subscribe
from handlers import home as homepage
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.channels.channel import Payload
    from handlers.message import Message
    from handlers.ports import World
    from knowledge.model import Audience

THREAD = "slack.thread"
"""The ability by name under which the memory keeps that somebody spoke to the bot in a thread."""
_WORDS = "slack.words"
_OURS = frozenset(
    command for ability in (report, status, cases, privacy, quiz, subscribe) for command in ability.COMMANDS
)
_THREADS_LAST = timedelta(days=30)
_WORDS_LAST = timedelta(hours=4)


def answer(heard: Heard, school: str, role: Audience, world: World) -> list[Delivery]:
    """Give what is to be sent."""
    message = heard.as_message(school, role, world.clock())
    if heard.in_channel and _between_us(message.text):
        message = replace(message, conversation=heard.person, private=True)
    if heard.kind is Kind.HOME:
        return [pages.opened(heard.team, heard.user, message, world)]
    before = pages.on_page(heard.person, world)
    if heard.kind is Kind.CHAT_OPENED:
        found = [_prompts(heard, message, world)]
    else:
        reply = _reply(heard, message, world)
        found = list(_sent(heard, message, reply, _words_for(reply, message, world)))
        if heard.action == SEND and reply.ends:
            found += _receipt(heard, message, reply, world)
    keyed = [replace(delivery, key=f"{heard.event}:{number}") for number, delivery in enumerate(found)]
    return [*keyed, *pages.brought_up_to_date(heard.team, heard.user, message, world, before)]


def sorry(heard: Heard) -> list[Delivery]:
    """Give what is sent where something could not be handled."""
    reference = heard.event.rpartition(":")[2][-6:]
    reply = Reply((Card(say("fault.sorry", reference=reference), signal=Signal.HELP),))
    return [
        replace(delivery, key=f"{heard.event}:sorry:{number}")
        for number, delivery in enumerate(_post(heard, reply, heard.user, ""))
    ]


def tell(team: str, user: str, reply: Reply) -> list[Delivery]:
    """Give what tells one person something in their own chat."""
    args = {"channel": user, "unfurl_links": False, "unfurl_media": False}
    pages = render(reply, f"{team}/{user}", user)
    payloads = [{"team": team, "method": "chat.postMessage", "args": {**args, **page}} for page in pages]
    return [Delivery(NAME, "", f"{team} {user}", payload) for payload in payloads]


def _reply(heard: Heard, message: Message, world: World) -> Reply:
    if heard.kind in (Kind.MENTION, Kind.FOLLOW_UP):
        until = world.clock() + _THREADS_LAST
        world.memory.keep(heard.person, heard.conversation, THREAD, {"spoke": True}, until)
    if heard.edited and world.drafts.current(message.person, message.conversation):
        # Words changed further up are no answer to the step that a report has come to.
        message = replace(message, text="", action=GO_ON)
    elif message.text.startswith("/concern "):
        _keep_words(message, message.text.removeprefix("/concern "), world)
        message = replace(message, text="/concern")
    elif heard.link:
        _keep_words(message, say("slack.about_message", link=heard.link) + "\n", world)
    reply = dispatch(message, world)
    if reply.ends:
        world.memory.drop(message.person, message.conversation, _WORDS)
    return reply


def _between_us(text: str) -> bool:
    """Tell whether words typed in a channel are about the person alone: a report, a code, a quiz, a lead's cases."""
    word = text.strip().lower()
    first = word.lstrip("/").partition(" ")[0]
    command = first if word.startswith("/") else word
    return status.code_in(text) is not None or first == "enrol" or command in _OURS


def _keep_words(message: Message, words: str, world: World) -> None:
    until = world.clock() + _WORDS_LAST
    world.memory.keep(message.person, message.conversation, _WORDS, {"words": words}, until)


def _words_for(reply: Reply, message: Message, world: World) -> str:
    """Give the words that stand ready in the form's next step: those given before, or said on the way there."""
    step = reply.form.next_field if reply.form else None
    if step is None:
        return ""
    draft = world.drafts.current(message.person, message.conversation)
    given = draft.answers.get(step.name, "") if draft else ""
    if step.long and not given:
        given = world.memory.recall(message.person, message.conversation, _WORDS).get("words", "")
    return given


def _sent(heard: Heard, message: Message, reply: Reply, words: str) -> Iterator[Delivery]:
    if heard.view:
        yield _update_view(heard, reply, words)
    elif in_form(reply) and heard.trigger:
        yield _open_view(heard, reply, words)
    elif heard.in_channel:
        yield from _to_channel(heard, reply, alone=message.private)
    elif heard.hidden:
        anew = heard.kind is Kind.PRESS and (reply.replaces or bool(reply.buttons))
        yield from _respond(heard, reply, replace_original=anew)
    elif heard.kind is Kind.PRESS and heard.ts:
        yield from _pressed(heard, reply)
    else:
        yield from _post(heard, reply, _chat(heard), heard.thread)


def _chat(heard: Heard) -> str:
    """Give the channel in which the person is alone with the bot."""
    return heard.channel if heard.channel.startswith("D") else heard.user


def _pressed(heard: Heard, reply: Reply) -> Iterator[Delivery]:
    """Answer a button, and bring the message that it sits on up to date."""
    alone = heard.channel.startswith("D")
    if not alone and (heard.owner != heard.user or not _for_all(reply)):
        yield from _respond(heard, reply, replace_original=False)
        return
    update = {"channel": heard.channel, "ts": heard.ts}
    if reply.replaces:
        first, *rest = render(reply, heard.conversation, heard.user)
        yield _call(heard, f"{heard.channel} {heard.ts}", "chat.update", {**update, **first})
        yield from (_message(heard, page, heard.channel, heard.thread) for page in rest)
        return
    in_place = not reply.buttons and not in_form(reply)
    left = pressed(heard.blocks, heard.action, heard.value, heard.label, answered=in_place)
    whole = told_in_place(left, reply) if in_place else None
    if whole is None:
        yield from _post(heard, reply, heard.channel, heard.thread)
    text = render(reply, "", "")[0]["text"]
    if left:
        blocks = {**update, "text": text, "blocks": whole or left}
        yield _call(heard, f"{heard.channel} {heard.ts}", "chat.update", blocks)


def _to_channel(heard: Heard, reply: Reply, *, alone: bool) -> Iterator[Delivery]:
    """Answer in the thread, or to the person alone where the words are for nobody else."""
    if _for_all(reply) and not alone:
        yield from _post(heard, reply, heard.channel, heard.thread or heard.ts)
        return
    ways = any(button.action.startswith("report.") for button in reply.buttons)
    if not ways and not reply.form and any(card.signal is Signal.HELP for card in reply.cards):
        reply = replace(reply, buttons=(*reply.buttons, Button(say("ask.report_it"), "report.start")))
    for page in render(reply, heard.conversation, heard.user):
        args = {"channel": heard.channel, "user": heard.user, **page}
        if heard.thread:
            args["thread_ts"] = heard.thread
        yield _call(heard, heard.channel, "chat.postEphemeral", args, late={"channel": heard.user, **page})


def _for_all(reply: Reply) -> bool:
    """Tell whether others may read a reply: an answer from the policy, and nothing that hints at a worry."""
    return (
        not reply.form
        and all(card.signal is not Signal.HELP for card in reply.cards)
        and all(button.action.startswith("ask.") for button in reply.buttons)
    )


def _post(heard: Heard, reply: Reply, channel: str, thread: str) -> Iterator[Delivery]:
    for page in render(reply, heard.conversation, heard.user):
        yield _message(heard, page, channel, thread)


def _message(heard: Heard, page: Payload, channel: str, thread: str) -> Delivery:
    args = {"channel": channel, **page, "unfurl_links": False, "unfurl_media": False}
    return _call(heard, channel, "chat.postMessage", {**args, "thread_ts": thread} if thread else args)


def _respond(heard: Heard, reply: Reply, *, replace_original: bool) -> Iterator[Delivery]:
    """Answer through the address that came along; where that has run out, in the person's own chat."""
    for number, page in enumerate(render(reply, heard.conversation, heard.user)):
        args = {**page, "response_type": "ephemeral", "replace_original": replace_original and number == 0}
        late = {"channel": heard.user, **page}
        yield _call(heard, heard.respond, "respond", args, url=heard.respond, late=late)


def _open_view(heard: Heard, reply: Reply, words: str) -> Delivery:
    late = {"channel": _chat(heard), **render(reply, heard.conversation, heard.user)[-1]}
    args = {"trigger_id": heard.trigger, "view": view(reply, words)}
    return _call(heard, f"view {heard.trigger}", "views.open", args, late=late)


def _update_view(heard: Heard, reply: Reply, words: str) -> Delivery:
    args = {"view_id": heard.view, "view": view(reply, words)}
    more: dict[str, Any] = {"ack": heard.event} if heard.kind is Kind.SUBMIT else {}
    if not reply.ends:
        # Somebody may have closed the form meanwhile.
        again = Reply((Card(lines=(say("slack.form_ready"),)),), (Button(say("slack.open_form"), GO_ON),))
        more["late"] = {"channel": heard.user, **render(again, heard.person, heard.user)[0]}
    return _call(heard, f"view {heard.view}", "views.update", args, **more)


def _receipt(heard: Heard, message: Message, reply: Reply, world: World) -> Iterator[Delivery]:
    """Give the receipt in the person's chat, too, since a form is gone once it is closed, unless that isn't safe."""
    homepage.sent(message, heard.value, world)
    sent = world.cases.sent(heard.value)
    if heard.view and sent and sent.case.answers.get("safe") != "no":
        yield from _post(heard, reply, heard.user, "")


def _prompts(heard: Heard, message: Message, world: World) -> Delivery:
    found = offered(world.engine, message.school, message.role)
    prompts = [{"title": prompt.title, "message": prompt.message} for prompt in found]
    args = {"channel_id": heard.channel, "title": say("slack.prompts"), "prompts": prompts}
    return _call(heard, f"prompts {heard.channel}", "assistant.threads.setSuggestedPrompts", args, optional=True)


def _call(heard: Heard, line: str, method: str, args: Payload, *, optional: bool = False, **more: Any) -> Delivery:  # noqa: ANN401 -- JSON
    payload = {"team": heard.team, "method": method, "args": args, **more}
    return Delivery(NAME, "", f"{heard.team} {line}", payload, optional=optional)
