"""At most how many ballots it takes to change a winner, where the least number is hard to find: majority judgment,
instant runoff, Schulze.

The one rule: each of these numbers comes with ballots that do change the winner, so that none is less than the truth.
Majority judgment: ballots are chosen rival by rival. Instant runoff: the last-round margin (T. R. Magrino et al.,
"Computing the Margin of Victory in IRV Elections", EVT/WOTE 2011), counted again before it is told. Schulze: until some
rival loses no duel, since then no strongest path beats it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil

from flows.flow import Rule
from flows.session import Answer
from flows.tally import marks
from flows.tally.irv import irv
from flows.tally.judgment import values
from flows.tally.outcome import Cut, Outcome, Tiebreak
from flows.tally.rankings import Ranking, preferences, tidy


def favoured(rule: Rule, options: Sequence[str], winner: str, rival: str) -> bool:
    """Whether the winner would still win when the rival is level."""
    return rule.tie is Cut.ORDER and options.index(winner) < options.index(rival)


def majority(
    rule: Rule, options: Sequence[str], winner: str, scale: Sequence[str], ballots: Sequence[tuple[Answer, int]]
) -> int | None:
    """For each rival: change those ballots first that favour the winner most."""
    places = {grade: place for place, grade in enumerate(reversed(scale))}
    found = []
    for rival in options:
        if rival == winner:
            continue
        pairs: Counter[tuple[int, int]] = Counter()
        for answer, n in ballots:
            given = marks.pairs(answer)
            pairs[places.get(str(given.get(winner)), 0), places.get(str(given.get(rival)), 0)] += n
        apart = partial(_apart, pairs, len(scale))
        beyond = favoured(rule, options, winner, rival)
        found.append(_until(partial(_gone, apart, beyond), sum(pairs.values())))
    return min((n for n in found if n is not None), default=None)


def _gone(apart: Callable[[int], int], beyond: bool, changed: int) -> bool:
    return apart(changed) < 0 if beyond else apart(changed) <= 0


def _apart(pairs: Mapping[tuple[int, int], int], length: int, changed: int) -> int:
    """1, 0 or -1 as the winner is ahead, level or behind once so many ballots give the worst grade to the winner and
    the best to the rival."""
    for_winner, for_rival = [0] * length, [0] * length
    for ours, theirs in sorted(pairs, key=lambda pair: pair[1] - pair[0]):
        n = pairs[ours, theirs]
        moved = min(changed, n)
        changed -= moved
        for_winner[0] += moved
        for_rival[-1] += moved
        for_winner[ours] += n - moved
        for_rival[theirs] += n - moved
    keys = values({"winner": for_winner, "rival": for_rival}, sum(for_winner))
    return (keys["winner"] > keys["rival"]) - (keys["winner"] < keys["rival"])


def _until(enough: Callable[[int], bool], most: int) -> int | None:
    """The least number from 1 to `most` that is enough; more is never less."""
    low, high = 1, most
    if not enough(most):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def runoff(
    rule: Rule, winner: str, outcome: Outcome, options: Sequence[str], ballots: Iterable[tuple[Ranking, int]]
) -> int | None:
    """Exchange the winner and one of the last rivals on as many ballots as stand between them, and count again."""
    papers = tidy(options, tuple(ballots))
    duels = preferences(options, papers)
    tiebreak = Tiebreak(cut=Cut.ORDER if rule.tie is Cut.ORDER else Cut.OPEN)
    found = []
    for rival in (code for code in outcome.rounds[-1].votes if code != winner):
        apart = max(1, ceil(Fraction(duels[winner][rival] - duels[rival][winner], 2)))
        for changed in (apart, apart + 1):
            if irv(options, _exchanged(papers, winner, rival, changed), tiebreak).winners != (winner,):
                found.append(changed)
                break
    return min(found, default=None)


def _exchanged(papers: Mapping[Ranking, int], winner: str, rival: str, changed: int) -> tuple[tuple[Ranking, int], ...]:
    swap = {winner: rival, rival: winner}
    after: list[tuple[Ranking, int]] = []
    for ranking, n in papers.items():
        moved = min(n, changed) if _before(ranking, winner, rival) else 0
        changed -= moved
        after.append((tuple(tuple(swap.get(code, code) for code in level) for level in ranking), moved))
        after.append((ranking, n - moved))
    return tuple((ranking, n) for ranking, n in after if n)


def _before(ranking: Ranking, first: str, second: str) -> bool:
    """Whether a ballot ranks the one before the other; what it leaves out is behind."""
    for level in ranking:
        if second in level:
            return False
        if first in level:
            return True
    return False


def undefeated(rule: Rule, options: Sequence[str], winner: str, ballots: Iterable[tuple[Ranking, int]]) -> int | None:
    """Put a rival first on the ballots that rank it last, until it loses no duel: then no strongest path beats it."""
    papers = tidy(options, tuple(ballots))
    duels = preferences(options, papers)
    behind: dict[str, dict[str, int]] = {}
    for rival in (code for code in options if code != winner):
        strictly = int(favoured(rule, options, winner, rival))
        behind[rival] = {code: duels[code][rival] - duels[rival][code] + strictly for code in options if code != rival}
    least: int | None = None
    for rival in sorted(behind, key=lambda code: max(behind[code].values())):
        if least is not None and max(behind[rival].values()) >= 2 * least:
            break  # one ballot moves a duel by two at most: nobody from here on can do with fewer
        changed = _lifted(papers, rival, behind[rival])
        least = changed if least is None or (changed is not None and changed < least) else least
    return least


def _lifted(papers: Mapping[Ranking, int], rival: str, behind: Mapping[str, int]) -> int | None:
    """How many ballots, those first that rank the rival last, it takes until it is behind nobody."""
    changed = 0
    for ranking in sorted(papers, key=lambda one: _place(one, rival), reverse=True):
        losing = [code for code, apart in behind.items() if apart > 0]
        if not losing:
            break
        gains = {
            code: 2 if _before(ranking, code, rival) else int(not _before(ranking, rival, code)) for code in behind
        }
        wanted = max(ceil(Fraction(behind[code], gains[code])) if gains[code] else papers[ranking] for code in losing)
        moved = min(papers[ranking], wanted)
        changed += moved
        behind = {code: apart - gains[code] * moved for code, apart in behind.items()}
    return max(1, changed) if all(apart <= 0 for apart in behind.values()) else None


def _place(ranking: Ranking, rival: str) -> int:
    """How many options a ballot ranks before the rival."""
    ahead = 0
    for level in ranking:
        if rival in level:
            break
        ahead += len(level)
    return ahead
