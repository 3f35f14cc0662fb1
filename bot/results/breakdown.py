"""A result by the groups of another question, with nobody's answer in it.

The one rule: a number below `LEAST` is not told, and neither is one from which it could be computed. The totals of both
questions are public, so hiding a single cell hides nothing: the sums give it back. Cells are hidden until for each
small one several values remain possible, as a table with the same totals shows (the interval of a cell between the
least and the greatest value that any such table gives it; L. H. Cox, "Suppression methodology and statistical
disclosure control", Journal of the American Statistical Association 75, 1980; exact for two-way tables by network
flow). Where that fails, the whole table is hidden.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.flow import AnyOf, Ask, Basket, Flow, OneOf, Order, Scale, YesNo
from flows.session import Given
from flows.tally.counts import Ballot, ballot_asks, choices
from flows.tally.marks import numeral, several

LEAST = 10
ELSE = "#else"
"""The group, and the row, of those who gave no answer to a question or were not asked it."""

Cells = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """One question by the groups of another. `cells[i][j]`: how many of the group `groups[j]` answered `rows[i]`; None
    where it is not told. `totals` are those of the rows, `sizes` those of the groups."""

    question: str
    by: str
    rows: tuple[str, ...]
    groups: tuple[str, ...]
    totals: tuple[int, ...]
    sizes: tuple[int, ...]
    cells: Cells

    def to_json(self) -> dict[str, object]:
        return {
            "question": self.question,
            "by": self.by,
            "rows": list(self.rows),
            "groups": list(self.groups),
            "totals": list(self.totals),
            "sizes": list(self.sizes),
            "cells": [list(row) for row in self.cells],
        }


def can_group(ask: Ask) -> bool:
    """Whether a question makes groups in which everybody stands once, and that may be told."""
    return not ask.personal and ask.consent is None and isinstance(ask.kind, OneOf | YesNo | Scale)


def crossed(flow: Flow, ballots: Iterable[Ballot], by: Ask) -> list[Crossed]:
    """Every other public question with choices by the groups of `by`. Of a question with several answers each choice is
    a table of its own: picked, or not."""
    people: dict[bytes | str, dict[str, Ballot]] = {}
    for ballot in ballots:
        people.setdefault(ballot.token, {})[ballot.question] = ballot
    voters = list(people.values())
    found = []
    for ask in ballot_asks(flow):
        if ask.name == by.name or ask.personal:
            continue
        match ask.kind:
            case OneOf() | YesNo() | Scale():
                found.append(_table(flow, voters, ask, by, _codes(flow, ask), ask.name))
            case AnyOf() | Basket() | Order():
                for code in _codes(flow, ask):
                    found.append(_table(flow, voters, ask, by, (code,), f"{ask.name}:{code}"))
            case _:
                pass
    return found


def _codes(flow: Flow, ask: Ask) -> tuple[str, ...]:
    return tuple(choice.code for choice in choices(ask.kind, flow.lang))


def _table(
    flow: Flow, voters: Sequence[Mapping[str, Ballot]], ask: Ask, by: Ask, codes: Sequence[str], name: str
) -> Crossed:
    groups, rows = (*_codes(flow, by), ELSE), (*codes, ELSE)
    counts: Counter[tuple[str, str]] = Counter()
    for answers in voters:
        given = set(_given(answers.get(ask.name), ask)) & set(codes)
        group = next((code for code in _given(answers.get(by.name), by) if code in groups), ELSE)
        for row in given or {ELSE}:
            counts[row, group] += 1
    whole = [[counts[row, group] for group in groups] for row in rows]
    return Crossed(
        question=name,
        by=by.name,
        rows=rows,
        groups=groups,
        totals=tuple(map(sum, whole)),
        sizes=tuple(sum(row[at] for row in whole) for at in range(len(groups))),
        cells=suppressed(whole),
    )


def _given(ballot: Ballot | None, ask: Ask) -> tuple[str, ...]:
    """The codes of an answer; of a ranking the first choice."""
    if ballot is None or ballot.answer.given is not Given.ANSWER:
        return ()
    match ask.kind:
        case Scale():
            return (numeral(ballot.answer.value),)
        case Order():
            return several(ballot.answer)[:1]
        case _:
            return several(ballot.answer)


# --- Hiding ----------------------------------------------------------------------------------------------------------


def suppressed(whole: Sequence[Sequence[int]]) -> Cells:
    """The cells that may be told beside the totals of rows and columns; None for the others. A cell that the totals
    give away by themselves (a row of nobody) is no secret."""
    height, width = len(whole), len(whole[0]) if whole else 0
    totals = [sum(row) for row in whole]
    sizes = [sum(row[at] for row in whole) for at in range(width)]
    known = {(i, j) for i in range(height) for j in range(width) if not totals[i] or not sizes[j]}
    small = {(i, j) for i in range(height) for j in range(width) if whole[i][j] < LEAST} - known
    hidden = set(small)
    while True:
        bare = [cell for cell in sorted(small) if not _safe(whole, hidden, cell)]
        if not bare:
            break
        more = _next(whole, hidden | known, bare[0])
        if more is None:
            hidden = {(i, j) for i in range(height) for j in range(width)} - known
            break
        hidden.add(more)
    return tuple(tuple(None if (i, j) in hidden else whole[i][j] for j in range(width)) for i in range(height))


def _safe(whole: Sequence[Sequence[int]], hidden: set[tuple[int, int]], cell: tuple[int, int]) -> bool:
    """Whether nobody can tell from what is shown what a small number is, nor, unless its totals say so, that it is
    small: there is a table with the same totals and shown cells in which it reaches `LEAST` (or all its totals allow),
    and one in which it is less."""
    low, high = interval(whole, hidden, cell)
    allowed = min(sum(whole[cell[0]]), sum(row[cell[1]] for row in whole))
    return low < high and high >= min(LEAST, allowed)


def interval(whole: Sequence[Sequence[int]], hidden: set[tuple[int, int]], cell: tuple[int, int]) -> tuple[int, int]:
    """The least and the greatest value that a hidden cell has in any table with the same totals and shown cells."""
    row, column = cell
    value = whole[row][column]
    rest = hidden - {cell}
    return value - _flow(whole, rest, row, column, value, up=False), value + _flow(
        whole, rest, row, column, None, up=True
    )


def _flow(
    whole: Sequence[Sequence[int]],
    hidden: set[tuple[int, int]],
    row: int,
    column: int,
    most: int | None,
    *,
    up: bool,
) -> int:
    """By how much a cell can grow (or shrink) while other hidden cells make up for it. When it grows, others of its
    column shrink and others of its row grow in turn: the greatest flow from the one to the other, where a cell can
    shrink by what it holds and grow without end."""
    endless = sum(map(sum, whole)) + 1
    room: dict[tuple[str, int], dict[tuple[str, int], int]] = {}
    for i, j in hidden:
        shrink, grow = (("c", j), ("r", i)), (("r", i), ("c", j))
        room.setdefault(shrink[0], {})[shrink[1]] = whole[i][j]
        room.setdefault(grow[0], {})[grow[1]] = endless
    start, goal = (("c", column), ("r", row)) if up else (("r", row), ("c", column))
    flow, cap = 0, endless if most is None else most
    while flow < cap:
        way = _way(room, start, goal)
        if way is None:
            break
        step = min(cap - flow, *(room[a][b] for a, b in way))
        for a, b in way:
            room[a][b] -= step
            room[b][a] = room[b].get(a, 0) + step
        flow += step
    return flow


def _way(
    room: Mapping[tuple[str, int], Mapping[tuple[str, int], int]], start: tuple[str, int], goal: tuple[str, int]
) -> list[tuple[tuple[str, int], tuple[str, int]]] | None:
    """The shortest way with room on it."""
    before: dict[tuple[str, int], tuple[str, int]] = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == goal:
            way = []
            while here != start:
                way.append((before[here], here))
                here = before[here]
            return way[::-1]
        for there, left in room.get(here, {}).items():
            if left and there not in before:
                before[there] = here
                waiting.append(there)
    return None


def _next(
    whole: Sequence[Sequence[int]], hidden: set[tuple[int, int]], cell: tuple[int, int]
) -> tuple[int, int] | None:
    """The next cell to hide for the sake of another: the smallest that is still shown in its row or its column, then
    anywhere."""
    shown = [(i, j) for i, line in enumerate(whole) for j, _n in enumerate(line) if (i, j) not in hidden]
    beside = [one for one in shown if one[0] == cell[0] or one[1] == cell[1]]
    return min(beside or shown, key=lambda one: (whole[one[0]][one[1]], one), default=None)
