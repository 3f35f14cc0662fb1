"""What the public pages show, as plain data, and the port that brings it.

The one rule: what may not be shown is not in here. While results are hidden, `results` is None and the port answers
None for the chart and the downloads; no page decides about secrecy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

State: TypeAlias = Literal["scheduled", "open", "closed"]
Format: TypeAlias = Literal["csv", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One choice: its label, how many took it, its share between 0 and 1 (None where a share says nothing)."""

    label: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question and its rows; `note` is a sentence under them (an average, how many skipped)."""

    text: str
    rows: tuple[ResultRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationPage:
    """A consultation as the public sees it. Texts are in the language that was asked for; `opens` and `closes` are
    ready to read, with their zone. `turnout` is None where it may not be told. `hidden` says why `results` is None.
    `chart` and `downloads` say whether the port has them."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A consultation in the list."""

    id: str
    title: str
    summary: str
    state: State
    closes: str


class Pages(Protocol):
    """What the public pages ask."""

    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        """The page of `id`; None when there is none."""
        ...

    async def listed(self, lang: str) -> Sequence[Listing]:
        """The consultations to show in the list, first things first."""
        ...

    async def chart(self, id: str, lang: str) -> bytes | None:
        """The results as PNG; None while they may not be shown."""
        ...

    async def download(self, id: str, format: Format) -> bytes | None:
        """The results as a file; None while they may not be shown."""
        ...
