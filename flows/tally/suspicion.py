"""What looks as if somebody had sent others: links that pull a statement another way, and many people at once.

The one rule: nothing is taken away on account of it. A shared link is a right, and a crowd may have come from a
meeting; whatever is found here is marked for people to judge, and both totals are published. Single votes carry no
time, on purpose, so only the last activity of conversations can be looked at, and only as long as it is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from flows.tally.zones import Stands

FEWEST_SHARED = 20
TIMES = 2
"""Votes through links are many when they are this many times those on served cards."""
SURE = Fraction(2576, 1000)
"""The normal quantile beyond which two shares differ by chance in one case of a hundred."""

BUCKET_MS = 600_000
CROWD = 30
"""People within one bucket."""
BEYOND = 10
"""A crowd is so many times the usual number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """`people` were last active in the ten minutes from `at_ms` on; otherwise `usual` are."""

    at_ms: int
    people: int
    usual: int


def pulled(served: Stands, shared: Stands) -> bool:
    """Did many votes come through links, and do they lean the other way than those on served cards, more than chance
    explains?"""
    if shared.total < FEWEST_SHARED or shared.total < TIMES * served.total:
        return False
    if (served.agree - served.disagree) * (shared.agree - shared.disagree) >= 0:
        return False
    return _differ(served.agree, served.agree + served.disagree, shared.agree, shared.agree + shared.disagree)


def crowds(times_ms: Iterable[int]) -> tuple[Burst, ...]:
    """The ten minutes in which far more people were last active than in the others in which anybody was. Times of 0 are
    not known."""
    buckets = Counter(at // BUCKET_MS for at in times_ms if at > 0)
    found = []
    for bucket, people in sorted(buckets.items()):
        others = [n for other, n in buckets.items() if other != bucket]
        usual = int(median(others)) if others else 0
        if others and people >= CROWD and people >= BEYOND * max(1, usual):
            found.append(Burst(at_ms=bucket * BUCKET_MS, people=people, usual=usual))
    return tuple(found)


def _differ(a: int, of_a: int, b: int, of_b: int) -> bool:
    """The two-proportion test, in whole numbers: is the difference beyond `SURE` standard errors?"""
    if not of_a or not of_b:
        return False
    together = Fraction(a + b, of_a + of_b)
    variance = together * (1 - together) * (Fraction(1, of_a) + Fraction(1, of_b))
    return (Fraction(a, of_a) - Fraction(b, of_b)) ** 2 > SURE * SURE * variance
