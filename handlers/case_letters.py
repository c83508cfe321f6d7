"""Fills in a letter of the school beside a case, blank by blank, and shows it as a text to copy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.case_view import refused, titles_of
from handlers.chronology import HOME
from handlers.help import old_button
from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from handlers.message import Message
    from handlers.ports import Lead, World
    from knowledge.contacts import Contacts
    from knowledge.letters.library import Letter
    from knowledge.model import School

ACTIONS = ("letters", "letter", "blank")
STEP = "letter"
"""What a lead is doing who fills one in; it stands beside the steps that need words."""
_ABILITY = "cases"
_LISTENS = timedelta(minutes=30)


def press(what: str, value: str, lead: Lead, message: Message, world: World) -> Reply:
    """Answer a button: list the letters, begin one, or leave a blank empty."""
    reference, _, name = value.partition(":")
    if not _reads(reference, lead, world):
        return refused(titles_of(lead, world.engine.schools[lead.school]), reference)
    school = world.engine.schools[lead.school]
    if what == "letters":
        buttons = (
            Button(letter.title, "cases.letter", f"{reference}:{letter.name}") for letter in school.letters.values()
        )
        card = Card(say("cases.letters"), (say("cases.letters_how"),), signal=Signal.INFO)
        return Reply((card,), (*buttons, _open(reference)))
    doing = world.memory.recall(message.person, message.conversation, _ABILITY)
    if what == "letter" and name in school.letters:
        return _goes_on({"step": STEP, "reference": reference, "what": name, "given": {}}, lead, message, world)
    if what != "blank" or doing.get("step") != STEP or doing["reference"] != reference:
        return old_button()
    if name == _next(school.letters.get(doing["what"]), doing["given"]):
        doing["given"][name] = ""
    return _goes_on(doing, lead, message, world)


def written(doing: dict[str, Any], lead: Lead, message: Message, world: World) -> Reply:
    """Take what was written into the blank that was asked for."""
    if not _reads(doing["reference"], lead, world):
        world.memory.drop(message.person, message.conversation, _ABILITY)
        return refused(titles_of(lead, world.engine.schools[lead.school]), doing["reference"])
    letter = world.engine.schools[lead.school].letters.get(doing["what"])
    if blank := _next(letter, doing["given"]):
        doing["given"][blank] = message.text
    return _goes_on(doing, lead, message, world)


def back(doing: dict[str, Any], lead: Lead, message: Message, world: World) -> Reply:
    """Ask for the blank before once more."""
    if doing["given"]:
        doing["given"].popitem()
    return _goes_on(doing, lead, message, world)


def given_by_itself(school: School, contacts: Contacts | None, now: datetime) -> dict[str, str]:
    """Give the blanks that fill themselves: the school, and the day as it stands on a letter there."""
    today = now.astimezone(contacts.zone if contacts else HOME)
    return {"school": school.name, "today": f"{today.day} {today:%B %Y}"}


def _goes_on(doing: dict[str, Any], lead: Lead, message: Message, world: World) -> Reply:
    """Ask for the next blank, or show the letter once all are given; then nothing of it is kept."""
    school, reference = world.engine.schools[lead.school], doing["reference"]
    letter = school.letters.get(doing["what"])
    name = _next(letter, doing["given"])
    if letter is None or name is None:
        world.memory.drop(message.person, message.conversation, _ABILITY)
        if letter is None:  # the school took it out meanwhile
            return old_button()
        itself = given_by_itself(school, world.contacts.get(school.slug), world.clock())
        text = letter.filled({**doing["given"], **itself})
        head = Card(letter.title, (say("cases.letter_filled"),), signal=Signal.YES)
        whole = Card(lines=tuple(text.strip().split("\n\n")))
        return Reply((head, whole), (_open(reference),), confidential=True, to_copy=True)
    world.memory.keep(message.person, message.conversation, _ABILITY, doing, world.clock() + _LISTENS)
    blank = next(one for one in letter.blanks if one.name == name)
    place = say("cases.letter_place", number=str(len(doing["given"]) + 1), count=str(len(letter.blanks)))
    lines = (*([] if doing["given"] else [letter.use, say("cases.letter_how")]), *([blank.hint] if blank.hint else []))
    leave = Button(say("cases.letter_blank"), "cases.blank", f"{reference}:{name}")
    return Reply((Card(f"{place} {blank.ask}", lines, signal=Signal.INFO),), (leave,))


def _next(letter: Letter | None, given: Mapping[str, str]) -> str | None:
    return next((blank.name for blank in letter.blanks if blank.name not in given), None) if letter else None


def _reads(reference: str, lead: Lead, world: World) -> bool:
    return any(line.reference == reference for line in world.cases.listed(lead.school, lead.id))


def _open(reference: str) -> Button:
    return Button(say("cases.open", reference=reference), "cases.open", reference)
