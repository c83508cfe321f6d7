"""What a channel is to the rest of the bot: it receives events, turns each into deliveries, and sends those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from handlers.message import Reply
    from handlers.ports import World

Payload = dict[str, Any]
"""JSON as the platform writes it."""


@dataclass(frozen=True, slots=True)
class Received:
    """One event as a platform gave it.

    `event` is the platform's own id, the same on every retry. Events of one `line` (a person in a conversation)
    are handled one after the other, in the order of `place`, which sorts as text.
    """

    channel: str
    event: str
    line: str
    place: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to send.

    The same `key` is promised once, however often it is promised. Deliveries of one `line` are sent one after the
    other. `optional` says that nobody needs to see when the platform refuses it. It is not sent before `due`. `about`
    names what it tells of, so that it can be withdrawn while it waits.
    """

    channel: str
    key: str
    line: str
    payload: Payload
    optional: bool = False
    due: datetime | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets one send: seconds between any two sends, and between two to the same line."""

    overall: float
    line: float


class Channel(Protocol):
    """One platform. Everything that it learns comes through `receive`; everything it says goes through `send`."""

    name: str
    pace: Pace

    async def open(self) -> str:
        """Check the token and make ready to send; give the line that says as what this is connected.

        Raises Unusable, or Unreachable, after which this can be called again.
        """

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Begin to receive, and return; raises Unusable, or Unreachable, after which this can be called again.

        `receive` commits an event; once it returns the platform may be told. It gives False for an event that
        came before. It never raises for a store that fails: it tries again, and then the process ends.
        """

    def answer(self, event: Received, world: World) -> Sequence[Delivery]:
        """Handle an event and give what is to be sent for it; raises NotYet.

        It runs in a thread of its own within one transaction: what handlers keep, the deliveries and the event's
        end are committed together, so it may be called anew for the same event after a crash.
        """

    def sorry(self, event: Received) -> Sequence[Delivery]:
        """Give what is sent where an event could not be handled, however often it was tried."""

    def tell(self, school: str, whom: str, reply: Reply) -> Sequence[Delivery]:
        """Give what tells one person something in private; the caller gives it keys.

        `whom` is a person's id as their messages give it, or their address as it stands in that school's contacts.
        """

    async def send(self, payload: Payload) -> None:
        """Send one payload; raises Wait, Unsure or Refused."""

    async def heartbeat(self) -> None:
        """Find out whether events still come in, and reopen what has died; raises Unusable."""

    async def stop(self) -> None:
        """Receive no more; what came in is committed."""

    async def close(self) -> None:
        """Let go of the network, once nothing is to be sent any more."""


@runtime_checkable
class Examined(Protocol):
    """A channel that can say, once it is open, whether all is well with what the platform holds of the bot."""

    async def examine(self) -> Sequence[tuple[str, str]]:
        """Give what was found and how to mend it, which is empty where it is well; raises Unusable."""


@runtime_checkable
class Standing(Protocol):
    """A channel in which something stands that others can change, such as a page of one's own."""

    def changed(self, world: World) -> Sequence[Delivery]:
        """Give what shows anew whatever says something else now; it runs in a thread, within one transaction."""


class Unusable(Exception):  # noqa: N818 -- it says what the channel is
    """A channel can't be used; the text is one plain line with how to mend it, and holds no secret."""


class Unreachable(Unusable):
    """The platform gives no answer now, and may be back soon: everything else goes on, and it is tried again."""


class NotYet(Exception):  # noqa: N818 -- it says what is so
    """An event can't be handled yet: nothing is wrong with it, but the platform hasn't said what that needs."""


class Wait(Exception):  # noqa: N818 -- it says what to do
    """The platform asks to wait so many seconds before the next try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:g} s")
        self.seconds = seconds


class Unsure(Exception):  # noqa: N818 -- it says what is known
    """No answer came, so that it may have been sent or not; the text says which error it was."""


class Refused(Exception):  # noqa: N818 -- it says what happened
    """The platform will never take this; the text says why, without a word of what was sent."""
