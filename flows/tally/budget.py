"""A participatory budget counted by its declared rule, with the other rule beside it, so that people see which projects
differ. The one rule: only the declared rule decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias, assert_never

from flows.tally.budgeting import Votes
from flows.tally.equal_shares import Completion, Satisfaction, equal_shares
from flows.tally.greedy import greedy
from flows.tally.outcome import Number, Outcome, Tiebreak

BudgetRule: TypeAlias = Literal["greedy", "equal_shares"]


def both(
    projects: Mapping[str, Number],
    limit: Number,
    ballots: Votes,
    tiebreak: Tiebreak,
    *,
    rule: BudgetRule,
    skip: bool = True,
    satisfaction: Satisfaction = "cost",
    completion: Completion = "add1u",
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """The outcome by `rule`; what the other one would have bought stands in `purchase.compared`."""
    most_wanted = greedy(projects, limit, ballots, tiebreak, skip=skip)
    shared = equal_shares(
        projects, limit, ballots, tiebreak, satisfaction=satisfaction, completion=completion, progress=progress
    )
    match rule:
        case "greedy":
            return _beside(most_wanted, shared)
        case "equal_shares":
            return _beside(shared, most_wanted)
        case _:
            assert_never(rule)


def _beside(declared: Outcome, other: Outcome) -> Outcome:
    assert declared.purchase is not None
    return replace(declared, purchase=replace(declared.purchase, compared=(other.method, other.winners)))
