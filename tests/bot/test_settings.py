"""Settings: each is read once, and .env.example lists every one of them with its comment and default."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import askfirst
from bot.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_lists_every_setting_with_its_comment_and_default():
    parts = EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n")[1:]
    listed = {}
    for part in parts:
        comment, assignment = part.split("\n")
        name, _, value = assignment.partition("=")
        listed[name] = (comment.removeprefix("# "), value)
    assert listed == {
        f"ASKFIRST_{name.upper()}": (field.description, "") for name, field in Settings.model_fields.items()
    }


def test_the_example_as_it_stands_gives_the_defaults():
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)


def test_a_setting_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ASKFIRST_DATA", str(tmp_path))
    settings = Settings(_env_file=None)
    assert settings.database_url == f"sqlite:///{tmp_path}/askfirst.db"
    assert settings.keys_url == f"sqlite:///{tmp_path}/askfirst-keys.db"


def test_on_postgresql_the_keys_stand_in_the_same_database_unless_they_are_given_another():
    assert Settings(database="postgresql+psycopg://one", _env_file=None).keys_url == "postgresql+psycopg://one"
    apart = Settings(database="postgresql+psycopg://one", keys_database="postgresql+psycopg://two", _env_file=None)
    assert apart.keys_url == "postgresql+psycopg://two"


def test_the_master_key_is_never_shown():
    assert "secret-key" not in repr(Settings(master_key="secret-key", _env_file=None))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGE_ADDRESS", "cases.school.example.org"),
        ("PAGE_LISTEN", "8083"),
        ("PAGE_LISTEN", "127.0.0.1:99999"),
        ("SLACK_LISTEN", "127.0.0.1:http"),
        ("SMTP_PORT", "smtp"),
        ("SMTP_SECURITY", "ssl"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_should_be_and_not_repeated(monkeypatch, name, value):
    monkeypatch.setenv(f"ASKFIRST_{name}", value)
    result = CliRunner().invoke(askfirst, ["doctor"])
    assert result.exit_code == 1
    assert f"ASKFIRST_{name}: {Settings.model_fields[name.lower()].description}" in result.output
    assert "pattern" not in result.output
