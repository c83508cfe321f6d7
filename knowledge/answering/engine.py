"""Answers a question at one school: concern first, then the clause, then what it means for this asker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from knowledge.answering.answer import Answer, Citation, FollowUp, Help, Why
from knowledge.answering.asking import Kind, kind_of, subject_of
from knowledge.answering.circumstances import circumstances_of
from knowledge.answering.concern import Listener
from knowledge.answering.courtesy import courtesy_in
from knowledge.answering.expecting import expected
from knowledge.answering.fitted import Signs
from knowledge.answering.ranking import Read, SchoolIndex, agrees, contradicts
from knowledge.answering.thread import asking_part, questions_in
from knowledge.answering.verdict import decide
from knowledge.answering.words import closely_read
from knowledge.model import Audience, Clause, Modality, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from knowledge.answering.concern import Heard
    from knowledge.answering.ranking import Ranked
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import School
    from knowledge.topics.library import Topic

_SILENT_BELOW, _YES_ABOVE = 0.5, 0.75
"""Chances that the policy rules on the question: below the first it is called silent, and a yes needs the second."""
_SURE_OF_A_YES = {Wording.OURS: 0.45, Wording.QUOTED: 0.6}
"""Chance that the answer is right which a yes needs; more where nobody has read the imported pack."""
_CLOSE = 0.5
"""A clause whose score is no further behind than this is shown beside the best."""
_BAN_CLOSE = 1.5
"""A ban no further behind than this is heard before a yes."""
_WHERE_AND_WHEN = frozenset({"time", "place", "device", "network"})
_MET = 6.0
"""A ban no further behind is heard before a yes where it is about a circumstance that the question shows."""
_DUTY_BEFORE, _ON_TOPIC = 3.0, 0.2
"""How far behind a duty, and how surely on the topic, a rule about the act itself may be to go before it."""
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
        return Read(
            words=words,
            role=role,
            subject=subject_of(words, role),
            kind=kind_of(self.model.read(asking_part(text))),
            shown=circumstances_of(words, role, self.model.lexicon) | told,
            expects=expected(words),
            chances=self.model.probabilities(words, role),
        )

    def _one(self, index: SchoolIndex, role: Audience, text: str, told: frozenset[str], heard: Heard) -> Answer:
        read = self._read(index, role, text, told)
        ranked = [r for r in index.rank(read) if heard.never_cite.isdisjoint(r.clause.topics)]
        best = _safest(_asked_leave(ranked, read.kind), read.shown)
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
        decision = decide(best.clause, read.kind, read.words, read.shown)
        right = index.fitted.chance_right(signs)
        for_others = decision.verdict is not Verdict.INFO and best.clause.audience.isdisjoint(read.asked_about)
        if decision.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_IF) and (
            for_others
            or contradicts(best)
            or covered < _YES_ABOVE
            or right < _SURE_OF_A_YES[index.school.policy.wording]
        ):
            near = [r.clause for r in ranked if r.topic > _NEAR or r.words > _NEAR]
            silent = replace(answer, citations=_cite(index.school, near), confidence=1 - covered)
            unsure = f"a yes needs more certainty (ruled on: {covered:.0%}, right: {right:.0%})"
            elsewhere = "what is permitted is permitted to other people, or elsewhere"
            return _because(silent, elsewhere if for_others or contradicts(best) else unsure)
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


def _asked_leave(ranked: list[Ranked], kind: Kind) -> list[Ranked]:
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


def _safest(ranked: list[Ranked], shown: frozenset[str]) -> Ranked | None:
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
        if rival.score > best.score - (_MET if met and rival.topic > _NEAR / 2 else _BAN_CLOSE) and (
            met or agrees(best) <= agrees(rival)
        ):
            return rival
    return best


def _cite(school: School, clauses: Iterable[Clause]) -> tuple[Citation, ...]:
    by_text: dict[str, Clause] = {}
    for clause in clauses:  # one sentence may hold two rules, and is shown once
        by_text.setdefault(clause.text, clause)
    return tuple(Citation(clause, school) for clause in list(by_text.values())[:_CITED])


def _because(answer: Answer, reason: str) -> Answer:
    return replace(answer, why=replace(answer.why, decided=reason))
