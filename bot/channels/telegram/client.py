"""Speaks with Telegram over the network: receives by polling or by webhook, and sends; nothing else."""

from __future__ import annotations

import asyncio
import logging
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram import Bot, BotCommand, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import Updater
from telegram.warnings import PTBDeprecationWarning

from bot.channels.channel import Pace, Refused, Unreachable, Unsure, Unusable, Wait
from bot.channels.telegram.answer import answer, sorry, tell
from bot.channels.telegram.deleting import Deleting
from bot.channels.telegram.parse import NAME, Me
from bot.channels.telegram.reasons import why
from bot.channels.telegram.receiving import Answered, Committing, Polls
from bot.store.databases import StoreError
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.channels.channel import Delivery, Payload, Received
    from bot.store.buttons import StoredButtons
    from bot.store.report_messages import ReportMessages
    from handlers.message import Reply
    from handlers.ports import World

_log = logging.getLogger(__name__)

COMMANDS = ("ask", "quiz", "tip", "subscribe", "concern", "status", "privacy", "forget", "help", "stop")
"""What Telegram shows in its menu, in this order."""
PACE = Pace(overall=1 / 28, line=0.4)
"""Telegram allows 30 messages a second, and short bursts in one chat; what is too fast it answers with a wait."""
_UPDATES = ["message", "edited_message", "callback_query"]
"""Who blocks the bot isn't listened for: what is sent to them next is refused, which ends weekly tips and is seen."""
_POLL = 25
"""Seconds for which Telegram holds a poll open."""
_SILENT = 90.0
"""Seconds without a new poll after which polling is taken for dead."""
_ENDING = 3.0
_RECENT = timedelta(hours=1)
"""For how long a delivery that failed counts as trouble."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram sends updates to, where they are listened for, and the secret that they carry."""

    url: str
    listen: str
    port: int
    secret: str


