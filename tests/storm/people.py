"""The reporters and the leads of the storm: what they do at what they are shown, on whatever platform."""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING, Protocol

from tests.storm.reports import DSL_IN_SLACK, LEADS, MARK, Report

if TYPE_CHECKING:
    from collections.abc import Callable

_REFERENCE = re.compile(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}")
_CODE = re.compile(r"Receipt code: ((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})")

_WRONG = ("Something went wrong", "SORRY")


class Mouth(Protocol):
    """How somebody speaks on their platform."""

    def says(self, person: str, text: str) -> None:
        """Type something."""

    def starts_again(self, person: str) -> None:
        """Press the button that begins a report anew."""


class People:
    """Everybody outside the bot; what they saw is written down in their reports."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a storm that can be repeated
        self.reports: dict[str, Report] = {}
        self.by_reference: dict[str, Report] = {}
        self.wrong: list[str] = []
        self.the_head_saw: list[tuple[Report, str]] = []
        """Which reports of somebody who reports the head the head was told of or shown, each with its reference."""
        self.opens = "some"
        """Which notices leads open: "some", "all" so that the storm can end, or "none" for as long as it stands."""
        self.mouths: dict[bool, Mouth] = {}
        """How people speak, in Slack and elsewhere."""

    def tells(self, report: Report) -> None:
        """Let a reporter begin, with everything that they will type."""
        self.reports[report.person] = report
        for line in report.lines:
            self.mouths[report.in_slack].says(report.person, line)

    def waiting(self) -> bool:
        """Tell whether somebody has sent a report and not heard yet that it is stored."""
        return any(report.waits for report in list(self.reports.values()))

    def shown(self, who: str, text: str, press_open: Callable[[str], None]) -> None:
        """Take what somebody is shown; a lead opens a report with `press_open`, given its reference."""
        if report := self.reports.get(who):
            self._told_reporter(report, text)
        else:
            self._told_lead(LEADS["dsl-1"] if who == DSL_IN_SLACK else who, text, press_open)

    def _told_reporter(self, report: Report, text: str) -> None:
        code, reference = _CODE.search(text), _REFERENCE.search(text)
        mouth = self.mouths[report.in_slack]
        if code and reference:
            if report.code and report.code != code[1] and not report.told_again:
                self.wrong.append(f"report {report.number}: its reporter got two receipts")
            report.code, report.reference = code[1], reference[0]
            report.confirmed = report.confirmed or time.time()
            self.by_reference[report.reference] = report
        elif "You have a message" in text and report.sort == "left" and not report.confirmed:
            mouth.says(report.person, "status")
        elif "Nobody has seen it" in text and not report.confirmed:
            # They came back after a long pause, so that what they typed was no answer to a step: they tell it again.
            # Had it spoken of danger, the first telling may have been passed on meanwhile: two cases, as promised.
            report.told_again += 1
            mouth.starts_again(report.person)
            for line in report.lines[1:]:
                mouth.says(report.person, line)
        elif "You have a message" in text:
            report.ringing = True
        elif any(words in text for words in _WRONG):
            self.wrong.append(f"report {report.number}: its reporter was told that something went wrong")

    def _told_lead(self, lead: str, text: str, press_open: Callable[[str], None]) -> None:
        """Take what a lead is shown: a notice, which they open now or not, or the case itself."""
        reference = _REFERENCE.search(text)
        if reference is None:
            return
        for mark in MARK.findall(text):
            report = next(one for one in self.reports.values() if one.number == int(mark))
            self.by_reference.setdefault(reference[0], report)
            report.opened_by.append(lead)
            self._note(report, lead, reference[0])
        if MARK.search(text):
            return
        known = self.by_reference.get(reference[0])
        if known:
            known.told.append(lead)
            self._note(known, lead, reference[0])
        if "report" in text.lower() and not (known and known.never_opened) and self._opens_now():
            press_open(reference[0])

    def _note(self, report: Report, lead: str, reference: str) -> None:
        if report.sort == "head" and lead == LEADS["head-1"]:
            self.the_head_saw.append((report, reference))

    def _opens_now(self) -> bool:
        return self.opens == "all" or (self.opens == "some" and self.random.random() < 0.5)
