"""Contacts: who is there on a day, and everything that is wrong in a contacts file said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from knowledge.contact_loader import load_contacts
from knowledge.reading import PackError

EXAMPLE = Path(__file__).parents[2] / "docs" / "contacts.example.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def changed(tmp_path, old, new):
    assert old in TEXT
    file = tmp_path / "contacts.yaml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return file


def test_the_example_loads_and_says_who_holds_which_role():
    contacts = load_contacts(EXAMPLE)["st-peters"]
    staffing = contacts.staffing(datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert staffing.held_by["dsl"] == {"dsl-1"}
    assert staffing.held_by["deputy-head"] == {"dsl-1"}
    assert not {"dsl", "head", "chair", "deputy-dsl"} & staffing.absent


def test_a_day_away_a_day_off_and_a_role_that_nobody_holds_count_as_absent():
    contacts = load_contacts(EXAMPLE)["st-peters"]
    assert "dsl" in contacts.staffing(datetime(2026, 12, 1, 9, tzinfo=UTC)).absent
    assert "deputy-dsl" in contacts.staffing(datetime(2026, 12, 3, 9, tzinfo=UTC)).absent
    assert "computing-lead" in contacts.staffing(datetime(2026, 11, 23, 9, tzinfo=UTC)).absent


def test_the_day_is_the_schools_own_and_not_that_of_the_server():
    contacts = load_contacts(EXAMPLE)["st-peters"]
    assert "dsl" in contacts.staffing(datetime(2026, 12, 4, 23, 30, tzinfo=UTC)).absent
    assert "dsl" not in contacts.staffing(datetime(2026, 12, 5, 0, 30, tzinfo=UTC)).absent


@pytest.mark.parametrize(
    ("since", "at", "days"),
    [
        ("2026-11-19T12:00", "2026-11-20T12:00", 1),
        ("2026-11-20T12:00", "2026-11-22T23:00", 0),  # Friday to Sunday
        ("2026-11-20T12:00", "2026-11-23T09:00", 1),  # Friday to Monday
        ("2026-10-23T12:00", "2026-11-01T12:00", 0),  # the days of half-term
        ("2026-10-22T12:00", "2026-11-03T12:00", 3),  # around half-term
    ],
)
def test_school_days_are_counted_without_weekends_and_holidays(since, at, days):
    contacts = load_contacts(EXAMPLE)["st-peters"]
    since, at = (datetime.fromisoformat(time).replace(tzinfo=UTC) for time in (since, at))
    assert contacts.school_days(since, at) == days


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-20T15:59", True),  # a Friday, until four
        ("2026-11-20T16:00", False),
        ("2026-11-21T12:00", False),  # a Saturday
        ("2026-10-26T12:00", False),  # a Monday in half-term
    ],
)
def test_the_school_is_open_in_its_hours_on_a_day_of_term_alone(at, is_open):
    assert load_contacts(EXAMPLE)["st-peters"].is_open(datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_open


def test_somebody_works_at_the_school_up_to_the_day_before_they_have_left():
    leaver = next(p for p in load_contacts(EXAMPLE)["st-peters"].people if p.label == "deputy-dsl-2")
    assert [leaver.there(date(2026, 8, day)) for day in (30, 31)] == [True, False]


def test_a_last_day_that_is_written_down_in_advance_is_no_mistake_even_of_the_only_chair(tmp_path):
    file = changed(tmp_path, "roles: [chair]", "left: 2027-01-31\n    roles: [chair]")
    assert (
        "chair-1" in load_contacts(file)["st-peters"].staffing(datetime(2026, 11, 23, 9, tzinfo=UTC)).held_by["chair"]
    )


@pytest.mark.parametrize(
    ("at", "there"),
    [
        ("2026-11-25T09:00", True),  # a Wednesday: from eight to half past twelve
        ("2026-11-25T07:30", True),  # the school is closed, so the day alone counts
        ("2026-11-25T12:30", False),
        ("2026-11-25T15:00", False),
        ("2026-11-25T20:00", True),
        ("2026-11-26T09:00", False),  # not one of their days
    ],
)
def test_somebody_who_works_mornings_is_away_once_their_own_hours_are_over_and_the_school_goes_on(at, there):
    found = load_contacts(EXAMPLE)["st-peters"]
    deputy = replace(found.people[0], hours={"wed": (time(8), time(12, 30))}, away=(), left=None)
    assert found.there(deputy, datetime.fromisoformat(at).replace(tzinfo=UTC)) is there


def test_somebody_who_has_left_holds_no_role():
    contacts = load_contacts(EXAMPLE)["st-peters"]
    assert "deputy-dsl-2" not in contacts.staffing(datetime(2026, 11, 23, 9, tzinfo=UTC)).held_by["deputy-dsl"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  chair-1:", "  mrs-jones:", "mrs-jones is not a label without a name"),
        ("[{slack: U0123ABCG}]", "[{pigeon: coop}]", "pigeon is not a channel"),
        ("email: head@school.example.org", "email: head", "this is not how email reaches anybody"),
        ("roles: [chair]", "roles: [governors]", "nobody holds chair"),
        ("roles: [chair]", "roles: [queen]", "queen is not known under roles"),
        ("left: 2026-08-31", "left: last summer", "left is not a day"),
        ('fri: "08:00-16:00"', 'fri: "16:00-08:00"', "fri has no hours"),
        ("hours: {mon:", "hours: {someday:", "someday is not a day"),
        ("{from: 2026-12-01, to: 2026-12-04}", "{from: 2026-12-04, to: 2026-12-01}", "ends before it begins"),
        ("Europe/London", "Europe/Atlantis", "Europe/Atlantis is not a timezone"),
        ("  out-of-hours:", "  night-team:", "out-of-hours is missing"),
        ("checked: 2026-11-20", "checked: recently", "checked is not a date"),
        ("channels: [{slack: U0123ABCG}]", "channels: []", "this person can't be reached"),
        ("school: st-peters", "school: st-peters\nfax: none", "fax is not a key that belongs here"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_mend(tmp_path, old, new, said):
    with pytest.raises(PackError) as error:
        load_contacts(changed(tmp_path, old, new))
    problem = next(p for p in error.value.problems if said in str(p))
    assert problem.line >= 1
    assert problem.mend


def test_several_wrong_things_are_said_at_once(tmp_path):
    file = changed(tmp_path, "roles: [chair]", "roles: [queen]")
    file.write_text(file.read_text(encoding="utf-8").replace("Europe/London", "Mars"), encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_contacts(file)
    assert len(error.value.problems) >= 3


def test_a_folder_holds_one_file_a_school_and_a_school_twice_is_refused(tmp_path):
    (tmp_path / "one.yaml").write_text(TEXT, encoding="utf-8")
    assert list(load_contacts(tmp_path)) == ["st-peters"]
    (tmp_path / "two.yaml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(PackError, match="another file too"):
        load_contacts(tmp_path)


def test_an_empty_folder_and_a_file_that_is_not_there_are_said(tmp_path):
    with pytest.raises(PackError, match="no contacts here"):
        load_contacts(tmp_path)
    with pytest.raises(PackError, match="can't be read"):
        load_contacts(tmp_path / "contacts.yaml")


def test_two_people_who_are_reached_in_one_place_are_refused(tmp_path):
    file = changed(tmp_path, "email: deputy-dsl@school.example.org", "email: Head@school.example.org")
    with pytest.raises(PackError, match="deputy-dsl-1 is reached in the same place as head-1"):
        load_contacts(file)
