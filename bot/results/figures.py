"""Draws what is not bars: parts of a whole, tables, maps.

The one rule: no lettering leaves its place. What does not fit is set smaller, wrapped, or cut with an ellipsis, and
stands whole in the words beside the picture.
"""

from __future__ import annotations

from dataclasses import replace

from bot.results.easel import (
    BAR,
    CELL,
    CELL_BOLD,
    FIGURE,
    FIRST,
    INK,
    KEY,
    LABEL,
    LINE,
    MARGIN,
    MONEY,
    QUIET,
    RIGHT,
    SCALES,
    SMALL,
    STANCES,
    Easel,
    Type,
    drawable,
    ink_on,
    measured,
    shade,
    wrap,
)
from bot.results.shapes import Cell, Dot, Grid, Map, Stack, Stacks

WIDE = RIGHT - MARGIN
HEIGHT = 56
"""Of a line of parts."""
MAP = 760
"""A map is so many pixels wide and high."""
EDGE = 74
MANY = 12
"""With more points only their names are told; the numbers stand in the words and on the page."""


# --- Parts of a whole ------------------------------------------------------------------------------------------------


def stacks(easel: Easel, found: Stacks) -> None:
    colors = {"stances": STANCES, "money": MONEY}.get(found.tones) or SCALES.get(len(found.key), SCALES[7])
    _key(easel, found.key, colors)
    for stack in found.stacks:
        bold = FIGURE if stack.first else LABEL
        easel.write(stack.label, bold)
        easel.y += 6
        _stack(easel, stack, colors)
        if found.middle:
            middle = MARGIN + WIDE / 2
            for top, bottom in ((easel.y - 14, easel.y + 6), (easel.y + HEIGHT - 6, easel.y + HEIGHT + 14)):
                easel.line(x=middle, y=top, to_x=middle, to_y=bottom, width=5.0)
        easel.y += HEIGHT + 30


def _stack(easel: Easel, stack: Stack, colors: tuple[str, ...]) -> None:
    x = float(MARGIN)
    for part, figure, color in zip(stack.parts, stack.figures, colors, strict=False):
        length = part * WIDE
        if length > 0:
            easel.box(x=x, length=length, y=easel.y, height=HEIGHT, color=color)
            text = drawable(figure, CELL)
            if measured(text, CELL) + 12 < length:
                easel.put(text, CELL, x=x + length / 2, y=easel.y + 9, align="center", color=ink_on(color))
        x += length


def _key(easel: Easel, words: tuple[str, ...], colors: tuple[str, ...]) -> None:
    """A patch of each colour with its word, on as many lines as it takes."""
    x, size = float(MARGIN), 30
    for word, color in zip(words, colors, strict=False):
        text = wrap(word, replace(KEY, lines=1), WIDE - size - 12)
        label = text[0] if text else ""
        width = size + 12 + measured(label, KEY) + 34
        if x > MARGIN and x + width > RIGHT:
            x = float(MARGIN)
            easel.y += 46
        easel.box(x=x, length=size, y=easel.y + 2, height=size, color=color)
        easel.put(label, KEY, x=x + size + 12, y=easel.y, color=INK)
        x += width
    easel.y += 64


# --- Tables ----------------------------------------------------------------------------------------------------------


def grid(easel: Easel, found: Grid) -> None:
    """A table with shaded cells, or with bars in them. Labels that are long stand over their line."""
    n = max(1, len(found.heads))
    widest = max((measured(cell.text, CELL_BOLD) for _label, cells in found.rows for cell in cells), default=0)
    widest = max([widest, *(measured(head, SMALL) for head in found.heads)])
    labels = max((measured(drawable(label, LABEL), LABEL) for label, _cells in found.rows), default=0)
    beside = labels + 24 + n * (widest + 26) <= WIDE
    gutter = labels + 24 if beside else 0.0
    column = (WIDE - gutter) / n
    heads = _fitting(found.heads, column - 8)
    for at, head in enumerate(found.heads):
        for number, line in enumerate(wrap(head, replace(heads, lines=2), column - 8)):
            middle = MARGIN + gutter + (at + 0.5) * column
            easel.put(line, heads, x=middle, y=easel.y + number * heads.size * 1.2, align="center")
    easel.y += heads.size * 1.2 * max(len(wrap(head, replace(heads, lines=2), column - 8)) for head in found.heads) + 12
    cells = _fitting(tuple(cell.text for _label, row in found.rows for cell in row), column - 12, CELL_BOLD)
    for label, row in found.rows:
        if beside:
            easel.put(drawable(label, LABEL), LABEL, x=MARGIN, y=easel.y + 8)
        else:
            easel.write(label, replace(LABEL, lines=2))
            easel.y += 2
        for at, cell in enumerate(row):
            _cell(easel, cell, x=MARGIN + gutter + at * column, width=column, type=cells, bars=found.bars)
        easel.y += HEIGHT + (6 if beside else 18)
    if found.key:
        easel.y += 4
        easel.write(found.key, SMALL)


