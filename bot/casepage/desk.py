"""Decides who gets in to a case page and what they may do there; everything else is refused alike."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.exporting import as_csv, as_pdf
from bot.store.factors import app_of, new_secret
from handlers import cases, notices
from handlers.case_letters import given_by_itself
from handlers.case_view import waiting_first
from handlers.chronology import chronology, clock
from handlers.wording import say

if TYPE_CHECKING:
    from bot.channels.channel import Channel
    from bot.opening import Store
    from bot.store.links import Link
    from handlers.message import Button
    from handlers.ports import CaseLine, CaseView, Lead, World
    from knowledge.contacts import Contacts
    from knowledge.model import School

LAST = ("stepped-back", "erase")
"""The steps after which a lead sees nothing of the case any more."""
PAGE = "page"
"""The channel under which a lead's second factor is enrolled."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A lead with one case open before them; `actions` are the steps that they can take now."""

    cookie: str
    lead: Lead
    school: School
    view: CaseView
    actions: tuple[Button, ...]

    @property
    def reference(self) -> str:
        """Give the reference of the case."""
        return self.view.line.reference

    def button(self, step: str, who: str = "") -> Button | None:
        """Give the button of a step where it is among those that the chat would offer, too."""
        value = f"{self.reference}:{who}" if who else self.reference
        return next((b for b in self.actions if (b.action, b.value) == (f"cases.{step}", value)), None)


@dataclass(frozen=True, slots=True)
class Enrolling:
    """A lead who is setting up a second factor; `secret` is what their app has to know."""

    lead: Lead
    school: str
    secret: str
    address: str


class _NotTaken(Exception):  # noqa: N818 -- it says what happened
    pass


