"""What handlers need of the world, as protocols: memory, drafts, cases, clock and ids."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from knowledge.answering.engine import Engine
    from knowledge.contacts import Contacts
    from knowledge.routing import Urgency


class Memory(Protocol):
    """What one person was doing in one conversation, by ability ("ask", "quiz"); plain JSON values."""

    def recall(self, person: str, conversation: str, ability: str) -> dict[str, Any]:
        """Give what was kept, or an empty dict where nothing was kept or its time has passed."""

    def keep(self, person: str, conversation: str, ability: str, value: dict[str, Any], until: datetime | None) -> None:
        """Keep a value in place of the one before, until a time (None: until it is forgotten)."""

    def drop(self, person: str, conversation: str, ability: str) -> None:
        """Forget one ability's value."""

    def forget(self, person: str) -> None:
        """Forget everything kept of a person, in every conversation."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that is not sent yet: the answers as given, in the order given, and when it was last touched.

    `id` is random; its one case is made from it, however often "send" is pressed. `changing` names the
    answer that is being given anew. `left` says that its person stopped, and that it is kept all the same.
    """

    id: str
    school: str
    answers: dict[str, str]
    touched: datetime
    changing: str = ""
    role: str = "visitor"
    channel: str = ""
    left: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft that was left, with whose it is."""

    person: str
    conversation: str
    draft: Draft


class Drafts(Protocol):
    """The unfinished reports, one for each person and conversation, each sealed with a key of its own."""

    def current(self, person: str, conversation: str) -> Draft | None:
        """Give the draft, or None where there is none."""

    def keep(self, person: str, conversation: str, draft: Draft) -> None:
        """Keep a draft in place of the one before, safely on disk when this returns."""

    def drop(self, person: str, conversation: str) -> None:
        """Erase the draft and its key."""

    def of(self, person: str) -> tuple[Unfinished, ...]:
        """Give a person's drafts in every conversation."""

    def untouched(self, since: datetime) -> tuple[Unfinished, ...]:
        """Give the drafts that nobody has touched since a time, the oldest first."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a report holds when it is sent; all of it is sealed but school and urgency.

    `answers` are the reporter's own, as given; `readers` are the roles that may open it, in the order in
    which they are told; `ring` is whom the reporter has to ring because nobody is left. `people` are the labels of
    those who may open it, `next_in_line` of those who may where none of them does in time, and `never` of those
    who may not, whatever role they come to hold. `doubtful` may be let in by the chair. `unfinished` says that it
    was not sent by its reporter, but passed on. `bundled` says that its reporter has sent very many, so that notices of
    them are bundled.
    """

    draft: str
    school: str
    role: str
    kind: str
    about: tuple[str, ...]
    child_at_risk: bool
    urgency: Urgency
    answers: dict[str, str]
    readers: tuple[str, ...]
    excluded: tuple[str, ...]
    signposts: tuple[str, ...]
    ring: tuple[str, ...]
    trial: bool
    channel: str
    person: str
    conversation: str
    at: datetime
    people: tuple[str, ...] = ()
    next_in_line: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unfinished: bool = False
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that is safely stored, with what its reporter gets; the code is kept nowhere."""

    reference: str
    code: str
    case: NewCase


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What a list of cases shows of one: nothing of its content. `state` is new, taken or closed."""

    reference: str
    urgency: Urgency
    received: datetime
    opened: datetime | None
    state: str = "new"


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step of a case: when, by whom (a label or role; empty for the bot itself), what, and its particulars."""

    at: datetime
    step: str
    by: str
    inside: dict[str, str]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case, open before somebody who may read it; `lead` has it in hand, `steps` is all that happened."""

    line: CaseLine
    case: NewCase
    lead: str = ""
    steps: tuple[CaseStep, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """What a receipt code tells."""

    reference: str
    school: str
    received: datetime
    opened: datetime | None
    trial: bool
    closed: bool = False
    messages: tuple[CaseStep, ...] = ()


class Cases(Protocol):
    """The reports that were sent. Whoever is no reader of a case learns nothing of it.

    A reader is the id of a lead; on trial, where there are no people, it is a role.
    """

    def send(self, case: NewCase) -> Sent:
        """Store a case and erase its draft, all at once; the same draft sent again gives the same case."""

    def sent(self, draft: str) -> Sent | None:
        """Give what a draft became, or None where it was never sent."""

    def status(self, code: str) -> CaseStatus | None:
        """Give the status of the case with a receipt code, or None where there is none."""

    def listed(self, school: str, reader: str) -> tuple[CaseLine, ...]:
        """List a reader's cases, newest first."""

    def opened(self, school: str, reference: str, reader: str) -> CaseView | None:
        """Open a case for a reader and record it; None where there is none or it isn't theirs, alike."""

    def read_on(self, school: str, reference: str, reader: str, since: datetime) -> CaseView | None:
        """Give a case to a reader who has opened it since a time, and has not closed the page yet.

        What is opened once stands in the record once. None where there is none, it isn't theirs or they didn't.
        """

    def act(self, school: str, reference: str, reader: str, step: str, inside: dict[str, str]) -> bool:
        """Take a step in a case that is a reader's; False where it isn't, or the step can't be taken now.

        The steps are taken, note, message, did, closed, reopened, stepped-back, let-in, exported and erased. Only
        somebody who has opened the case can take one, but for stepping back.
        """

    def write_back(self, code: str, text: str) -> bool:
        """Let the reporter add a message to the case with a receipt code; False where there is none."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who holds a contact of a school now; `id` is another one once the contact is changed."""

    id: str
    school: str
    label: str
    roles: tuple[str, ...]


class NotTheirAccount(Exception):  # noqa: N818 -- it says what is so
    """A one-time code was used from a chat account that the contacts don't give for whom it is; `lead` is that one."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(lead.label)
        self.lead = lead


class Leads(Protocol):
    """The school's leads, each known by the accounts that they enrolled with a one-time code."""

    def who(self, school: str, channel: str, person: str) -> Lead | None:
        """Give the lead of a school whom an account belongs to, or None."""

    def enrol(self, code: str, channel: str, person: str) -> Lead | None:
        """Know a lead by an account from now on; None where the code is none, has run out or is used up.

        In a chat it has to be the account that the contacts give for them: raises NotTheirAccount for any other one,
        which uses the code up and is told to DSL and chair, as every way in is that the contacts can't vouch for.
        """

    def whose(self, code: str) -> Lead | None:
        """Give whom a one-time code would enrol, and leave it as it is; None where the code is none."""

    def holders(self, school: str) -> tuple[Lead, ...]:
        """Give everybody who holds a contact of a school now."""


class Tries(Protocol):
    """Counts what somebody tries, so that nobody can guess codes or flood the school."""

    def allowed(self, kind: str, who: str) -> bool:
        """Tell whether there is one more try, and count it."""

    def right(self, kind: str, who: str) -> None:
        """Take a try back that was right, so that only wrong ones count."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Weekly tips for one person: where they go, when and what about (`plan`, as its buttons say it).

    `due` is the time of the next one, `last` that of the one before, empty where none was sent yet.
    """

    person: str
    conversation: str
    channel: str
    school: str
    plan: str
    due: datetime
    last: str = ""


class Subscriptions(Protocol):
    """Who gets a tip every week; one subscription a person."""

    def of(self, person: str) -> Subscription | None:
        """Give a person's subscription, or None."""

    def keep(self, subscription: Subscription) -> None:
        """Keep it in place of the person's one before."""

    def drop(self, person: str) -> None:
        """End it, where there is one."""


@dataclass(frozen=True)
class World:
    """Everything that a handler may use; it never reaches for anything else."""

    engine: Engine
    memory: Memory
    drafts: Drafts
    cases: Cases
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    """Gives a fresh random id that nobody can guess."""
    at_once: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes one commit of all that is kept within."""
    contacts: Mapping[str, Contacts] = field(default_factory=dict)
    """Each school's own people; a school without them is on trial."""
    passes_on: timedelta = timedelta(hours=2)
    """After how long an unfinished report that speaks of danger is passed on."""
    keeps_drafts: timedelta = timedelta(days=7)
    """After how long any other unfinished report is erased."""
    leads: Leads | None = None
    tries: Tries | None = None
    subscriptions: Subscriptions | None = None
    """Where nothing can be sent by itself, as in a terminal, there are none."""
