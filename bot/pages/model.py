"""What the public pages show, as plain data, and the port that brings it.

The one rule: what may not be shown is not in here. While results are hidden, `results` is None and the port answers
None for the chart and the downloads; no page decides about secrecy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from flows.messages import Block

State: TypeAlias = Literal["scheduled", "open", "closed"]
Format: TypeAlias = Literal["csv", "json", "ics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One choice: its label, how many took it, its share between 0 and 1 (None where a share says nothing)."""

    label: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it is read: a caption, the heads of its columns, rows whose first cell is their head. `bars`, one a
    row where there are any, are drawn beside the names (from 0 to 1).
    `folded`: what to press to see it; empty where it is seen at once."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[float, ...] = ()
    folded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question and its rows; `note` is a sentence under them (an average, how many skipped). A vote has a `verdict`
    (who won, or why nobody did), tables instead of rows, and `why`: the explanation."""

    text: str
    rows: tuple[ResultRow, ...]
    note: str = ""
    verdict: str = ""
    tables: tuple[Table, ...] = ()
    why: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationPage:
    """A consultation as the public sees it. Texts are in the language that was asked for; `opens` and `closes` are
    ready to read, with their zone. `turnout` is None where it may not be told. `hidden` says why `results` is None.
    `chart` and `downloads` say whether the port has them; `pictures` says of each picture in words all that it shows
    (without it there is one, told by the tables). `picture_first`: they are read more easily than the
    tables, and stand above them. `calendar`: best dates can be downloaded. `fingerprint` stands for the text,
    the ballots and the result together. `changes` are sentences on what happened since then."""

    id: str
    title: str
    summary: str
    state: State
    opens: str
    closes: str
    turnout: int | None = None
    results: tuple[QuestionResult, ...] | None = None
    hidden: str = ""
    note: str = ""
    chart: bool = False
    downloads: bool = False
    changes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_first: bool = False
    calendar: bool = False
    fingerprint: str = ""
    petition: bool = False
    """Does one sign here, more than answer?"""
    trash: bool = False
    """Is there a page of what was refused or removed?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A consultation in the list."""

    id: str
    title: str
    summary: str
    state: State
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashEntry:
    """Something refused or removed: never by whom, and the day only. An empty `text` may not be shown again."""

    number: int
    verdict: str
    day: str
    reason: str
    rule: str
    text: str
    contested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashPage:
    """What was refused or removed in a consultation; `months` are names, each with sentences."""

    id: str
    title: str
    entries: tuple[TrashEntry, ...]
    months: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Pages(Protocol):
    """What the public pages ask."""

    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        """The page of `id`; None when there is none."""
        ...

    async def trash(self, id: str, lang: str) -> TrashPage | None:
        """What was refused or removed in `id`; None when there is no such consultation."""
        ...

    async def listed(self, lang: str) -> Sequence[Listing]:
        """The consultations to show in the list, first things first."""
        ...

    async def chart(self, id: str, lang: str, number: int = 1) -> bytes | None:
        """A picture of the results as PNG, counted from 1; None while they may not be shown."""
        ...

    async def download(self, id: str, format: Format) -> bytes | None:
        """The results as a file; None while they may not be shown."""
        ...
