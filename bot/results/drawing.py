"""Draws sheets of bars with matplotlib: 1080 pixels wide, to be read on a phone and on the wall of a town hall.

The one rule: nothing written by people is interpreted, no mathtext and no markup, and characters that the font lacks
are left out. Only `bot.results.chart` imports this, and only when it draws: matplotlib is 60 MB that would stay.

The same sheets make the same bytes: one font for all machines, no date and no program name inside.
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

from bot.results.panels import Bar, Panel, Sheet

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

GUTTER = 300
"""Labels that all fit this many pixels stand left of the bars, longer ones above them."""
HALF = 0.5
"""A bar as long as the drawing stands for at least this share, so that a scattered vote does not look like a wave."""


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
SMALL = Type(29, color=QUIET, lines=4)


def draw_sheets(payload: Mapping[str, Any]) -> list[bytes]:
    """The pictures of a payload, in its order."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        return [_draw(Sheet.from_json(sheet)) for sheet in payload["sheets"]]


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

    def put(self, line: str, type: Type, *, x: float, y: float, align: str = "left") -> None:
        """One line whose top is at `y`."""
        font = _font(type)
        self.marks.append(
            lambda axes: axes.text(
                x,
                y + type.size * 0.97,
                line,
                fontproperties=font,
                color=type.color,
                ha=align,
                va="baseline",
                parse_math=False,
            )
        )

    def bar(self, *, x: float, length: float, y: float, height: float, color: str) -> None:
        self.marks.append(
            lambda axes: axes.barh(y + height / 2, length, height=height, left=x, color=color, linewidth=0)
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
    if panel.note:
        easel.y += 6
        easel.write(panel.note, SMALL)
    easel.y += 22
    gutter = max((measured(_label(bar), LABEL) for bar in panel.bars), default=0)
    reach = max([HALF, *(bar.length for bar in panel.bars)])
    figures = max((measured(bar.figure, FIGURE) for bar in panel.bars), default=0)
    beside = gutter <= GUTTER
    left = MARGIN + gutter + 24 if beside else MARGIN
    unit = (RIGHT - left - figures - 20) / reach
    for bar in panel.bars:
        if beside:
            _line_beside(easel, bar, left=left, unit=unit)
        else:
            _line_below(easel, bar, unit=unit)
    easel.y += 4
    easel.write(panel.basis, SMALL)


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
    top = easel.y + 1 + (height - FIGURE.size * 1.2) / 2
    easel.put(drawable(bar.figure, FIGURE), FIGURE, x=left + length + 16, y=top)
    return top


def _label(bar: Bar) -> str:
    return drawable(bar.label, LABEL) or drawable(bar.spare, LABEL)


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
