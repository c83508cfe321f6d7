"""What doctor says of the store: where keys lie beside what they open, and every alarm with how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot
from bot.doctor import examine, keys_apart
from bot.opening import open_store
from bot.settings import Settings
from bot.store.alone import alone
from tests.handlers.telling import CONTACTS

SHARED = "postgresql+psycopg://askfirst@127.0.0.1/askfirst"


@pytest.mark.parametrize(("keys", "warns"), [("", True), (SHARED, True), (f"{SHARED}_keys", False)])
def test_keys_in_the_database_of_the_reports_are_warned_of_with_how_to_mend_it(tmp_path, keys, warns):
    found = list(keys_apart(Settings(data=tmp_path, database=SHARED, keys_database=keys, _env_file=None)))
    assert [bool(finding.mend) for finding in found] == [True] * warns
    assert all("ASKFIRST_KEYS_DATABASE" in finding.mend for finding in found)


def test_two_files_in_the_data_folder_are_apart(tmp_path):
    assert list(keys_apart(Settings(data=tmp_path, _env_file=None))) == []


def test_a_lead_who_has_enrolled_nowhere_is_named_until_they_have(tmp_path, clock):
    telegram = {"telegram_token": "1:none", "telegram_api": "http://127.0.0.1:9"}
    settings = Settings(data=tmp_path, contacts=CONTACTS, **telegram, _env_file=None)
    unknown = "deputy-dsl-1 is told on telegram, and can't open a report there yet"
    assert any(unknown in finding.found for finding in examine(settings))
    with open_store(settings, clock) as store:
        store.leads.enrol(store.leads.code("st-peters", "deputy-dsl-1"), "telegram", "123456780")
    assert not any(unknown in finding.found for finding in examine(settings))


@pytest.mark.slow
def test_doctor_warns_on_a_real_postgresql_that_holds_both(tmp_path, postgres):
    settings = Settings(data=tmp_path, database=postgres.fresh(), contacts=CONTACTS, _env_file=None)
    assert "keys" in {finding.part for finding in examine(settings) if finding.mend}


def test_every_kind_of_alarm_is_shown_with_how_to_mend_it(tmp_path, clock):
    sources = [file.read_text() for file in Path(bot.__file__).parent.glob("*.py")]
    kinds = {kind for source in sources for kind in re.findall(r'alarms\.set\(f?"([a-z]+)', source)}
    assert {"channel", "alone", "case"} <= kinds
    # Messages that nobody answers are counted on the spot instead.
    kinds.discard("waiting")
    settings = Settings(data=tmp_path, contacts=CONTACTS, _env_file=None)
    with open_store(settings, clock) as store:
        for kind in kinds:
            store.alarms.set(kind, ["this-one"])
    alarms = [finding for finding in examine(settings) if finding.part == "alarm"]
    assert len(alarms) == len(kinds)
    assert all("this-one" in finding.found and finding.mend for finding in alarms)


def test_whoever_ended_the_bot_and_did_not_start_it_again_is_told_so(tmp_path):
    settings = Settings(data=tmp_path, contacts=CONTACTS, _env_file=None)
    ended = "askfirst run is not at work"
    assert not any(ended in finding.found for finding in examine(settings))
    with alone(settings.database_url):
        assert not any(ended in finding.found for finding in examine(settings))
    assert any(ended in finding.found for finding in examine(settings))


def test_files_that_other_accounts_can_read_are_named_with_the_command_that_mends_it(tmp_path):
    settings = Settings(data=tmp_path, contacts=CONTACTS, _env_file=None)
    assert not any("other accounts" in finding.found for finding in examine(settings))
    settings.master_key_file.chmod(0o644)
    assert f"chmod 600 {settings.master_key_file}" in {finding.mend for finding in examine(settings)}


def test_it_names_the_data_folder_in_which_the_master_key_stands(tmp_path):
    found = examine(Settings(data=tmp_path, trial=True, _env_file=None))
    assert [finding.found for finding in found if finding.part == "data folder"] == [str(tmp_path)]
