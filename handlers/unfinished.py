"""Looks after reports that were never sent: those that speak of danger are passed on, the others are erased in time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import intake
from handlers.ports import NewCase
from handlers.wording import say
from knowledge.answering.words import closely_read
from knowledge.danger import danger_in
from knowledge.model import Audience
from knowledge.naming import named_in
from knowledge.routing import URGENT_KINDS, route, urgency_of
from knowledge.unfinished import route_unfinished

if TYPE_CHECKING:
    from handlers.ports import Draft, Sent, Unfinished, World
    from knowledge.model import School
    from knowledge.naming import Named
    from knowledge.routing import Concern, Routed, Urgency


def speaks_of_danger(draft: Draft, world: World) -> bool:
    """Tell whether a draft says that somebody may be in danger, by a choice or in its words."""
    answers, words = draft.answers, intake.words_of(draft.answers)
    if answers.get("danger") == "yes":
        return True
    if not words.strip():
        return False
    grave = answers.get("kind") in URGENT_KINDS
    return grave or in_danger_now(words, world) or world.engine.hears(Audience(draft.role), words).urgent


def in_danger_now(words: str, world: World) -> bool:
    """Tell whether words say that somebody is in danger now, misspelt ones too."""
    return danger_in(words) or danger_in(" ".join(world.engine.model.read(closely_read(words))))


def pass_on(left: Unfinished, world: World) -> Sent:
    """Make a case of a draft that speaks of danger; the same draft again gives the same case."""
    draft, school = left.draft, world.engine.schools[left.draft.school]
    contacts = world.contacts.get(draft.school)
    named = named_in(intake.words_of(draft.answers), school, contacts)
    # Whoever was told is left out here too, so that the chair can let them in as anybody in doubt.
    concern = heard_in(replace(draft, answers=intake.without_told(draft.answers)), named, world)
    routed = route_unfinished(school, concern, named, contacts.staffing(world.clock()) if contacts else None)
    with world.at_once():
        sent = world.cases.send(case_of(left, concern, routed, world, unfinished=True))
        world.memory.keep(left.person, left.conversation, "report", {"passed_on": draft.id}, None)
    return sent


def left_for_long(world: World) -> tuple[Unfinished, ...]:
    """Give the drafts of this process's schools that nobody has touched for a while, the oldest first."""
    found = world.drafts.untouched(world.clock() - min(world.passes_on, world.keeps_drafts))
    return tuple(left for left in found if left.draft.school in world.engine.schools)


def see_to(left: Unfinished, world: World) -> bool:
    """Pass on or erase what was left for long enough; tell whether its time had come."""
    age = world.clock() - left.draft.touched
    if speaks_of_danger(left.draft, world):
        if age < world.passes_on:
            return False
        pass_on(left, world)
        return True
    if age < world.keeps_drafts and not left.draft.left:
        return False
    world.drafts.drop(left.person, left.conversation)
    return True


def after(world: World) -> str:
    """Say after how long an unfinished report is passed on."""
    minutes = int(world.passes_on.total_seconds() // 60)
    if minutes % 60:
        return say("report.minutes", count=str(minutes))
    return say("report.hour") if minutes == 60 else say("report.hours", count=str(minutes // 60))  # noqa: PLR2004 -- an hour


def heard_in(draft: Draft, named: tuple[Named, ...], world: World) -> Concern:
    """Give what routing needs of a draft, by its answers and its words."""
    role = Audience(draft.role)
    heard = world.engine.hears(role, intake.words_of(draft.answers))
    return intake.concern_of(draft.answers, role, heard.concern, urgent=heard.urgent, named=named)


def routed(draft: Draft, world: World) -> tuple[Concern, Routed]:
    """Route a draft as it would be sent now."""
    school, contacts = world.engine.schools[draft.school], world.contacts.get(draft.school)
    concern = heard_in(draft, intake.named(school, draft.answers, contacts), world)
    return concern, route(school, concern, contacts.staffing(world.clock()) if contacts else None)


def case_of(left: Unfinished, concern: Concern, routed: Routed, world: World, *, unfinished: bool = False) -> NewCase:
    """Give the case that a draft becomes."""
    draft, now = left.draft, world.clock()
    contacts = world.contacts.get(draft.school)
    never = routed.excluded_people
    readers = tuple(recipient.role for recipient in routed.recipients)
    people = contacts.holders(readers, now, never) if contacts else ()
    more = contacts.holders((r.role for r in routed.next_in_line), now, {*never, *people}) if contacts else ()
    return NewCase(
        draft=draft.id,
        school=draft.school,
        role=draft.role,
        kind=concern.kind,
        about=tuple(sorted(concern.about)),
        child_at_risk=concern.child_at_risk,
        urgency=_urgency(draft, concern, world),
        answers=_in_order(draft, world.engine.schools[draft.school]),
        readers=readers,
        excluded=tuple(left_out.role for left_out in routed.excluded),
        signposts=routed.signposts,
        ring=routed.ring,
        trial=contacts is None,
        channel=draft.channel,
        person=left.person,
        conversation=left.conversation,
        at=now,
        people=people,
        next_in_line=more,
        never=tuple(sorted(never)),
        doubtful=tuple(sorted(concern.doubtful | (concern.people - concern.subjects))),
        unfinished=unfinished,
        bundled=world.tries is not None and not world.tries.allowed("report", left.person),
    )


def _urgency(draft: Draft, concern: Concern, world: World) -> Urgency:
    """Say how soon it must be opened; words can be graver than the choices, and a doubt is not left until tomorrow."""
    danger = draft.answers.get("danger")
    now = danger == "yes" or in_danger_now(intake.words_of(draft.answers), world)
    return urgency_of(concern.kind, now, concern.child_at_risk or danger == "unsure")


def _in_order(draft: Draft, school: School) -> dict[str, str]:
    """Give the answers that count, in the order in which they are asked."""
    names = [field.name for field in intake.steps(Audience(draft.role), school, draft.answers)]
    names += [name for name in draft.answers if name.startswith(intake.NAMED)]
    return {name: draft.answers[name] for name in names if name in draft.answers}
