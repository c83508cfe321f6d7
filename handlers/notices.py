"""What a lead or a reporter is told of a case from outside it: reference and urgency alone, nothing of its content."""

from __future__ import annotations

from handlers.message import Button, Card, Reply, Signal
from handlers.wording import say


def new_report(reference: str, urgency: str, *, again: bool = False) -> Reply:
    """Tell a lead that there is a report."""
    headline = say(
        "notices.still" if again else "notices.new", reference=reference, urgency=say(f"cases.urgency_{urgency}")
    )
    return _notice(headline, reference, say("notices.how"))


def many_reports(reference: str, urgency: str) -> Reply:
    """Tell a lead of one report of somebody who sends very many; it stands for all that came with it."""
    headline = say("notices.new", reference=reference, urgency=say(f"cases.urgency_{urgency}"))
    return _notice(headline, reference, say("notices.many"), say("notices.how"))


def kept_long_enough(reference: str, years: str) -> Reply:
    """Ask a lead whether a closed case is erased, now that the school's own time for it is over."""
    return _notice(say("notices.kept", reference=reference, years=years), reference, say("notices.kept_how"))


def untouched(reference: str, days: str) -> Reply:
    """Remind a lead of a case that nobody has touched."""
    return _notice(say("notices.untouched", reference=reference, days=days), reference)


def reporter_wrote(reference: str, *, danger: bool = False) -> Reply:
    """Tell a lead that the reporter has added something, and where it speaks of danger, how urgent that is."""
    if danger:
        return _notice(
            say("notices.reporter_wrote_of_danger", reference=reference, urgency=say("cases.urgency_now")), reference
        )
    return _notice(say("notices.reporter_wrote", reference=reference), reference)


def fresh_link(reference: str) -> Reply:
    """Give a lead who asked for it a fresh way to a case."""
    return _notice(say("notices.fresh_link", reference=reference), reference, say("notices.fresh_link_not_you"))


def message_waiting() -> Reply:
    """Tell a reporter that there is a message, and no more: somebody else may read the screen."""
    return Reply((Card(say("notices.message"), signal=Signal.INFO),))


def contact_changed(label: str, what: str) -> Reply:
    """Tell a lead that somebody's contact was changed, or that somebody enrolled in a way that it can't vouch for."""
    lines = (say("notices.contact_asks" if what in ("new", "changed", "gone") else "notices.enrolled_asks"),)
    return Reply((Card(say(f"notices.contact_{what}", who=label), lines, signal=Signal.MUST),))


def _notice(headline: str, reference: str, *lines: str) -> Reply:
    return Reply((Card(headline, lines, signal=Signal.MUST),), (Button(say("notices.open"), "cases.open", reference),))
