"""Lets an enrolled lead open their cases and take every step in them; everybody else is refused alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handlers import case_letters, case_view
from handlers.case_view import refused
from handlers.help import old_button, stopped
from handlers.message import Button, Card, Reply, Signal
from handlers.ports import NotTheirAccount
from handlers.wording import say
from knowledge.keeping import kept_until
from knowledge.restoring import who_restores

if TYPE_CHECKING:
    from handlers.message import Message
    from handlers.ports import CaseView, Lead, World
    from knowledge.contacts import Contacts
    from knowledge.model import School

ABILITY = "cases"
COMMANDS = ("cases", "enrol")
DID = (
    "spoke-to-parent",
    "asked-removal",
    "told-platform",
    "considered-police",
    "referred-lado",
    "referred-police",
    "referred-ceop",
    "referred-social-care",
)
"""The steps outside the bot that a lead can write down."""
_NEEDS_WORDS = ("note", "message", "did", "closed", "reopened")
_AT_ONCE = ("taken", "stepped-back", "let-in", "erased")
_LISTENS = timedelta(minutes=30)
_SHOWN = 10
_SURE = "sure"
_EVER = datetime.min.replace(tzinfo=UTC)
_OPENS = re.compile(r"/?cases\s+(r-\w{4}-\w{4})", re.IGNORECASE)


def reference_in(text: str) -> str:
    """Give the reference of the report that a text asks to open, such as "cases R-7KQ3-M2XD"; else nothing."""
    match = _OPENS.fullmatch(text.strip())
    return match[1].upper() if match else ""


def under_way(message: Message, world: World) -> bool:
    """Tell whether a lead is about to write something."""
    return message.private and bool(world.memory.recall(message.person, message.conversation, ABILITY))


def stop(message: Message, world: World) -> Reply:
    """Write nothing."""
    world.memory.drop(message.person, message.conversation, ABILITY)
    return stopped()


def back(message: Message, world: World) -> Reply:
    """Ask for a letter's blank before once more; anything else has one step only, so nothing is written."""
    doing = world.memory.recall(message.person, message.conversation, ABILITY)
    lead = world.leads.who(message.school, message.channel, message.person) if world.leads else None
    if lead and doing.get("step") == case_letters.STEP:
        return case_letters.back(doing, lead, message, world)
    return stop(message, world)


def handle(message: Message, world: World) -> Reply:
    """Enrol somebody, show a lead their cases, or take a step."""
    if not message.private:
        return _note("status.not_here")
    words = message.text.strip().lstrip("/").split(maxsplit=1)
    if not message.action and words and words[0].lower() == "enrol":
        return _enrol(words[1] if len(words) > 1 else "", message, world)
    lead = world.leads.who(message.school, message.channel, message.person) if world.leads else None
    if lead is None:
        account = re.split("[/:]", message.person)[-1]
        which = (say("cases.this_account", channel=message.channel, account=account),)
        shown = which if account != message.person else ()
        return Reply((Card(say("cases.not_enrolled"), shown, signal=Signal.INFO),))
    school = world.engine.schools[message.school]
    if message.action:
        return _press(lead, school, message, world)
    return _said(lead, school, message, world)


def _said(lead: Lead, school: School, message: Message, world: World) -> Reply:
    """Take what a lead has typed: which report to open, the words of a step, or that they want the list."""
    if reference := reference_in(message.text):
        return _opened(reference, lead, school, world)
    doing = world.memory.recall(message.person, message.conversation, ABILITY)
    if doing and message.text.strip().lower().lstrip("/") not in COMMANDS:
        return _written(doing, lead, message, world)
    return _listed(lead, school, world)


