"""Score, dots and quadratic voting, against `statistics` on all the points written out."""

from __future__ import annotations

import statistics
from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from flows.tally import measures
from flows.tally.points import dots, quadratic, score

CODES = ("a", "b", "c")
BALLOTS = st.lists(st.dictionaries(st.sampled_from(CODES), st.integers(0, 5)), max_size=15)


def told(ballots: list[dict[str, int]]) -> dict[str, Counter[int]]:
    return {code: Counter(ballot[code] for ballot in ballots if code in ballot) for code in CODES}


@given(BALLOTS)
def test_the_greatest_sum_wins_and_silence_is_nothing(ballots: list[dict[str, int]]) -> None:
    outcome = score(CODES, told(ballots), most=5, voters=len(ballots))
    for line in outcome.lines:
        everything = [ballot.get(line.code, 0) for ballot in ballots]
        assert line.score == sum(everything)
        if not ballots:
            assert line.more == {"share": 0}
            continue
        exact = [Fraction(points) for points in everything]
        middle = statistics.median(exact)
        assert line.more == {
            "mean": statistics.mean(exact),
            "median": middle,
            "spread": statistics.mean([abs(points - middle) for points in exact]),
            "share": Fraction(sum(everything), 5 * len(ballots)),
            "unscored": sum(line.code not in ballot for ballot in ballots),
        }
    for histogram in outcome.histograms:
        assert sum(n for _, n in histogram.counts) == len(ballots)
        assert [value for value, _ in histogram.counts] == ["0", "1", "2", "3", "4", "5"]
    best = max(line.score for line in outcome.lines)
    winners = [line.code for line in outcome.lines if line.score == best and best]
    assert outcome.winners == (tuple(winners) if len(winners) == 1 else ())


def test_what_few_know_does_not_beat_what_all_scored() -> None:
    outcome = score(("known", "rare"), {"known": {3: 10}, "rare": {5: 2}}, most=5, voters=10)
    assert outcome.winners == ("known",)


def test_dots_tell_how_many_gave_at_least_one() -> None:
    outcome = dots(CODES, {"a": {10: 1, 1: 1}, "b": {3: 3}}, most=10, voters=4)
    assert [line.score for line in outcome.lines] == [11, 9, 0]
    assert outcome.lines[0].more["supporters"] == 2
    assert outcome.lines[1].more["share"] == Fraction(3, 4)
    assert outcome.winners == ("a",)


def test_quadratic_sums_the_points_and_not_what_they_cost() -> None:
    outcome = quadratic(("a", "b"), {"a": {9: 1}, "b": {5: 2}}, most=10, voters=3)
    assert [line.score for line in outcome.lines] == [9, 10]
    assert (outcome.method, outcome.winners) == ("quadratic", ("b",))


def test_a_long_scale_tells_only_what_was_given() -> None:
    (histogram,) = dots(("a",), {"a": {40: 2, 7: 1}}, most=100, voters=4).histograms
    assert histogram.counts == (("0", 1), ("7", 1), ("40", 2))


@given(st.dictionaries(st.integers(-9, 9), st.integers(1, 9), min_size=1))
def test_measures_are_those_of_the_numbers_written_out(counts: dict[int, int]) -> None:
    numbers = [Fraction(value) for value, n in counts.items() for _ in range(n)]
    assert measures.mean(counts) == statistics.mean(numbers)
    assert measures.median(counts) == statistics.median(numbers)
    assert measures.low_median(counts) == statistics.median_low(numbers)
    low, high = measures.interval(counts)
    assert low <= measures.low_median(counts) <= high
