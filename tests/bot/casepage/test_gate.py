"""The way in to a case: a link that works once, a second factor that fits, and the same refusal for everything else."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.app import channels_of
from bot.casepage.server import HEADERS
from bot.opening import open_store
from bot.settings import Settings
from bot.store.links import Link
from handlers import notices
from tests.bot.casepage.browsing import CHAIR, App, Visitor, link, served, sets_up
from tests.bot.casepage.conftest import ABOUT_HEAD
from tests.bot.leading import at_work
from tests.handlers.telling import lead

HEAD = "head@school.example.org"
MINUTE = timedelta(minutes=1)


def refusal(seen):
    """What a refusal tells: its status, its length and its words."""
    return seen.status, len(seen.body), seen.text


def test_the_right_code_opens_the_report_and_opening_it_is_what_counts_as_seen(bot, chair, reference):
    assert f"Report {reference}" in chair.seen.text
    assert "He shouted" in chair.seen.text
    (line,) = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))
    assert line.opened == bot.clock()
    assert line.state == "taken"
    assert "chair-1 · opened it" in chair.seen.text
    assert bot.goes_on(timedelta(hours=2)) == []


def test_looking_at_the_link_uses_nothing_up_so_that_a_mail_scanner_breaks_nothing(bot, visitor, app, reference):
    address = link(bot.store, reference)
    for _ in range(3):
        assert "Code from your authenticator app" in Visitor(visitor.base).goes(address).text
    assert bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].opened is None
    bot.clock.goes_on(MINUTE)
    visitor.goes(address)
    assert "He shouted" in visitor.sends(code=app()).text


def test_everything_that_opens_nothing_gets_the_same_page_whatever_the_reason(bot, visitor, app, reference, clock):
    head = sets_up(Visitor(visitor.base), bot.store, "head-1", clock)
    clock.goes_on(MINUTE)
    used, old = link(bot.store, reference), link(bot.store, reference)
    wrong, excluded = link(bot.store, reference), link(bot.store, reference, HEAD)
    nothing, stranger = link(bot.store, "R-0000-0000", HEAD), link(bot.store, reference, "nobody@example.org")
    visitor.goes(used)
    assert visitor.sends(code=app()).status == 200
    seen = []
    for address, code in (
        (used, app()),
        (wrong, "000000"),
        (wrong, ""),
        (wrong, "ünï"),
        (excluded, head()),
        (nothing, head(30)),
        (stranger, app()),
        ("/open/no-such-link", app()),
    ):
        one = Visitor(visitor.base)
        one.goes(address)
        seen.append(refusal(one.sends(code=code)))
    clock.goes_on(timedelta(days=3))
    one = Visitor(visitor.base)
    one.goes(old)
    seen.append(refusal(one.sends(code=app())))
    assert set(seen) == {seen[0]}
    assert seen[0][0] == 403


def test_whom_the_report_is_about_sees_what_they_would_see_without_it(bot, visitor, clock):
    sets_up(visitor, bot.store, "head-1", clock)

    def sees(reference):
        """Everything that the head can try; each try is one of a few, so the clock goes on."""
        clock.goes_on(timedelta(hours=2))
        paths = ("/", "/case", "/case/note", f"/case/{reference}", "/case/let-in/head-1", "/case/letters", "/again")
        found = [refusal(visitor.goes(path)) for path in paths]
        found.append(refusal(visitor.sends(address=HEAD, reference=reference)))
        found += [words for _, whom, words in bot.works() if whom in (HEAD, "U0123ABCD")]
        for path in ("/case/note", "/case/taken", "/case/chronology/pdf", "/case/letters/ask-to-remove"):
            visitor.goes("/again")
            found.append(refusal(visitor.sends(path)))
        return found

    before = sees("R-0000-0000")
    bot.report(**ABOUT_HEAD)
    bot.works()
    reference = bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].reference
    assert sees(reference) == before


def test_a_code_is_taken_once_and_a_link_dies_after_five_wrong_ones(bot, visitor, app, reference, clock):
    address = link(bot.store, reference)
    visitor.goes(address)
    # The code that set the app up is used already.
    assert visitor.sends(code=app()).status == 403
    for _ in range(4):
        assert visitor.sends(code="000000").status == 403
    clock.goes_on(timedelta(hours=2))
    assert visitor.sends(code=app()).status == 403
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app()).status == 200


def test_many_fresh_links_give_nobody_more_guesses(bot, visitor, app, reference, clock):
    clock.goes_on(MINUTE)
    for _ in range(10):
        visitor.goes(link(bot.store, reference))
        assert visitor.sends(code="000000").status == 403
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app()).status == 403
    clock.goes_on(timedelta(hours=1))
    assert visitor.sends(code=app()).status == 200


def test_a_phone_whose_clock_is_half_a_minute_off_gets_in(bot, visitor, app, reference, clock):
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app(-90)).status == 403
    assert visitor.sends(code=app(-30)).status == 200


@pytest.mark.parametrize("form", ["no mark", "another's mark", "another site", "a frame", "no cookie", "a file"])
def test_a_form_that_comes_from_elsewhere_does_nothing(bot, visitor, app, reference, form):
    bot.clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    if form == "no mark":
        seen = visitor.sends(code=app(), mark="")
    elif form == "another's mark":
        seen = visitor.sends(code=app(), mark="0" * 64)
    elif form == "another site":
        seen = visitor.sends(code=app(), headers={"Origin": "https://elsewhere.example.org"})
    elif form == "a frame":
        seen = visitor.sends(code=app(), headers={"Sec-Fetch-Site": "cross-site"})
    elif form == "no cookie":
        visitor.cookies = {}
        seen = visitor.sends(code=app())
    else:
        seen = visitor.sends(code=app(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert seen.status == 403
    assert bot.world.cases.listed("st-peters", lead(bot.world, "chair-1"))[0].opened is None


def test_every_answer_says_what_a_browser_may_do_with_it(chair):
    for path in ("/", "/style.css", "/case", "/case/note", "/no/such/page", "/open/x"):
        headers = chair.goes(path).headers
        assert headers.items() >= HEADERS.items()
    policy = chair.goes("/case").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert (
        chair.seen.headers.items()
        >= {
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }.items()
    )
    assert "<script" not in chair.seen.html
    assert " style=" not in chair.seen.html
    assert "no-store" in chair.goes("/case").headers["Cache-Control"]


def test_behind_https_the_cookie_is_bound_to_it(bot):
    with served(bot.store, bot.world, address="https://cases.example.org") as base:
        headers = Visitor(base).goes("/").headers
    said = {part.strip() for part in headers["Set-Cookie"].split(";")}
    assert said >= {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}
    assert headers["Set-Cookie"].startswith("__Host-")
    assert "max-age" in headers["Strict-Transport-Security"]


def test_a_session_ends_when_nothing_is_done_and_what_was_being_written_is_given_back(chair, clock):
    chair.goes("/case/note")
    clock.goes_on(timedelta(minutes=29))
    chair.goes("/case/note")
    clock.goes_on(timedelta(minutes=30))
    seen = chair.sends(text="A long note <b>about</b> a talk")
    assert seen.status == 403
    assert "A long note &lt;b&gt;about&lt;/b&gt; a talk" in seen.html
    assert "He shouted" not in seen.text


def test_a_session_ends_in_any_case(chair, clock):
    for _ in range(11):
        clock.goes_on(timedelta(minutes=20))
        assert chair.goes("/case").status == 200
    clock.goes_on(timedelta(minutes=20))
    assert chair.goes("/case").status == 403


def test_signing_out_ends_it(chair):
    chair.goes("/case")
    assert "You are signed out" in chair.sends("/leave").text
    assert chair.goes("/case").status == 403


def test_a_contact_that_changes_ends_a_session_that_is_open(bot, chair, engine, contacts):
    people = contacts["st-peters"].people
    moved = tuple(
        replace(p, channels=(("email", "other@governors.example.org"),)) if p.label == "chair-1" else p for p in people
    )
    at_work(bot.store, engine, {"st-peters": replace(contacts["st-peters"], people=moved)}, bot.clock)
    assert chair.goes("/case").status == 403


def test_a_lead_asks_for_a_new_link_and_gets_it_at_their_own_address_alone(bot, visitor, reference):
    visitor.goes("/again")
    said = visitor.sends(address=CHAIR.upper(), reference=reference.lower()).text
    assert "a link is on its way" in said
    assert [(channel, whom) for channel, whom, _ in bot.works()] == [("email", CHAIR)]
    for address, wanted in ((HEAD, reference), (CHAIR, "R-0000-0000"), ("nobody@example.org", reference)):
        visitor.goes("/again")
        assert visitor.sends(address=address, reference=wanted).text == said
    assert bot.works() == []


def test_nobody_can_flood_a_lead_with_links(bot, visitor, reference):
    for number in range(12):
        visitor.goes("/again")
        seen = visitor.sends(
            address=CHAIR, reference=reference, headers={"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.{number}"}
        )
        assert seen.status == 200
    assert len(bot.works()) == 5
    for _ in range(5):
        visitor.goes("/again")
        visitor.sends(address=CHAIR, reference=reference)
    visitor.goes("/again")
    assert visitor.sends(address=CHAIR, reference=reference).status == 429


def test_the_link_in_the_email_opens_the_report(bot, app, visitor, reference):
    settings = Settings(smtp_host="127.0.0.1", page_address="https://cases.example.org/", _env_file=None)
    (email,) = channels_of(settings, bot.store, ["st-peters"])
    (mail,) = email.tell("st-peters", CHAIR, notices.new_report(reference, "today"))
    address = next(word for word in mail.payload["text"].split() if word.startswith("https://"))
    assert "He shouted" not in mail.payload["text"]
    bot.clock.goes_on(MINUTE)
    visitor.goes(urlsplit(address).path)
    assert "He shouted" in visitor.sends(code=app()).text


def test_a_one_time_code_sets_up_one_app_and_wrong_codes_leave_it_as_it_is(bot, visitor, clock):
    code = bot.store.leads.code("st-peters", "chair-1")
    visitor.goes("/enrol")
    assert visitor.sends(code="0000-0000-0000-0000").status == 403
    assert visitor.sends(code=code.lower()).status == 200
    key = next(e.text for e in visitor.seen.elements if e.attributes.get("class") == "key")
    assert visitor.sends(code="000000").status == 403
    assert key in visitor.seen.text
    assert "is set up" in visitor.sends(code=App(key, clock)()).text
    again = Visitor(visitor.base)
    again.goes("/enrol")
    assert again.sends(code=code).status == 403
    assert visitor.goes("/enrol/app").status == 403


def test_setting_up_another_app_ends_the_first(bot, visitor, app, reference, clock):
    second = sets_up(visitor, bot.store, "chair-1", clock)
    clock.goes_on(MINUTE)
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app()).status == 403
    assert visitor.sends(code=second()).status == 200


def test_wrong_one_time_codes_of_somebody_in_the_same_place_lock_no_lead_out(bot, visitor):
    visitor.goes("/enrol")
    for _ in range(30):
        assert visitor.sends(code="0000-0000-0000-0000").status == 403
    assert visitor.sends(code=bot.store.leads.code("st-peters", "chair-1")).status == 200


def test_wrong_codes_from_one_place_lock_no_lead_out_in_another(bot, visitor, app, reference, clock):
    evil, home = {"X-Forwarded-For": "192.0.2.66"}, {"X-Forwarded-For": "192.0.2.1"}
    clock.goes_on(MINUTE)
    for _ in range(2):
        visitor.goes(link(bot.store, reference))
        for _ in range(5):
            assert visitor.sends(code="000000", headers=evil).status == 403
    visitor.goes(link(bot.store, reference))
    assert visitor.sends(code=app(), headers=evil).status == 403
    assert visitor.sends(code=app(), headers=home).status == 200


def test_a_lead_opens_any_number_of_reports_in_an_hour(bot, visitor, app, reference, clock):
    for _ in range(12):
        clock.goes_on(MINUTE)
        visitor.goes(link(bot.store, reference))
        assert visitor.sends(code=app()).status == 200


def test_asking_for_links_in_vain_keeps_none_from_a_lead_in_the_same_place(bot, visitor, reference):
    for _ in range(9):
        visitor.goes("/again")
        visitor.sends(address="nobody@example.org", reference=reference)
    visitor.goes("/again")
    assert visitor.sends(address=CHAIR, reference=reference).status == 429
    assert len(bot.works()) == 1


def test_no_link_key_or_cookie_stands_in_the_database_or_the_log(bot, chair, app, reference, tmp_path, caplog):  # noqa: PLR0917 -- fixtures
    caplog.set_level(logging.DEBUG)
    token = bot.store.links.make(Link("st-peters", CHAIR, reference))
    chair.goes(f"/open/{token}")
    chair.sends(code="000000")
    content = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*")) + caplog.text.encode()
    for word in (token, app.key, app.key.replace(" ", ""), *chair.cookies.values(), CHAIR):
        assert word.encode() not in content


def test_a_failing_store_is_said_without_content(engine, contacts, clock, tmp_path):
    with (
        open_store(Settings(data=tmp_path / "x", _env_file=None), clock) as store,
        served(store, at_work(store, engine, contacts, clock).world) as base,
    ):
        one = Visitor(base)
        one.goes("/again")
        for file in (tmp_path / "x").glob("askfirst.db*"):
            file.write_bytes(b"no database")
        seen = one.sends(address=CHAIR, reference="R-0000-0000")
    assert seen.status == 503
    assert "try again in a minute" in seen.text
