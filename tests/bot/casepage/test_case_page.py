"""What a lead does on the case page: every step that the chat has, the letters, and copies of the chronology."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader

from bot.casepage.pages import picture_of
from bot.store.cases import StoredCases
from tests.bot.casepage.browsing import Visitor, link, sets_up
from tests.bot.casepage.conftest import ABOUT_HEAD
from tests.fakes import Person
from tests.handlers.telling import STORY, lead

MINUTE = timedelta(minutes=1)


def offered(visitor):
    """The steps that the page offers, by their labels."""
    visitor.goes("/case")
    html = visitor.seen.html
    nav = html[html.index("<nav") : html.index("</nav>")]
    return [line.split(">")[-3].partition("<")[0] for line in nav.splitlines() if "<a " in line]


def takes(visitor, step, **form):
    """Open the form of a step and send it."""
    assert visitor.goes(f"/case/{step}").status == 200
    return visitor.sends(**form)


def test_the_page_offers_the_steps_of_the_chat(bot, chair, reference):
    person = bot.enrols("chair-1", "email", "chair@governors.example.org")
    person.sends(action="cases.open", value=reference)
    # Letters stand further down on the page, beside the copies.
    assert [*offered(chair), "Letter templates"] == [button.label for button in person.last.buttons]


def test_a_note_a_step_and_a_message_stand_in_the_case_and_the_reporter_reads_the_message(bot, visitor, clock):
    _, code = bot.report(kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story="He shouted")
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference
    app = sets_up(visitor, bot.store, "chair-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    visitor.sends(code=app())
    assert "Your note stands in" in takes(visitor, "note", text="Rang the LADO\nat ten").text
    assert "That stands in" in takes(visitor, "did", what="referred-lado", text="number 12").text
    assert "waits for the reporter" in takes(visitor, "message", text="Thank you.").text
    seen = visitor.goes("/case")
    assert "Rang the LADO\nat ten" in seen.html
    assert "Referred it to the LADO" in seen.text
    told = Person(bot.world, name="from elsewhere").says(code)
    assert "Thank you." in told
    assert "LADO at ten" not in told


def test_a_report_is_closed_with_a_reason_and_opened_again(bot, chair, reference):
    assert "is closed" in takes(chair, "closed", text="Passed on").text
    assert "Close it" not in offered(chair)
    assert chair.goes("/case/closed").status == 403
    assert "is open again" in takes(chair, "reopened", text="It happened again").text
    assert "Close it" in offered(chair)
    (line,) = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))
    assert (line.reference, line.state) == (reference, "taken")


def test_taking_over_needs_somebody_else_to_have_it(bot, chair, reference):
    assert "Take it over" not in offered(chair)
    bot.world.cases.opened("st-peters", reference, lead(bot.world, "chair-1"))
    assert chair.goes("/case/taken").status == 403


def test_another_lead_takes_it_over(bot, visitor, clock):
    bot.report()
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "head-1"))[0].reference
    bot.world.cases.opened("st-peters", reference, lead(bot.world, "dsl-1"))
    app = sets_up(visitor, bot.store, "head-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference, "head@school.example.org"))
    assert "In hand of dsl-1" in visitor.sends(code=app()).text
    assert "You have" in takes(visitor, "taken").text
    assert "In hand of head-1" in visitor.goes("/case").text


def test_stepping_back_closes_the_page_for_good(bot, chair, reference, app):
    assert "You have stepped back" in takes(chair, "stepped-back").text
    assert chair.goes("/case").status == 403
    bot.clock.goes_on(MINUTE)
    chair.goes(link(bot.store, reference))
    assert chair.sends(code=app()).status == 403


def test_the_chair_lets_in_whom_the_bot_left_out_in_doubt_and_nobody_else_can(bot, visitor, clock):
    bot.report(story=f"{STORY}. Mx Placeholder was there")
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference
    app = sets_up(visitor, bot.store, "chair-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    visitor.sends(code=app())
    assert [label for label in offered(visitor) if "Let in" in label] == ["Let in: head-1"]
    assert visitor.goes("/case/let-in/ict-technician-1").status == 403
    assert "They can read" in takes(visitor, "let-in/head-1").text
    assert not [label for label in offered(visitor) if "Let in" in label]
    dsl = Visitor(visitor.base)
    apps = sets_up(dsl, bot.store, "dsl-1", clock)
    clock.goes_on(MINUTE)
    dsl.goes(link(bot.store, reference, "dsl@school.example.org"))
    dsl.sends(code=apps())
    assert dsl.goes("/case/let-in/head-1").status == 403


def test_a_closed_report_is_erased_once_its_time_is_over_and_somebody_says_so(bot, visitor, clock, contacts):
    bot.report()
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    kept = replace(contacts["st-peters"], keeps_years={"grooming": 1})
    bot.world.contacts["st-peters"] = kept
    app = sets_up(visitor, bot.store, "dsl-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference, "dsl@school.example.org"))
    visitor.sends(code=app())
    takes(visitor, "closed", text="Passed on")
    assert "Erase it" not in offered(visitor)
    assert visitor.goes("/case/erase").status == 403
    bot.goes_on(timedelta(days=366))
    visitor.goes(link(bot.store, reference, "dsl@school.example.org"))
    visitor.sends(code=app())
    assert "Erase it" in offered(visitor)
    assert "for good" in visitor.goes("/case/erase").text
    assert "is erased" in visitor.sends().text
    assert visitor.goes("/case").status == 403


def test_an_empty_or_endless_entry_is_said_beside_its_field_and_the_words_stay(bot, chair):
    seen = takes(chair, "did", text="What I did")
    assert seen.status == 422
    assert "Choose what you did." in seen.text
    assert "What I did</textarea>" in seen.html
    assert 'href="#what"' in seen.html
    assert "<title>Mend this:" in seen.html
    assert "Write something first." in takes(chair, "note", text=" \n").text
    assert "That is too long" in takes(chair, "note", text="x" * 10_001).text
    assert [s.step for s in steps_of(bot)] == ["received", "opened"]


def steps_of(bot):
    who = lead(bot.world, "chair-1")
    (line,) = bot.world.cases.listed("st-peters", who)
    return bot.world.cases.read_on("st-peters", line.reference, who, bot.clock() - timedelta(days=1)).steps


def test_pressing_twice_writes_once(bot, chair):
    chair.goes("/case/note")
    form, address = chair.seen, chair.at
    chair.sends(text="Once")
    chair.seen, chair.at = form, address
    assert chair.sends(text="Once").status == 200
    assert [s.step for s in steps_of(bot)] == ["received", "opened", "note"]


def test_a_step_that_could_not_be_taken_is_never_said_to_be_done_however_often_it_is_sent(bot, chair, monkeypatch):
    chair.goes("/case/note")
    form, address = chair.seen, chair.at
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(StoredCases, "act", lambda *_: False)
        for _ in range(2):
            chair.seen, chair.at = form, address
            assert chair.sends(text="Words").status == 409
    chair.seen, chair.at = form, address
    assert chair.sends(text="Words").status == 200
    assert [s.step for s in steps_of(bot)] == ["received", "opened", "note"]


def test_looking_again_in_one_sitting_is_one_opening_in_the_record(bot, chair):
    for _ in range(3):
        chair.goes("/case")
    assert [s.step for s in steps_of(bot)] == ["received", "opened"]


def test_whoever_has_not_opened_it_reads_nothing_on(bot, reference):
    who = lead(bot.world, "chair-1")
    assert bot.world.cases.read_on("st-peters", reference, who, bot.clock() - timedelta(days=1)) is None


def test_what_a_reporter_wrote_can_do_nothing_on_the_page(bot, visitor, clock):
    story = '<script>alert(1)</script> <img src="http://x.example.org/a.png"> {{ 7*7 }} {% x %}'
    bot.report(kind="How an adult behaves", who=("Yes, an adult", "Executive Principal"), story=story)
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference
    app = sets_up(visitor, bot.store, "chair-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    seen = visitor.sends(code=app())
    assert story in " ".join(e.text for e in seen.elements if e.tag == "dd")
    assert not [e for e in seen.elements if e.tag in ("script", "img")]


def test_a_letter_is_filled_in_shown_and_taken_away_as_text(chair):
    assert "The governing board asks a parent to remove a post" in chair.goes("/case/letters").text
    chair.goes("/case/letters/ask-to-remove")
    chair.sends(parent="Ms Sample", posted="on 12 November", where="on <b>Facebook</b>", about="a member of staff")
    (shown,) = [e.text for e in chair.seen.elements if e.attributes.get("id") == "letter"]
    assert "Dear Ms Sample," in shown
    assert "posted on 12 November on <b>Facebook</b>. It concerns a member of staff." in shown
    assert "23 November 2026" in shown
    assert "by ________, and" in shown
    taken = chair.sends(letter=shown.strip() + "\r\nP.S. Thank you")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="ask-to-remove.txt"'
    assert taken.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert taken.body.decode().endswith("\nP.S. Thank you")
    assert chair.goes("/case/letters/no-such").status == 403


@pytest.mark.parametrize("kind", ["pdf", "csv"])
def test_the_chronology_is_taken_away_and_that_is_written_down(bot, chair, reference, kind):
    takes(chair, "note", text='=HYPERLINK("http://x.example.org","Click")')
    chair.goes("/case")
    taken = chair.sends(f"/case/chronology/{kind}")
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{reference}.{kind}"'
    if kind == "pdf":
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(taken.body)).pages).split())
        assert "He shouted" in text
        assert '=HYPERLINK("http://x.example.org","Click")' in text
        assert "Copy made by chair-1 on 23 November 2026, 09:01 GMT" in text
    else:
        rows = list(csv.reader(io.StringIO(taken.body.decode("utf-8-sig"))))
        assert rows[-1][3] == '\'=HYPERLINK("http://x.example.org","Click")'
        assert any("He shouted" in row for row in rows)
    assert [s.step for s in steps_of(bot)][-1] == "exported"
    assert chair.goes("/case/chronology/exe").status == 403


def test_a_chair_with_email_alone_finds_their_other_reports_and_gets_the_link_to_each(bot, chair, reference):
    bot.report("another", **ABOUT_HEAD)
    bot.report("somebody else")
    bot.works()
    who = lead(bot.world, "chair-1")
    (other,) = [line.reference for line in bot.world.cases.listed("st-peters", who) if line.reference != reference]
    seen = chair.goes("/case")
    assert seen.text.count("Send me the link to") == 1
    assert "today · 23 November 2026 · not opened yet" in seen.text
    assert "The link is on its way" in chair.sends(f"/case/other/{other}").text
    (told,) = bot.works()
    assert told[:2] == ("email", "chair@governors.example.org")
    assert f"Your new link to {other}" in told[2]
    theirs = bot.world.cases.listed("st-peters", lead(bot.world, "dsl-1"))[0].reference
    chair.goes("/case")
    assert chair.sends(f"/case/other/{theirs}").status == 403
    assert bot.works() == []


def test_words_written_while_another_link_was_opened_in_the_same_browser_are_given_back(bot, chair, reference):
    chair.goes("/case/note")
    written, chair.at = chair.seen, "/case/note"
    webmail = {"Sec-Fetch-Site": "cross-site"}
    kept, chair.cookies = chair.cookies, {}
    chair.goes(link(bot.store, reference), **webmail)
    assert chair.cookies != kept
    chair.seen = written
    refused = chair.sends("/case/note", text="Rang the LADO at ten")
    assert refused.status == 403
    assert "Rang the LADO at ten" in refused.text
    assert "It was not stored" in refused.text


def test_words_of_a_form_that_came_from_elsewhere_are_not_shown(chair):
    chair.goes("/case/note")
    elsewhere = chair.sends("/case/note", {"Origin": "https://evil.example.org"}, text="Ring this number")
    assert elsewhere.status == 403
    assert "Ring this number" not in elsewhere.text


def test_a_step_that_somebody_else_made_impossible_gives_the_words_back_and_leads_back_to_the_report(chair):
    chair.goes("/case/closed")
    first = chair.seen
    chair.goes("/case/message")
    second = chair.seen
    chair.seen = first
    assert "is closed" in chair.sends("/case/closed", text="Passed on").text
    chair.seen = second
    refused = chair.sends("/case/message", text="We have read it")
    assert refused.status == 409
    assert "We have read it" in refused.text
    assert "Back to the report" in refused.text


def test_whoever_has_stepped_back_is_told_so_first(chair):
    chair.goes("/case/stepped-back")
    assert "<h1>You have stepped back</h1>" in chair.sends().html


def test_the_picture_of_a_key_fits_whatever_room_it_has_so_that_none_of_it_is_cut_off():
    drawn = picture_of("otpauth://totp/" + "A school with a very long name, " * 9)
    assert "viewBox=" in drawn
    assert " width=" not in drawn


def test_the_page_speaks_to_the_lead_about_the_reporter(chair):
    assert "How to reach them" in chair.goes("/case").text
    assert "How to reach you" not in chair.goes("/case").text
