"""The storm's ledger: a line for each report as it was seen from outside and stands in the store, and the judgement."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, select

from bot.opening import open_store
from bot.store.tables import cases
from tests.storm.reports import MARK

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.opening import Store
    from bot.settings import Settings
    from tests.storm.outside import Outside
    from tests.storm.people import People
    from tests.storm.reports import Report

JUDGED = {
    "stuck": "people waited in vain, and the storm was ended there",
    "lost": "a report was never confirmed, or never passed on where its reporter left",
    "doubled": "a report became two cases",
    "confirmed_but_not_stored": "a reporter has a receipt for a case that is not there, or is another's",
    "forgotten": "nobody was shown a report, and nobody told its reporter whom to ring",
    "wrong": "somebody was shown what they must not see, or told something wrong",
    "record_broken_at": "the record's chain is broken",
    "repeated_without_a_kill": "something was sent twice by one process, though its first answer had arrived",
    "repeats_not_counted": "something arrived twice that the bot did not count",
    "steps_not_reached": "a planned death did not come",
    "faults_not_felt": "a fault was brought about and the bot felt nothing of it",
}
"""What fails a storm, where it is not nothing."""


def judged(summary: dict[str, Any]) -> list[str]:
    """Say what went wrong, each thing with what the summary says of it."""
    return [f"{name}: {summary[name]} ({what})" for name, what in JUDGED.items() if summary[name]]


def read(
    settings: Settings, clock: Callable[[], datetime], people: People
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Give a row for each report, and what the store says of the whole; nothing of the bot under test is asked."""
    with open_store(settings, clock) as store:
        stored, about_head = _cases(settings, store)
        rows = [_row(report, store, stored[report.number]) for report in people.reports.values()]
        # What was left unsent before the head was named is not about them: it is passed on, as its reporter was told.
        wrong = [
            f"report {report.number}: the head, whom it is about, was told of {reference}"
            for report, reference in people.the_head_saw
            if reference == report.reference or reference in about_head
        ]
        whole = {
            "wrong": [*people.wrong, *wrong][:5],
            "cases": sum(map(len, stored.values())),
            "record_broken_at": store.record.first_broken(),
            "repeats_counted_by_the_bot": store.deliveries.repeats(),
            "given_up": sum(one.count for one in store.deliveries.given_up()),
            "still_to_be_sent": store.deliveries.waiting(),
        }
    return rows, whole


def _cases(settings: Settings, store: Store) -> tuple[dict[int, list[str]], set[str]]:
    """Give the references of all cases, by the number of the report whose mark stands in what they hold, or 0.

    Beside them, those of the cases in which the head was chosen as whom it is about.
    """
    found, about_head = defaultdict(list), set[str]()
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        rows = connection.execute(select(cases)).all()
    engine.dispose()
    for row in rows:
        opened = store.cases.whole(row)
        mark = MARK.search(json.dumps(opened[0].answers)) if opened else None
        found[int(mark[1]) if mark else 0].append(row.reference)
        if opened and opened[0].answers.get("role") == "head":
            about_head.add(row.reference)
    return found, about_head


def _row(report: Report, store: Store, references: list[str]) -> dict[str, Any]:
    status = store.cases.status(report.code) if report.code else None
    return {
        "id": report.number,
        "sort": report.sort,
        "reporter_in": "slack" if report.in_slack else "wire",
        "confirmed_at": report.confirmed or None,
        "stored": status is not None and status.reference == report.reference and report.reference in references,
        "cases": len(references),
        "delivered_to": sorted(set(report.told + report.opened_by)),
        "opened_by": sorted(set(report.opened_by)),
        "told_whom_to_ring": report.ringing,
        "told_again": report.told_again,
    }


def sum_up(rows: list[dict[str, Any]], whole: dict[str, Any], outside: Outside) -> dict[str, Any]:
    """Give the counts of the ledger's last line that stand for reports and sends."""
    again = sum(row["told_again"] for row in rows)
    marked = sum(row["cases"] for row in rows)
    # Who told it again after a pause has a second case where the first telling spoke of danger, marked or not yet.
    doubled = sum(max(0, row["cases"] - 1 - row["told_again"]) for row in rows)
    doubled += max(0, whole["cases"] - marked - again)
    arrivals = outside.arrivals
    repeated = sum(len(lives) - 1 for lives in arrivals.values())
    unforced = {
        key: max(0, sum(count - 1 for count in Counter(lives).values()) - outside.withheld[key])
        for key, lives in arrivals.items()
    }
    after_a_kill = Counter(life for lives in arrivals.values() for life in set(sorted(lives)[1:]) if lives[0] != life)
    return {
        "reports": len(rows),
        "in_slack": sum(row["reporter_in"] == "slack" for row in rows),
        "lost": sum(not (row["cases"] if row["sort"] == "left" else row["confirmed_at"]) for row in rows),
        "doubled": doubled,
        "told_again_after_a_long_pause": again,
        "confirmed_but_not_stored": sum(bool(row["confirmed_at"]) and not row["stored"] for row in rows),
        "forgotten": sum(not row["opened_by"] and not row["told_whom_to_ring"] for row in rows),
        "opened": sum(bool(row["opened_by"]) for row in rows),
        "reporter_told_whom_to_ring": sum(row["told_whom_to_ring"] for row in rows),
        "sends": sum(map(len, arrivals.values())),
        "repeated_sends": repeated,
        "most_that_one_was_repeated": max((len(lives) - 1 for lives in arrivals.values()), default=0),
        "most_repeated_after_one_death": max(after_a_kill.values(), default=0),
        "repeated_without_a_kill": sum(unforced.values()),
        "repeats_not_counted": max(0, repeated - whole["repeats_counted_by_the_bot"]),
    }
