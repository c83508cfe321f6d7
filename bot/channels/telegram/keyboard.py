"""Puts a reply's buttons below a Telegram message: labels that a telephone shows whole, rows of equal shares."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from handlers.message import Button, Reply

DATA_LIMIT = 64
"""Bytes behind a button."""
BUTTONS_LIMIT = 100
"""Buttons below a message."""
LONG = "#"
"""Begins the data of a button whose action is kept in the store."""
PRIVATE_CODES = {"_concern": "report.start", "_subscribe": "subscribe.show"}
"""The codes that lead from a group into the private chat, and straight to what each of them is for."""
_CODES = {action.partition(".")[0]: code for code, action in PRIVATE_CODES.items()}
_LABEL = 40
"""Characters of a label that a telephone shows whole; a longer one stands in the text."""
_NUMBER = 4
"""Characters that a number before a label takes, and the dots behind it."""
_ROW = 44
"""Characters of a row as wide as a telephone; its buttons are all equally wide."""
_EDGE = 4
"""Characters for which a button's own edges stand."""
_BESIDE = 4
"""Buttons that stand beside each other at most."""
_LETTERED = re.compile(r"([A-Za-z0-9]{1,2})\. ")
_NUMBERED = re.compile(r"\d+\. ")

_Row = list[dict[str, str]]


class Keyboard:
    """The buttons of a reply: the choices of a form's step, then the others, none of them twice."""

    def __init__(self, reply: Reply) -> None:
        step = reply.form.next_field if reply.form else None
        self._choices = frozenset(step.choices) if step else frozenset()
        shown = tuple(dict.fromkeys((*(step.choices if step else ()), *reply.buttons)))
        self.named = dict(zip(shown, _labels(shown), strict=True))

    @property
    def in_full(self) -> list[str]:
        """Give the labels that are too long for their buttons, each as its button begins."""
        return [_beside(label, button.label) for button, label in self.named.items() if label != button.label]

    def pages(self, keep: Callable[[str, str], str], bot: str) -> Iterator[list[_Row]]:
        """Give the rows of one message after the other, each within what Telegram shows below one.

        A form's choices stand apart from what leaves it, and letters stand among themselves.
        """
        buttons = list(self.named.items())
        for start in range(0, len(buttons), BUTTONS_LIMIT):
            rows: list[list[tuple[Button, str]]] = []
            for one in buttons[start : start + BUTTONS_LIMIT]:
                if not rows or not self._fit([*rows[-1], one]):
                    rows.append([])
                rows[-1].append(one)
            yield [[_button(button, label, keep, bot) for button, label in row] for row in rows]

    def _fit(self, row: Sequence[tuple[Button, str]]) -> bool:
        """Tell whether buttons are of one sort, and each label fits into its share of a row."""
        alike = len({(button in self._choices, length(label) == 1) for button, label in row}) == 1
        widest = max(length(label) for _, label in row) + _EDGE
        return alike and len(row) <= _BESIDE and widest * len(row) <= _ROW


def data_of(action: str, value: str, keep: Callable[[str, str], str]) -> str:
    """Give what stands behind a button, short enough for Telegram."""
    data = f"{action}|{value}"
    return data if len(data.encode()) <= DATA_LIMIT else LONG + keep(action, value)


def length(text: str) -> int:
    """Count a text's characters as Telegram does."""
    return len(text.encode("utf-16-le")) // 2


def _labels(buttons: Sequence[Button]) -> list[str]:
    """Give the labels as they stand on the buttons.

    The choices A, B, C … all bear their letters alone where one of them is too long, so that they look alike. Any other
    that is too long is cut; those that would then look the same get numbers.
    """
    by_letters = any(len(button.label) > _LABEL and _LETTERED.match(button.label) for button in buttons)
    found = [_short(button.label, by_letters=by_letters) for button in buttons]
    often = Counter(found)
    return [
        say("telegram.numbered", number=str(number), label=label)
        if label != button.label and often[label] > 1
        else label
        for number, (button, label) in enumerate(zip(buttons, found, strict=True), start=1)
    ]


def _short(label: str, *, by_letters: bool) -> str:
    lettered = _LETTERED.match(label) if by_letters else None
    if lettered:
        return lettered[1]
    if len(label) <= _LABEL:
        return label
    return say("telegram.short", label=label[: _LABEL - _NUMBER].rsplit(" ", 1)[0])


def _beside(label: str, whole: str) -> str:
    """Give a whole label with the number of its button, where that has one."""
    numbered = _NUMBERED.match(label)
    return f"{numbered[0]}{whole}" if numbered and not whole.startswith(numbered[0]) else whole


def _button(button: Button, label: str, keep: Callable[[str, str], str], bot: str) -> dict[str, str]:
    if bot and (code := _CODES.get(button.action.partition(".")[0])):
        return {"text": label, "url": f"https://t.me/{bot}?start={code}"}
    return {"text": label, "callback_data": data_of(button.action, button.value, keep)}
