"""`askfirst run` and `askfirst doctor` where something is wrong: one clear line each, and how to mend it."""

from __future__ import annotations

import logging

import pytest

from bot.commands.run import write_log

TRIAL = {"ASKFIRST_TRIAL": "yes", "ASKFIRST_SCHOOLS": "st-peters"}
NOWHERE = "postgresql+psycopg://somebody:secretword@127.0.0.1:9/askfirst"


@pytest.fixture
def garbage(tmp_path):
    """Give a file that is no database."""
    file = tmp_path / "garbage.db"
    file.write_bytes(b"no database " * 99)
    return f"sqlite:///{file}"


@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize("which", ["ASKFIRST_DATABASE", "ASKFIRST_KEYS_DATABASE"])
def test_a_file_that_is_no_database_is_named_and_so_is_the_way_out(run, command, which, garbage):
    result = run(command, env={**TRIAL, which: garbage})
    assert result.exit_code == 1
    assert "garbage.db can't be used as a database (file is not a database)" in result.output
    assert "Bring it back from your backup" in result.output


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_postgresql_that_gives_no_access_is_told_without_its_password(run, command):
    result = run(command, env={**TRIAL, "ASKFIRST_DATABASE": NOWHERE})
    assert result.exit_code == 1
    assert "PostgreSQL at 127.0.0.1 gives no access. Check that it runs" in result.output
    assert "secretword" not in result.output


def test_a_database_that_is_not_known_is_told(run):
    said = run("run", env={**TRIAL, "ASKFIRST_DATABASE": "oddbase://x/y"}).output
    assert "oddbase is no database that Ask First knows. Write sqlite:///file.db or" in said


def test_a_setting_that_can_be_one_of_few_words_lists_them(run):
    said = run("doctor", env={**TRIAL, "ASKFIRST_SMTP_SECURITY": "ssl"}).output
    assert "starttls, tls or none" in said


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "Error: there is no chat platform to run on. Set ASKFIRST_TELEGRAM_TOKEN"),
        ({"ASKFIRST_PAGE_ADDRESS": "http://127.0.0.1:9099"}, "The case page alone would receive nothing."),
    ],
)
def test_without_a_channel_it_does_not_run(run, settings, line):
    result = run("run", env={**TRIAL, **settings})
    assert result.exit_code == 1
    assert line in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_an_email_server_that_gives_no_answer_is_no_clean_bill_of_health(run):
    result = run("doctor", env={**TRIAL, "ASKFIRST_SMTP_HOST": "127.0.0.1", "ASKFIRST_SMTP_PORT": "9"})
    assert result.exit_code == 1
    assert "✗ email: nothing can be sent now" in result.output
    assert "Check ASKFIRST_SMTP_HOST" in result.output


def test_the_log_repeats_nothing_that_a_library_says(monkeypatch, capsys):
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.WARNING)
    write_log()
    logging.getLogger("httpx").error("no answer to %s", "what she wrote")
    try:
        int("what she wrote")
    except ValueError:
        logging.getLogger("slack_sdk.web").exception("what she wrote")
    logging.getLogger("bot.delivery").error("slack is down")
    log = capsys.readouterr().err
    assert "what she wrote" not in log
    assert "httpx: line" in log
    assert "ValueError" in log
    assert "bot.delivery: slack is down" in log
