"""Instant-runoff voting: round after round the last option goes, and its ballots count for their next choice, until
one option has more than half of the votes that are left.

The rule that could be broken: votes and exhausted ballots of a round always add up to all ballots. Options that a
ballot ranks equally share its vote equally, in exact fractions ("Split-IRV" in Delemazure and Peters, "Generalizing
Instant Runoff Voting to Allow Indifferences", 2024, arXiv:2404.11407); a ballot with no option left is exhausted.

Source: Robert's Rules of Order Newly Revised (12th edition, 45:62-69, preferential voting); ties by the most recent
earlier round that was not level as in the Scottish Local Government Elections Order 2011, schedule 1, rule 52. How
ties are cut stands in `rounds`. A tie for the last two is a tie for the winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flows.tally.outcome import Cut, Line, Number, Outcome, Round, Tie, Tiebreak
from flows.tally.rankings import Ballots, Order, Ranking, expressed, next_choice, simplest, tidy, voters
from flows.tally.rounds import Steps, TooFar, by_votes, cut, last, standings

_Piles = Mapping[tuple[str, ...], Mapping[Ranking, int]]
"""How many ballots, by the options that they count for now (several share them, none: exhausted) and by what they rank
behind these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Race:
    """Where the count stands: who is left, their ballots, and the places one round before."""

    left: tuple[str, ...]
    piles: _Piles
    earlier: Mapping[str, int]


def irv(options: Sequence[str], ballots: Ballots, tiebreak: Tiebreak) -> Outcome:
    """The option that has more than half of the votes left, once enough others are gone, wins."""
    papers = tidy(options, ballots)
    race = _Race(left=tuple(options), piles=_dealt(papers.items(), {}, frozenset(options)), earlier={})
    rounds: list[Round] = []
    ties: list[Tie] = []
    if expressed(papers):
        winner = _run(race, tiebreak, rounds, ties)
    else:
        rounds.append(Round(votes=dict.fromkeys(options, 0), exhausted=voters(papers)))
        winner = None
    return Outcome(
        method="irv",
        voters=voters(papers),
        winners=() if winner is None else (winner,),
        order=_order(rounds, winner, ties),
        lines=_lines(options, rounds),
        ties=tuple(ties),
        rounds=tuple(rounds),
    )


def _run(race: _Race, tiebreak: Tiebreak, rounds: list[Round], ties: list[Tie]) -> str | None:
    """Writes down the rounds and the ties; gives the winner, or None when a tie stays open."""
    possible: frozenset[str] = frozenset()
    while True:
        votes = _votes(race)
        here = Round(votes=votes, exhausted=sum(race.piles.get((), {}).values()))
        winner = _leader(votes)
        if winner is not None:
            rounds.append(replace(here, elected=(winner,)))
            return winner
        race = replace(race, earlier=standings(votes, race.earlier))
        found = last(votes, race.earlier)
        if tiebreak.cut is Cut.OPEN and not possible and found.undecided:
            possible = _possible(race)
        out, tie = cut(found, tiebreak, len(rounds) + 1, harmless=len(possible) == 1)
        if tie is not None:
            ties.append(_told(tie, race.left))
        if not out:
            rounds.append(here)
            if len(race.left) > 2:
                codes = tuple(code for code in race.left if code in possible)
                ties.append(Tie(codes=codes, where="winner", how=Cut.OPEN.value))
            return None
        if len(race.left) == 2:
            winner = next(code for code in race.left if code not in out)
            rounds.append(replace(here, elected=(winner,), eliminated=out))
            return winner
        rounds.append(replace(here, eliminated=out))
        race = _without(race, out)


def _votes(race: _Race) -> dict[str, Number]:
    """Each ballot counts for the first choice that is left on it; what is level on it shares it."""
    votes: dict[str, Number] = dict.fromkeys(race.left, 0)
    for heads, pile in race.piles.items():
        for code in heads:
            votes[code] += Fraction(sum(pile.values()), len(heads))
    return {code: simplest(number) for code, number in votes.items()}


