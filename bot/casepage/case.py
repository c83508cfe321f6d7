"""The pages of a case that is open: the report, its steps, the letters, and copies of the chronology."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.casepage.asked import Answer, Asked, page
from bot.casepage.desk import LAST
from bot.store.sessions import IDLE, LASTS
from handlers.case_view import listed, zone_of
from handlers.cases import DID
from handlers.chronology import chronology
from handlers.wording import say

if TYPE_CHECKING:
    from bot.casepage.desk import Desk, Seat
    from handlers.message import Button

MOST = 10_000
"""How many signs one entry may have."""
_OTHERS = 20
"""How many of somebody's other reports are named beside one."""
_REFUSED, _CONFLICT, _UNPROCESSABLE = 403, 409, 422
_WORDS = ("note", "message", "did", "closed", "reopened")
_AT_ONCE = ("taken", "let-in", *LAST)
_PAST = {"erase": "erased"}
_ENDS = say("page.time", minutes=str(int(IDLE.total_seconds() // 60)), hours=str(int(LASTS.total_seconds() // 3600)))
_FILES = {"pdf": "application/pdf", "csv": "text/csv"}


class CasePages:
    """One case in front of somebody who may read it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def whole(self, asked: Asked) -> Answer:
        """Show the case."""
        seat = self._desk.seat(asked.cookie)
        if seat is None:
            return gone(asked)
        done = asked.query.get("done", "")
        others, zone = self._desk.others(seat), zone_of(self._desk.contacts(seat))
        return page(
            "case",
            asked,
            seat=seat,
            found=chronology(seat.view, seat.school, self._desk.contacts(seat)),
            links=[(_address(button), button.label) for button in seat.actions],
            others=[(line.reference, listed(line, zone)) for line in others[:_OTHERS]],
            more=max(len(others) - _OTHERS, 0),
            done=say(f"cases.done_{done}", reference=seat.reference) if done in (*_WORDS, "taken", "let-in") else "",
            ends=_ENDS,
        )

    def step(self, asked: Asked) -> Answer:
        """Show the form of one step."""
        seat = self._desk.seat(asked.cookie)
        button = _button(seat, asked) if seat else None
        return _form(asked, seat, button.label, {}) if seat and button else gone(asked)

    def act(self, asked: Asked) -> Answer:
        """Take a step, then show the case again."""
        seat, what = self._desk.seat(asked.cookie), asked.path["step"]
        if seat is None:
            return gone(asked)
        button = _button(seat, asked)
        if button and (problems := _problems(what, asked.form)):
            return _form(asked, seat, button.label, problems)
        if not button or not self._desk.act(seat, asked.form.get("form", ""), what, _inside(what, asked)):
            title, words = say("page.refused_title"), say("page.not_done")
            return page("said", asked, status=_CONFLICT, title=title, words=words, kept=written(asked), back="/case")
        if what in LAST:
            words = say(f"cases.done_{_PAST.get(what, what)}", reference=seat.reference)
            return page("said", asked, title=say(f"page.{_PAST.get(what, what)}_title"), words=words)
        return Answer(to=f"/case?done={what}")

    def other(self, asked: Asked) -> Answer:
        """Send a link to another report of the same lead."""
        seat = self._desk.seat(asked.cookie)
        if seat is None or not self._desk.send_other(seat, asked.path["reference"]):
            return gone(asked)
        return page("sent", asked, seat=seat, title=say("page.again_done_title"), words=say("page.other_done"))

    def leave(self, asked: Asked) -> Answer:
        """Sign out."""
        self._desk.leave(asked.cookie)
        return page("said", asked, title=say("page.left_headline"), words=say("page.left"))

    def copy(self, asked: Asked) -> Answer:
        """Give the chronology as a file."""
        seat, kind = self._desk.seat(asked.cookie), asked.path["kind"]
        if seat is None or kind not in _FILES:
            return gone(asked)
        content = self._desk.chronology(seat, kind)
        if content is None:
            return gone(asked)
        return Answer(content, kind=_FILES[kind], file=f"{seat.reference}.{kind}")

    def letters(self, asked: Asked) -> Answer:
        """List the letters."""
        seat = self._desk.seat(asked.cookie)
        if seat is None:
            return gone(asked)
        return page("letters", asked, seat=seat, letters=seat.school.letters.values())

    def letter(self, asked: Asked) -> Answer:
        """Show a letter's blanks; once they are sent, the letter, or the letter as a file."""
        seat = self._desk.seat(asked.cookie)
        letter = seat.school.letters.get(asked.path["letter"]) if seat else None
        if seat is None or letter is None:
            return gone(asked)
        if asked.form.get("letter"):
            text = asked.form["letter"].replace("\r\n", "\n")
            return Answer(text.encode(), kind="text/plain", file=f"{letter.name}.txt")
        filled = letter.filled({**asked.form, **self._desk.given_by_itself(seat)}) if asked.form else ""
        return page("letter", asked, seat=seat, letter=letter, given=asked.form, filled=filled, ends=_ENDS)


def gone(asked: Asked) -> Answer:
    """Say that there is nothing, to everybody alike; what somebody was writing is given back to them."""
    return page("gone", asked, status=_REFUSED, kept=written(asked))


def written(asked: Asked) -> str:
    """Give what somebody was writing."""
    return asked.form.get("text") or asked.form.get("letter", "")


def _address(button: Button) -> str:
    who = button.value.partition(":")[2]
    return "/".join(["/case", button.action.partition(".")[2], *([who] if who else [])])


def _button(seat: Seat, asked: Asked) -> Button | None:
    what = asked.path["step"]
    return seat.button(what, asked.path.get("who", "")) if what in (*_WORDS, *_AT_ONCE) else None


def _form(asked: Asked, seat: Seat, title: str, problems: dict[str, str]) -> Answer:
    what = asked.path["step"]
    asks = {"did": "cases.ask_did_when", "erase": "cases.ask_erased"}
    asks |= {name: f"page.ask_{name}" for name in _AT_ONCE if name not in asks}
    return page(
        "step",
        asked,
        status=_UNPROCESSABLE if problems else 200,
        seat=seat,
        what=what,
        title=title,
        ask=say(asks.get(what, f"cases.ask_{what}"), reference=seat.reference),
        choices=[(did, say(f"cases.did_{did}")) for did in DID] if what == "did" else [],
        chosen=asked.form.get("what", ""),
        words=asked.form.get("text", ""),
        needs_words=what in _WORDS,
        problems=problems,
        ends=_ENDS if what in _WORDS else "",
        form=secrets.token_urlsafe(9),
    )


def _problems(what: str, form: dict[str, str]) -> dict[str, str]:
    """Say what is wrong with a form, by its fields."""
    found = {}
    if what == "did" and form.get("what") not in DID:
        found["what"] = say("page.choose")
    if what in _WORDS:
        text = form.get("text", "")
        if not text.strip():
            found["text"] = say("page.say_something")
        elif len(text) > MOST:
            found["text"] = say("page.too_long", count=str(len(text)), most=str(MOST))
    return found


def _inside(what: str, asked: Asked) -> dict[str, str]:
    if what == "let-in":
        return {"who": asked.path["who"]}
    if what not in _WORDS:
        return {}
    text = asked.form["text"].replace("\r\n", "\n").strip()
    return {"text": text, **({"what": asked.form["what"]} if what == "did" else {})}
