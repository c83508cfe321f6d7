"""Answers a question at one school: concern first, then the clause, then what it means for this asker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.answering.answer import Answer, Citation, FollowUp, Help, Why
from knowledge.answering.asking import Kind, kind_of, subject_of
from knowledge.answering.concern import Listener
from knowledge.answering.confidence import Signs, load_calibration
from knowledge.answering.lexicon import circumstances_of
from knowledge.answering.ranking import SchoolIndex
from knowledge.answering.thread import questions_in
from knowledge.answering.verdict import decide
from knowledge.answering.words import closely_read
from knowledge.model import Audience, Clause, Modality, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from knowledge.answering.concern import Heard
    from knowledge.answering.ranking import Ranked
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import School
    from knowledge.topics.library import Topic

_RIVAL_BAN = 0.6
"""A ban that scores this share of a permission's score is heard before the permission."""
_CLOSE = 0.6
"""A clause that scores this share of the best one's is shown beside it."""
_CITED = 3
_QUESTIONS = 3
_NEAR = 0.02


@dataclass(frozen=True)
class _Read:
    """A question as it was understood, before any clause of the school is decided on."""

    words: list[str]
    role: Audience
    kind: Kind
    shown: frozenset[str]
    asked_about: frozenset[Audience]
    chances: NDArray[np.float32]


