"""Loads what is taught: the quiz questions and the tips, by the five letters of SMART."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.reading import Entry, Field, Problem, Problems, did_you_mean, read_file
from knowledge.smart.platforms import load_platforms
from knowledge.smart.signposts import signpost_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LESSONS = Path(__file__).parent
FEWEST_OTHERS, MOST_OTHERS = 2, 3
OLDEST = 18


class Letter(StrEnum):
    """The five letters of SMART, in their order."""

    SAFE = "safe"
    MEETING = "meeting"
    ACCEPTING = "accepting"
    RELIABLE = "reliable"
    TELL = "tell"


class Players(StrEnum):
    """Who plays a quiz; a family is a parent together with a child."""

    STAFF = "staff"
    PARENTS = "parents"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Question:
    """A short scenario with one best answer; it teaches either a tip or what policies say on a topic."""

    id: str
    letter: Letter
    players: frozenset[Players]
    scenario: str
    best: str
    others: tuple[str, ...]
    why: str
    checked: str
    tip: str | None = None
    topic: str | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Give every choice, the best one first; whoever shows them shuffles them."""
        return (self.best, *self.others)


@dataclass(frozen=True, slots=True)
class Tip:
    """Advice for grown-ups, for children of some ages; `came_from` names the paragraphs it stands for."""

    id: str
    letter: Letter
    platform: str
    youngest: int
    oldest: int
    text: str
    signpost: str
    checked: str
    came_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lessons:
    """All questions and tips, by their ids."""

    questions: Mapping[str, Question]
    tips: Mapping[str, Tip]

    def for_players(self, players: Players) -> list[Question]:
        """List the questions that these players can be asked."""
        return [question for question in self.questions.values() if players in question.players]


@cache
def load_lessons(topics: frozenset[str], folder: Path = LESSONS) -> Lessons:
    """Load them all; `topics` are the ids that a question may teach.

    Raises PackError with every problem in every file.
    """
    problems = Problems()
    tips: dict[str, Tip] = {}
    for item, row, letter in _rows(folder / "tips", "tips", _TIP_KEYS, problems):
        tip = _tip(item, row, letter)
        tips[tip.id] = tip
    questions: dict[str, Question] = {}
    for item, row, letter in _rows(folder / "quiz", "questions", _QUESTION_KEYS, problems):
        question = _question(item, row, letter, _Teachable(topics, tips.keys()))
        questions[question.id] = question
    problems.raise_any()
    return Lessons(questions, tips)


@dataclass(frozen=True, slots=True)
class _Keys:
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


_TIP_KEYS = _Keys(("id", "letter", "platform", "ages", "text", "signpost", "checked"), ("from",))
_QUESTION_KEYS = _Keys(("id", "letter", "for", "scenario", "best", "others", "why", "teaches", "checked"))


@dataclass(frozen=True, slots=True)
class _Teachable:
    """What a question may teach."""

    topics: Iterable[str]
    tips: Iterable[str]


def _rows(folder: Path, key: str, keys: _Keys, problems: Problems) -> Iterable[tuple[Field, Entry, Letter]]:
    """Read the rows of every file of a folder, each with its letter, and note an id that stands twice."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        problems.found.append(Problem(folder, 1, f"there are no {key} here", f"Write {folder.name}/safe.yaml"))
    places: dict[str, Field] = {}
    for path in paths:
        root = read_file(path, problems)
        for item in root.entry(required=[key]).read(key, Field.items, []) if root else []:
            row = item.entry(required=keys.required, optional=keys.optional)
            row_id = row.read("id", Field.text, "")
            if row_id in places:
                first = places[row_id]
                problems.add(
                    item,
                    f"the id {row_id} stands in {first.file.name}:{first.line} too",
                    "Give one another id",
                )
            if row_id:
                places[row_id] = item
            letter = Letter(row.read("letter", lambda f: f.one_of(Letter), Letter.SAFE))
            if "letter" in row and path.stem in set(Letter) and letter != path.stem:
                problems.add(
                    item,
                    f"{row_id} is for {letter}, and this file for {path.stem}",
                    f"Move it to {letter}.yaml",
                )
            yield item, row, letter


def _tip(item: Field, row: Entry, letter: Letter) -> Tip:
    youngest, oldest = row.read("ages", _ages, (1, OLDEST))
    return Tip(
        id=row.read("id", Field.text, f"line-{item.line}"),
        letter=letter,
        platform=row.read("platform", lambda f: f.one_of(load_platforms()), ""),
        youngest=youngest,
        oldest=oldest,
        text=row.read("text", Field.text, ""),
        signpost=row.read("signpost", lambda f: f.one_of(signpost_ids()), ""),
        checked=row.read("checked", Field.day, ""),
        came_from=row.read("from", Field.texts, ()),
    )


def _ages(where: Field) -> tuple[int, int]:
    ages = [item.whole_number() for item in where.items()]
    if len(ages) != 2 or not ages[0] <= ages[1] <= OLDEST:  # noqa: PLR2004 -- from and to
        where.problems.add(
            where,
            f"ages are not from and to, {OLDEST} at most",
            "Write the youngest and the oldest, such as [7, 11]",
        )
        return 1, OLDEST
    return ages[0], ages[1]


def _question(item: Field, row: Entry, letter: Letter, teachable: _Teachable) -> Question:
    tip, topic = row.read("teaches", lambda f: _teaches(f, teachable), (None, None))
    question = Question(
        id=row.read("id", Field.text, f"line-{item.line}"),
        letter=letter,
        players=frozenset(Players(p) for p in row.read("for", lambda f: f.some_of(Players), ())),
        scenario=row.read("scenario", Field.text, ""),
        best=row.read("best", Field.text, ""),
        others=row.read("others", Field.texts, ()),
        why=row.read("why", Field.text, ""),
        checked=row.read("checked", Field.day, ""),
        tip=tip,
        topic=topic,
    )
    _check_choices(item, row, question)
    if "for" in row and not question.players:
        item.problems.add(item, f"{question.id} is for nobody", f"Name some of {', '.join(Players)}")
    return question


def _check_choices(item: Field, row: Entry, question: Question) -> None:
    if "others" not in row:
        return
    others = [_plain(other) for other in question.others]
    if not FEWEST_OTHERS <= len(others) <= MOST_OTHERS:
        item.problems.add(
            item,
            f"{question.id} has {len(others)} other choices",
            f"Write {FEWEST_OTHERS} or {MOST_OTHERS} that are wrong",
        )
    if _plain(question.best) in others:
        item.problems.add(item, f"{question.id} has its best answer among the others", "Take it out of others")
    if len(set(others)) < len(others):
        item.problems.add(item, f"{question.id} has the same choice twice", "Keep one of the two")


def _plain(choice: str) -> str:
    return choice.casefold().rstrip(".! ")


def _teaches(where: Field, teachable: _Teachable) -> tuple[str | None, str | None]:
    row = where.entry(required=(), optional=("tip", "topic"))
    if ("tip" in row) == ("topic" in row):
        where.problems.add(where, "a question teaches either a tip or a topic", "Write {tip: id} or {topic: id}")
    return (
        row.read("tip", lambda f: _known(f, "tip", teachable.tips), None),
        row.read("topic", lambda f: _known(f, "topic", teachable.topics), None),
    )


def _known(where: Field, what: str, ids: Iterable[str]) -> str:
    value = where.text()
    if value and value not in ids:
        mend = did_you_mean(value, sorted(ids)) if ids else f"Write that {what} first"
        where.problems.add(where, f"no {what} has the id {value}", mend)
    return value
