"""No report is routed to somebody who could not open it: check, doctor and run say so and how to mend it."""

from __future__ import annotations

from click.testing import CliRunner

from bot.cli import askfirst
from bot.reachable import dead_ends
from knowledge.contacts import load_contacts
from tests.handlers.telling import CONTACTS
from tests.knowledge.test_routing import school_of


def test_a_chair_with_email_alone_could_open_nothing_where_only_chats_run():
    (line,) = dead_ends(school_of("st-peters"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram"})
    assert "(chair)" in line
    assert "chair-1 has no channel on which it could be opened" in line
    assert dead_ends(school_of("st-peters"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram", "email"}) == []


def test_a_role_that_nobody_holds_is_a_dead_end():
    lines = dead_ends(school_of("st-johns"), load_contacts(CONTACTS)["st-peters"], {"slack", "telegram", "email"})
    assert any("(computing-lead)" in line and "nobody in the contacts holds that role" in line for line in lines)


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