class Engine:
    """Answers questions on the schools it was given; the same question always gets the same answer."""

    def __init__(self, schools: Iterable[School], model: TopicModel, concerns: Iterable[Topic]) -> None:
        self.model = model
        self.schools = {school.slug: school for school in schools}
        self._listener = Listener(model, concerns)
        self._calibration = load_calibration()
        self._indexes: dict[str, SchoolIndex] = {}

    def index(self, slug: str) -> SchoolIndex:
        """Give a school's clauses ready for ranking, made when first asked for."""
        if slug not in self._indexes:
            self._indexes[slug] = SchoolIndex(self.schools[slug], self.model)
        return self._indexes[slug]

    def answer(self, slug: str, role: Audience, question: str, told: frozenset[str] = frozenset()) -> Answer:
        """Answer one message; a second question in it is answered under `more`.

        `told` holds circumstances that the asker has shown before, such as a yes to a follow-up question.
        Raises KeyError for a school that is not there.
        """
        index = self.index(slug)
        text = closely_read(question)
        heard = self._listener.hear(question, role)
        whole = self._one(index, role, text, told, heard)
        parts = questions_in(text)
        if len(parts) == 1 or whole.verdict is Verdict.CONCERN:
            return whole
        answers = [self._one(index, role, part, told, heard) for part in parts[:_QUESTIONS]]
        apart = {a.citations[0].clause.id for a in answers if a.verdict is not Verdict.NOT_COVERED and a.citations}
        if len(apart) == len(answers) and min(a.confidence for a in answers) >= whole.confidence:
            return replace(answers[0], more=tuple(answers[1:]))
        return whole

    def signs(self, slug: str, role: Audience, question: str) -> Signs | None:
        """Give what confidence is judged by, for calibrating; None where the school has no clause at all."""
        index = self.index(slug)
        read = self._read(index, role, closely_read(question), frozenset())
        ranked = index.rank(read.words, read.chances, read.kind, read.asked_about, read.shown)
        return self._signs(index, read, ranked[0]) if ranked else None

    def _read(self, index: SchoolIndex, role: Audience, text: str, told: frozenset[str]) -> _Read:
        words = index.localise(self.model.read(text))
        return _Read(
            words=words,
            role=role,
            kind=kind_of(words),
            shown=circumstances_of(words, role, self.model.lexicon) | told,
            asked_about=frozenset({role, subject_of(words, role)}),
            chances=self.model.probabilities(words, role),
        )

    def _one(self, index: SchoolIndex, role: Audience, text: str, told: frozenset[str], heard: Heard) -> Answer:
        read = self._read(index, role, text, told)
        ranked = [
            r
            for r in index.rank(read.words, read.chances, read.kind, read.asked_about, read.shown)
            if heard.never_cite.isdisjoint(r.clause.topics)
        ]
        best = _safest(ranked, read.shown)
        answer = Answer(
            school=index.school,
            verdict=Verdict.NOT_COVERED,
            citations=(),
            confidence=1.0,
            help=heard.help,
            urgent=heard.urgent,
            concern=heard.concern,
            says_first=heard.says,
            signposts=heard.signposts,
            why=self._why(read, ranked),
        )
        if heard.help is Help.FIRST:
            return self._concern(answer, heard, ranked)
        if best is None:
            return _because(answer, "this school's pack has no clause that could answer")
        signs = self._signs(index, read, best)
        covered = self._calibration.chance_covered(signs)
        if covered < self._calibration.silent_below:
            near = [r.clause for r in ranked if r.score > _NEAR]
            silent = replace(answer, citations=_cite(index.school, near), confidence=1 - covered)
            return _because(silent, f"the policy rules on this with a chance of {covered:.0%} only")
        decision = decide(best.clause, read.kind, read.words, read.shown)
        if decision.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_IF) and covered < self._calibration.yes_above:
            near = [r.clause for r in ranked if r.score > _NEAR]
            silent = replace(answer, citations=_cite(index.school, near), confidence=1 - covered)
            return _because(silent, f"a yes needs more than a chance of {covered:.0%} that the policy rules on this")
        others = [r.clause for r in ranked if r is not best and r.score > _CLOSE * best.score]
        said = replace(
            answer,
            verdict=decision.verdict,
            citations=_cite(index.school, [best.clause, *others]),
            confidence=self._calibration.chance_right(signs),
            follow_up=FollowUp.of(best.clause, decision.open) if decision.open else None,
        )
        return _because(said, decision.reason)

    def _signs(self, index: SchoolIndex, read: _Read, best: Ranked) -> Signs:
        ruled_on = index.ruled_on(read.asked_about, facts=read.kind.wants_fact)
        outside = ~ruled_on & ~self._listener.mask
        return Signs(
            score=best.score,
            ruled_on=float(read.chances[ruled_on].sum()),
            not_ruled_on=float(read.chances[outside].max()) if outside.any() else 0.0,
            words=best.words,
        )

    def _concern(self, answer: Answer, heard: Heard, ranked: list[Ranked]) -> Answer:
        school = answer.school
        clauses = [c for topic in heard.leads_to for c in school.clauses if topic in c.topics[:2]]
        clauses = [c for c in clauses if heard.never_cite.isdisjoint(c.topics)] or [r.clause for r in ranked[:1]]
        said = replace(
            answer, verdict=Verdict.CONCERN, citations=_cite(school, clauses), confidence=heard.chance
        )
        return _because(said, f"somebody tells of something that happened: {heard.topic}")

    def _why(self, read: _Read, ranked: list[Ranked]) -> Why:
        likeliest = sorted(range(len(read.chances)), key=lambda i: -read.chances[i])[:3]
        return Why(
            words=tuple(read.words),
            topics=tuple((self.model.topics[i], round(float(read.chances[i]), 3)) for i in likeliest),
            kind=read.kind.value,
            shown=tuple(sorted(read.shown)),
            runners_up=tuple((r.clause.id, round(r.score, 3)) for r in ranked[:4]),
        )


def _safest(ranked: list[Ranked], shown: frozenset[str]) -> Ranked | None:
    """Give the best clause, but a ban before a permission where the two are close: never a wrong yes."""
    if not ranked:
        return None
    best = ranked[0]
    if best.clause.modality is not Modality.MAY:
        return best
    for rival in ranked[1:]:
        if rival.score < _RIVAL_BAN * best.score:
            break
        if rival.clause.modality in (Modality.MUST_NOT, Modality.SHOULD_NOT) and rival.circumstances >= 1:
            met = any(e.when and e.when <= shown for e in rival.clause.exceptions)
            if not met and best.circumstances <= rival.circumstances:
                return rival
    return best


def _cite(school: School, clauses: Iterable[Clause]) -> tuple[Citation, ...]:
    return tuple(Citation(clause, school) for clause in list(dict.fromkeys(clauses))[:_CITED])


def _because(answer: Answer, reason: str) -> Answer:
    return replace(answer, why=replace(answer.why, decided=reason))
