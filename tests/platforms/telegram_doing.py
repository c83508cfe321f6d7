"""What people do in a Telegram: write, edit, press, make a group and let it grow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.platforms.telegram_parts import Seen, command, somebody
from tests.platforms.telegram_state import State

if TYPE_CHECKING:
    from collections.abc import Iterator


class Doing(State):
    """A Telegram in which people do something, and the bot is told."""

    def says(self, user: int, text: str, chat: int | None = None, *, times: int = 1, **more: Any) -> int:
        """Send a message, `times` over with the same update id; give the id of the message."""
        more = {"entities": [command(text)], **more} if text.startswith("/") else more
        message = self._message(chat or user, somebody(user), text=text, **more)
        if not text:
            del message["text"]
        self.typed[chat or user][message["message_id"]] = text
        self._push({"message": message}, times)
        number: int = message["message_id"]
        return number

    def edits(self, user: int, text: str, chat: int | None = None, *, times: int = 1) -> None:
        """Change the words of the newest message."""
        message = self._message(chat or user, somebody(user), text=text)
        message |= {"message_id": message["message_id"] - 1, "edit_date": message["date"]}
        if text.startswith("/"):
            message["entities"] = [command(text)]
        self._push({"edited_message": message}, times)

    def presses(self, user: int, label: str, chat: int | None = None, *, times: int = 1) -> None:
        """Press the newest button with this label; raises LookupError with the labels on offer where there is none."""
        for message in reversed(self.seen[chat or user]):
            for button in message.buttons:
                if button["text"] == label and "callback_data" in button:
                    self.presses_data(user, message, button["callback_data"], times=times)
                    return
        raise LookupError(f"no button {label!r} among {self.labels(chat or user)}")

    def presses_data(self, user: int, message: Seen, data: str, *, times: int = 1) -> None:
        """Press what stands behind a button; twice is twice, each press with an id of its own.

        A second device may still show a message that is gone: Telegram then says no more of it than where it was.
        """
        gone = all(seen.id != message.id for seen in self.seen[message.chat])
        raw = {name: message.raw[name] for name in ("chat", "message_id")} | {"date": 0} if gone else message.raw
        for _ in range(times):
            query = f"press-{self._next_update}"
            self._presses.add(query)
            inside = {"id": query, "from": somebody(user), "chat_instance": "1", "message": raw, "data": data}
            self._push({"callback_query": inside})

    def tells(self, **update: Any) -> None:
        """Tell the bot of something else that happened."""
        self._push(update)

    def labels(self, chat: int) -> list[str]:
        """Give the labels of the newest message that has buttons."""
        newest = next((m for m in reversed(self.seen[chat]) if m.buttons), None)
        return [b["text"] for b in newest.buttons] if newest else []

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hand out no updates meanwhile."""
        self._paused = True
        yield
        self._paused = False
        self._loop.call_soon_threadsafe(self._arrived.set)

    def group(self, chat: int, title: str) -> None:
        """Make a group."""
        self._groups[chat] = title

    def grows(self, chat: int, new: int) -> None:
        """Make a supergroup of a group; whoever writes to the old id is told of the new one."""
        self._groups[new], self.moved[chat] = self._groups[chat], new
