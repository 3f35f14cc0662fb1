"""One shape for ballots from anywhere, and what is said when a file has mistakes.

The one rule: equal ballots stand together with their number, in the order in which they first appear, so that a file
that is written and read again is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from flows.tally.outcome import Number
from flows.tally.rankings import Ranking

Pairs: TypeAlias = tuple[tuple[str, Number | str], ...]
Ballot: TypeAlias = str | tuple[str, ...] | Ranking | Pairs
"""One choice, several, a ranking, or what was given to each option."""

__all__ = ["BadFile", "Ballot", "BallotFile", "Kind", "Mistake", "Option", "Pairs", "Ranking", "Unclear", "together"]


class Kind(StrEnum):
    """What ballots look like. `LIST` is several codes in a table that does not say whether their order means
    something."""

    CHOICE = "choice"
    APPROVAL = "approval"
    LIST = "list"
    RANKING = "ranking"
    POINTS = "points"
    GRADES = "grades"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose. Projects of a budget have a cost."""

    code: str
    name: str
    cost: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotFile:
    """What was read. `aside` says how many ballots are not counted, by reason; `remarks` what is odd in the file and
    was read all the same. `limit` is the money of a budget, `most` the most points for one option, `grades` go from
    best to worst, `method` and `seats` are what the file itself declares, where it does."""

    kind: Kind
    options: tuple[Option, ...]
    ballots: tuple[tuple[Ballot, int], ...]
    title: str = ""
    format: str = ""
    limit: Number | None = None
    most: int | None = None
    grades: tuple[str, ...] = ()
    method: str | None = None
    seats: int | None = None
    aside: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)

    @property
    def voters(self) -> int:
        return sum(n for _, n in self.ballots)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong, and in which line (counted from 1; 0: in the file as a whole)."""

    line: int
    what: str


class BadFile(Exception):
    """A file that cannot be counted, with everything that was found wrong in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{mistake.line}: {mistake.what}" for mistake in self.mistakes))


class Unclear(BadFile):
    """Nothing is wrong in the file, but it has several questions and nobody said which one to count."""


def together(ballots: Iterable[tuple[Ballot, int]]) -> tuple[tuple[Ballot, int], ...]:
    """Equal ballots together, in the order of the first of each."""
    found: dict[Ballot, int] = {}
    for ballot, n in ballots:
        found[ballot] = found.get(ballot, 0) + n
    return tuple((ballot, n) for ballot, n in found.items() if n)
