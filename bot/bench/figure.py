"""One figure, said the same way in the terminal and in a table.

The one rule: a figure never stands alone. It has a floor beside it (a bare program doing the least of the same on this
machine), or a reach that it is held to, or both; what could not be measured is said in a sentence, never left blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What was promised, and whether it is so."""

    stated: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`floor` is in the same unit; see each group for what it is."""

    group: str
    name: str
    value: float
    unit: str
    floor: float | None = None
    reach: Reach | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return self.value / self.floor if self.floor else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Why something was not measured."""

    group: str
    sentence: str


Found = Figure | LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: so many rounds, of which the median counts, and one part in `share` of the work."""

    rounds: int = 3
    share: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Figures that are measured together; `about` says how, and what the floor is."""

    name: str
    title: str
    about: str
    measure: Callable[[Size], Iterator[Found]]


def at_most(value: float, limit: float, stated: str) -> Reach:
    return Reach(stated=stated, reached=value <= limit)


def at_least(value: float, limit: float, stated: str) -> Reach:
    return Reach(stated=stated, reached=value >= limit)


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


# --- Saying it -------------------------------------------------------------------------------------------------------

HEADS = ("Figure", "Value", "Unit", "Floor", "Ratio", "Reach", "Reached", "Note")
_RIGHT = ("Value", "Floor", "Ratio")
RULER = "| " + " | ".join("---:" if head in _RIGHT else "---" for head in HEADS) + " |"


def line(found: Found) -> str:
    """For the terminal."""
    match found:
        case LeftOut():
            return f"  {found.sentence}"
        case Figure():
            told = f"  {found.name:<52} {number(found.value):>10} {found.unit:<16}"
            if found.ratio is not None and found.floor is not None:
                told += f" floor {number(found.floor)}, ratio {found.ratio:.2f}"
            if found.reach is not None:
                told += f"  [{found.reach.stated}: {reached(found)}]"
            return told.rstrip() + (f"  ({found.note})" if found.note else "")


def row(figure: Figure) -> str:
    """For a table."""
    cells = (
        figure.name,
        number(figure.value),
        figure.unit,
        number(figure.floor) if figure.floor is not None else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.reach.stated if figure.reach is not None else "",
        reached(figure),
        figure.note,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def reached(figure: Figure) -> str:
    if figure.reach is None:
        return "nothing stated"
    return "yes" if figure.reach.reached else "no"


def number(value: float) -> str:
    """With as many places as mean something."""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
