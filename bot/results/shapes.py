"""What a picture is made of, in finished words and figures: bars, stacks, tables, maps, islands, on panels, on sheets.

The one rule: a shape says all of itself in words too (`say_panel`). Whoever draws it, or reads it aloud, knows no
language and does no sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`length` is a share of the whole, from 0 to 1. `spare` stands in where no character of the label can be drawn (a
    label of emoji). `low` and `high` are the ends of a whisker: how far answers lie apart."""

    label: str
    figure: str
    length: float
    first: bool = False
    spare: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One line of parts that make a whole, worst to best. `parts` are shares from 0 to 1, `figures` what stands on
    them."""

    label: str
    parts: tuple[float, ...]
    figures: tuple[str, ...]
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """Lines of parts with one key for all, worst to best. `middle`: what falls on the middle means something. `tones`
    says what the colours are of: `grades`, `stances`, `money`."""

    key: tuple[str, ...]
    stacks: tuple[Stack, ...]
    middle: bool = False
    tones: str = "grades"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number in a table. `part`, from 0 to 1, is how dark it is, or with `bars` how long. `mark` is what it means:
    `won`, `gone`, `against`, or nothing; an empty text is no cell."""

    text: str
    part: float = 0.0
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table that is drawn; `key` says what its marks mean. `spoken`: the heads as they read in a sentence."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    bars: bool = False
    key: str = ""
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point of a map, from 0 to 1 both ways; `tone` is its third number, None where it has none. `told` says all of
    it."""

    number: str
    label: str
    x: float
    y: float
    tone: float | None
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Two criteria across and up, a third as colour. The ends are what the least and the greatest mean."""

    across: str
    up: str
    across_ends: tuple[str, str]
    up_ends: tuple[str, str]
    dots: tuple[Dot, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """A group of people on a map of opinions: where they stand, both ways from 0 to 1, moved so that nobody is found
    again. `name` is on the map, `told` says all that is to say of it. Without a name it is no group and has no
    shore."""

    name: str
    dots: tuple[tuple[float, float], ...]
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Islands:
    """People by what they think: whoever stands close thinks alike. `you` is the reader's own place, with the words
    for it."""

    islands: tuple[Island, ...]
    key: str
    you: tuple[float, float] | None = None
    here: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One question. `headline` says who won, where somebody did."""

    question: str
    note: str
    bars: tuple[Bar, ...]
    basis: str
    headline: str = ""
    stacks: Stacks | None = None
    grid: Grid | None = None
    map: Map | None = None
    islands: Islands | None = None

    @property
    def lines(self) -> int:
        """How much of a picture it takes, in lines of bars."""
        n = 2 + len(self.bars)
        n += len(self.stacks.stacks) * 2 + 2 if self.stacks else 0
        n += len(self.grid.rows) + 2 if self.grid else 0
        n += 14 if self.islands else 0
        return n + (12 + len(self.map.dots) if self.map else 0)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Panel:
        stacks, grid, map, islands = (data.get(name) for name in ("stacks", "grid", "map", "islands"))
        rows = [(label, tuple(Cell(**cell) for cell in cells)) for label, cells in grid["rows"]] if grid else []
        return Panel(
            **{
                **data,
                "bars": tuple(Bar(**bar) for bar in data["bars"]),
                "stacks": stacks and Stacks(**{**stacks, "stacks": tuple(Stack(**one) for one in stacks["stacks"])}),
                "grid": grid and Grid(**{**grid, "rows": tuple(rows)}),
                "map": map and Map(**{**map, "dots": tuple(Dot(**one) for one in map["dots"])}),
                "islands": islands
                and Islands(**{**islands, "islands": tuple(Island(**one) for one in islands["islands"])}),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One picture."""

    title: str
    panels: tuple[Panel, ...]
    footer: str

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Sheet:
        panels = tuple(Panel.from_json(_tupled(panel)) for panel in data["panels"])
        return Sheet(title=data["title"], panels=panels, footer=data["footer"])


def _tupled(value: Any) -> Any:
    """JSON as it was before: its lists were tuples."""
    match value:
        case list():
            return tuple(_tupled(one) for one in value)
        case dict():
            return {name: _tupled(one) for name, one in value.items()}
        case _:
            return value


def say_panel(panel: Panel) -> str:
    """All that one panel shows, in words."""
    asked = " ".join(part for part in (panel.question, panel.note) if part)
    said = [asked, panel.headline]
    if panel.bars:
        said.append("; ".join(f"{bar.label} — {bar.figure}" for bar in panel.bars) + ".")
    if panel.stacks:
        key = panel.stacks.key
        for stack in panel.stacks.stacks:
            parts = ", ".join(f"{name} {figure}" for name, figure in zip(key, stack.figures, strict=True) if figure)
            said.append(f"{stack.label} — {parts}.")
    if panel.grid:
        heads = panel.grid.spoken or panel.grid.heads
        for label, cells in panel.grid.rows:
            told = ", ".join(f"{head} {cell.text}" for head, cell in zip(heads, cells, strict=True) if cell.text)
            said.append(f"{label} — {told}.")
        said.append(panel.grid.key)
    if panel.map:
        said += [f"{dot.number}. {dot.label} — {dot.told}." for dot in panel.map.dots]
    if panel.islands:
        said += [one for one in (panel.islands.here, *(island.told for island in panel.islands.islands)) if one]
        said.append(panel.islands.key)
    return "\n".join([*(one for one in said if one), panel.basis + "."])


def say_sheet(sheet: Sheet) -> str:
    """All that one picture shows, in words."""
    return "\n".join([sheet.title, *(say_panel(panel) for panel in sheet.panels), sheet.footer])