def _leader(votes: Mapping[str, Number]) -> str | None:
    half = Fraction(sum(votes.values())) / 2
    return next((code for code, number in votes.items() if number > half), None)


def _without(race: _Race, out: Sequence[str]) -> _Race:
    """The race once some options are gone: only the ballots that counted for them move."""
    left = tuple(code for code in race.left if code not in out)
    stay = {heads: pile for heads, pile in race.piles.items() if not any(code in heads for code in out)}
    move = ((heads, pile) for heads, pile in race.piles.items() if heads not in stay)
    ballots = (((heads, *behind), number) for heads, pile in move for behind, number in pile.items())
    return replace(race, left=left, piles=_dealt(ballots, stay, frozenset(left)))


def _dealt(ballots: Iterable[tuple[Ranking, int]], piles: _Piles, left: frozenset[str]) -> _Piles:
    """The piles with some more ballots, each on the pile of its first choice that is left."""
    more: dict[tuple[str, ...], dict[Ranking, int]] = {}
    for ranking, number in ballots:
        heads, place = next_choice(ranking, left)
        behind = ranking[place + 1 :]
        if heads not in more:
            more[heads] = dict(piles.get(heads, {}))
        pile = more[heads]
        pile[behind] = pile.get(behind, 0) + number
    return {**piles, **more}


def _possible(race: _Race) -> frozenset[str]:
    """Who could win, when open ties are tried each way; everybody who is left when there are too many ways."""
    try:
        return _reachable(race, Steps(), {})
    except TooFar:
        return frozenset(race.left)


_Seen = dict[tuple[tuple[str, ...], tuple[int, ...]], frozenset[str]]


def _reachable(race: _Race, steps: Steps, seen: _Seen) -> frozenset[str]:
    """The winners of a race whose `earlier` holds the places of this very round."""
    key = (race.left, tuple(race.earlier[code] for code in race.left))
    if key in seen:
        return seen[key]
    found = last(_votes(race), race.earlier)
    ways = [found.level] if found.together else [(code,) for code in found.tied]
    steps.take(len(ways) * (len(race.left) + sum(map(len, race.piles.values()))))
    winners: set[str] = set()
    for out in ways:
        after = _without(race, out)
        then = _votes(after)
        leader = _leader(then) if len(after.left) > 1 else after.left[0]
        if leader is not None:
            winners.add(leader)
        else:
            places = standings(then, race.earlier)
            winners |= _reachable(replace(after, earlier=places), steps, seen)
    seen[key] = frozenset(winners)
    return seen[key]


def _told(tie: Tie, left: Sequence[str]) -> Tie:
    """A tie of the last two is about who wins."""
    if len(left) > 2:
        return tie
    ahead = None if tie.first is None else next(code for code in left if code != tie.first)
    return replace(tie, where="winner", first=ahead)


def _order(rounds: Sequence[Round], winner: str | None, ties: Sequence[Tie]) -> Order:
    """The winner (or those who are level for it), the others of the last round by their votes, then those that went,
    the last to go first."""
    final = rounds[-1]
    if winner is not None:
        head: tuple[str, ...] = (winner,)
    else:
        head = next((tie.codes for tie in ties if tie.where == "winner"), tuple(final.votes))
    rest = [code for code in final.votes if code not in head and code not in final.eliminated]
    gone = tuple(one.eliminated for one in reversed(rounds) if one.eliminated)
    return (head, *by_votes(rest, final.votes), *gone)


def _lines(options: Sequence[str], rounds: Sequence[Round]) -> tuple[Line, ...]:
    """The votes each option had in its last round, and in the first one."""
    final: dict[str, Number] = {}
    for one in rounds:
        final.update(one.votes)
    return tuple(Line(code=code, score=final[code], more={"first": rounds[0].votes[code]}) for code in options)
