"""The greedy rule for a participatory budget: most votes first, as far as the money goes.

Projects are taken by votes, most first. With `skip`, one that no longer fits is passed over and the next is tried
(the usual rule; "utilitarian greedy" in Peters, Pierczyński and Skowron, Proportional Participatory Budgeting with
Additive Utilities, NeurIPS 2021, https://arxiv.org/abs/2008.13276). Without it, the rule stops at the first project
that does not fit.

The one rule: what is bought never costs more than the limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.tally.budgeting import Bill, Cutter, Votes, counted, levels
from flows.tally.outcome import Number, Outcome, Tiebreak


def greedy(
    projects: Mapping[str, Number], limit: Number, ballots: Votes, tiebreak: Tiebreak, *, skip: bool = True
) -> Outcome:
    """What the most wanted projects are, within `limit`. `projects` are costs in list order."""

    def count(cutter: Cutter) -> Bill:
        bought = buy(cutter, list(projects), limit, skip=skip)
        return Bill(chosen=tuple((code, "votes") for code in bought))

    return counted("greedy", projects, limit, ballots, tiebreak, count)


def buy(cutter: Cutter, wanted: Sequence[str], left: Number, *, skip: bool) -> list[str]:
    """The projects that `left` buys, by votes."""
    bought: list[str] = []
    for level in levels({code: cutter.costs[code] for code in wanted}, cutter.votes):
        if cutter.votes[level[0]] <= 0:
            break
        taken = _of_one_level(cutter, level, left, skip=skip)
        bought += taken
        left -= sum(cutter.costs[code] for code in taken)
        if len(taken) < len(level) and not skip:
            break
    return bought


def _of_one_level(cutter: Cutter, level: Sequence[str], left: Number, *, skip: bool) -> list[str]:
    """What can be bought among projects with as many votes. There is a tie only when not all of them can."""
    bought: list[str] = []
    waiting = list(level)
    while waiting:
        if skip:
            waiting = [code for code in waiting if cutter.costs[code] <= left]
        if sum(cutter.costs[code] for code in waiting) <= left:
            return bought + sorted(waiting, key=lambda code: cutter.costs[code])
        code = cutter.one_of(waiting)
        if cutter.costs[code] > left:
            break
        waiting.remove(code)
        bought.append(code)
        left -= cutter.costs[code]
    return bought
