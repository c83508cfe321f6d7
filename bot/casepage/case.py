"""The pages of a case that is open: the report, its steps, the letters, and copies of the chronology."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.casepage.asked import Answer, Asked, page
from bot.store.sessions import IDLE, LASTS
from handlers.cases import DID
from handlers.chronology import chronology
from handlers.wording import say

if TYPE_CHECKING:
    from bot.casepage.desk import Desk, Seat

MOST = 10_000
"""How many signs one entry may have."""
_REFUSED, _CONFLICT, _UNPROCESSABLE = 403, 409, 422
_WORDS = ("note", "message", "did", "closed", "reopened")
_AT_ONCE = ("taken", "stepped-back", "let-in")
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
        return page(
            "case",
            asked,
            seat=seat,
            found=chronology(seat.view, seat.school, self._desk.contacts(seat)),
            links=[(f"/case/{button.action.partition('.')[2]}{_who(button.value)}", button.label) for button in seat.actions],
            done=say(f"cases.done_{done}", reference=seat.reference) if done in (*_WORDS, "taken", "let-in") else "",
            minutes=str(int(IDLE.total_seconds() // 60)),
            hours=str(int(LASTS.total_seconds() // 3600)),
        )

    def step(self, asked: Asked) -> Answer:
        """Show the form of one step."""
        seat = self._desk.seat(asked.cookie)
        if seat is None:
            return gone(asked)
        if not _offered(seat, asked):
            return gone(asked)
        return self._form(asked, seat, {}, 200)

    @staticmethod
    def _form(asked: Asked, seat: Seat, problems: dict[str, str], status: int) -> Answer:
        what = asked.path["step"]
        title = say(f"cases.do_{what}", who=asked.path.get("who", ""))
        return page(
            "step",
            asked,
            status=status,
            seat=seat,
            what=what,
            title=title,
            ask=say(f"cases.ask_{what}" if what in _WORDS and what != "did" else f"page.ask_{what}")
            if what != "did"
            else say("cases.ask_did_when"),
            choices=[(did, say(f"cases.did_{did}")) for did in DID] if what == "did" else [],
            chosen=asked.form.get("what", ""),
            words=asked.form.get("text", ""),
            needs_words=what in _WORDS,
            problems=problems,
            form=secrets.token_urlsafe(9),
            most=str(MOST),
        )

    def act(self, asked: Asked) -> Answer:
        """Take a step, then show the case again."""
        seat, what = self._desk.seat(asked.cookie), asked.path["step"]
        if seat is None:
            return gone(asked)
        if not _offered(seat, asked):
            return page("said", asked, status=_CONFLICT, title=say("page.refused_title"), words=say("page.not_done"))
        if problems := _problems(what, asked.form):
            return self._form(asked, seat, problems, _UNPROCESSABLE)
        if not self._desk.act(seat, asked.form.get("form", ""), what, _inside(what, asked)):
            return page("said", asked, status=_CONFLICT, title=say("page.refused_title"), words=say("page.not_done"))
        if what == "stepped-back":
            words = say("cases.done_stepped-back", reference=seat.reference)
            return page("said", asked, title=say("page.left_headline"), words=words)
        return Answer(to=f"/case?done={what}")

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
        return page("letters", asked, seat=seat, letters=self._desk.letters(seat).values())

    def letter(self, asked: Asked) -> Answer:
        """Show a letter's blanks; once they are sent, the letter, or the letter as a file."""
        seat = self._desk.seat(asked.cookie)
        letter = self._desk.letters(seat).get(asked.path["letter"]) if seat else None
        if seat is None or letter is None:
            return gone(asked)
        if asked.form.get("letter"):
            text = asked.form["letter"].replace("\r\n", "\n")
            return Answer(text.encode(), kind="text/plain", file=f"{letter.name}.txt")
        given = {"school": seat.school.name, "today": self._desk.today(seat)}
        filled = letter.filled({**asked.form, **given}) if asked.form else ""
        return page("letter", asked, seat=seat, letter=letter, given=asked.form, filled=filled)


def gone(asked: Asked) -> Answer:
    """Say that there is nothing, to everybody alike; what somebody was writing is given back to them."""
    return page("gone", asked, status=_REFUSED, kept=asked.form.get("text", ""))


def _who(value: str) -> str:
    who = value.partition(":")[2]
    return f"/{who}" if who else ""


def _offered(seat: Seat, asked: Asked) -> bool:
    what = asked.path["step"]
    return what in (*_WORDS, *_AT_ONCE) and seat.may(what, asked.path.get("who", ""))


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
