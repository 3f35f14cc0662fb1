"""What the rules for a participatory budget have in common: costs, votes, ties, and the shape of the outcome.

The one rule: a tie is never cut in silence. The cheaper project goes first, then the one with more votes, then
whatever the declared tie-break says (the order that equalshares.net/implementation/tie-breaking recommends). Where the
tie-break leaves ties open, the count is made in every way they could be cut: what is bought in all of them is bought,
and the rest is told as a tie.

A project that nobody voted for is never bought, even when it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flows.tally.outcome import Cut, Line, Number, Outcome, Purchase, Tie, Tiebreak, first_of

NO_DIFFERENCE = "no difference"

Votes: TypeAlias = Sequence[tuple[Mapping[str, Number], int]]
"""Ballots: how much each is worth to the voter (1 for a project in the basket), and how many voters gave this one."""

WAYS, FEWER_WAYS, MANY = 64, 4, 2_000
"""Open ties are followed in at most this many ways (fewer with many ballots, where each takes seconds and ties are
rare); beyond, a project that was ever level with another stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one count bought, in order, and by which step of the rule."""

    chosen: tuple[tuple[str, str], ...] = ()
    raised: Number | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.chosen)


@dataclass(slots=True, kw_only=True)
class Cutter:
    """Cuts ties, and writes down how. `path` says which of the level projects to take at each open tie, in turn;
    behind its end the first. `forks` is how many there were. The same tie met again is cut as before: people decide
    once."""

    costs: Mapping[str, Number]
    votes: Mapping[str, Number]
    tiebreak: Tiebreak
    path: tuple[int, ...] = ()
    forks: list[int] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    decided: dict[tuple[str, ...], str] = field(default_factory=dict)

    def one_of(self, level: Sequence[str]) -> str:
        """The one of some level projects (in list order) that goes first."""
        if len(level) == 1:
            return level[0]
        least = min(self.costs[code] for code in level)
        cheap = [code for code in level if self.costs[code] == least]
        most = max(self.votes[code] for code in cheap)
        liked = [code for code in cheap if self.votes[code] == most]
        if len(liked) == 1:
            how = "cheaper" if len(cheap) == 1 else "more votes"
            self.ties.append(Tie(codes=tuple(level), where="project", how=how, first=liked[0]))
            return liked[0]
        first = first_of(liked, self.tiebreak)
        self.ties.append(Tie(codes=tuple(liked), where="project", how=self.tiebreak.cut.value, first=first))
        return first if first is not None else self._decided(tuple(liked))

    def _decided(self, level: tuple[str, ...]) -> str:
        if level not in self.decided:
            place = len(self.forks)
            self.forks.append(len(level))
            self.decided[level] = level[self.path[place] if place < len(self.path) else 0]
        return self.decided[level]


def counted(
    method: str,
    costs: Mapping[str, Number],
    limit: Number,
    ballots: Votes,
    tiebreak: Tiebreak,
    count: Callable[[Cutter], Bill],
) -> Outcome:
    """The outcome of a count, made once, or in each way in which open ties could be cut."""
    votes = votes_of(costs, ballots)
    ways = WAYS if len(ballots) <= MANY else FEWER_WAYS
    bill, ties = _settled(Cutter(costs=costs, votes=votes, tiebreak=tiebreak), count, ways)
    lines = tuple(Line(code=code, score=votes[code], more={"cost": cost}) for code, cost in costs.items())
    bought = tuple((code, costs[code], by) for code, by in bill.chosen)
    return Outcome(
        method=method,
        voters=sum(n for _, n in ballots),
        winners=bill.codes,
        order=levels(costs, votes),
        lines=lines,
        ties=ties,
        purchase=Purchase(limit=limit, spent=sum(cost for _, cost, _ in bought), chosen=bought, raised=bill.raised),
    )


def votes_of(costs: Mapping[str, Number], ballots: Votes) -> dict[str, Number]:
    """What all ballots together give to each project; less than nothing counts as nothing."""
    votes: dict[str, Number] = dict.fromkeys(costs, 0)
    for worth, n in ballots:
        for code, points in worth.items():
            if points > 0 and code in votes:
                votes[code] += points * n
    return votes


def levels(costs: Mapping[str, Number], votes: Mapping[str, Number]) -> tuple[tuple[str, ...], ...]:
    """The projects by votes, most first; those with as many stand together, in list order."""
    found: dict[Number, list[str]] = {}
    for code in costs:
        found.setdefault(votes[code], []).append(code)
    return tuple(tuple(found[n]) for n in sorted(found, reverse=True))


def _settled(uncut: Cutter, count: Callable[[Cutter], Bill], most: int) -> tuple[Bill, tuple[Tie, ...]]:
    """What is bought in each way (at most `most`) of cutting the ties that stay open, and the ties as they are told."""

    def way(path: tuple[int, ...]) -> tuple[Bill, Cutter]:
        cutter = Cutter(costs=uncut.costs, votes=uncut.votes, tiebreak=uncut.tiebreak, path=path)
        return count(cutter), cutter

    bill, first = way(())
    always = set(bill.codes)
    level: dict[tuple[str, ...], None] = {tie.codes: None for tie in first.ties if tie.how == Cut.OPEN}
    ways, waiting = 1, _turns((), first.forks)
    while waiting and ways < most:
        path = waiting.pop()
        other, cutter = way(path)
        ways += 1
        always &= set(other.codes)
        level |= {tie.codes: None for tie in cutter.ties if tie.how == Cut.OPEN}
        waiting += _turns(path, cutter.forks)
    if waiting:
        always -= {code for codes in level for code in codes}
    cut = tuple(tie for tie in first.ties if tie.how != Cut.OPEN)
    told = [codes for codes in level if not any(set(codes) < set(other) for other in level)]
    if len(always) == len(bill.codes):
        return bill, cut + tuple(Tie(codes=codes, where="project", how=NO_DIFFERENCE) for codes in told)
    certain = tuple(one for one in bill.chosen if one[0] in always)
    return Bill(chosen=certain), cut + tuple(Tie(codes=codes, where="project", how=Cut.OPEN) for codes in told)


def _turns(path: tuple[int, ...], forks: Sequence[int]) -> list[tuple[int, ...]]:
    """The ways that leave this one at a fork behind the end of its path."""
    return [
        (*path, *(0,) * (place - len(path)), turn)
        for place in range(len(path), len(forks))
        for turn in range(1, forks[place])
    ]
