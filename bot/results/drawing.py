"""Draws sheets with matplotlib: 1080 pixels wide, to be read on a phone and on the wall of a town hall.

The one rule: a drawing adds nothing and leaves nothing out; what it says is in its panel, finished. Only
`bot.results.chart` imports this, and only when it draws: matplotlib is 60 MB that would stay.

The same sheets make the same bytes: one font for all machines, no date and no program name inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib

from bot.results.easel import (
    BAR,
    FIGURE,
    FIRST,
    HEADLINE,
    LABEL,
    MARGIN,
    QUESTION,
    RIGHT,
    SMALL,
    TITLE,
    Easel,
    drawable,
    measured,
    wrap,
)
from bot.results.figures import grid, map_of, stacks
from bot.results.islands import islands
from bot.results.shapes import Bar, Panel, Sheet

__all__ = ["LABEL", "QUESTION", "RIGHT", "draw_sheets", "drawable", "measured", "wrap"]

GUTTER = 300
"""Labels that all fit this many pixels stand left of the bars, longer ones above them."""
MOST_BESIDE = 640
"""Label and figure together leave a bar at least the rest."""
HALF = 0.5
"""A bar as long as the drawing stands for at least this share, so that a scattered vote does not look like a wave."""


def draw_sheets(payload: Mapping[str, Any]) -> list[bytes]:
    """The pictures of a payload, in its order."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        return [_draw(Sheet.from_json(sheet)) for sheet in payload["sheets"]]


def _draw(sheet: Sheet) -> bytes:
    easel = Easel()
    easel.write(sheet.title, TITLE)
    easel.y += 20
    for panel in sheet.panels:
        easel.y += 30
        easel.rule()
        easel.y += 30
        _panel(easel, panel)
    easel.y += 26
    easel.rule()
    easel.y += 24
    for line in sheet.footer.splitlines():
        easel.write(line, SMALL)
    return easel.paint()


def _panel(easel: Easel, panel: Panel) -> None:
    easel.write(panel.question, QUESTION)
    if panel.headline:
        easel.y += 10
        easel.write(panel.headline, HEADLINE)
    if panel.note:
        easel.y += 10
        easel.write(panel.note, SMALL)
    easel.y += 22
    if panel.stacks:
        stacks(easel, panel.stacks)
    if panel.grid:
        grid(easel, panel.grid)
    if panel.map:
        map_of(easel, panel.map)
    if panel.islands:
        islands(easel, panel.islands)
    if panel.bars:
        _bars(easel, panel)
    easel.y += 4
    easel.write(panel.basis, SMALL)


def _bars(easel: Easel, panel: Panel) -> None:
    gutter = max((measured(_label(bar), LABEL) for bar in panel.bars), default=0)
    reach = max([HALF, *(max(bar.length, bar.high or 0.0) for bar in panel.bars)])
    figures = max((measured(bar.figure, FIGURE) for bar in panel.bars), default=0)
    beside = gutter <= GUTTER and gutter + figures <= MOST_BESIDE
    left = MARGIN + gutter + 24 if beside else MARGIN
    unit = (RIGHT - left - figures - 20) / reach
    for bar in panel.bars:
        if beside:
            _line_beside(easel, bar, left=left, unit=unit)
        else:
            _line_below(easel, bar, unit=unit)


def _line_beside(easel: Easel, bar: Bar, *, left: float, unit: float) -> None:
    """Label, bar and figure on one line."""
    top = _bar(easel, bar, left=left, unit=unit, height=46)
    easel.put(_label(bar), LABEL, x=left - 24, y=top, align="right")
    easel.y += 66


def _line_below(easel: Easel, bar: Bar, *, unit: float) -> None:
    """The label over the whole width, the bar and its figure under it."""
    easel.write(_label(bar), LABEL)
    easel.y += 6
    _bar(easel, bar, left=MARGIN, unit=unit, height=40)
    easel.y += 66


def _bar(easel: Easel, bar: Bar, *, left: float, unit: float, height: float) -> float:
    """The bar with its figure at its end; where the top of the lettering is."""
    length = max(bar.length * unit, 3)
    easel.bar(x=left, length=length, y=easel.y + 1, height=height, color=FIRST if bar.first else BAR)
    if bar.low is not None and bar.high is not None and bar.high > bar.low:
        middle, from_x, to_x = easel.y + 1 + height / 2, left + bar.low * unit, left + bar.high * unit
        easel.line(x=from_x, y=middle, to_x=to_x, to_y=middle, width=3.0)
        for x in (from_x, to_x):
            easel.line(x=x, y=middle - 9, to_x=x, to_y=middle + 9, width=3.0)
        length = max(length, bar.high * unit)
    top = easel.y + 1 + (height - FIGURE.size * 1.2) / 2
    easel.put(drawable(bar.figure, FIGURE), FIGURE, x=left + length + 16, y=top)
    return top


def _label(bar: Bar) -> str:
    return drawable(bar.label, LABEL) or drawable(bar.spare, LABEL)
