"""Tells a report up to its review, for the tests of everything that becomes of one."""

from __future__ import annotations

from pathlib import Path

from handlers.message import Message

CONTACTS = Path(__file__).parents[2] / "docs" / "contacts.example.yaml"
STORY = "She told me that an account called moon_walker asks her every night which school she goes to"


def tell(person, *, kind="Somebody is getting too close", who="No, somebody outside", story=STORY):
    """Go through a report up to the review."""
    person.says("report")
    person.presses("No")
    person.presses(kind)
    for label in who if isinstance(who, tuple) else (who,):
        person.presses(label)
    if "Could a child be" in person.sees:
        person.presses("No")
    person.presses("Yes")
    person.says(story)
    person.says("since Monday")
    person.says("Roblox")
    return person.says("the office knows my number")


def stored(person, reader="dsl"):
    """What one role can see of the cases of the person's school."""
    return person.world.cases.listed(person.school, reader)


def message(person, **what):
    """A message of this person with parts that Person has no words for."""
    who = {"person": person.name, "conversation": person.name, "school": person.school, "role": person.role}
    return Message(channel="test", event="event", at=person.world.clock(), **who, **what)


def lead(world, label, school="st-peters"):
    """The id under which somebody with a contact opens cases."""
    return next(lead.id for lead in world.leads.holders(school) if lead.label == label)
