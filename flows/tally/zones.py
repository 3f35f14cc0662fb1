"""Where a statement stands: consensus, controversy, divided, rejection, limbo, or not enough votes to say.

The one rule: a zone is claimed only when the votes leave no reasonable doubt of it. Each share has an interval
(Wilson's score interval at 95 %: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22, 1927; recommended for few votes by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion",
Statistical Science 16, 2001), and a bound counts only when the whole interval lies on its side. So ten votes seldom
claim anything, and no zone is lost or won by a rounding: the comparisons are made with whole numbers, exactly.

    consensus     at least 60 % agree; or fewer than 40 % are neutral and fewer than 15 % disagree
    rejection     the same the other way round
    limbo         at least 40 % are neutral
    controversy   surely none of these
    divided       none of these is sure yet, but there are two camps: from thirty votes on, at least 25 % surely agree
                  and at least 25 % surely disagree; to be confirmed by more votes
    not_enough    fewer than ten votes, or the intervals are too wide to say anything
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import TypeVar

FEWEST = 10
"""Votes below which nothing is claimed, whatever they are."""
FEWEST_DIVIDED = 30
"""Votes below which nobody is told to be divided: with fewer the interval of an even half spans more than a third of
the whole, and a few people who happened to come together would make two camps."""
BOTH_SIDES = Fraction(25, 100)
"""One in four on each side. Well above the 15 % that a consensus puts up with, so neither side is a fringe; and low
enough that an even split reaches it with every number of votes from which it is looked for."""
MOST_AGREE = Fraction(60, 100)
MANY_NEUTRAL = Fraction(40, 100)
FEW_AGAINST = Fraction(15, 100)
Z = Fraction(196, 100)
"""The normal quantile of a 95 % interval."""

Key = TypeVar("Key")


class Zone(StrEnum):
    """In the order in which they are told."""

    CONSENSUS = "consensus"
    CONTROVERSY = "controversy"
    DIVIDED = "divided"
    REJECTION = "rejection"
    LIMBO = "limbo"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How many agree, disagree and are neutral."""

    agree: int = 0
    disagree: int = 0
    neutral: int = 0

    @property
    def total(self) -> int:
        return self.agree + self.disagree + self.neutral

    def __add__(self, other: Stands) -> Stands:
        return Stands(
            agree=self.agree + other.agree,
            disagree=self.disagree + other.disagree,
            neutral=self.neutral + other.neutral,
        )


def interval(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval of the share `count` of `total`, for reading; of nothing at all it is everything."""
    if not total:
        return 0.0, 1.0
    z, p = float(Z), count / total
    spread = z * sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    middle, whole = p + z * z / (2 * total), 1 + z * z / total
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def surely_from(count: int, total: int, bound: Fraction) -> bool:
    """Is the share `count` of `total` at least `bound`, with the lower end of its interval?"""
    return count >= bound * total and _far(count, total, bound) >= 0


def surely_below(count: int, total: int, bound: Fraction) -> bool:
    """Is it below `bound`, with the upper end of its interval?"""
    return count < bound * total and _far(count, total, bound) > 0


def zone(votes: Stands) -> Zone:
    """The zone that the votes claim."""
    n = votes.total
    if n < FEWEST:
        return Zone.NOT_ENOUGH
    if _carried(votes.agree, votes.disagree, votes):
        return Zone.CONSENSUS
    if _carried(votes.disagree, votes.agree, votes):
        return Zone.REJECTION
    if surely_from(votes.neutral, n, MANY_NEUTRAL):
        return Zone.LIMBO
    contested = (
        surely_below(votes.neutral, n, MANY_NEUTRAL)
        and all(surely_below(side, n, MOST_AGREE) for side in (votes.agree, votes.disagree))
        and all(surely_from(side, n, FEW_AGAINST) for side in (votes.agree, votes.disagree))
    )
    if contested:
        return Zone.CONTROVERSY
    camps = all(surely_from(side, n, BOTH_SIDES) for side in (votes.agree, votes.disagree))
    return Zone.DIVIDED if n >= FEWEST_DIVIDED and camps else Zone.NOT_ENOUGH


def ranked(judged: Iterable[tuple[Key, Stands]]) -> list[tuple[Key, Stands]]:
    """Statements by how much agreement is sure of them: the lower end of the interval of the share that agrees, the
    highest first (so 9 of 10 stand behind 85 of 100); in their own order where they are level."""
    return sorted(judged, key=lambda one: -interval(one[1].agree, one[1].total)[0])


def _carried(side: int, against: int, votes: Stands) -> bool:
    n = votes.total
    if surely_from(side, n, MOST_AGREE):
        return True
    return surely_below(votes.neutral, n, MANY_NEUTRAL) and surely_below(against, n, FEW_AGAINST)


def _far(count: int, total: int, bound: Fraction) -> Fraction:
    """Not negative where `bound` is outside the interval or on its edge. The ends of Wilson's interval are the roots of
    (count - n p)^2 = z^2 n p (1 - p); comparing the two sides needs no root."""
    return (count - total * bound) ** 2 - Z * Z * total * bound * (1 - bound)
