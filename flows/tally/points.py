"""Points: score voting, dots (cumulative voting) and quadratic voting. The greatest sum wins.

The one rule: an option that a ballot says nothing about has 0 points from it, in the sum, the mean, the median and the
histogram alike. Otherwise what three people know and score highly would beat what everybody scored.

Score: every option by itself, from 0 to `most` (range voting; W. D. Smith, "Range voting", 2000). Dots: a purse of
points spread over the options (cumulative voting). Quadratic: n points for one option cost n times n of the purse
(E. A. Posner and E. G. Weyl, "Quadratic Voting and the Public Good", Public Choice 172, 2017); what is summed here are
the points, not their cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flows.tally import measures
from flows.tally.levels import levels, seated
from flows.tally.outcome import Histogram, Line, Number, Outcome, Tiebreak
from flows.tally.plurality import OPEN

SHORT = 10
"""Scales up to here are told whole."""

Given = Mapping[str, Mapping[int, int]]
"""Per option, how many ballots gave each number of points."""


def score(
    options: Sequence[str],
    given: Given,
    *,
    most: int,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """The outcome of scores from 0 to `most`. `share` of a line is the part of all points it could have had;
    `unscored` how many ballots say nothing about it."""
    return _outcome("score", options, given, most=most, voters=voters, seats=seats, tiebreak=tiebreak)


def dots(
    options: Sequence[str],
    given: Given,
    *,
    most: int,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """The outcome of points out of one purse, `most` on one option. `share` of a line is that of the ballots which
    gave it at least one point; `supporters` is their number."""
    return _outcome("dots", options, given, most=most, voters=voters, seats=seats, tiebreak=tiebreak)


def quadratic(
    options: Sequence[str],
    given: Given,
    *,
    most: int,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """As `dots`, where the points were bought at the price of their square."""
    return _outcome("quadratic", options, given, most=most, voters=voters, seats=seats, tiebreak=tiebreak)


def filled(given: Mapping[int, int], voters: int) -> dict[int, int]:
    """With 0 points from each ballot that says nothing."""
    silent = voters - sum(given.values())
    return {**given, 0: given.get(0, 0) + silent} if silent > 0 else dict(given)


def _outcome(
    method: str,
    options: Sequence[str],
    given: Given,
    *,
    most: int,
    voters: int,
    seats: int,
    tiebreak: Tiebreak,
) -> Outcome:
    counts = {code: filled(given.get(code, {}), voters) for code in options}
    sums = {code: sum(value * n for value, n in counts[code].items()) for code in options}
    order = levels(options, lambda code: sums[code])
    winners, order, ties = seated(order, seats, tiebreak, able={code for code in options if sums[code] > 0})
    return Outcome(
        method=method,
        voters=voters,
        winners=winners,
        order=order,
        lines=tuple(
            Line(
                code=code,
                score=sums[code],
                more=_more(method, counts[code], given.get(code, {}), most=most, voters=voters),
            )
            for code in options
        ),
        ties=ties,
        histograms=tuple(histogram(code, counts[code], most) for code in options),
    )


def _more(
    method: str, counts: Mapping[int, int], given: Mapping[int, int], *, most: int, voters: int
) -> dict[str, Number]:
    if not voters:
        return {"share": 0}
    supporters = sum(n for value, n in counts.items() if value)
    found: dict[str, Number] = {
        "mean": measures.mean(counts),
        "median": measures.median(counts),
        "spread": measures.spread(counts),
    }
    if method == "score":
        points = sum(value * n for value, n in counts.items())
        return found | {"share": Fraction(points, voters * most), "unscored": voters - sum(given.values())}
    return found | {"share": Fraction(supporters, voters), "supporters": supporters}


def histogram(code: str, counts: Mapping[int, int], most: int) -> Histogram:
    """Every value from 0 to `most`; of a long scale only those that were given."""
    values = sorted({*scale(most), *(value for value, n in counts.items() if n)})
    return Histogram(code=code, counts=tuple((str(value), counts.get(value, 0)) for value in values))


def scale(most: int) -> range:
    """The values that are told even when nobody gave them."""
    return range(most + 1) if most <= SHORT else range(0)
