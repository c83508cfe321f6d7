"""Answers a question at one school: concern first, then the clause, then what it means for this asker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.answering.answer import Answer, Citation, FollowUp, Help, Why
from knowledge.answering.asking import kind_of, subject_of
from knowledge.answering.concern import hear
from knowledge.answering.lexicon import circumstances_of
from knowledge.answering.ranking import SchoolIndex
from knowledge.answering.verdict import decide
from knowledge.answering.words import closely_read
from knowledge.model import Audience, Modality, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from knowledge.answering.concern import Heard
    from knowledge.answering.ranking import Ranked
    from knowledge.answering.topic_model import TopicModel
    from knowledge.model import School
    from knowledge.topics.library import Topic

_SILENT_BELOW = 0.22
_RIVAL_BAN = 0.6
"""A ban that scores this share of a permission's score is heard before the permission."""
_CITED = 3
_NEAREST = 3


class Engine:
    """Answers questions on the schools it was given; the same question always gets the same answer."""

    def __init__(self, schools: Iterable[School], model: TopicModel, topics: Iterable[Topic]) -> None:
        self.model = model
        self.schools = {school.slug: school for school in schools}
        self._concerns = {topic.id: topic for topic in topics if topic.concern}
        self._indexes: dict[str, SchoolIndex] = {}

    def index(self, slug: str) -> SchoolIndex:
        """Give a school's clauses ready for ranking, made when first asked for."""
        if slug not in self._indexes:
            self._indexes[slug] = SchoolIndex(self.schools[slug], self.model)
        return self._indexes[slug]

    def answer(self, slug: str, role: Audience, question: str, told: frozenset[str] = frozenset()) -> Answer:
        """Answer one message.

        `told` holds circumstances that the asker has shown before, such as a yes to a follow-up question.
        Raises KeyError for a school that is not there.
        """
        index = self.index(slug)
        words = index.localise(self.model.read(closely_read(question)))
        chances = self.model.probabilities(words, role)
        heard = hear(question, words, chances, self.model, self._concerns)
        kind = kind_of(words)
        shown = circumstances_of(words, role, self.model.lexicon) | told
        asked_about = frozenset({role, subject_of(words, role)})
        ranked = [
            r
            for r in index.rank(words, chances, kind, asked_about, shown)
            if heard.never_cite.isdisjoint(r.clause.topics)
        ]
        best = _safest(ranked, shown)
        top = sorted(range(len(chances)), key=lambda i: -chances[i])[:3]
        why = Why(
            words=tuple(words),
            topics=tuple((self.model.topics[i], round(float(chances[i]), 3)) for i in top),
            kind=kind.value,
            shown=tuple(sorted(shown)),
            runners_up=tuple((r.clause.id, round(r.score, 3)) for r in ranked[:4]),
        )
        if heard.help is Help.FIRST:
            return self._concern(index, heard, ranked, why)
        if best is None or best.score < _SILENT_BELOW:
            return self._silent(index.school, ranked, best, heard, why)
        decision = decide(best.clause, kind, words, shown)
        others = [r.clause for r in ranked if r is not best and r.score > _RIVAL_BAN * best.score]
        return Answer(
            school=index.school,
            verdict=decision.verdict,
            citations=_cite(index.school, [best.clause, *others]),
            confidence=min(1.0, best.score),
            follow_up=FollowUp.of(best.clause, decision.open) if decision.open else None,
            help=heard.help,
            urgent=heard.urgent,
            concern=heard.concern,
            says_first=heard.says,
            signposts=heard.signposts,
            why=_because(why, decision.reason),
        )

    def _concern(self, index: SchoolIndex, heard: Heard, ranked: list[Ranked], why: Why) -> Answer:
        leads_to = heard.leads_to
        clauses = [c for topic in leads_to for c in index.school.clauses if topic in c.topics[:2]]
        clauses = [c for c in clauses if heard.never_cite.isdisjoint(c.topics)] or [r.clause for r in ranked[:1]]
        return Answer(
            school=index.school,
            verdict=Verdict.CONCERN,
            citations=_cite(index.school, clauses),
            confidence=heard.chance,
            help=Help.FIRST,
            urgent=heard.urgent,
            concern=heard.concern,
            says_first=heard.says,
            signposts=heard.signposts,
            why=_because(why, f"somebody tells of something that happened: {heard.topic}"),
        )

    def _silent(self, school: School, ranked: list[Ranked], best: Ranked | None, heard: Heard, why: Why) -> Answer:
        nearest = [r.clause for r in ranked if r.topic > 0.05 or r.words > 0.2][:_NEAREST]  # noqa: PLR2004
        return Answer(
            school=school,
            verdict=Verdict.NOT_COVERED,
            citations=_cite(school, nearest),
            confidence=1.0 - min(1.0, best.score / _SILENT_BELOW / 2) if best else 1.0,
            help=heard.help,
            urgent=heard.urgent,
            concern=heard.concern,
            says_first=heard.says,
            signposts=heard.signposts,
            why=_because(why, f"no clause scores {_SILENT_BELOW} or more"),
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


def _cite(school: School, clauses: Iterable[object]) -> tuple[Citation, ...]:
    seen = dict.fromkeys(clauses)
    return tuple(Citation(clause, school) for clause in list(seen)[:_CITED])  # type: ignore[arg-type]


def _because(why: Why, reason: str) -> Why:
    return Why(why.words, why.topics, why.kind, why.shown, reason, why.runners_up)
