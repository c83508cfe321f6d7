"""The steps of a report: which are asked of whom, in which order, and what the answers amount to."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from handlers.message import Button, Field
from handlers.wording import say
from knowledge.model import KINDS, ROLES, Audience
from knowledge.naming import named_in
from knowledge.routing import CHILD_AT_RISK, GROUPS, Concern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from knowledge.contacts import Contacts
    from knowledge.model import School
    from knowledge.naming import Named

ANSWER = "report.answer"
_ADULTS_STEPS = ("danger", "kind", "who", "role", "child", "safe", "what", "when", "where", "reach")
_CHILDS_STEPS = ("danger", "what", "who", "role", "safe", "reach")
_SHORT_STEPS = ("kind", "who", "what")
_OPTIONAL = frozenset({"when", "where", "reach"})
_YES_OR_NO = ("yes", "no", "unsure")
_CHOICES = {
    "danger": _YES_OR_NO,
    "kind": (*KINDS, "complaint"),
    "who": ("adult", "pupil", "parent", "outsider", "unknown"),
    "child": _YES_OR_NO,
    "safe": ("yes", "no"),
}
_OTHER_ADULTS = ("staff", "volunteer", "governor", "unsure")


NAMED = "named-"
"""How the steps begin in which a reporter says of somebody named whether it is about them."""
_OF_THE_NAMED = ("about", "told", "unsure")
_TEXTS = ("what", "when", "where", "reach")
MORE = "what-more"
"""Beside the answers: what happened was told in a few words before it was asked, and is asked still."""
_A_STORY = 8
"""From so many words on they tell what happened, and nobody is asked for it again."""


def words_of(answers: Mapping[str, str]) -> str:
    """Give everything that a reporter wrote in words of their own."""
    return "\n".join(answers[name] for name in _TEXTS if answers.get(name))


def named(school: School, answers: Mapping[str, str], contacts: Contacts | None) -> tuple[Named, ...]:
    """Give everybody whom the words name, but for whoever the report is about in any case."""
    job = answers.get("role") if answers.get("who") == "adult" else None
    return tuple(one for one in named_in(words_of(answers), school, contacts) if one.roles != {job})


def with_words(answers: Mapping[str, str], text: str) -> dict[str, str]:
    """Add words that were no answer to what was asked to what happened, which is asked still where they are few."""
    few = MORE in answers or "what" not in answers
    said = "\n".join(filter(None, (answers.get("what"), text)))
    kept = {name: value for name, value in answers.items() if name != MORE}
    return {**kept, "what": said, **({MORE: "yes"} if few and len(said.split()) < _A_STORY else {})}


def with_answer(answers: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    """Take an answer; what happened is added to the few words that were there before it was asked."""
    if name == "what" and MORE in answers:
        value = "\n".join(filter(None, (answers["what"], value)))
    return {**{kept: said for kept, said in answers.items() if (name, kept) != ("what", MORE)}, name: value}


def is_answered(name: str, answers: Mapping[str, str]) -> bool:
    """Tell whether a step needs no asking any more."""
    return name in answers and not (name == "what" and MORE in answers)


def doubts(role: Audience, people: Iterable[Named]) -> tuple[Field, ...]:
    """Give the steps that ask whether it is about those who are named: one for all whom the same words may mean."""
    asked: dict[str, list[Named]] = {}
    for one in people:
        asked.setdefault(one.words.casefold(), []).append(one)
    return tuple(_doubt(alike[0], role, several=len(alike) > 1) for alike in asked.values())


def _doubt(named: Named, role: Audience, *, several: bool) -> Field:
    name = f"{NAMED}{named.who}"
    choices = tuple(Button(_words("named", value, role), ANSWER, f"{name}:{value}") for value in _OF_THE_NAMED)
    return Field(
        name,
        ask=say("report.ask_named_several" if several else "report.ask_named", words=named.words),
        hint=say("report.hint_named"),
        choices=choices,
        optional=True,
    )


def still_said(answers: Mapping[str, str], text: str, school: School, contacts: Contacts | None) -> dict[str, str]:
    """Give the answers that still stand once a text is given: whoever it names is asked about anew."""
    anew = {f"{NAMED}{one.who}" for one in named_in(text, school, contacts)}
    return {name: value for name, value in answers.items() if name not in anew}


def without_told(answers: Mapping[str, str]) -> dict[str, str]:
    """Give the answers as if it had not been said of anybody that they were told."""
    return {name: value for name, value in answers.items() if not (name.startswith(NAMED) and value == "told")}


def says(name: str, school: School, people: Iterable[Named] = (), role: Audience = Audience.STAFF) -> str:
    """Say what a step was about, to somebody with a role.

    `people` are those who are named, for somebody who may see by which words.
    """
    if not name.startswith(NAMED):
        return _words("says", name, role)
    if words := next((one.words for one in people if f"{NAMED}{one.who}" == name), ""):
        return say("report.says_named", who=say("report.words_named", words=words))
    who = name.removeprefix(NAMED)
    return say("report.says_named", who=school.title_of(who) if who in ROLES else say("report.somebody_named"))


def steps(role: Audience, school: School, answers: Mapping[str, str]) -> tuple[Field, ...]:
    """Give the steps for this reporter, going by what was answered already."""
    short = _is_short(role, answers)
    names: tuple[str, ...] = _CHILDS_STEPS if role is Audience.PUPIL else _ADULTS_STEPS
    if short:
        # A friend request takes three taps; what was answered before the report became one is not lost.
        names = tuple(name for name in names if name in _SHORT_STEPS or answers.get(name))
    asked = [name for name in names if _applies(name, answers)]
    fields = tuple(_field(name, role, school, optional=short) for name in asked)
    if MORE not in answers:
        return fields
    more = say(
        "report.child_ask_what_more" if role is Audience.PUPIL else "report.ask_what_more", words=answers["what"]
    )
    no_more = (Button(say("report.no_more"), ANSWER, "what:"),)
    return tuple(replace(f, ask=more, choices=no_more, optional=True) if f.name == "what" else f for f in fields)


def _is_short(role: Audience, answers: Mapping[str, str]) -> bool:
    return (
        role is not Audience.PUPIL
        and answers.get("kind") == "friend-request"
        and answers.get("who") not in ("adult", "unknown")
        and answers.get("danger") in (None, "no")
    )


def _applies(name: str, answers: Mapping[str, str]) -> bool:
    if name == "role":
        return answers.get("who") == "adult"
    if name == "child":
        return answers.get("kind") not in CHILD_AT_RISK
    return True


@lru_cache(maxsize=4096)
def _field(name: str, role: Audience, school: School, *, optional: bool) -> Field:
    optional = name in _OPTIONAL or (optional and name == "what")
    choices = [
        Button(label(name, value, role, school), ANSWER, f"{name}:{value}") for value in choices_of(name, school)
    ]
    if optional:
        choices.append(Button(say("report.skip"), ANSWER, f"{name}:"))
    return Field(
        name,
        ask=_words("ask", name, role),
        hint=_words("hint", name, role) if name not in ("child", "when", "where") else "",
        choices=tuple(choices),
        optional=optional,
        long=name == "what",
    )


def choices_of(name: str, school: School) -> tuple[str, ...]:
    """Give the values that a step offers, none where words are asked for."""
    if name == "role":
        return (*(role for role in school.roles if role not in GROUPS), *_OTHER_ADULTS)
    if name.startswith(NAMED):
        return _OF_THE_NAMED
    return _CHOICES.get(name, ())


def label(name: str, value: str, role: Audience, school: School) -> str:
    """Say an answer as a person reads it: a choice by its label, words as they were given."""
    if not value:
        return say("report.left_out")
    if name == "role":
        return say(f"report.role_{value}") if value in _OTHER_ADULTS else school.title_of(value)
    if name == "who" or name.startswith(NAMED):
        return _words("who" if name == "who" else "named", value, role)
    if name == "kind":
        return say(f"report.kind_{value}")
    return say(f"report.{value}") if name in _CHOICES else value


def _words(kind: str, name: str, role: Audience) -> str:
    return say(f"report.child_{kind}_{name}" if role is Audience.PUPIL else f"report.{kind}_{name}")


def concern_of(
    answers: Mapping[str, str],
    role: Audience,
    heard: str | None,
    *,
    urgent: bool,
    named: Iterable[Named] = (),
) -> Concern:
    """Give what routing needs.

    `heard` is the kind that the words themselves speak of and `urgent` whether they speak of danger: a child
    isn't asked to name a kind, and words can be graver than the choices. `named` may be whom it is about.
    """
    kind = answers.get("kind") or (heard if heard in KINDS else None) or "something-else"
    who = answers.get("who", "unknown")
    if who == "adult":
        job = answers.get("role", "unsure")
        about = "staff" if job in ("volunteer", "unsure") else job
    else:
        about = who
    subjects, doubtful = {about}, frozenset[str]()
    people, said_of = frozenset[str](), frozenset[str]()
    asked: dict[str, str] = {}
    for one in named:
        said = answers.get(f"{NAMED}{asked.setdefault(one.words.casefold(), one.who)}")
        if said == "told":
            continue
        people |= {one.who} - set(ROLES)
        if said == "about":
            subjects |= (one.roles - GROUPS) or {"staff"}
            said_of |= {one.who} - set(ROLES)
        else:
            doubtful |= one.roles - GROUPS
    unsure_who = who == "adult" and answers.get("role", "unsure") == "unsure"
    at_risk = (
        kind in CHILD_AT_RISK
        or role is Audience.PUPIL
        or answers.get("child") in ("yes", "unsure")
        or urgent
        or unsure_who
    )
    return Concern(kind, frozenset(subjects), at_risk, frozenset(doubtful), people, said_of)
