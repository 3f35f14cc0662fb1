"""A matrix of items and criteria: incomplete ballots are normal."""

from __future__ import annotations

import statistics
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tally import measures
from flows.tally.matrix import matrix

ITEMS = ("m1", "m2", "m3")
CRITERIA = (("importance", ("high", "middle", "low")), ("urgency", ("now", "soon", "later", "never")))
CELLS = [f"{item}.{name}" for item in ITEMS for name, _ in CRITERIA]
GRADES = {f"{item}.{name}": grades for item in ITEMS for name, grades in CRITERIA}


@st.composite
def told(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    return {
        cell: draw(st.dictionaries(st.sampled_from(GRADES[cell]), st.integers(1, 6)))
        for cell in draw(st.lists(st.sampled_from(CELLS), unique=True))
    }


@given(told())
def test_an_item_is_described_by_those_who_judged_it(given_: dict[str, dict[str, int]]) -> None:
    outcome = matrix(ITEMS, CRITERIA, given_, voters=99)
    assert outcome.winners == ()
    assert sorted(code for level in outcome.order for code in level) == sorted(ITEMS)
    for line in outcome.lines:
        parts = []
        for name, grades in CRITERIA:
            places = {grade: place for place, grade in enumerate(reversed(grades))}
            found = given_.get(f"{line.code}.{name}", {})
            numbers = [Fraction(places[grade]) for grade, n in found.items() for _ in range(n)]
            if not numbers:
                assert not any(key.startswith(f"{name}.") for key in line.more)
                continue
            middle = statistics.median(numbers)
            assert line.more[f"{name}.median"] == statistics.median_low(numbers)
            assert line.more[f"{name}.mean"] == statistics.mean(numbers)
            assert line.more[f"{name}.spread"] == statistics.mean([abs(one - middle) for one in numbers])
            assert line.more[f"{name}.judgments"] == len(numbers)
            assert line.more[f"{name}.low"] <= line.more[f"{name}.median"] <= line.more[f"{name}.high"]
            parts.append(statistics.mean(numbers) / (len(grades) - 1))
        assert line.score == (statistics.mean(parts) if parts else 0)


def test_what_nobody_judged_stands_last_and_has_no_numbers() -> None:
    outcome = matrix(ITEMS, CRITERIA, {"m1.importance": {"low": 3}, "m3.urgency": {"now": 1}}, voters=4)
    assert outcome.order == (("m3",), ("m1",), ("m2",))
    assert outcome.lines[1].more == {}


def test_each_cell_has_its_histogram_worst_to_best() -> None:
    outcome = matrix(("m1",), CRITERIA, {"m1.urgency": {"soon": 2}}, voters=2)
    assert [(one.criterion, one.counts) for one in outcome.histograms] == [
        ("importance", (("low", 0), ("middle", 0), ("high", 0))),
        ("urgency", (("never", 0), ("later", 0), ("soon", 2), ("now", 0))),
    ]


def tail(n: int, rank: int) -> Fraction:
    return Fraction(sum(comb(n, k) for k in range(rank + 1)), 2**n)


@pytest.mark.parametrize("n", [1, 2, 4, 5, 6, 7, 8, 20, 21, 99, 100, 1000, 1001])
def test_the_interval_is_as_narrow_as_ninety_in_a_hundred_allows(n: int) -> None:
    low, high = measures.interval(dict.fromkeys(range(n), 1))
    rank = int(low)
    assert high == n - 1 - rank
    assert rank == 0 or tail(n, rank) <= Fraction(1, 20)
    assert tail(n, rank + 1) > Fraction(1, 20)


def test_the_interval_of_a_million_judgments_takes_no_time() -> None:
    low, high = measures.interval(dict.fromkeys(range(1_000_000), 1))
    # Half of a million, give or take 1.645 times half its root.
    assert abs(int(low) - (500_000 - 822)) < 5
    assert int(low) + int(high) == 999_999
