"""Keeps a yes back: a ban that is close goes before it, and it needs more certainty than any other answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.answering.asking import Kind
from knowledge.answering.ranking import agrees, contradicts
from knowledge.answering.verdict import BAN, Decision
from knowledge.model import Modality, Verdict, Wording

if TYPE_CHECKING:
    from knowledge.answering.ranking import Ranked, Read
    from knowledge.model import Clause

_RULED_ON = 0.75
"""Chance that the policy rules on the question which a yes needs."""
_RIGHT = 0.6
"""Chance that the answer is right which the yes of a permission needs."""
_RIGHT_FOR_AN_EXCEPTION = {Wording.OURS: 0.5, Wording.QUOTED: 0.75}
"""The same for an exception to a ban; more where nobody has read the imported pack."""
_SHOWN = 0.45
"""The same in a pack that somebody has read, where the question itself shows that the exception holds."""
_BAN_CLOSE = 1.5
"""A ban no further behind than this is heard before a yes."""
_WHERE_AND_WHEN = frozenset({"time", "place", "device", "network"})
_MET = 6.0
"""A ban no further behind is heard before a yes where it is about a circumstance that the question shows."""
_DUTY_BEFORE, _ON_TOPIC = 3.0, 0.2
"""How far behind a duty, and how surely on the topic, a rule about the act itself may be to go before it."""
_HARDLY_ON_TOPIC = 0.05


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure an answer is: the chances that the policy rules on the question, and that this answer is right.

    `in_common` tells whether question and clause share more than when, where and who.
    """

    ruled_on: float
    right: float
    wording: Wording
    in_common: bool

    def of_an_exception(self, clause: Clause, decision: Decision) -> Decision:
        """Give the ban itself where it is not sure enough that the question is about an exception to it.

        A question that shows the exception of a clause is likely to be about that clause; not so surely in an imported
        pack, whose exceptions nobody has read.
        """
        if not _is_yes(decision) or clause.modality not in BAN:
            return decision
        shown = decision.verdict is Verdict.ALLOWED and self.wording is Wording.OURS
        if self.right < (_SHOWN if shown else _RIGHT_FOR_AN_EXCEPTION[self.wording]):
            return Decision(BAN[clause.modality], f"an exception needs more certainty (right: {self.right:.0%})")
        return decision

    def withholds(self, decision: Decision, best: Ranked, read: Read) -> str:
        """Say why a yes can't be given here; "" where it can, or where it is none."""
        if not _is_yes(decision):
            return ""
        if read.subject not in best.clause.audience or contradicts(best):
            return "what is permitted is permitted to other people, or elsewhere"
        if read.for_outsider and not any(tag.startswith("person.") for tag in best.clause.about & read.shown):
            return "what the school's people may do says nothing of somebody outside it"
        if decision.verdict is Verdict.ALLOWED and not self.in_common:
            return "the clause shares nothing with the question but when and where"
        right_enough = best.clause.modality in BAN or self.right >= _RIGHT
        if self.ruled_on < _RULED_ON or not right_enough:
            return f"a yes needs more certainty (ruled on: {self.ruled_on:.0%}, right: {self.right:.0%})"
        return ""


def _is_yes(decision: Decision) -> bool:
    return decision.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_IF)


def asked_leave(ranked: list[Ranked], kind: Kind) -> list[Ranked]:
    """Put a ban of the act itself before a duty about it where leave is asked.

    "Can I accept a friend request" is answered by the ban, not by the duty to report the request.
    """
    if kind is not Kind.MAY or not ranked or ranked[0].clause.modality not in (Modality.MUST, Modality.SHOULD):
        return ranked
    for rival in ranked[1:]:
        if rival.score < ranked[0].score - _DUTY_BEFORE:
            break
        bans_the_act = rival.clause.modality in (Modality.MUST_NOT, Modality.SHOULD_NOT)
        if bans_the_act and rival.topic > _ON_TOPIC and not contradicts(rival):
            return [rival, *(r for r in ranked if r is not rival)]
    return ranked


def safest(ranked: list[Ranked], shown: frozenset[str]) -> Ranked | None:
    """Give the best clause, but a ban before a permission where the ban is close: never a wrong yes.

    A ban is close where its score is, or where it is about a circumstance that the question shows and the
    permission doesn't speak of ("in break" is allowed, "where pupils can see" is not: both are shown).
    """
    if not ranked:
        return None
    best = ranked[0]
    if best.clause.modality is not Modality.MAY:
        return best
    if contradicts(best):  # what is permitted with another account or at another time says nothing here
        near = (r for r in ranked[1:] if r.score > best.score - _MET and r.topic > _ON_TOPIC)
        return next((r for r in near if not contradicts(r)), best)
    spoken_of = best.clause.about | {tag for c in best.clause.conditions for tag in c.when}
    for rival in ranked[1:]:
        if rival.clause.modality not in (Modality.MUST_NOT, Modality.SHOULD_NOT) or contradicts(rival):
            continue
        if any(e.when and e.when <= shown for e in rival.clause.exceptions):
            continue
        if rival.clause.text == best.clause.text:
            return rival  # one sentence that permits and bans: the ban is what must not be overlooked
        met = {t for t in rival.clause.about & shown if t.split(".")[0] in _WHERE_AND_WHEN} - spoken_of
        if rival.score > best.score - (_MET if met and rival.topic > _HARDLY_ON_TOPIC else _BAN_CLOSE) and (
            met or agrees(best) <= agrees(rival)
        ):
            return rival
    return best
