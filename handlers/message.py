"""The neutral words that every channel speaks: Message in; Reply, Card, Form and Button out; plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from knowledge.model import Audience


class Signal(StrEnum):
    """What a reply's mark says beside its words; each channel shows it in its own way."""

    NONE = ""
    NO = "no"
    CAREFUL = "careful"
    YES = "yes"
    IF = "if"
    MUST = "must"
    ADVICE = "advice"
    INFO = "info"
    SILENT = "silent"
    HELP = "help"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to press; it comes back as a Message with this action and value."""

    label: str
    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person sent: some text, or a button's action; `attachments` are ids that are never fetched.

    `event` is the channel's own id of the event, the same on every retry; `conversation` is where answers go.
    """

    channel: str
    event: str
    person: str
    conversation: str
    school: str
    role: Audience
    at: datetime
    text: str = ""
    action: str = ""
    value: str = ""
    attachments: tuple[str, ...] = ()
    private: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """A part of a reply: a headline, some lines, what it rests on, and more that folds away."""

    headline: str = ""
    lines: tuple[str, ...] = ()
    cited: str = ""
    folded: str = ""
    signal: Signal = Signal.NONE


@dataclass(frozen=True, slots=True)
class Field:
    """One step of a form: what is asked, why it is asked, and the choices where there are any."""

    name: str
    ask: str
    hint: str = ""
    choices: tuple[Button, ...] = ()
    optional: bool = False
    long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Some steps that are asked one by one, each stored as it is given; `answered` holds what is there already."""

    id: str
    title: str
    fields: tuple[Field, ...]
    answered: tuple[tuple[str, str], ...] = ()

    @property
    def next_field(self) -> Field | None:
        """Give the first step that is not answered, or None when all are."""
        done = {name for name, _ in self.answered}
        return next((field for field in self.fields if field.name not in done), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: cards in order, then buttons, or a form's next step.

    `replaces` asks the channel to put the reply in place of the message whose button was pressed. `confidential` says
    that it shows words of a report: a channel lets nobody pass it on, and takes it back, as far as the platform can.
    `to_copy` lets whoever got it copy it all the same, as a letter is meant to be.
    """

    cards: tuple[Card, ...]
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    replaces: bool = False
    ends: bool = False
    confidential: bool = False
    to_copy: bool = False
