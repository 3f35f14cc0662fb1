"""The canvas of a picture: lettering, bars and lines that pile up from top to bottom, in pixels.

The one rule: nothing written by people is interpreted, no mathtext and no markup, and characters that the font lacks
are left out. (Whoever imports this holds matplotlib: see `chart`.)
"""

from __future__ import annotations

import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.textpath import text_to_path

WIDTH = 1080
MARGIN = 56
RIGHT = WIDTH - MARGIN
DPI = 100

INK = "#1b1f24"
QUIET = "#57606a"
BAR = "#5f92c4"
FIRST = "#0a3d6e"
LINE = "#d0d7de"
"""Two blues that differ by lightness alone, so that no eye needs to tell hues apart; both at 3:1 or more on white."""

STANCES = ("#2166ac", "#d9d9d9", "#fdb863", "#7f3b08")
MONEY = (FIRST, "#ffffff")
SCALES = {
    2: ("#b35806", "#2166ac"),
    3: ("#b35806", "#d9d9d9", "#2166ac"),
    4: ("#b35806", "#fdb863", "#92c5de", "#2166ac"),
    5: ("#b35806", "#fdb863", "#d9d9d9", "#92c5de", "#2166ac"),
    6: ("#7f3b08", "#e08214", "#fee0b6", "#d1e5f0", "#67a9cf", "#2166ac"),
    7: ("#7f3b08", "#e08214", "#fdb863", "#d9d9d9", "#92c5de", "#4393c3", "#053061"),
}
"""Orange to blue, worst to best (after ColorBrewer's PuOr and RdBu): both eyes that miss red or green, and grey paper,
tell the two halves apart; the figures stand beside them all the same."""


ALONE = re.compile(r" (?=[?!:;»%€])|(?<=«) ")
"""Spaces at which French does not break a line."""
HARD_SPACES = "\u00a0\u202f"


@dataclass(frozen=True, slots=True)
class Type:
    """A size of lettering in pixels."""

    size: int
    bold: bool = False
    color: str = INK
    lines: int = 3


TITLE = Type(54, bold=True, lines=4)
QUESTION = Type(42, bold=True, lines=6)
LABEL = Type(37, lines=4)
FIGURE = Type(37, bold=True)
HEADLINE = Type(37, bold=True, color=FIRST, lines=9)
SMALL = Type(29, color=QUIET, lines=4)
KEY = Type(29, lines=3)
CELL = Type(31)
CELL_BOLD = Type(31, bold=True)


@dataclass(slots=True)
class Easel:
    """A growing column of marks. Marks wait until the height is known, then `paint` makes the picture."""

    y: float = MARGIN
    marks: list[Callable[[Axes], object]] = field(default_factory=list)

    def write(self, text: str, type: Type, *, x: float = MARGIN, width: float = RIGHT - MARGIN) -> None:
        """`text` from `x`, wrapped to `width`, and down to below it."""
        for line in wrap(text, type, width):
            self.put(line, type, x=x, y=self.y)
            self.y += type.size * 1.28

    def put(self, line: str, type: Type, *, x: float, y: float, align: str = "left", color: str | None = None) -> None:
        """One line whose top is at `y`."""
        font = _font(type)
        self.marks.append(
            lambda axes: axes.text(
                x,
                y + type.size * 0.97,
                line,
                fontproperties=font,
                color=color or type.color,
                ha=align,
                va="baseline",
                parse_math=False,
                zorder=4,
            )
        )

    def bar(self, *, x: float, length: float, y: float, height: float, color: str) -> None:
        self.marks.append(
            lambda axes: axes.barh(y + height / 2, length, height=height, left=x, color=color, linewidth=0)
        )

    def box(self, *, x: float, length: float, y: float, height: float, color: str) -> None:
        """As `bar`, with a thin edge, so that a pale one is seen as well."""
        self.marks.append(
            lambda axes: axes.barh(
                y + height / 2, length, height=height, left=x, color=color, linewidth=1.0, edgecolor=QUIET
            )
        )

    def line(self, *, x: float, y: float, to_x: float, to_y: float, color: str = INK, width: float = 2.0) -> None:
        self.marks.append(
            lambda axes: axes.plot([x, to_x], [y, to_y], color=color, linewidth=width, solid_capstyle="butt")
        )

    def dot(self, *, x: float, y: float, color: str, size: float) -> None:
        """A disc of `size` pixels across."""
        area = (size * 72 / DPI) ** 2
        self.marks.append(
            lambda axes: axes.scatter([x], [y], s=area, color=color, edgecolors="white", linewidths=1.5, zorder=3)
        )

    def rule(self) -> None:
        """A thin line across."""
        y = self.y
        self.marks.append(lambda axes: axes.plot([MARGIN, RIGHT], [y, y], color=LINE, linewidth=1.5))

    def paint(self) -> bytes:
        height = round(self.y + MARGIN)
        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        for mark in self.marks:
            mark(axes)
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.axis("off")
        png = io.BytesIO()
        figure.savefig(png, format="png", metadata={"Software": None})
        return png.getvalue()