class Desk:
    """The way in to the case page, and the steps that are taken there; each is one transaction."""

    def __init__(
        self,
        store: Store,
        world: World,
        mail: Channel | None,
    ) -> None:
        """Take the channel that sends fresh links."""
        self._store, self._world, self._mail = store, world, mail

    def sign_in(self, token: str, code: str, cookie: str, remote: str) -> str | None:
        """Open a link's case, once, for the lead whose code fits; give the session's cookie, or None."""
        with self._store.units.unit():
            link = self._store.links.look(token)
            if link is None:
                return None
            for lead in self._at(link.school, link.address):
                if self._fits(lead, code, remote):
                    return self._let_in(token, link, lead, cookie)
            self._store.links.wrong(token)
            return None

    def _fits(self, lead: Lead, code: str, remote: str) -> bool:
        """Tell whether a code is right; only wrong ones count, and those from elsewhere leave a lead the most tries."""
        counted = (("factor", f"{lead.id} {remote}"), ("lead's factor", lead.id))
        fits = all(self._store.alarms.allowed(*one) for one in counted) and self._store.factors.fits(lead.id, code)
        if fits:
            for one in counted:
                self._store.alarms.right(*one)
        return fits

    def _let_in(self, token: str, link: Link, lead: Lead, cookie: str) -> str | None:
        now = self._world.clock()
        if not self._store.links.use(token):
            return None
        if self._world.cases.opened(link.school, link.reference, lead.id) is None:
            return None
        inside = {"school": link.school, "lead": lead.id, "reference": link.reference, "since": now.isoformat()}
        return self._store.sessions.begin(cookie, inside)

    def seat(self, cookie: str) -> Seat | None:
        """Give the case that a browser has open, where its lead may still read it."""
        inside = self._store.sessions.current(cookie)
        if "reference" not in inside or inside["school"] not in self._world.engine.schools:
            return None
        school, since = self._world.engine.schools[inside["school"]], datetime.fromisoformat(inside["since"])
        lead = next((lead for lead in self._store.leads.holders(school.slug) if lead.id == inside["lead"]), None)
        view = self._world.cases.read_on(school.slug, inside["reference"], lead.id, since) if lead else None
        if lead is None or view is None:
            return None
        contacts = self._world.contacts.get(school.slug)
        actions = (*cases.actions(view, lead, school, contacts), *cases.erasing(view, contacts, self._world.clock()))
        return Seat(cookie, lead, school, view, actions)

    def act(self, seat: Seat, form: str, step: str, inside: dict[str, str]) -> bool:
        """Take a step that is among those of this lead; the same form sent twice takes it once."""
        if seat.button(step, inside.get("who", "")) is None:
            return False
        try:
            return self._take(seat, form, "erased" if step == "erase" else step, inside)
        except _NotTaken:
            return False

    def _take(self, seat: Seat, form: str, step: str, inside: dict[str, str]) -> bool:
        with self._store.units.unit():
            if not self._store.sessions.first_time(seat.cookie, form):
                return True
            if not self._world.cases.act(seat.school.slug, seat.reference, seat.lead.id, step, inside):
                raise _NotTaken  # so that the form counts as not sent, and its words can be sent again
            if step in ("stepped-back", "erased"):
                self._store.sessions.end(seat.cookie)
        return True

    def leave(self, cookie: str) -> None:
        """End a session."""
        self._store.sessions.end(cookie)

    def others(self, seat: Seat) -> list[CaseLine]:
        """Give the other reports that a lead may read and that aren't closed, in the order in which they need them."""
        listed = waiting_first(self._world.cases.listed(seat.school.slug, seat.lead.id))
        return [line for line in listed if line.reference != seat.reference]

    def send_other(self, seat: Seat, reference: str) -> bool:
        """Send a lead who is signed in a link to another report of theirs; False where it is none."""
        contacts = self.contacts(seat)
        addresses = [
            address
            for person in (contacts.people if contacts else ())
            for channel, address in person.channels
            if person.label == seat.lead.label and channel == "email"
        ]
        if not addresses or reference not in {line.reference for line in self.others(seat)}:
            return False
        with self._store.units.unit():
            self._promise(seat.school.slug, addresses[0].casefold(), reference)
        return True

    def contacts(self, seat: Seat) -> Contacts | None:
        """Give the contacts of a school."""
        return self._world.contacts.get(seat.school.slug)

    def given_by_itself(self, seat: Seat) -> dict[str, str]:
        """Give the blanks of a letter that fill themselves."""
        return given_by_itself(seat.school, self.contacts(seat), self._world.clock())

    def chronology(self, seat: Seat, kind: str) -> bytes | None:
        """Give the chronology as a file, which is written down; None where it can't be taken."""
        contacts = self._world.contacts.get(seat.school.slug)
        if not self._world.cases.act(seat.school.slug, seat.reference, seat.lead.id, "exported", {}):
            return None
        found = chronology(seat.view, seat.school, contacts)
        made = say("page.made", who=seat.lead.label, when=clock(self._world.clock().astimezone(found.zone)))
        return as_csv(found) if kind == "csv" else as_pdf(found, made)

    def send_again(self, address: str, reference: str, remote: str) -> bool:
        """Send a fresh link to whoever may read a case and has this address; False where it was tried too often.

        Nobody who asks can tell whether one was sent. Somebody's wrong tries keep no link from a lead in the same
        place: address and reference that belong together are enough, some times an hour for each address.
        """
        address, reference = address.strip().casefold(), reference.strip().upper()
        with self._store.units.unit():
            allowed = self._store.alarms.allowed("link", remote)
            for slug in self._world.contacts:
                found = [lead for lead in self._at(slug, address) if self._may_read(slug, lead, reference)]
                if found and self._store.alarms.allowed("link", address):
                    self._promise(slug, address, reference)
        return allowed

    def _may_read(self, school: str, lead: Lead, reference: str) -> bool:
        return any(line.reference == reference for line in self._world.cases.listed(school, lead.id))

    def _promise(self, school: str, address: str, reference: str) -> None:
        """Send it to the address as it stands in the contacts."""
        people = self._world.contacts[school].people
        written = next(a for p in people for c, a in p.channels if c == "email" and a.casefold() == address)
        if self._mail is None:
            return
        deliveries = self._mail.tell(school, written, notices.fresh_link(reference))
        keyed = [replace(one, key=f"fresh link {self._world.new_id()}") for one in deliveries]
        self._store.deliveries.promise(keyed, self._world.clock())

    def begin_enrolling(self, code: str, cookie: str) -> str | None:
        """Begin to set up a second factor with a one-time code; give the session's cookie, or None."""
        with self._store.units.unit():
            # A right code holds 80 bits and is never refused, so that nobody in the same place locks a lead out.
            if self._store.leads.whose(code) is None:
                return None
            secret = base64.b32encode(new_secret()).decode()
            return self._store.sessions.begin(cookie, {"code": code, "secret": secret})

    def enrolling(self, cookie: str) -> Enrolling | None:
        """Give who is setting up a second factor in a browser."""
        inside = self._store.sessions.current(cookie)
        lead = self._store.leads.whose(inside["code"]) if "code" in inside else None
        if lead is None:
            return None
        app = app_of(base64.b32decode(inside["secret"]))
        school = self._world.engine.schools[lead.school].name
        address = app.get_provisioning_uri(lead.label, say("page.issuer", school=school))
        return Enrolling(lead, school, inside["secret"], address)

    def enrol(self, cookie: str, digits: str) -> Lead | None:
        """Keep a second factor once its app has given a right code; None where it hasn't."""
        inside = self._store.sessions.current(cookie)
        if "code" not in inside:
            return None
        secret = base64.b32decode(inside["secret"])
        with self._store.units.unit():
            waiting = self._store.leads.whose(inside["code"])
            if waiting is None or not self._store.alarms.allowed("factor", waiting.id):
                return None
            step = self._store.factors.step(secret, digits)
            lead = self._store.leads.enrol(inside["code"], PAGE, self._world.new_id()) if step else None
            if not step or lead is None:
                return None
            self._store.factors.keep(lead.id, secret, step)
            self._store.sessions.end(cookie)
        return lead

    def _at(self, school: str, address: str) -> list[Lead]:
        """Give those who have an e-mail address now, going by the contacts."""
        contacts = self._world.contacts.get(school)
        wanted = ("email", address.casefold())
        labels = {
            person.label
            for person in (contacts.people if contacts else ())
            if wanted in {(channel, at.casefold()) for channel, at in person.channels}
        }
        return [lead for lead in self._store.leads.holders(school) if lead.label in labels]
