"""Breakdowns: small numbers are hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.results.breakdown import ELSE, LEAST, can_group, crossed, interval, suppressed
from flows.flow import Flow
from flows.session import Answer, Given
from flows.tally.counts import Ballot

Table = Sequence[Sequence[int]]


def possible(whole: Table, cells: Sequence[Sequence[int | None]]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every table of the same totals in which the shown cells are as shown, tried one by one."""
    totals, sizes = [sum(row) for row in whole], [sum(column) for column in zip(*whole, strict=True)]
    lines = []
    for row, total in zip(cells, totals, strict=True):
        ranges = [range(total + 1) if n is None else (n,) for n in row]
        lines.append([line for line in product(*ranges) if sum(line) == total])
    for table in product(*lines):
        if [sum(column) for column in zip(*table, strict=True)] == sizes:
            yield table


TABLES = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 14), min_size=width, max_size=width), min_size=2, max_size=3)
)


@given(TABLES)
@settings(max_examples=120, deadline=None)
def test_a_small_number_has_several_values_for_whoever_knows_all_totals(whole: list[list[int]]) -> None:
    cells = suppressed(whole)
    shown = [(i, j) for i, row in enumerate(cells) for j, n in enumerate(row) if n is not None]
    totals, sizes = [sum(row) for row in whole], [sum(column) for column in zip(*whole, strict=True)]
    for i, j in shown:
        assert cells[i][j] == whole[i][j]
        assert whole[i][j] >= LEAST or not totals[i] or not sizes[j]
    small = [(i, j) for i, row in enumerate(whole) for j, n in enumerate(row) if n < LEAST and cells[i][j] is None]
    if not small or sum(totals) > 40:
        return  # too many tables to try one by one
    seen: dict[tuple[int, int], set[int]] = {cell: set() for cell in small}
    for table in possible(whole, cells):
        for i, j in small:
            seen[i, j].add(table[i][j])
    everything_hidden = all(n is None or not totals[i] or not sizes[j]
                            for i, row in enumerate(cells) for j, n in enumerate(row))  # fmt: skip
    for i, j in small:
        hidden = {(a, b) for a, row in enumerate(cells) for b, n in enumerate(row) if n is None}
        assert interval(whole, hidden, (i, j)) == (min(seen[i, j]), max(seen[i, j]))
        assert len(seen[i, j]) > 1 or everything_hidden


def test_one_small_number_takes_others_with_it() -> None:
    """20 + 3 + 17 in a row whose total is public: hiding the 3 alone would hide nothing."""
    cells = suppressed([[20, 3, 17], [30, 40, 25], [12, 50, 60]])
    assert cells[0][1] is None
    assert sum(n is None for row in cells for n in row) >= 4
    assert any(n is not None for row in cells for n in row)


def test_rows_of_nobody_are_no_secret() -> None:
    assert suppressed([[0, 0], [50, 40]]) == ((0, 0), (50, 40))


def test_where_nothing_can_be_shown_nothing_is() -> None:
    assert suppressed([[1, 0], [0, 1]]) == ((None, None), (None, None))


def test_large_numbers_are_all_shown() -> None:
    assert suppressed([[10, 20], [30, 40]]) == ((10, 20), (30, 40))


def answers(pairs: Sequence[tuple[str, object, int]]) -> list[Ballot]:
    """(way, fears, how many): ballots of people who answered both questions."""
    found, token = [], 0
    for way, fears, n in pairs:
        for _ in range(n):
            token += 1
            given = Answer(Given.ANSWER, fears) if fears else Answer(Given.SKIPPED)  # type: ignore[arg-type]
            found.append(Ballot(f"t{token}", "mode", Answer(Given.ANSWER, way), "w"))
            found.append(Ballot(f"t{token}", "freins", given, "w"))
    return found


def test_several_answers_make_a_table_for_each(flow: Flow) -> None:
    people = answers(
        [("velo", ("danger",), 30), ("velo", ("vol",), 15), ("bus", ("danger", "vol"), 40), ("bus", (), 12)]
    )
    by = flow.step("mode")
    found = {one.question: one for one in crossed(flow, people, by)}  # type: ignore[arg-type]
    assert {"freins:danger", "freins:vol", "note", "accord"} == set(found)
    danger = found["freins:danger"]
    assert (danger.rows, danger.groups) == (("danger", ELSE), ("velo", "bus", "pied", ELSE))
    assert (danger.totals, danger.sizes) == ((70, 27), (45, 52, 0, 0))
    assert danger.cells == ((30, 40, 0, 0), (15, 12, 0, 0))


def test_personal_questions_and_open_answers_make_no_groups(flow: Flow) -> None:
    able = [ask.name for ask in flow.asks if can_group(ask)]
    assert able == ["mode", "note", "accord"]
    assert not can_group(replace(flow.asks[0], personal=True))
    assert not can_group(replace(flow.asks[0], consent="x"))


@pytest.mark.parametrize("n", [1, 9])
def test_a_small_group_shows_nothing_of_itself(flow: Flow, n: int) -> None:
    people = answers([("velo", ("danger",), 60), ("bus", ("vol",), 60), ("pied", ("danger",), n)])
    by = flow.step("mode")
    for one in crossed(flow, people, by):  # type: ignore[arg-type]
        at = one.groups.index("pied")
        assert all(row[at] is None or not total for row, total in zip(one.cells, one.totals, strict=True))
