"""Sends e-mail through the school's own SMTP server; nothing is received."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

import aiosmtplib

from bot.channels.channel import Pace, Refused, Unsure, Unusable, Wait
from bot.channels.email.render import NAME, render

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.channels.channel import Delivery, Payload, Received
    from bot.channels.email.render import Link
    from handlers.message import Reply
    from handlers.ports import World

_FAILS_FOR_GOOD = 500
_BUSY = 421
_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server; `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class Email:
    """The e-mail channel."""

    name = NAME
    pace = Pace(overall=0.1, line=1.0)

    def __init__(self, server: Server, link: Link | None = None) -> None:
        """Take the server, and what gives the address at which a case opens."""
        self._server, self._link = server, link

    async def open(self) -> str:
        """Speak to the server once, so that a wrong password is seen at the start."""
        try:
            async with self._connection():
                return f"E-mail: connected to {self._server.host} as {self._server.sender}"
        except aiosmtplib.SMTPAuthenticationError:
            raise Unusable("The e-mail server refuses the name or password. Check ASKFIRST_SMTP_USER.") from None
        except (aiosmtplib.SMTPException, OSError):
            # A server that is down now may be back soon; what is promised waits, and an alarm says so.
            return f"E-mail: {self._server.host} gives no answer now; what is to be sent waits"

    async def examine(self) -> list[tuple[str, str]]:
        """Say whether anything can be sent now."""
        try:
            async with self._connection():
                return []
        except (aiosmtplib.SMTPException, OSError) as error:
            mend = "Check ASKFIRST_SMTP_HOST, ASKFIRST_SMTP_PORT and ASKFIRST_SMTP_SECURITY, and the network"
            return [(f"nothing can be sent now ({type(error).__name__})", mend)]

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Receive nothing."""

    def answer(self, event: Received, world: World) -> list[Delivery]:  # noqa: ARG002 -- nothing comes in
        """Answer nothing."""
        return []

    def sorry(self, event: Received) -> list[Delivery]:  # noqa: ARG002 -- nothing comes in
        """Say nothing."""
        return []

    def tell(self, school: str, whom: str, reply: Reply) -> list[Delivery]:
        """Tell one person something by e-mail."""
        return render(school, whom, reply, self._link)

    async def send(self, payload: Payload) -> None:
        """Send one e-mail."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, payload["to"], payload["subject"]
        message["Message-ID"] = make_msgid(domain=self._server.sender.rpartition("@")[2] or None)
        message["Date"] = formatdate()
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(payload["text"])
        try:
            async with self._connection() as connection:
                await connection.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _outcome(error.recipients[0]) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _outcome(error) from None
        except (aiosmtplib.SMTPException, OSError, asyncio.IncompleteReadError) as error:
            raise Unsure(type(error).__name__) from None

    async def heartbeat(self) -> None:
        """Do nothing: nothing is received, and what can't be sent is noticed there."""

    async def stop(self) -> None:
        """Receive no more, as before."""

    async def close(self) -> None:
        """Let go of nothing; each e-mail has its own connection."""

    def _connection(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=_TIMEOUT,
        )


def _outcome(error: aiosmtplib.SMTPResponseException) -> Exception:
    if error.code == _BUSY:
        return Wait(60)
    # Only what is said of this mail is for good; a server that greets nobody for now may do so later.
    of_this_mail = aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPDataError
    if error.code >= _FAILS_FOR_GOOD and isinstance(error, of_this_mail):
        return Refused(f"the e-mail server says {error.code}")
    return Unsure(f"the e-mail server says {error.code}")
