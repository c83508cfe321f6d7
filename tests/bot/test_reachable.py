"""No report is routed to somebody who could not open it: check, doctor and run say so and how to mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from click.testing import CliRunner

from bot.cli import askfirst
from bot.reachable import dead_ends
from knowledge.contact_loader import load_contacts
from tests.handlers.telling import CONTACTS
from tests.knowledge.test_routing import school_of

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVERY = ("slack", "telegram", "email")


def test_a_chair_with_email_alone_could_open_nothing_where_only_chats_run():
    (line,) = dead_ends(school_of("st-peters"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram"}, AT)
    assert "(chair)" in line
    assert "chair-1 has no channel on which it could be opened" in line
    assert (
        dead_ends(school_of("st-peters"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram", "email"}, AT)
        == []
    )


def test_a_role_that_nobody_holds_is_a_dead_end():
    lines = dead_ends(school_of("st-johns"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram", "email"}, AT)
    assert any("(computing-lead)" in line and "nobody in the contacts holds that role" in line for line in lines)


def people_changed(label, **change):
    found = load_contacts(CONTACTS)["st-peters"]
    return replace(found, people=tuple(replace(p, **change) if p.label == label else p for p in found.people))


def test_a_last_day_written_down_in_advance_is_no_dead_end_until_it_has_come():
    leaving = people_changed("chair-1", left=date(2026, 12, 1))
    school = school_of("st-peters")
    assert dead_ends(school, leaving, EVERY, AT) == []
    (line,) = dead_ends(school, leaving, EVERY, datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert "(chair)" in line
    assert "nobody in the contacts holds that role today" in line


def test_whoever_leaves_shares_no_place_with_their_successor_until_they_have_left():
    found = load_contacts(CONTACTS)["st-peters"]
    leaving = replace(next(p for p in found.people if p.label == "dsl-1"), left=date(2026, 12, 1))
    successor = replace(leaving, label="dsl-2", left=None)
    both = replace(found, people=(*(p for p in found.people if p.label != "dsl-1"), leaving, successor))
    (line,) = dead_ends(school_of("st-peters"), both, EVERY, AT)
    assert "dsl-1 and dsl-2 are reached in the same place" in line
    assert dead_ends(school_of("st-peters"), both, EVERY, datetime(2026, 12, 1, 9, tzinfo=UTC)) == []


def test_check_and_run_refuse_it_and_doctor_shows_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    monkeypatch.setenv("ASKFIRST_CONTACTS", str(CONTACTS))
    monkeypatch.setenv("ASKFIRST_TELEGRAM_TOKEN", "1:token")
    monkeypatch.setenv("ASKFIRST_TELEGRAM_API", "http://127.0.0.1:9")
    for command in ("check", "run"):
        result = CliRunner().invoke(askfirst, [command])
        assert result.exit_code == 1
        assert "some reports could not be opened" in result.output
        assert "chair-1 has no channel" in result.output
    result = CliRunner().invoke(askfirst, ["doctor"])
    assert result.exit_code == 1
    assert "chair-1 has no channel" in result.output
