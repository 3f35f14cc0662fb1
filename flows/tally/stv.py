"""The single transferable vote for several seats, counted as Scottish councils are.

Source: Scottish Local Government Elections Order 2011 (SSI 2011/399), schedule 1, rules 46 to 53 (in the Order of 2007,
SSI 2007/42, rules 45 to 52): the quota is the whole part of ballots / (seats + 1), plus one. Whoever reaches it is
elected; the largest surplus is handed on first, by all ballots of the elected option, each at the value at which it
came times surplus / votes, cut off after five decimals; with no surplus left the last option is eliminated and its
ballots go on at the value they have; when as many are left as there are seats, all of them are elected. Ties by the
most recent earlier round that was not level (rules 50 and 52), else by the declared rule in place of the lot.

The rule that could be broken: nothing is rounded but the value of a ballot, by the rule itself, and what is cut off is
counted with the exhausted votes, so that every round adds up to all ballots. (With exact fractions instead, the
numbers would double their digits with every seat.) Two things go beyond the Order. Options that a ballot ranks equally
share it: each gets an equal part of the ballot, which goes on to the others of that level first. And several who are
last go together when not even all their votes could elect anybody or lift one of them over the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import factorial, lcm, prod

from flows.tally.outcome import Cut, Line, Number, Outcome, Round, Tie, Tiebreak
from flows.tally.rankings import Ballots, Order, Ranking, expressed, next_choice, simplest, tidy, voters
from flows.tally.rounds import Last, Steps, TooFar, by_votes, cut, last, standings

CENTS = 100_000
"""What a ballot is worth at first: values have five decimals."""

_Pile = dict[tuple[Ranking, int], int]
"""How many parts of ballots, by what they rank from the level on that they count for, and what a whole ballot is
worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """Where the count stands. Votes are whole numbers of parts times values, `unit` of which are one vote; `piles` are
    those of everybody whose ballots may still go on."""

    unit: int
    quota: int
    seats: int
    left: tuple[str, ...]
    elected: tuple[str, ...]
    piles: Mapping[str, _Pile]
    votes: Mapping[str, int]
    exhausted: int
    places: Mapping[str, int]

    @property
    def vacant(self) -> int:
        return self.seats - len(self.elected)


def stv(options: Sequence[str], ballots: Ballots, seats: int, tiebreak: Tiebreak) -> Outcome:
    """As many winners as there are seats, in the order of their election; fewer while a tie for a seat is open."""
    papers = tidy(options, ballots)
    counted = expressed(papers)
    quota = counted // (seats + 1) + 1
    count = _start(options, papers, seats, quota)
    rounds: list[Round] = []
    ties: list[Tie] = []
    if counted:
        winners = _run(count, tiebreak, rounds, ties)
    else:
        rounds.append(_round(count))
        winners = ()
    return Outcome(
        method="stv",
        voters=voters(papers),
        winners=winners,
        order=_order(rounds, winners),
        lines=_lines(options, rounds),
        ties=tuple(ties),
        rounds=tuple(rounds),
        quota=quota,
    )


def _run(count: _Count, tiebreak: Tiebreak, rounds: list[Round], ties: list[Tie]) -> tuple[str, ...]:
    """Writes down the rounds and the ties; gives those who are elected, whichever way open ties go."""
    possible: frozenset[frozenset[str]] = frozenset()
    while True:
        filled = _filled(count)
        here = replace(_round(count), elected=filled.elected[len(count.elected) :])
        count = filled
        if not count.vacant:
            rounds.append(here)
            return count.elected
        surplus, due = _due(count)
        if tiebreak.cut is Cut.OPEN and not possible and due.undecided:
            possible = _possible(count)
        harmless = len(possible) == 1
        out, tie = cut(due, tiebreak, len(rounds) + 1, harmless=harmless, surplus=surplus)
        if tie is not None:
            ties.append(tie)
        if not out:
            rounds.append(here)
            sure = frozenset.intersection(*possible) if possible else frozenset(count.elected)
            maybe = frozenset.union(*possible) if possible else frozenset(count.left)
            seat = tuple(code for code in count.left if code in maybe - sure)
            ties.append(Tie(codes=seat, where="seat", how=Cut.OPEN.value))
            return (*count.elected, *(code for code in count.left if code in sure))
        after = _handed_on(count, out, surplus=surplus)
        moved = {code: _plain(after.votes.get(code, 0) - number, count) for code, number in count.votes.items()}
        handed = {code: number for code, number in moved.items() if number}
        rounds.append(replace(here, eliminated=() if surplus else out, transferred=handed))
        count = after


def _start(options: Sequence[str], papers: Mapping[Ranking, int], seats: int, quota: int) -> _Count:
    # Options that are level share a ballot by numbers that grow smaller, so that the factorial can always be divided.
    parts = lcm(*(prod(factorial(len(level)) for level in ranking) for ranking in papers))
    piles: dict[str, _Pile] = {code: {} for code in options}
    votes = _deal((((ranking, CENTS), number * parts) for ranking, number in papers.items()), piles)
    return _Count(
        unit=parts * CENTS,
        quota=quota * parts * CENTS,
        seats=min(seats, len(options)),
        left=tuple(options),
        elected=(),
        piles=piles,
        votes=votes,
        exhausted=voters(papers) * parts * CENTS - sum(votes.values()),
        places={},
    )


