"""The pages before a case is open: open a link, ask for a new one, set up a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.casepage.asked import Answer, Asked, page
from bot.casepage.pages import picture_of
from handlers.wording import say

if TYPE_CHECKING:
    from bot.casepage.desk import Desk

_REFUSED = 403
_TOO_OFTEN = 429


class Gate:
    """The way in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @staticmethod
    def home(asked: Asked) -> Answer:
        """Say what this is."""
        return page("home", asked)

    @staticmethod
    def link(asked: Asked) -> Answer:
        """Ask for the code; the same page for every link, so that looking at it uses nothing up and tells nothing."""
        return page("open", asked, problem="")

    def open(self, asked: Asked) -> Answer:
        """Open the case, or say that nothing opened, in the same words whatever the reason."""
        cookie = self._desk.sign_in(asked.path["token"], asked.form.get("code", ""), asked.cookie, asked.remote)
        if cookie is None:
            return page("open", asked, status=_REFUSED, problem=say("page.not_opened"))
        return Answer(to="/case", cookie=cookie)

    @staticmethod
    def lost(asked: Asked) -> Answer:
        """Ask where to send a new link."""
        return page("again", asked, problem="")

    def again(self, asked: Asked) -> Answer:
        """Send a new link to whoever may have one, and say the same to everybody."""
        address, reference = asked.form.get("address", ""), asked.form.get("reference", "")
        if not self._desk.send_again(address, reference, asked.remote):
            return page("again", asked, status=_TOO_OFTEN, problem=say("page.too_often"))
        return page("said", asked, title=say("page.again_done_title"), words=say("page.again_done"))

    @staticmethod
    def newcomer(asked: Asked) -> Answer:
        """Ask for the one-time code."""
        return page("enrol", asked, problem="")

    def begin(self, asked: Asked) -> Answer:
        """Begin to set up a second factor."""
        cookie = self._desk.begin_enrolling(asked.form.get("code", ""), asked.cookie)
        if cookie is None:
            return page("enrol", asked, status=_REFUSED, problem=say("page.not_enrolled"))
        return Answer(to="/enrol/app", cookie=cookie)

    def app(self, asked: Asked) -> Answer:
        """Show what the authenticator app has to know."""
        return self._app(asked, "")

    def _app(self, asked: Asked, problem: str) -> Answer:
        enrolling = self._desk.enrolling(asked.cookie)
        if enrolling is None:
            return page("gone", asked, status=_REFUSED, kept="")
        groups = [enrolling.secret[i : i + 4] for i in range(0, len(enrolling.secret), 4)]
        return page(
            "app",
            asked,
            status=_REFUSED if problem else 200,
            problem=problem,
            who=enrolling.lead.label,
            school=enrolling.school,
            key=" ".join(groups),
            address=enrolling.address,
            picture=picture_of(enrolling.address),
        )

    def finish(self, asked: Asked) -> Answer:
        """Keep the second factor."""
        if self._desk.enrol(asked.cookie, asked.form.get("code", "")) is None:
            return self._app(asked, say("page.not_app"))
        return page("said", asked, title=say("page.app_done_title"), words=say("page.app_done"))
