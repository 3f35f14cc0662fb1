"""The Method of Equal Shares: everybody has the same share of the money, and projects are paid by those who want them.

Peters, Pierczyński and Skowron, Proportional Participatory Budgeting with Additive Utilities (NeurIPS 2021,
https://arxiv.org/abs/2008.13276); explained in plain words on https://equalshares.net/explanation.

The method alone often leaves money over. The usual completions (https://equalshares.net/implementation/completion):
`add1` gives everybody one unit more, again and again, and keeps the last count that stays within the limit (it stops
before when no wanted project fits any more); `greedy` buys by votes with what is left; `add1u` does the first, then the
second; `none` leaves the money over. As in pabutools, `add1` starts from the exact share (limit / voters).

`satisfaction` is what a project is worth to those who want it: `cost` (every unit of money spent on what I want counts
the same), `cardinality` (every project that I want counts the same), `scores` (the points that I gave).

The one rule: all amounts are exact, so that nobody is a rounding error richer than somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Literal, TypeAlias, assert_never

from flows.tally.budgeting import Bill, Cutter, Votes, counted
from flows.tally.greedy import buy
from flows.tally.outcome import Number, Outcome, Tie, Tiebreak
from flows.tally.shares import Crowd, Wish, run

Satisfaction: TypeAlias = Literal["cost", "cardinality", "scores"]
Completion: TypeAlias = Literal["none", "add1", "greedy", "add1u"]

FEW = 1000
"""Up to this many different ballots it pays to find out how many units change nothing; beyond, nearly each does."""


def equal_shares(
    projects: Mapping[str, Number],
    limit: Number,
    ballots: Votes,
    tiebreak: Tiebreak,
    *,
    satisfaction: Satisfaction = "cost",
    completion: Completion = "add1u",
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """What equal shares of `limit` buy. `projects` are costs in list order; `progress` is told how many units have
    been added to every share so far."""
    crowd, unit = _crowd(projects, limit, ballots, satisfaction)

    def count(cutter: Cutter) -> Bill:
        if completion in ("add1", "add1u"):
            bought, added = _raised(crowd, unit, Fraction(limit), cutter, progress)
        else:
            bought, added = run(crowd, 0, cutter.one_of).chosen, 0
        by_greed: list[str] = []
        if completion in ("greedy", "add1u"):
            left = limit - sum(projects[code] for code in bought)
            by_greed = buy(cutter, [code for code in projects if code not in bought], left, skip=True)
        chosen = [(code, "equal shares") for code in bought] + [(code, "completion") for code in by_greed]
        return Bill(chosen=tuple(chosen), raised=limit + added * crowd.voters if added else None)

    return counted("equal_shares", projects, limit, ballots, tiebreak, count)


def _raised(
    crowd: Crowd, unit: int, limit: Fraction, cutter: Cutter, progress: Callable[[int], None] | None
) -> tuple[tuple[str, ...], int]:
    """The last count within the limit while everybody gets one unit more each time, and how many units that took."""
    moving = crowd.groups <= FEW
    bought: tuple[str, ...] = ()
    ties: list[Tie] = []
    kept, added = 0, 0
    while True:
        cutter.ties = []
        found = run(crowd, added * unit, cutter.one_of, unit=unit if moving else 0)
        spent = sum((Fraction(crowd.wishes[code].cost, unit) for code in found.chosen), Fraction())
        if spent > limit:
            cutter.ties = ties
            return bought, kept
        bought, kept, ties = found.chosen, added, cutter.ties
        wanted = [Fraction(wish.cost, unit) for code, wish in crowd.wishes.items() if code not in bought]
        if not wanted or spent + min(wanted) > limit:
            return bought, kept
        added += found.same or 1
        if progress is not None:
            progress(added)


def _crowd(
    projects: Mapping[str, Number], limit: Number, ballots: Votes, satisfaction: Satisfaction
) -> tuple[Crowd, int]:
    """The voters and what they wish for in whole numbers, and how many of these make one unit of money."""
    baskets: Counter[frozenset[tuple[str, Number]]] = Counter()
    voters = 0
    for worth, n in ballots:
        voters += n
        baskets[frozenset((code, points) for code, points in worth.items() if points > 0 and code in projects)] += n
    pairs = {pair for basket in baskets for pair in basket}
    worths = {(code, points): _worth(points, projects[code], satisfaction) for code, points in pairs}
    unit = lcm(Fraction(limit).denominator, *(Fraction(cost).denominator for cost in projects.values()))
    whole = lcm(*{worth.denominator for worth in worths.values()})
    members: dict[str, dict[tuple[int, int], list[int]]] = {code: {} for code in projects}
    for group, (basket, weight) in enumerate(baskets.items()):
        for code, points in basket:
            members[code].setdefault((int(worths[code, points] * whole), weight), []).append(group)
    wishes = {
        code: Wish(cost=int(cost * unit), members=members[code]) for code, cost in projects.items() if members[code]
    }
    return Crowd(limit=int(limit * unit), voters=voters, groups=len(baskets), wishes=wishes), unit


def _worth(points: Number, cost: Number, satisfaction: Satisfaction) -> Fraction:
    match satisfaction:
        case "cost":
            return Fraction(points * cost) or Fraction(1)
        case "cardinality":
            return Fraction(1)
        case "scores":
            return Fraction(points)
        case _:
            assert_never(satisfaction)
