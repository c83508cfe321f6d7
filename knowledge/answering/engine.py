"""Answers a question at one school: concern first, then the clause, then what it means for this asker."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.answer import Answer, Citation, FollowUp, Help, Why
from knowledge.answering.asking import asks_for_an_outsider, kind_of, subject_of
from knowledge.answering.caution import Sure, asked_leave, safest
from knowledge.answering.circumstances import FAMILY, circumstances_of
from knowledge.answering.concern import Heard, Listener
from knowledge.answering.courtesy import courtesy_in
from knowledge.answering.expecting import expected
from knowledge.answering.fitted import Signs
from knowledge.answering.ranking import Read, SchoolIndex
from knowledge.answering.thread import asking_part, questions_in
from knowledge.answering.verdict import decide
from knowledge.answering.words import closely_read
from knowledge.model import Audience, Clause, Modality, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from knowledge.answering.ranking import Ranked
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import School
    from knowledge.topics.library import Topic

_SILENT_BELOW = 0.5
"""The chance that the policy rules on the question below which it is called silent."""
_CLOSE = 0.5
"""A clause whose score is no further behind than this is shown beside the best."""
_CITED = 3
_TELLS_WHOM = (Modality.MUST, Modality.SHOULD, Modality.FACT)
"""What a clause that says who a worry goes to can be; a ban would sound like blame."""
_QUESTIONS = 3
_NEAR = 0.1


class Engine:
    """Answers questions on the schools it was given; the same question always gets the same answer."""

    def __init__(self, schools: Iterable[School], model: TopicModel, concerns: Iterable[Topic]) -> None:
        self.model = model
        self.schools = {school.slug: school for school in schools}
        self._listener = Listener(model, concerns)
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
        if courtesy := courtesy_in(question):
            silent = Answer(index.school, Verdict.NOT_COVERED, (), confidence=1.0, courtesy=courtesy)
            return _because(silent, f"a courtesy ({courtesy}) is no question")
        heard = self._listener.hear(question, role)
        if heard.help is not Help.FIRST and not self.model.understands(text):
            return self._not_understood(index)
        whole = self._one(index, role, text, told, heard)
        parts = questions_in(text)
        if len(parts) == 1 or whole.verdict is Verdict.CONCERN:
            return whole
        answers = [self._one(index, role, part, told, heard) for part in parts[:_QUESTIONS]]
        apart = {a.citations[0].clause.id for a in answers if a.verdict is not Verdict.NOT_COVERED and a.citations}
        if len(apart) == len(answers) and min(a.confidence for a in answers) >= whole.confidence:
            return replace(answers[0], more=tuple(answers[1:]))
        return whole

    # Each of many reports is heard several times while it is answered.
    @lru_cache(maxsize=256)  # noqa: B019 -- an engine lives as long as the process
    def hears(self, role: Audience, message: str) -> Heard:
        """Tell which worry a message speaks of, as `answer` does, without looking for what the policy says."""
        heard = self._listener.hear(message, role)
        if courtesy_in(message) or (heard.help is not Help.FIRST and not self.model.understands(closely_read(message))):
            return Heard(Help.NONE, chance=0.0)
        return heard

    def signs(self, slug: str, role: Audience, question: str) -> Signs | None:
        """Give what confidence is judged by, for calibrating; None where the school has no clause at all."""
        index = self.index(slug)
        read = self._read(index, role, closely_read(question), frozenset())
        ranked = index.rank(read)
        return self._signs(index, read, ranked, ranked[0]) if ranked else None

    def candidates(self, slug: str, role: Audience, question: str) -> tuple[Read, list[Ranked]]:
        """Give a question as it is understood and the clauses that may answer it, for fitting the weights."""
        index = self.index(slug)
        read = self._read(index, role, closely_read(question), frozenset())
        return read, index.rank(read)

    def _read(self, index: SchoolIndex, role: Audience, text: str, told: frozenset[str]) -> Read:
        words = index.localise(self.model.read(text))
        shown = circumstances_of(words, role, self.model.lexicon)
        for_outsider = asks_for_an_outsider(words, role)
        if for_outsider:  # the relation is who would do it, not whom it is done to
            shown -= FAMILY
        return Read(
            words=words,
            role=role,
            subject=subject_of(words, role),
            for_outsider=for_outsider,
            kind=kind_of(self.model.read(asking_part(text))),
            shown=shown | told,
            expects=expected(words),
            chances=self.model.probabilities(words, role),
        )

    def _one(self, index: SchoolIndex, role: Audience, text: str, told: frozenset[str], heard: Heard) -> Answer:
        read = self._read(index, role, text, told)
        ranked = [r for r in index.rank(read) if heard.never_cite.isdisjoint(r.clause.topics)]
        best = safest(asked_leave(ranked, read.kind), read.shown)
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
        signs = self._signs(index, read, ranked, best)
        covered = index.fitted.chance_covered(signs)
        if covered < _SILENT_BELOW:
            near = [r.clause for r in ranked if r.topic > _NEAR or r.words > _NEAR]
            silent = replace(answer, citations=_cite(index.school, near), confidence=1 - covered)
            return _because(silent, f"the policy rules on this with a chance of {covered:.0%} only")
        right = index.fitted.chance_right(signs)
        sure = Sure(covered, right, index.school.policy.wording, in_common=bool(index.in_common(read, best.clause)))
        decision = sure.of_an_exception(best.clause, decide(best.clause, read.kind, read.words, read.shown))
        if reason := sure.withholds(decision, best, read):
            near = [r.clause for r in ranked if r.topic > _NEAR or r.words > _NEAR]
            silent = replace(answer, citations=_cite(index.school, near), confidence=1 - covered)
            return _because(silent, reason)
        for_others = decision.verdict is not Verdict.INFO and best.clause.audience.isdisjoint(read.asked_about)
        others = [r.clause for r in ranked if r is not best and r.score > best.score - _CLOSE]
        said = replace(
            answer,
            verdict=decision.verdict,
            citations=_cite(index.school, [best.clause, *others]),
            confidence=right,
            follow_up=FollowUp.of(best.clause, decision.open) if decision.open and not for_others else None,
            for_others=for_others,
        )
        return _because(said, decision.reason)

    def _not_understood(self, index: SchoolIndex) -> Answer:
        """Answer what can't be read: it may be a cry for help in another language."""
        return Answer(
            school=index.school,
            verdict=Verdict.NOT_COVERED,
            citations=(),
            confidence=1.0,
            help=Help.BESIDE,
            signposts=("police",),
            understood=False,
            why=Why(decided="too few of the words are known ones"),
        )

    def _signs(self, index: SchoolIndex, read: Read, ranked: list[Ranked], best: Ranked) -> Signs:
        ruled_on = index.ruled_on(read.asked_about, facts=read.kind.wants_fact)
        outside = (1 - ruled_on) * self._listener.others
        return Signs(
            score=best.score,
            ruled_on=float(read.chances @ ruled_on),
            not_ruled_on=float((read.chances * outside).max()),
            words=best.words,
            lead=best.score - max((r.score for r in ranked if r is not best), default=best.score),
        )

    def _concern(self, answer: Answer, heard: Heard, ranked: list[Ranked]) -> Answer:
        school = answer.school
        order = {r.clause.id: place for place, r in enumerate(ranked)}
        clauses = [
            c
            for topic in heard.leads_to
            for c in school.clauses
            if topic in c.topics[:2] and c.modality in _TELLS_WHOM and heard.never_cite.isdisjoint(c.topics)
        ]
        clauses.sort(key=lambda c: order.get(c.id, len(order)))
        said = replace(answer, verdict=Verdict.CONCERN, citations=_cite(school, clauses), confidence=heard.chance)
        return _because(said, f"somebody tells of something that happened: {heard.topic}")

    def _why(self, read: Read, ranked: list[Ranked]) -> Why:
        likeliest = np.argsort(-read.chances)[:3]
        return Why(
            words=tuple(read.words),
            topics=tuple((self.model.topics[i], round(float(read.chances[i]), 3)) for i in likeliest),
            kind=read.kind.value,
            shown=tuple(sorted(read.shown)),
            runners_up=tuple((r.clause.id, round(r.score, 3)) for r in ranked[:4]),
        )


def _cite(school: School, clauses: Iterable[Clause]) -> tuple[Citation, ...]:
    by_text: dict[str, Clause] = {}
    for clause in clauses:  # one sentence may hold two rules, and is shown once
        by_text.setdefault(clause.text, clause)
    return tuple(Citation(clause, school) for clause in list(by_text.values())[:_CITED])


def _because(answer: Answer, reason: str) -> Answer:
    return replace(answer, why=replace(answer.why, decided=reason))
