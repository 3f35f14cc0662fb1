"""A poll as it was understood, and what was not understood.

The one rule: a `PollLine` is complete and fits together; whatever was missing or contradictory became a `Mistake`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from flows.flow import Every, Method, ResultsMode, Secrecy
from flows.tally.outcome import Cut

LONGEST_QUESTION = 500
LONGEST_CHOICE = 100
MOST_CHOICES = 100
MOST_SLOTS = 50
MANY_CHOICES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something to correct: the words as they were typed (empty when something is missing), and a whole sentence about
    them in the organiser's language, with what to write instead."""

    word: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLine:
    """One poll. Wall times are naive, in `zone`.

    `choices` are empty for consent, whose answers are its own; for availability they are the dates as typed, and
    `slots` what they mean. `yes_no`: no choices were typed. `opens` is the minute in which the line was read.
    `settings` are the words that were taken as settings; `notes` are sentences that the organiser has to see before
    publishing.
    """

    question: str
    choices: tuple[str, ...]
    zone: str
    opens: datetime
    method: Method = Method.PLURALITY
    yes_no: bool = False
    slots: tuple[date | datetime, ...] = ()
    closes: datetime | None = None
    every: Every | None = None
    until: datetime | None = None
    results: ResultsMode = ResultsMode.LIVE
    secrecy: Secrecy = Secrecy.OPEN
    quorum: int | Fraction | None = None
    electorate: int | None = None
    threshold: Fraction | None = None
    strictly: bool = False
    tie: Cut = Cut.OPEN
    at_least: int | None = None
    at_most: int | None = None
    seats: int | None = None
    most: int | None = None
    points: int | None = None
    each: int | None = None
    grades: int | None = None
    reason: str | None = None
    shuffle: bool = False
    add: bool = False
    blank: bool = False
    none: bool = False
    abstain: bool = False
    settings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