def _fitting(texts: tuple[str, ...], width: float, type: Type = SMALL) -> Type:
    """The lettering in which the widest of some words fits, not smaller than can be read."""
    size = type.size
    while size > 20 and any(
        measured(word, replace(type, size=size)) > width for text in texts for word in text.split()
    ):
        size -= 1
    return replace(type, size=size)


def _cell(easel: Easel, cell: Cell, *, x: float, width: float, type: Type, bars: bool) -> None:
    if not cell.text:
        return
    y, inner = easel.y, width - 6
    type = replace(type, bold=cell.mark == "won")
    if bars:
        color = {"won": FIRST, "gone": LINE}.get(cell.mark, BAR)
        if cell.part:
            easel.bar(x=x + 3, length=max(3.0, cell.part * inner), y=y + HEIGHT - 12, height=10, color=color)
        easel.put(cell.text, type, x=x + 3, y=y + 4, color=QUIET if cell.mark == "gone" else INK)
        if cell.mark == "gone":
            middle = y + 4 + type.size * 0.66
            easel.line(x=x, y=middle, to_x=x + 6 + measured(cell.text, type), to_y=middle, color=QUIET)
        return
    darkest = QUIET if cell.mark == "against" else FIRST
    color = shade(0.1 + 0.9 * cell.part, darkest) if cell.part else "#ffffff"
    easel.box(x=x + 3, length=inner, y=y, height=HEIGHT, color=color)
    top = y + (HEIGHT - type.size * 1.2) / 2
    easel.put(cell.text, type, x=x + width / 2, y=top, align="center", color=ink_on(color))


# --- Map -------------------------------------------------------------------------------------------------------------


def map_of(easel: Easel, found: Map) -> None:
    """Numbers on a square, and under it what each number is."""
    low, high = found.up_ends
    up = replace(CELL_BOLD, lines=2)
    easel.write(f"↑ {found.up}", up)
    easel.write(high, replace(SMALL, lines=1))
    easel.y += 6
    left, top = MARGIN + (WIDE - MAP) / 2, easel.y
    easel.box(x=left, length=MAP, y=top, height=MAP, color="#f6f8fa")
    easel.line(x=left + MAP / 2, y=top, to_x=left + MAP / 2, to_y=top + MAP, color=LINE)
    easel.line(x=left, y=top + MAP / 2, to_x=left + MAP, to_y=top + MAP / 2, color=LINE)
    for dot, (x, y) in zip(found.dots, _apart(found.dots), strict=True):
        color = BAR if dot.tone is None else shade(0.25 + 0.75 * dot.tone)
        at_x, at_y = left + EDGE / 2 + x * (MAP - EDGE), top + MAP - EDGE / 2 - y * (MAP - EDGE)
        easel.dot(x=at_x, y=at_y, color=color, size=54)
        easel.put(dot.number, CELL_BOLD, x=at_x, y=at_y - 21, align="center", color=ink_on(color))
    easel.y = top + MAP + 8
    easel.write(low, replace(SMALL, lines=1))
    first, last = found.across_ends
    colon = "" if found.across.endswith(("?", "!")) else ":"
    easel.write(f"→ {found.across}{colon} {first} → {last}", up)
    if found.tone:
        easel.write(found.tone, SMALL)
    easel.y += 16
    for dot in found.dots:
        easel.write(f"{dot.number}. {dot.label}", replace(LABEL, lines=2))
        if len(found.dots) <= MANY:
            easel.write(dot.told, replace(SMALL, lines=2))
        easel.y += 10


def _apart(dots: tuple[Dot, ...]) -> list[tuple[float, float]]:
    """Where the points go: those that would hide each other are moved apart a little, to the right and down."""
    step = 0.062
    placed: list[tuple[float, float]] = []
    for dot in dots:
        spots = [(dot.x, dot.y)]
        spots += [
            (min(1.0, max(0.0, dot.x + across * step)), min(1.0, max(0.0, dot.y + up * step)))
            for ring in range(1, 5)
            for across in range(-ring, ring + 1)
            for up in range(-ring, ring + 1)
            if max(abs(across), abs(up)) == ring
        ]
        free = (spot for spot in spots if all(max(abs(spot[0] - x), abs(spot[1] - y)) >= step for x, y in placed))
        placed.append(next(free, spots[0]))
    return placed
