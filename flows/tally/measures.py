"""Mean, median and spread of numbers that come as counts: how many gave each.

The one rule: exact. Numbers are integers or fractions from end to end, so that the order of the ballots and the
machine they are counted on change nothing. None of these is asked about nothing at all: an empty count is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from flows.tally.outcome import Number

Counts = Mapping[int, int] | Mapping[Fraction, int]
"""How many gave each number."""


def total(counts: Counts) -> int:
    return sum(counts.values())


def mean(counts: Counts) -> Fraction:
    return sum((Fraction(value) * n for value, n in counts.items()), Fraction()) / total(counts)


def median(counts: Counts) -> Number:
    """The middle one; between two middle ones, halfway."""
    n = total(counts)
    low, high = at(counts, (n - 1) // 2), at(counts, n // 2)
    return low if low == high else Fraction(low + high) / 2


def low_median(counts: Counts) -> Number:
    """The middle one; the lower of two middle ones. It is always a value that somebody gave."""
    return at(counts, (total(counts) - 1) // 2)


def spread(counts: Counts) -> Fraction:
    """The mean absolute deviation from the median: how far from the middle one people are on average. Chosen because
    that sentence says all of it, because it needs no convention for quartiles of a few ballots, and because the median
    is the point from which it is least."""
    middle = median(counts)
    return sum((abs(Fraction(value) - middle) * n for value, n in counts.items()), Fraction()) / total(counts)


def interval(counts: Counts) -> tuple[Number, Number]:
    """Between which values the median of everybody lies, with at least 90 in 100 certainty, if those who answered had
    been drawn by lot.

    The interval between two order statistics, whose certainty depends on no assumption about how opinions are
    spread: W. R. Thompson, "On confidence ranges for the median", Annals of Mathematical Statistics 7 (1936);
    H. A. David and H. N. Nagaraja, "Order Statistics", 3rd ed., 7.1. With fewer than five answers it is all of them,
    and less certain."""
    n = total(counts)
    rank = _rank(n)
    return at(counts, rank), at(counts, n - 1 - rank)


def at(counts: Counts, place: int) -> Number:
    """The number at `place` (from 0) when all are put in order."""
    pairs: Iterable[tuple[Number, int]] = sorted(counts.items())
    for value, n in pairs:
        place -= n
        if place < 0:
            return value
    raise IndexError(place)


_ONE = 1 << 128


@lru_cache(maxsize=4096)
def _rank(n: int) -> int:
    """How many answers are cut off at either end: the greatest r such that n coins show r heads or fewer at most 5
    times in 100; 0 when there is none.

    The binomial coefficients are taken relative to the middle one, in whole numbers of 128 binary digits, walking
    outwards until they vanish: some ten times the root of n steps."""
    middle = n // 2
    weights = [_ONE]
    while weights[-1] and len(weights) <= middle:
        k = middle - len(weights) + 1
        weights.append(weights[-1] * k // (n - k + 1))
    whole = 2 * sum(weights) - (weights[0] if n % 2 == 0 else 0)
    tail = 0
    for far in range(len(weights) - 1, -1, -1):
        tail += weights[far]
        if tail * 20 > whole:
            return max(0, middle - far - 1)
    return 0
