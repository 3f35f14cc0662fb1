"""Budget rules beside pabutools, on random budgets: ties, empty ballots, projects that nobody wants or that cost more
than there is.

Two differences are meant. A project that nobody voted for is never bought here; pabutools' greedy rule buys it with
money left over. And ties are cut by the order of equalshares.net (cheaper, then more votes, then the list), which
pabutools is told to use as well.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

pytest.importorskip("pabutools")

from pabutools.election import (
    AdditiveSatisfaction,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import completion_by_rule_combination, greedy_utilitarian_welfare, method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from flows.tally.equal_shares import Completion, Satisfaction, equal_shares
from flows.tally.greedy import greedy
from flows.tally.outcome import Cut, Number, Tiebreak

ROUNDS = 1500
IN_ORDER = Tiebreak(cut=Cut.ORDER)


class PointsTimesCost(AdditiveSatisfaction):  # type: ignore[misc]
    """What our rules mean by `cost` when ballots carry points."""

    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        super().__init__(instance, profile, ballot, func=lambda i, p, b, project, x: b.get(project, 0) * project.cost)


class Points(AdditiveSatisfaction):  # type: ignore[misc]
    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        super().__init__(instance, profile, ballot, func=lambda i, p, b, project, x: b.get(project, 0))


def draw(seed: int, *, points: bool = False) -> tuple[dict[str, Number], Number, list[tuple[dict[str, Number], int]]]:
    chance = random.Random(seed)
    few = chance.random() < 0.5
    costs: dict[str, Number] = {
        f"p{i:02}": chance.choice([1, 2, 3, 5, 8]) if few else chance.randint(1, 60)
        for i in range(chance.randint(1, 7))
    }
    limit = chance.randint(1, 2 * max(2, sum(int(cost) for cost in costs.values()) * 2 // 3))
    ballots: list[tuple[dict[str, Number], int]] = []
    for _ in range(chance.randint(1, 12)):
        wanted = [code for code in costs if chance.random() < chance.choice([0.1, 0.4, 0.8])]
        ballots.append(({code: chance.randint(1, 4) if points else 1 for code in wanted}, chance.choice([1, 1, 1, 3])))
    return costs, limit, ballots


def beside(
    costs: Mapping[str, Number], limit: Number, ballots: Sequence[tuple[Mapping[str, Number], int]], *, points: bool
) -> tuple[Any, Any, Any, dict[str, Number]]:
    projects = {code: Project(code, cost) for code, cost in costs.items()}
    instance = Instance(projects.values(), budget_limit=limit)
    each = [worth for worth, n in ballots for _ in range(n)]
    votes = {code: sum(worth.get(code, 0) for worth in each) for code in costs}
    if points:
        profile = CardinalProfile(
            [CardinalBallot({projects[code]: n for code, n in worth.items()}) for worth in each], instance=instance
        )
    else:
        profile = ApprovalProfile(
            [ApprovalBallot(projects[code] for code in worth) for worth in each], instance=instance
        )
    places = {code: place for place, code in enumerate(costs)}
    ties = TieBreakingRule(lambda i, p, project: (project.cost, -votes[project.name], places[project.name]))
    return instance, profile, ties, votes


@pytest.mark.parametrize("points", [False, True])
def test_greedy_buys_what_pabutools_buys(points: bool) -> None:
    for seed in range(ROUNDS):
        costs, limit, ballots = draw(seed, points=points)
        instance, profile, ties, votes = beside(costs, limit, ballots, points=points)
        theirs = greedy_utilitarian_welfare(
            instance, profile, sat_class=PointsTimesCost if points else Cost_Sat, tie_breaking=ties
        )
        ours = greedy(costs, limit, ballots, IN_ORDER)
        assert set(ours.winners) == {one.name for one in theirs if votes[one.name]}, seed


@pytest.mark.parametrize("completion", ["none", "add1", "greedy", "add1u"])
@pytest.mark.parametrize("satisfaction", ["cost", "cardinality", "points", "points times cost"])
def test_equal_shares_buys_what_pabutools_buys(satisfaction: str, completion: Completion) -> None:
    points = "points" in satisfaction
    theirs_by: dict[str, tuple[Any, Satisfaction]] = {
        "cost": (Cost_Sat, "cost"),
        "cardinality": (Cardinality_Sat, "cardinality"),
        "points": (Points, "scores"),
        "points times cost": (PointsTimesCost, "cost"),
    }
    sat_class, ours_by = theirs_by[satisfaction]
    for seed in range(ROUNDS):
        costs, limit, ballots = draw(seed, points=points)
        instance, profile, ties, votes = beside(costs, limit, ballots, points=points)
        shares = {"sat_class": sat_class, "tie_breaking": ties}
        if completion in ("add1", "add1u"):
            shares["voter_budget_increment"] = 1
        by_votes = {"sat_class": PointsTimesCost if points else Cost_Sat, "tie_breaking": ties}
        if completion in ("greedy", "add1u"):
            theirs = completion_by_rule_combination(
                instance, profile, [method_of_equal_shares, greedy_utilitarian_welfare], [shares, by_votes]
            )
        else:
            theirs = method_of_equal_shares(instance, profile, **shares)
        ours = equal_shares(costs, limit, ballots, IN_ORDER, satisfaction=ours_by, completion=completion)
        assert set(ours.winners) == {one.name for one in theirs if votes[one.name]}, seed
        assert sum(Fraction(costs[code]) for code in ours.winners) <= limit


@pytest.mark.parametrize(("voters", "wanted"), [(300, 15), (1600, 24)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_village_and_a_town_buy_what_they_buy_in_pabutools(seed: int, voters: int, wanted: int) -> None:
    """Many different ballots: the count with moving numbers (few groups) and the one without (many)."""
    chance = random.Random(seed)
    costs: dict[str, Number] = {f"p{i:02}": chance.randint(voters // 3, voters * 4) for i in range(wanted)}
    liked = [chance.paretovariate(1) for _ in costs]
    ballots: list[tuple[dict[str, Number], int]] = [
        (dict.fromkeys(chance.choices(list(costs), liked, k=chance.randint(1, 8)), 1), 1) for _ in range(voters)
    ]
    limit = voters * 12 + 5
    instance, profile, ties, _ = beside(costs, limit, ballots, points=False)
    theirs = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, tie_breaking=ties, voter_budget_increment=1)
    ours = equal_shares(costs, limit, ballots, IN_ORDER, completion="add1")
    assert list(ours.winners) == [one.name for one in theirs]
    assert ours.purchase is not None
    assert ours.purchase.raised is not None
