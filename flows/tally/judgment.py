"""Majority judgment: every option gets a grade from every ballot; the best median grade wins.

M. Balinski and R. Laraki, "A theory of measuring, electing, and ranking", PNAS 104 (2007), and "Majority Judgment",
MIT Press (2010). The majority grade is the median, the lower of two middle ones. Options with the same majority grade
are told apart by taking one vote of that grade away from each and looking at the medians that remain, again and again
(the *majority value*); where the *majority gauge* (who is better than the grade, who is worse) decides, it decides the
same way. Two options are level only when their grades are exactly the same.

The one rule: an option that a ballot leaves ungraded has the lowest grade from it, as in the published rule; so every
option has as many grades as there are ballots, and medians can be compared.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

from flows.tally.levels import levels, seated
from flows.tally.outcome import Histogram, Line, Outcome, Tie, Tiebreak
from flows.tally.plurality import OPEN

GAUGE = "majority gauge"


def majority_judgment(
    options: Sequence[str],
    given: Mapping[str, Mapping[str, int]],
    *,
    grades: Sequence[str],
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """The outcome of `given` (per option, how many ballots gave each grade) in `voters` ballots. `grades` are codes
    from best to worst.

    The score of a line is the place of its median grade, 0 for the worst. `better` and `worse` are the numbers of
    ballots on either side of it, `ungraded` those that say nothing, and `share` the part that graded it in the upper
    half of the grades (three of six, three of seven, two of five)."""
    profiles = {code: profile(given.get(code, {}), grades, voters) for code in options}
    keys = values(profiles, voters)
    order = levels(options, lambda code: keys[code])
    level = order[0] if order else ()
    winners, order, ties = seated(order, seats, tiebreak, able=options if voters else ())
    medians = {code: keys[code][0] if voters else 0 for code in options}
    told = _told(options, medians, level, winners) if seats == 1 else ()
    return Outcome(
        method="majority_judgment",
        voters=voters,
        winners=winners,
        order=order,
        lines=tuple(
            _line(code, profiles[code], medians[code], known(given.get(code, {}), grades), voters) for code in options
        ),
        ties=(*told, *ties),
        histograms=tuple(
            Histogram(code=code, counts=tuple(zip(reversed(grades), profiles[code], strict=True))) for code in options
        ),
    )


def upper(grades: int) -> int:
    """How many of the best grades are the upper half."""
    return grades // 2


def known(given: Mapping[str, int], grades: Sequence[str]) -> int:
    """How many gave one of the grades."""
    return sum(given.get(grade, 0) for grade in grades)


def profile(given: Mapping[str, int], grades: Sequence[str], voters: int) -> tuple[int, ...]:
    """How many gave each grade, from worst to best; silence is the worst."""
    counts = [given.get(grade, 0) for grade in reversed(grades)]
    counts[0] += max(0, voters - sum(counts))
    return tuple(counts)


def values(profiles: Mapping[str, Sequence[int]], voters: int) -> dict[str, tuple[int, ...]]:
    """A key per option that sorts as its majority value does, from counts alone. Its first number is the median.

    Taking medians away one by one reads the grades, put in order, from the middle outwards: the lower middle, then by
    turns the next one above and below. Two such readings first differ where, in one of the two, a grade begins on its
    side; so it is enough to look at those places, a few dozen however many ballots there are."""
    if not voters:
        return dict.fromkeys(profiles, ())
    ends = {code: list(accumulate(counts)) for code, counts in profiles.items()}
    middle = (voters - 1) // 2
    borders = {end for found in ends.values() for end in found if 0 < end < voters}
    edges = {rank for end in borders for rank in (end - 1, end)} | {middle, min(middle + 1, voters - 1)}
    outwards = sorted(edges, key=lambda rank: _step(rank, voters))
    return {code: tuple(bisect_right(found, rank) for rank in outwards) for code, found in ends.items()}


def _step(rank: int, voters: int) -> int:
    """The turn at which the grade at `rank` (from 0, worst first) is taken away."""
    middle = (voters - 1) // 2
    if voters % 2:
        return 2 * (middle - rank) - 1 if rank < middle else 2 * (rank - middle)
    return 2 * (middle - rank) if rank <= middle else 2 * (rank - middle) - 1


def _line(code: str, counts: Sequence[int], median: int, graded: int, voters: int) -> Line:
    if not voters:
        return Line(code=code, score=0, more={"share": 0})
    half = upper(len(counts))
    return Line(
        code=code,
        score=median,
        more={
            "median": median,
            "better": sum(counts[median + 1 :]),
            "worse": sum(counts[:median]),
            "ungraded": max(0, voters - graded),
            "share": Fraction(sum(counts[len(counts) - half :]), voters),
        },
    )


def _told(
    options: Sequence[str], medians: Mapping[str, int], level: Sequence[str], winners: Sequence[str]
) -> tuple[Tie, ...]:
    """That the winner had the same median as others and went ahead by what lies around it."""
    same = tuple(code for code in options if winners and medians[code] == medians[winners[0]])
    return (Tie(codes=same, where="winner", how=GAUGE, first=winners[0]),) if len(same) > len(level) else ()
