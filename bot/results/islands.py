"""Draws people by what they think: a dot each, an island for each group, and perhaps where the reader stands.

The one rule: a group is told by its letter, its outline and the form of its dots; its colour only says it again (after
Okabe and Ito, "Color universal design", 2008: told apart by eyes that miss red or green).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.stats import gaussian_kde

from bot.results.easel import FIGURE, INK, LABEL, MARGIN, QUIET, RIGHT, SMALL, Easel, drawable, measured
from bot.results.shapes import Island, Islands

WIDE = RIGHT - MARGIN
TALL = 800
EDGE = 60
"""Nobody stands closer to the frame than this."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
FORMS = ("o", "s", "^", "D", "v")
GRID = 90
INSIDE = 12
"""An island holds all but so many hundredths of its dots; those farthest from the others stand outside its shore."""


def islands(easel: Easel, found: Islands) -> None:
    top = easel.y
    easel.box(x=MARGIN, length=WIDE, y=top, height=TALL, color="#f6f8fa")
    for one, colour, form in zip(found.islands, cycle(COLOURS), cycle(FORMS), strict=False):
        _island(easel, one, top, colour, form)
    taken = [_name(easel, one, top) for one in found.islands if one.name]
    if found.you is not None:
        _you(easel, found.you, found.here, top, taken)
    easel.y = top + TALL + 16
    easel.write(found.key, SMALL)
    easel.y += 8


def _at(spot: tuple[float, float], top: float) -> tuple[float, float]:
    """Pixels of a place."""
    return MARGIN + EDGE + spot[0] * (WIDE - 2 * EDGE), top + TALL - EDGE - spot[1] * (TALL - 2 * EDGE)


def _island(easel: Easel, one: Island, top: float, colour: str, form: str) -> None:
    dots = np.array([_at(dot, top) for dot in one.dots]).reshape(-1, 2)
    size = 150 if len(dots) <= 150 else 70 if len(dots) <= 1000 else 22

    def mark(axes: Axes) -> None:
        shore = _shore(dots, top) if one.name else None
        if shore is not None:
            across, up, density, level = shore
            axes.contourf(across, up, density, levels=[level, density.max() * 1.01], colors=[colour], alpha=0.16)
            axes.contour(across, up, density, levels=[level], colors=[colour], linewidths=2.5)
        axes.scatter(
            dots[:, 0],
            dots[:, 1],
            s=size * 0.5,
            marker=form,
            color=colour,
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
        )

    easel.marks.append(mark)


def _shore(dots: Any, top: float) -> tuple[Any, Any, Any, float] | None:
    """A net of points, how close together people stand at each, and the height of the shore; None where they all stand
    in one place or in one line."""
    try:
        cloud = gaussian_kde(dots.T)
    except (np.linalg.LinAlgError, ValueError):
        return None
    across, up = np.meshgrid(np.linspace(MARGIN, RIGHT, GRID), np.linspace(top, top + TALL, GRID))
    density = cloud(np.vstack([across.ravel(), up.ravel()])).reshape(across.shape)
    level = float(np.percentile(cloud(dots.T), INSIDE))
    return (across, up, density, level) if 0 < level < density.max() else None


def _name(easel: Easel, one: Island, top: float) -> tuple[float, float, float]:
    """The letter of a group over its middle; where it stands, and how wide it is."""
    x, y = _at(tuple(np.median(np.array(one.dots), axis=0)), top)
    text = drawable(one.name, FIGURE)
    width = measured(text, FIGURE) + 28
    x = min(max(x, MARGIN + width / 2 + 4), RIGHT - width / 2 - 4)
    _sign(easel, text, x, y, width)
    return x, y, width


def _sign(
    easel: Easel, text: str, x: float, y: float, width: float, *, ground: str = "#ffffff", ink: str = INK
) -> None:
    """A text on a plate that stands on the dots."""
    left, upper = x - width / 2, y - 28

    def plate(axes: Axes) -> None:
        axes.fill_between(
            [left, left + width], upper, upper + 56, color=ground, alpha=0.92, zorder=3.5, linewidth=1, edgecolor=QUIET
        )

    easel.marks.append(plate)
    easel.put(text, FIGURE, x=x, y=upper + 4, align="center", color=ink)


def _you(
    easel: Easel, spot: tuple[float, float], here: str, top: float, taken: Sequence[tuple[float, float, float]]
) -> None:
    """A star where the reader stands, and beside it the words, clear of the letters of the groups."""
    x, y = _at(spot, top)

    def star(axes: Axes) -> None:
        axes.scatter([x], [y], s=1500, marker="*", color="white", zorder=3.6)
        axes.scatter([x], [y], s=800, marker="*", color=INK, zorder=3.7)

    easel.marks.append(star)
    text = drawable(here, LABEL)
    width = measured(text, FIGURE) + 28
    left = x + 40 + width > RIGHT - 4
    middle = x - 40 - width / 2 if left else x + 40 + width / 2
    heights = (0, -64, 64, -128, 128, -192, 192)
    free = (
        y + by
        for by in heights
        if top + 34 < y + by < top + TALL - 34
        and all(abs(y + by - other) > 60 or abs(middle - at) > (width + wide) / 2 for at, other, wide in taken)
    )
    _sign(easel, text, middle, next(free, y), width, ground=INK, ink="#ffffff")
