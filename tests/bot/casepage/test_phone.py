"""A chair walks a whole case on a phone, in a real browser and with the keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.bot.casepage.browsing import App, link
from tests.bot.casepage.chromium import chromium

pytestmark = pytest.mark.slow


@pytest.fixture
def phone(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    with chromium(folder) as found:
        yield found


@pytest.fixture
def on_the_report(bot, base, reference, app, phone):
    """The chair's phone, with the report open."""
    bot.clock.goes_on(timedelta(minutes=1))
    phone.goes(base + link(bot.store, reference))
    phone.tabs_to("code")
    phone.types(app())
    phone.presses("Open the report")
    return phone


def test_a_chair_sets_up_the_app_and_opens_a_report(bot, base, reference, phone, clock):
    phone.goes(base)
    phone.looks("home")
    phone.presses("Set up your authenticator app")
    phone.looks("enrol")
    phone.tabs_to("code")
    phone.types(bot.store.leads.code("st-peters", "chair-1"))
    phone.presses("Go on")
    words = phone.looks("app")
    app = App(words.split("type this key into the app:")[1].split("Then type")[0], clock)
    phone.tabs_to("code")
    phone.types(app())
    phone.presses("Finish")
    assert "is set up" in phone.looks("app-done")

    clock.goes_on(timedelta(minutes=1))
    phone.goes(base + link(bot.store, reference))
    phone.looks("open")
    phone.tabs_to("code")
    phone.types("000000")
    phone.presses("Open the report")
    assert "did not open anything" in phone.looks("open-wrong")
    phone.tabs_to("code")
    phone.types(app())
    phone.presses("Open the report")
    assert "He shouted" in phone.looks("case")
    phone.presses("Sign out")
    assert "You are signed out" in phone.looks("signed-out")
    phone.goes(f"{base}/case")
    assert "There is nothing to show" in phone.looks("gone")
    phone.presses("Ask for a new link")
    phone.looks("again")


def test_a_chair_takes_steps_fills_in_a_letter_and_closes_the_report(on_the_report):
    phone = on_the_report
    phone.presses("Note for leads")
    phone.looks("note")
    phone.presses("Store the note")
    assert "Write something first." in phone.looks("note-wrong")
    phone.tabs_to("text")
    phone.types("Rang the LADO at ten")
    phone.presses("Store the note")
    assert "Your note stands in" in phone.words

    phone.presses("Write down a step")
    phone.looks("did")
    phone.tabs_to("what-spoke-to-parent")
    phone.types(*[Keys.ARROW_DOWN] * 4)
    phone.tabs_to("text")
    phone.types("number 12")
    phone.presses("Write it down")
    assert "Referred it to the LADO" in phone.looks("case-with-steps")

    phone.presses("Letter templates")
    phone.looks("letters")
    phone.presses("An invitation to a meeting")
    phone.looks("letter")
    phone.tabs_to("parent")
    phone.types("Ms Sample")
    phone.presses("Show the letter")
    phone.looks("letter-filled")
    phone.presses("Back to the report")

    phone.presses("Step back from it")
    phone.looks("step-back")
    phone.presses("Back to the report")
    phone.presses("Close it")
    phone.tabs_to("text")
    phone.types("Passed on")
    phone.presses("Close the report")
    assert "is closed" in phone.looks("closed")


def test_a_chair_erases_a_closed_report_with_the_keyboard_once_its_time_is_over(
    bot, base, on_the_report, reference, app
):
    phone, contacts = on_the_report, bot.world.contacts
    contacts["st-peters"] = replace(contacts["st-peters"], keeps_years={"adult-conduct": 1})
    phone.presses("Close it")
    phone.tabs_to("text")
    phone.types("Passed on")
    phone.presses("Close the report")
    bot.goes_on(timedelta(days=366))
    phone.goes(base + link(bot.store, reference))
    phone.tabs_to("code")
    phone.types(app())
    phone.presses("Open the report")
    phone.presses("Erase it")
    assert "can't be undone" in phone.looks("erase")
    phone.presses("Erase it for good")
    assert "is erased" in phone.looks("erased")


def test_a_copy_lands_on_the_phone(on_the_report, reference):
    phone = on_the_report
    phone.tabs_to("Chronology as PDF")
    phone.types(Keys.ENTER)
    file = phone.folder / f"{reference}.pdf"
    WebDriverWait(phone.driver, 20).until(lambda _: file.exists())
    assert file.read_bytes().startswith(b"%PDF")


def test_the_first_press_of_the_tab_key_offers_to_skip_to_the_main_part(base, phone):
    phone.goes(base)
    phone.tabs_to("Skip to the main part", most=1)


def test_nothing_needs_a_script(bot, base, phone, reference):
    phone.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    phone.goes(base + link(bot.store, reference))
    assert "Code from your authenticator app" in phone.driver.find_element("tag name", "main").text


def test_with_letters_twice_as_large_nothing_stands_outside_the_window(on_the_report):
    phone = on_the_report
    phone.sized(320, 640)
    phone.driver.execute_script("document.documentElement.style.fontSize = '200%'")
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") <= 320