def ink_on(color: str) -> str:
    """Black or white lettering, whichever reads better on `color` (relative luminance as in WCAG 2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#ffffff"


def shade(part: float, darkest: str = FIRST) -> str:
    """From white to the darkest blue (or another colour), `part` from 0 to 1."""
    part = min(max(part, 0.0), 1.0)
    dark = tuple(int(darkest[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (one - 255) * part):02x}" for one in dark)


def wrap(text: str, type: Type, width: float) -> list[str]:
    """`text` in lines of at most `width` pixels; a word that is too long is cut; at most `type.lines` lines, the last
    one ending in an ellipsis when there was more."""
    lines: list[str] = []
    line = ""
    for word in ALONE.sub("\u00a0", drawable(text, type)).split(" "):
        if len(lines) > type.lines:
            break
        while True:
            longer = f"{line} {word}" if line else word
            if measured(longer, type) <= width:
                line = longer
                break
            if line:
                lines.append(line)
                line = ""
                continue
            head = _head(word, type, width)
            lines.append(head)
            word = word[len(head) :]
    lines += [line] if line else []
    if len(lines) <= type.lines:
        return lines
    last = lines[type.lines - 1]
    return [*lines[: type.lines - 1], _head(last, type, width - measured("…", type)).rstrip() + "…"]


def _head(word: str, type: Type, width: float) -> str:
    """As much of `word` as fits, at least one character."""
    ends = range(2, min(len(word), WIDTH // 4) + 1)
    return word[: 1 + bisect_right(ends, width, key=lambda end: measured(word[:end], type))]


def drawable(text: str, type: Type) -> str:
    """`text` on one line without the characters that the font lacks (emoji) or that draw nothing."""
    has = _glyphs(type)
    spaced = (
        " " if char.isspace() and char not in HARD_SPACES else char for char in unicodedata.normalize("NFC", text)
    )
    kept = (char for char in spaced if ord(char) in has and unicodedata.category(char) not in {"Cc", "Cf"})
    return re.sub(" +", " ", "".join(kept)).strip(" ")


def measured(text: str, type: Type) -> float:
    """How wide a line is, in pixels."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, _font(type), ismath=False)
    return float(width) * DPI / 72


@cache
def _font(type: Type) -> Any:
    """DejaVu Sans from inside matplotlib: the same lettering on each machine."""
    name = "DejaVuSans-Bold.ttf" if type.bold else "DejaVuSans.ttf"
    return FontProperties(fname=f"{matplotlib.get_data_path()}/fonts/ttf/{name}", size=type.size * 72 / DPI)


@cache
def _glyphs(type: Type) -> Mapping[int, int]:
    glyphs: Mapping[int, int] = get_font(_font(type).get_file()).get_charmap()
    return glyphs