def _enrol(code: str, message: Message, world: World) -> Reply:
    if world.leads is None or (world.tries and not world.tries.allowed("enrol", message.person)):
        return _note("status.too_many")
    try:
        lead = world.leads.enrol(code, message.channel, message.person)
    except NotTheirAccount as refused:
        title = ", ".join(world.engine.schools[refused.lead.school].title_of(role) for role in refused.lead.roles)
        return Reply((Card(say("cases.not_their_account"), (say("cases.not_their_account_how", who=title),)),))
    if lead is None:
        return _note("cases.no_such_code")
    if world.tries:
        world.tries.right("enrol", message.person)
    titles = case_view.titles_of(lead, world.engine.schools[lead.school])
    return Reply((Card(say("cases.enrolled", who=titles), (say("cases.enrolled_how"),), signal=Signal.YES),))


def _listed(lead: Lead, school: School, world: World) -> Reply:
    title, contacts = case_view.titles_of(lead, school), world.contacts.get(school.slug)
    reply = case_view.listing(world.cases, school, lead.id, title, contacts)
    open_ones = case_view.waiting_first(world.cases.listed(school.slug, lead.id))[:_SHOWN]
    buttons = (Button(say("cases.open", reference=line.reference), "cases.open", line.reference) for line in open_ones)
    return Reply(reply.cards, tuple(buttons))


def _press(lead: Lead, school: School, message: Message, world: World) -> Reply:
    what = message.action.partition(".")[2]
    reference, _, more = message.value.partition(":")
    if what == "open":
        return _opened(reference, lead, school, world)
    if what in case_letters.ACTIONS:
        return case_letters.press(what, message.value, lead, message, world)
    if what in _NEEDS_WORDS and (what != "did" or more in ("", *DID)):
        return _asked(what, lead, message, world)
    if what == "erase":
        return _are_you_sure("cases.ask_erased", Button(say("cases.do_erased"), "cases.erased", reference), reference)
    if what == "stepped-back" and more != _SURE and _reads(reference, lead, world):
        sure = Button(say("cases.do_stepped-back_sure"), message.action, f"{reference}:{_SURE}")
        return _are_you_sure("page.ask_stepped-back", sure, reference)
    inside = {"who": more} if what == "let-in" else {}
    return _taken(what, inside, reference, lead, world) if what in _AT_ONCE else old_button()


def _are_you_sure(asks: str, sure: Button, reference: str) -> Reply:
    """Ask before what can't be taken back."""
    again = Button(say("cases.open", reference=reference), "cases.open", reference)
    return Reply((Card(say(asks, reference=reference), signal=Signal.CAREFUL),), (sure, again))


def _asked(what: str, lead: Lead, message: Message, world: World) -> Reply:
    """Ask for a step's words; not where it can't be taken, since they would go nowhere."""
    reference, _, did = message.value.partition(":")
    if _reads(reference, lead, world) and not _can_take(message.action, reference, lead, world):
        return _not_done(reference, lead, world)
    if what == "did" and not did:
        buttons = (Button(say(f"cases.did_{one}"), "cases.did", f"{reference}:{one}") for one in DID)
        return Reply((Card(say("cases.ask_did"), signal=Signal.INFO),), tuple(buttons))
    doing = {"step": what, "reference": reference, "what": did}
    world.memory.keep(message.person, message.conversation, ABILITY, doing, world.clock() + _LISTENS)
    ask = say(f"cases.ask_{what if what != 'did' else 'did_when'}")
    return Reply((Card(ask, (say("cases.ask_or_stop"),), signal=Signal.INFO),))


def _opened(reference: str, lead: Lead, school: School, world: World) -> Reply:
    view = world.cases.opened(school.slug, reference, lead.id)
    if view is None:
        return refused(case_view.titles_of(lead, school), reference)
    letters = Button(say("cases.letters"), "cases.letters", reference)
    contacts = world.contacts.get(school.slug)
    buttons = (*actions(view, lead, school, contacts), letters, *erasing(view, contacts, world.clock()))
    return Reply(case_view.shown(view, school, contacts).cards, buttons, confidential=True)


