"""The tables as the newest migration leaves them; what a person wrote stands in `sealed` columns alone."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

main = MetaData()
"""Everything but keys."""

keys = MetaData()
"""The keys of cases, which live and are backed up apart, so that erasing a key erases its case everywhere."""

memory = Table(
    "memory",
    main,
    Column("person", String(64), primary_key=True, comment="keyed hash"),
    Column("conversation", String(64), primary_key=True, comment="keyed hash"),
    Column("ability", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", String(32)),
)

drafts = Table(
    "drafts",
    main,
    Column("person", String(64), primary_key=True, comment="keyed hash"),
    Column("conversation", String(64), primary_key=True, comment="keyed hash"),
    Column("key", String(32), nullable=False, unique=True, comment="the id of its key, later its case's"),
    Column("sealed", LargeBinary, nullable=False),
    Column("touched", String(32), nullable=False, index=True),
)

cases = Table(
    "cases",
    main,
    Column("id", String(32), primary_key=True, comment="the id of its key, too"),
    Column("school", String(64), nullable=False),
    Column("reference", String(16), nullable=False, unique=True),
    Column("receipt", String(64), nullable=False, unique=True, comment="keyed hash of the receipt code"),
    Column("draft", String(64), nullable=False, unique=True, comment="keyed hash: one draft, one case"),
    Column("urgency", String(16), nullable=False),
    Column("received", String(32), nullable=False),
    Column("opened", String(32)),
    Column("sealed", LargeBinary, nullable=False),
)

readers = Table(
    "readers",
    main,
    Column("case_id", String(32), primary_key=True),
    Column("reader", String(64), primary_key=True, comment="keyed hash of school and role"),
    Column("position", Integer, nullable=False),
    Index("readers_by_reader", "reader"),
)

record = Table(
    "record",
    main,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(32), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("chained", String(64), nullable=False, comment="keyed hash over this row and the one before"),
)

chain = Table(
    "chain",
    main,
    Column("one", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("number", Integer, nullable=False, comment="the newest row of the record"),
    Column("chained", String(64), nullable=False),
    Column("mark", String(64), comment="keyed hash of both, so that the newest rows can't be taken out"),
)

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

inbox = Table(
    "inbox",
    main,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("event", String(64), nullable=False, unique=True, comment="keyed hash of the platform's id"),
    Column("line", String(64), nullable=False, comment="keyed hash: one line is handled in order"),
    Column("place", String(32), nullable=False, comment="sorts within the line"),
    Column("sealed", LargeBinary, comment="erased once handled"),
    Column("received", String(32), nullable=False),
    Column("due", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("handled", String(32)),
    Column("fault", String(64), comment="the error's type, where it was given up"),
    Index("inbox_waiting", "handled", "due"),
    Index("inbox_line", "line", "handled"),
)

outbox = Table(
    "outbox",
    main,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("key", String(64), nullable=False, unique=True, comment="keyed hash: one key, one promise"),
    Column("line", String(64), nullable=False, comment="keyed hash: one line is sent in order"),
    Column("sealed", LargeBinary, comment="erased once done"),
    Column("made", String(32), nullable=False),
    Column("due", String(32), nullable=False),
    Column("leased", String(32), comment="until when a process has it in hand"),
    Column("tries", Integer, nullable=False),
    Column(
        "repeats",
        Integer,
        nullable=False,
        comment="how often it may have been sent before and was sent again",
    ),
    Column("optional", Boolean, nullable=False, comment="nobody has to see that it was refused"),
    Column("done", String(32)),
    Column("given_up", String(200), comment="why, without content"),
    Column("about", String(64), comment="keyed hash of what it tells of, where it can be withdrawn"),
    Index("outbox_waiting", "done", "due"),
    Index("outbox_line", "line", "done"),
)

subscriptions = Table(
    "subscriptions",
    main,
    Column("person", String(64), primary_key=True, comment="keyed hash"),
    Column("channel", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("due", String(32), nullable=False, index=True),
)

long_buttons = Table(
    "long_buttons",
    main,
    Column("id", String(32), primary_key=True, comment="keyed hash of what it stands for"),
    Column("sealed", LargeBinary, nullable=False),
)

report_messages = Table(
    "report_messages",
    main,
    Column("chat", String(64), primary_key=True, comment="keyed hash"),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False, comment="the chat's own id"),
    Column("noted", String(32), nullable=False, index=True),
)

holders = Table(
    "holders",
    main,
    Column("id", String(32), primary_key=True),
    Column("school", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("roles", String(400), nullable=False),
    Column("contact", String(64), nullable=False, comment="keyed hash of roles and channels"),
    Column("since", String(32), nullable=False),
    Column("until", String(32), comment="when the contact changed or went; no case opens after that"),
    Column("sealed", LargeBinary, comment="where they are reached, so that a change is told there, too"),
    Index("holders_by_label", "school", "label", "until"),
)

identities = Table(
    "identities",
    main,
    Column("holder", String(32), primary_key=True),
    Column("account", String(64), primary_key=True, comment="keyed hash of channel and person"),
    Column("enrolled", String(32), nullable=False),
    Index("identities_by_account", "account"),
)

enrolments = Table(
    "enrolments",
    main,
    Column("code", String(64), primary_key=True, comment="keyed hash of a one-time code"),
    Column("holder", String(32), nullable=False),
    Column("until", String(32), nullable=False),
)

watches = Table(
    "watches",
    main,
    Column("case_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False, comment="new, taken, closed or erased"),
    Column("lead", String(64), comment="keyed hash of the reader who has it in hand"),
    Column("wave", Integer, nullable=False, comment="how often somebody was told"),
    Column("due", String(32), comment="when it is looked at next"),
    Column("touched", String(32), nullable=False),
    Column("wave_due", String(32), comment="when the next wave, reminder or question is due"),
    Column("told", Integer, nullable=False, server_default="0", comment="how many messages to and fro are told of"),
    Column("failed", Integer, nullable=False, server_default="0", comment="how often looking at it failed in a row"),
    Index("watches_due", "due"),
)

alarms = Table(
    "alarms",
    main,
    Column("name", String(200), primary_key=True, comment="what is wrong, without content"),
    Column("since", String(32), nullable=False),
)

tries = Table(
    "tries",
    main,
    Column("who", String(64), primary_key=True, comment="keyed hash"),
    Column("kind", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", String(32), nullable=False),
)

links = Table(
    "links",
    main,
    Column("token", String(64), primary_key=True, comment="keyed hash of a link's secret part"),
    Column("sealed", LargeBinary, nullable=False),
    Column("wrong", Integer, nullable=False, comment="how many codes were wrong"),
    Column("until", String(32), nullable=False),
)

sessions = Table(
    "sessions",
    main,
    Column("cookie", String(64), primary_key=True, comment="keyed hash"),
    Column("sealed", LargeBinary, nullable=False),
    Column("idle", String(32), nullable=False, comment="when it ends if nothing is done"),
    Column("until", String(32), nullable=False),
)

second_factors = Table(
    "second_factors",
    main,
    Column("holder", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("step", BigInteger, nullable=False, comment="the newest code's step of time; none is taken twice"),
    Column("since", String(32), nullable=False),
)

case_keys = Table(
    "case_keys",
    keys,
    Column("id", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

secrets = Table(
    "secrets",
    keys,
    Column("name", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)


def stamp(at: datetime) -> str:
    """Write a time as text that sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def unstamp(text: str) -> datetime:
    """Read a time back."""
    return datetime.fromisoformat(text)