def _filled(count: _Count) -> _Count:
    """The count once all who reach the quota, and the last ones when no more are left than seats, are elected; its
    places are those of this round."""
    places = standings(count.votes, count.places)
    ahead = sorted(count.left, key=lambda code: places[code], reverse=True)
    new = [code for code in ahead if count.votes[code] >= count.quota]
    if len(count.left) <= count.vacant:
        new = ahead
    left = tuple(code for code in count.left if code not in new)
    if left and len(left) <= count.vacant - len(new):
        new += [code for code in ahead if code in left]
        left = ()
    return replace(count, left=left, elected=(*count.elected, *new), places=places)


def _due(count: _Count) -> tuple[bool, Last]:
    """Whose surplus is next, or, when there is none, who is last."""
    rich = {code: count.votes[code] for code in count.elected if count.votes[code] > count.quota}
    if rich:
        level = tuple(code for code in rich if rich[code] == max(rich.values()))
        top = max(count.places[code] for code in level)
        tied = tuple(code for code in level if count.places[code] == top)
        return True, Last(level=_listed(level, count), tied=_listed(tied, count), together=False)
    due = last({code: count.votes[code] for code in count.left}, count.places, count.quota)
    if len(count.left) - len(due.level) < count.vacant:
        due = replace(due, together=False)
    return False, due


def _handed_on(count: _Count, out: Sequence[str], *, surplus: bool) -> _Count:
    """The count once the surplus of one, or all the ballots of those who are eliminated, went to their next choices.
    What is cut off from values, and what has no next choice, is exhausted."""
    left = count.left if surplus else tuple(code for code in count.left if code not in out)
    piles = {code: dict(count.piles[code]) if code in left else pile for code, pile in count.piles.items()}
    votes = dict(count.votes)
    given = 0
    got: dict[str, int] = {}
    for code in out:
        total = votes[code]
        over = total - count.quota if surplus else total
        pile = piles.pop(code)
        cards = (((rest, value * over // total if surplus else value), parts) for (rest, value), parts in pile.items())
        given += over
        votes[code] = total - over
        for receiver, number in _deal(cards, {receiver: piles[receiver] for receiver in left}).items():
            got[receiver] = got.get(receiver, 0) + number
        if not surplus:
            del votes[code]
    for receiver, number in got.items():
        votes[receiver] += number
    return replace(
        count,
        left=left,
        piles=piles,
        votes=votes,
        exhausted=count.exhausted + given - sum(got.values()),
    )


def _deal(cards: Iterable[tuple[tuple[Ranking, int], int]], piles: Mapping[str, _Pile]) -> dict[str, int]:
    """Puts ballots on the piles of their next choices and gives what each got; those without one go nowhere."""
    got = dict.fromkeys(piles, 0)
    for (ranking, value), parts in cards:
        heads, place = next_choice(ranking, piles) if value else ((), 0)
        if not heads:
            continue
        card = (ranking[place:], value)
        part = parts // len(heads)
        for code in heads:
            pile = piles[code]
            pile[card] = pile.get(card, 0) + part
            got[code] += part * value
    return got


def _possible(count: _Count) -> frozenset[frozenset[str]]:
    """All sets of winners there could be when open ties are tried each way; none when there are too many ways."""
    try:
        return frozenset(_reachable(count, Steps()))
    except TooFar:
        return frozenset()


def _reachable(count: _Count, steps: Steps) -> Iterator[frozenset[str]]:
    """The sets of winners that a filled count can come to."""
    surplus, due = _due(count)
    ways = [due.level] if due.together else [(code,) for code in due.tied]
    for out in ways:
        steps.take(len(count.votes) + sum(len(pile) for pile in count.piles.values()))
        after = _filled(_handed_on(count, out, surplus=surplus))
        if after.vacant:
            yield from _reachable(after, steps)
        else:
            yield frozenset(after.elected)


def _listed(codes: Sequence[str], count: _Count) -> tuple[str, ...]:
    """In list order, which the piles keep."""
    return tuple(code for code in count.votes if code in codes)


def _plain(votes: int, count: _Count) -> Number:
    return simplest(Fraction(votes, count.unit))


def _round(count: _Count) -> Round:
    votes = {code: _plain(number, count) for code, number in count.votes.items()}
    return Round(votes=votes, exhausted=_plain(count.exhausted, count))


def _order(rounds: Sequence[Round], winners: Sequence[str]) -> Order:
    """Those elected, in that order; those still in the race by their votes; those eliminated, the last one first."""
    final = rounds[-1]
    rest = [code for code in final.votes if code not in winners and code not in final.eliminated]
    gone = tuple(one.eliminated for one in reversed(rounds) if one.eliminated)
    return (*((code,) for code in winners), *by_votes(rest, final.votes), *gone)


def _lines(options: Sequence[str], rounds: Sequence[Round]) -> tuple[Line, ...]:
    """The votes each option had when it was elected or in its last round, and in the first one."""
    final: dict[str, Number] = {}
    done: set[str] = set()
    for one in rounds:
        final.update({code: number for code, number in one.votes.items() if code not in done})
        done.update(one.elected)
    return tuple(Line(code=code, score=final[code], more={"first": rounds[0].votes[code]}) for code in options)
