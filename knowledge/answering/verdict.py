"""Decides the verdict: the clause's strength, what kind of question it was, and the exceptions that are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.answering.asking import Kind, keeps_the_rule
from knowledge.answering.ranking import EXCLUSIVE
from knowledge.answering.words import words_of
from knowledge.model import Modality, Verdict

if TYPE_CHECKING:
    from knowledge.model import Clause, Condition

BAN = {Modality.MUST_NOT: Verdict.FORBIDDEN, Modality.SHOULD_NOT: Verdict.DISCOURAGED}
_DUTY = {Modality.MUST: Verdict.REQUIRED, Modality.SHOULD: Verdict.RECOMMENDED}


_RULES_OUT: dict[str, tuple[str, ...]] = {
    "person.adult_former_pupil": ("person.young_former_pupil",),
    "person.own_child": ("person.other_child", "person.pupil"),
    "content.no_names": ("content.named",),
    "content.first_names": ("content.named",),
}
"""Circumstances that can't hold where another is shown: a picture with other children isn't of one's own alone."""


_ADVISES_AGAINST = frozenset({"not", "never", "avoid", "rather", "instead", "without", "only", "nobody", "no"})
_KEEP = frozenset({"keep", "save", "hold", "hang", "store", "screenshot"})
_DELETE = frozenset({"delete", "remove", "wipe", "erase", "bin"})
_STEM, _SHARED = 5, 2


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, the condition that is still open (to be asked back), and the reason for `--why`."""

    verdict: Verdict
    reason: str
    open: Condition | None = None


_LEADERS = frozenset({"deputy", "senior", "leadership", "slt", "manager", "lead", "leader", "leaders", "dsl"})
"""Words by which a clause lets somebody beside the head give leave."""


def decide(clause: Clause, kind: Kind, words: list[str], shown: frozenset[str]) -> Decision:
    """Decide what one clause means for one question."""
    shown = _given_for(clause, shown)
    if clause.modality is Modality.FACT or kind.wants_fact:
        return Decision(Verdict.INFO, f"a {clause.modality} answers a question of the kind {kind}")
    if clause.modality is Modality.SHOULD and kind is Kind.MAY and not _in_line(clause, words):
        return Decision(Verdict.DISCOURAGED, "the clause advises otherwise than what is asked")
    if clause.modality in _DUTY:
        return Decision(_DUTY[clause.modality], f"the clause says {clause.modality}")
    if clause.modality is Modality.MAY:
        return _permitted(clause, kind, shown)
    return _banned(clause, kind, words, shown)


def _given_for(clause: Clause, shown: frozenset[str]) -> frozenset[str]:
    """Count a deputy's leave as the head's where the clause names one, and their refusal always."""
    if "refused.leader" in shown:
        return shown | {"refused.head"}
    if "permission.leader" in shown and not _LEADERS.isdisjoint(words_of(clause.text)):
        return shown | {"permission.head"}
    return shown


def _in_line(clause: Clause, words: list[str]) -> bool:
    """Tell whether what is asked is what a clause advises, and not its opposite: it uses the clause's own words."""
    told = words_of(clause.text)
    if not _ADVISES_AGAINST.isdisjoint(told):
        return False
    shared = {word[:_STEM] for word in words if len(word) >= _STEM} & {word[:_STEM] for word in told}
    return len(shared) >= _SHARED


def _keeps_what_stays(clause: Clause, words: list[str]) -> bool:
    """Tell whether the question is about keeping what a clause says not to delete."""
    return not _DELETE.isdisjoint(words_of(clause.text)) and not _KEEP.isdisjoint(words) and _DELETE.isdisjoint(words)


def _permitted(clause: Clause, kind: Kind, shown: frozenset[str]) -> Decision:
    if kind in (Kind.MUST, Kind.NEGATED):
        return Decision(Verdict.INFO, "the clause permits it and obliges nobody")
    for condition in clause.conditions:
        if contradicted(condition, shown):
            return Decision(Verdict.FORBIDDEN, f"the condition is not met: {sorted(condition.when)}")
    for condition in clause.conditions:
        if not condition.when <= shown:
            return Decision(Verdict.ALLOWED_IF, f"a condition is open: {sorted(condition.when - shown)}", condition)
    return Decision(Verdict.ALLOWED, "the clause permits it and every condition is shown")


def _banned(clause: Clause, kind: Kind, words: list[str], shown: frozenset[str]) -> Decision:
    ban = BAN[clause.modality]
    if kind in (Kind.MUST, Kind.NEGATED, Kind.SHOULD) and (keeps_the_rule(words) or _keeps_what_stays(clause, words)):
        kept = Verdict.REQUIRED if clause.modality is Modality.MUST_NOT else Verdict.RECOMMENDED
        return Decision(kept, f"the clause says {clause.modality}, and the question is about keeping to it")
    open_exception = None
    for exception in clause.exceptions:
        if contradicted(exception, shown):
            continue
        if exception.when and exception.when <= shown:
            return Decision(Verdict.ALLOWED, f"an exception is shown: {sorted(exception.when)}")
        if exception.when & shown:
            return Decision(
                Verdict.ALLOWED_IF,
                f"an exception is half shown: {sorted(exception.when - shown)} is open",
                exception,
            )
        open_exception = open_exception or exception
    if open_exception:
        return Decision(open_exception.unsaid, f"an exception is open: {sorted(open_exception.when)}", open_exception)
    return Decision(ban, f"the clause says {clause.modality} and no exception is shown")


def _current_pupil(shown: frozenset[str]) -> bool:
    return "person.pupil" in shown and "person.former_pupil" not in shown


def contradicted(condition: Condition, shown: frozenset[str]) -> bool:
    """Tell whether what is shown rules a condition out: permission refused, or another device, time or place."""
    for tag in condition.when:
        kind, value = tag.split(".", 1)
        if kind == "permission" and f"refused.{value}" in shown:
            return True
        if f"not.{tag}" in shown or not shown.isdisjoint(_RULES_OUT.get(tag, ())):
            return True
        if value.endswith("former_pupil") and _current_pupil(shown):
            return True
        if kind == "purpose" and value in ("teaching", "school_business") and "purpose.private" in shown:
            return True
        if kind in EXCLUSIVE and tag not in shown and any(t.startswith(f"{kind}.") for t in shown):
            return True
    return False