class Telegram:
    """The Telegram channel."""

    name = NAME

    def __init__(
        self,
        token: str,
        buttons: StoredButtons,
        held: ReportMessages,
        *,
        api: str,
        webhook: Webhook | None = None,
        pace: Pace = PACE,
    ) -> None:
        """Take the bot's token and the address of the Bot API; `held` keeps which messages hold words of a report."""
        # python-telegram-bot warns whenever somebody is asked to wait, about a type that we don't use.
        warnings.filterwarnings("ignore", category=PTBDeprecationWarning)
        self.pace = pace
        self._token, self._buttons, self._webhook = token, buttons, webhook
        self._polls = Polls(connection_pool_size=2, read_timeout=15, connect_timeout=10)
        self._bot = Bot(
            token,
            base_url=f"{api}/bot",
            request=Answered(connection_pool_size=64, read_timeout=15, connect_timeout=10, pool_timeout=10),
            get_updates_request=self._polls,
        )
        self._noted, self._held = held, Deleting(self._bot, held)
        self._updater: Updater | None = None
        self._receives = False
        self._me = Me(0, "")

    async def open(self) -> str:
        """Ask Telegram who the bot is, and register its commands."""
        try:
            await self._bot.initialize()
            self._me = Me(self._bot.bot.id, self._bot.username)
            await self._bot.set_my_commands(commands())
        except InvalidToken:
            raise Unusable(
                "Telegram does not know this token. Copy it again from @BotFather into ASKFIRST_TELEGRAM_TOKEN."
            ) from None
        except TelegramError as error:
            raise _unreached(f"Telegram can't be reached ({why(error)}). Check the network.", error) from None
        how = f"by webhook at {self._webhook.url}" if self._webhook else "by polling"
        return f"Telegram: connected as @{self._me.username}, {how}"

    async def examine(self) -> list[tuple[str, str]]:
        """Look at the menu, at what the bot hears in groups, and at where its messages go."""
        try:
            menu, info = await self._bot.get_my_commands(), await self._bot.get_webhook_info()
        except TelegramError as error:
            raise Unusable(f"Telegram can't be asked ({why(error)}). Check the network, then try again.") from None
        wanted = self._webhook.url if self._webhook else ""
        found = [
            (f"the menu shows {len(menu)} commands", "" if list(menu) == commands() else "Start askfirst run anew"),
            ("in groups it hears only what is meant for it", ""),
            (f"messages come {f'to {wanted}' if wanted else 'by polling'}", ""),
        ]
        if self._bot.bot.can_read_all_group_messages:
            mend = "Send /setprivacy to @BotFather, choose the bot, then Enable; then add it to its groups anew"
            found[1] = ("it hears everything that is said in groups", mend)
        if info.url != wanted and info.url:
            found[2] = (
                f"messages go to {info.url}",
                "Start askfirst run, which changes that, or make a bot of its own",
            )
        if wanted and info.last_error_date and datetime.now(UTC) - info.last_error_date < _RECENT:
            mend = "Look whether your https server passes requests on to ASKFIRST_TELEGRAM_LISTEN"
            found.append((f"Telegram could not deliver lately: {info.last_error_message}", mend))
        return found

    async def listen(self, receive: Callable[[Received], Awaitable[bool]]) -> None:
        """Begin to receive."""
        polls = None if self._webhook else self._polls
        self._updater = self._updater or Updater(self._bot, Committing(receive, self._me, polls))
        try:
            await self._updater.initialize()
            await self._start()
        except TelegramError as error:
            raise _unreached(f"Telegram's messages can't be received ({why(error)}).", error) from None
        except OSError as error:
            raise Unusable(f"Telegram's messages can't be received (port {self._port}: {error.strerror}).") from None

    async def _start(self) -> None:
        assert self._updater is not None  # noqa: S101 -- listen makes it first
        self._polls.asked_at = asyncio.get_running_loop().time()
        self._receives = False
        if self._webhook is None:
            await self._updater.start_polling(
                timeout=_POLL, bootstrap_retries=3, allowed_updates=_UPDATES, error_callback=_complain
            )
        else:
            await self._serve(self._updater, self._webhook)
        self._receives = True

    @staticmethod
    async def _serve(updater: Updater, webhook: Webhook) -> None:
        await updater.start_webhook(
            listen=webhook.listen,
            port=webhook.port,
            url_path=urlsplit(webhook.url).path.lstrip("/"),
            webhook_url=webhook.url,
            secret_token=webhook.secret,
            bootstrap_retries=3,
            allowed_updates=_UPDATES,
        )

    @property
    def _port(self) -> int:
        return self._webhook.port if self._webhook else 0

    def answer(self, event: Received, world: World) -> list[Delivery]:
        """Handle an update."""
        return answer(event.payload, self._me, self._buttons, self._noted, world)

    def sorry(self, event: Received) -> list[Delivery]:
        """Say that an update could not be handled."""
        return sorry(event.payload, self._me)

    def tell(self, school: str, whom: str, reply: Reply) -> list[Delivery]:  # noqa: ARG002 -- one bot serves every school
        """Tell one person something in their private chat."""
        return tell(whom, reply, self._buttons)

    async def send(self, payload: Payload) -> None:
        """Make one call, or delete what held words of a report."""
        try:
            if "take_back" in payload:
                await self._held.take_back(**payload["take_back"])
            else:
                await self._make(payload)
        except RetryAfter as error:
            raise Wait(error._retry_after.total_seconds()) from None  # noqa: SLF001 -- the public one changes its type
        except ChatMigrated as error:
            await self.send({**payload, "params": {**payload["params"], "chat_id": error.new_chat_id}})
        except BadRequest as error:
            if "not modified" not in error.message:  # a button pressed twice, or a call made again: it stands there
                raise Refused(why(error)) from None
        except Forbidden as error:
            raise Refused(why(error)) from None
        except TelegramError as error:
            raise Unsure(why(error)) from None

    async def _make(self, payload: Payload) -> None:
        method, params = payload["method"], dict(payload["params"])
        if method == "answerCallbackQuery":
            await self._bot.answer_callback_query(**params)
            return
        params["link_preview_options"] = LinkPreviewOptions.de_json(params["link_preview_options"], self._bot)
        if keyboard := params.get("reply_markup"):
            params["reply_markup"] = InlineKeyboardMarkup.de_json(keyboard, self._bot)
        if question := params.get("reply_parameters"):
            params["reply_parameters"] = ReplyParameters.de_json(question, self._bot)
        number = await (self._edit if method == "editMessageText" else self._send)(params)
        if "held" in payload:
            await self._held.note(params["chat_id"], number, payload["held"])

    async def _send(self, params: dict[str, Any]) -> int:
        return (await self._bot.send_message(**params)).message_id

    async def _edit(self, params: dict[str, Any]) -> int:
        """Change a message; where it is gone meanwhile, send a new one, so that nobody is left without an answer."""
        number: int = params.pop("message_id")
        try:
            await self._bot.edit_message_text(message_id=number, **params)
        except BadRequest as error:
            if "to edit not found" in error.message or "can't be edited" in error.message:
                return await self._send(params)
            raise
        return number

    async def heartbeat(self) -> None:
        """Ask whether the token still works and updates still come in; delete what held words of a report for long."""
        try:
            await self._bot.get_me()
            if self._webhook:
                info = await self._bot.get_webhook_info()
                # Telegram may know of a webhook at which nobody listens, where its answer was lost.
                if info.url != self._webhook.url or not self._receives:
                    _log.warning("Telegram's updates did not come here; the webhook is set again")
                    await self._reopen()
            elif asyncio.get_running_loop().time() - self._polls.asked_at > _SILENT:
                _log.warning("polling Telegram had stopped; it begins again")
                await self._reopen()
            await self._held.take_back_old()
        except StoreError as error:
            _log.warning("what held words of a report waits to be deleted: %s", error)
        except InvalidToken:
            raise Unusable("Telegram does not take this token any more. Ask @BotFather for a new one.") from None
        except TelegramError as error:
            raise Unreachable(f"Telegram did not answer the heartbeat ({why(error)}).") from None

    async def _reopen(self) -> None:
        assert self._updater is not None  # noqa: S101 -- listen made it
        if self._updater.running:
            await self._updater.stop()
        await self._start()

    async def stop(self) -> None:
        """Receive no more."""
        try:
            async with asyncio.timeout(_ENDING):
                if self._updater and self._updater.running:
                    await self._updater.stop()
        except TimeoutError:
            _log.warning("Telegram took too long to say goodbye; its last updates come again and are known then")

    async def close(self) -> None:
        """Let go of the network, once nothing is to be sent any more."""
        if self._updater:
            await self.stop()  # where it ends because something broke, nobody has stopped it yet
            await self._updater.shutdown()
        await self._bot.shutdown()


def commands() -> list[BotCommand]:
    """Give the commands with their descriptions."""
    return [BotCommand(name, say(f"commands.{name}")) for name in COMMANDS]


def _unreached(words: str, error: TelegramError) -> Unusable:
    """Say whether waiting can mend that Telegram did not do what it was asked, or only a person can."""
    passing = isinstance(error, NetworkError | RetryAfter) and not isinstance(error, BadRequest)
    return Unreachable(words) if passing else Unusable(words)


def _complain(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        _log.error("another process receives this bot's messages, too. Stop it, or give it a token of its own")
    else:
        _log.warning("Telegram could not be asked for messages (%s)", why(error))