def _written(doing: dict[str, str], lead: Lead, message: Message, world: World) -> Reply:
    if not message.text.strip():
        return _note("ask.empty")
    if doing["step"] == case_letters.STEP:
        return case_letters.written(doing, lead, message, world)
    world.memory.drop(message.person, message.conversation, ABILITY)
    inside = {"text": message.text, **({"what": doing["what"]} if doing["what"] else {})}
    return _taken(doing["step"], inside, doing["reference"], lead, world)


def _taken(step: str, inside: dict[str, str], reference: str, lead: Lead, world: World) -> Reply:
    """Take a step, and say that it stands in the record; an older button erases only what may be erased today."""
    if step == "erased" and not _can_take("cases.erase", reference, lead, world):
        return _not_done(reference, lead, world)
    if not world.cases.act(lead.school, reference, lead.id, step, inside):
        return _not_done(reference, lead, world)
    again = Button(say("cases.open", reference=reference), "cases.open", reference)
    done = Card(say(f"cases.done_{step}", reference=reference), signal=Signal.YES)
    return Reply((done,), () if step in ("stepped-back", "erased") else (again,))


def _not_done(reference: str, lead: Lead, world: World) -> Reply:
    school = world.engine.schools[lead.school]
    reply = case_view.not_done(world.cases, school, reference, lead.id, case_view.titles_of(lead, school))
    if not _reads(reference, lead, world):
        return reply
    return Reply(reply.cards, (Button(say("cases.open", reference=reference), "cases.open", reference),))


def _reads(reference: str, lead: Lead, world: World) -> bool:
    return any(line.reference == reference for line in world.cases.listed(lead.school, lead.id))


def _can_take(action: str, reference: str, lead: Lead, world: World) -> bool:
    """Tell whether a step is among those that its case offers to a lead who has opened it."""
    school, contacts = world.engine.schools[lead.school], world.contacts.get(lead.school)
    view = world.cases.read_on(school.slug, reference, lead.id, _EVER)
    offered = (*actions(view, lead, school, contacts), *erasing(view, contacts, world.clock())) if view else ()
    return action in {button.action for button in offered}


def actions(view: CaseView, lead: Lead, school: School, contacts: Contacts | None) -> tuple[Button, ...]:
    """Give the buttons of the steps that this lead can take now."""
    reference = view.line.reference
    if view.line.state == "closed":
        names = ["note", "reopened"]
    else:
        names = [*([] if view.lead == lead.label else ["taken"]), "note", "message", "did", "closed", "stepped-back"]
    found = [Button(say(f"cases.do_{name}"), f"cases.{name}", reference) for name in names]
    if who_restores(view.case.readers, view.case.excluded) in lead.roles:
        found += [
            Button(say("cases.do_let-in", who=case_view.title_of(who, school)), "cases.let-in", f"{reference}:{who}")
            for who in _left_out(view, contacts)
        ]
    return tuple(found)


def _left_out(view: CaseView, contacts: Contacts | None) -> list[str]:
    """Give those who were left out in doubt and can be let in, nobody twice: by role, and by label."""
    people = contacts.people if contacts else ()
    done = {step.inside["who"] for step in view.steps if step.step == "let-in"}
    named = set(view.case.doubtful)
    for role in {role for person in people for role in person.roles}:
        if all(person.label in named for person in people if role in person.roles):
            done.add(role)
    return [who for who in view.case.doubtful if who not in done]


def erasing(view: CaseView, contacts: Contacts | None, now: datetime) -> tuple[Button, ...]:
    """Give the button that erases a closed case, once the school's own time for its kind is over."""
    until = kept_until(view.steps, contacts.keeps_years.get(view.case.kind)) if contacts else None
    if until is None or now < until:
        return ()
    return (Button(say("cases.do_erase"), "cases.erase", view.line.reference),)


def _note(name: str) -> Reply:
    return Reply((Card(say(name), signal=Signal.INFO),))
