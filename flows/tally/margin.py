"""How many ballots would have changed it.

The one rule: only ballots that were counted are thought of as answered otherwise; nobody is added, and nobody is taken
away. "Changed" means other winners. Where ties stay open or are cut by lot, drawing level is enough, since then nobody
has won, or may have; where the list decides, whoever stands behind must go ahead.

Exact for plurality, approval, score, dots, quadratic, availability and consent: against every rival, and down to the
declared threshold (up to it, where nobody reached it, it is what the one that leads would have needed). The others get
an upper bound, which is never less than the truth, and leaves the threshold aside: Borda (exact when whole rankings
may be given), and those in `bounds`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from flows.flow import AnyOf, Ask, Grades, Method, OneOf, Order, Points, Rule, Slots
from flows.session import Answer, Given
from flows.tally import marks
from flows.tally.availability import MAYBE, YES
from flows.tally.bounds import favoured, majority, runoff, undefeated
from flows.tally.conditions import QUORUM, THRESHOLD, leading, reaches
from flows.tally.consent import ABSTAIN, AGREE, BLOCK
from flows.tally.counting import Answers, codes, grades, rankings
from flows.tally.outcome import Cut, Number, Outcome

Ballots = list[tuple[Answer, int]]
Worth = Mapping[str, Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """A method whose winner has the greatest sum.

    `worth` is what a ballot gives to each option (what it does not name has 0). `gain` is how much one ballot, given
    what it is worth, can at most move the second option against the first one, and `swing` the most that any ballot
    can. `free` says whether a ballot could do without one of the options it names, and `fewest` how many it must name.
    `toward` and `whole` are what the declared threshold looks at: what a ballot gives toward the share, and how much
    of that it can give at most."""

    worth: Callable[[Answer], Worth]
    gain: Callable[[Worth, str, str], Number]
    swing: Number
    free: Callable[[Worth], bool]
    toward: Callable[[Number], Number]
    whole: int
    fewest: int = 0


def changed_by(ask: Ask, outcome: Outcome, answers: Answers) -> int | None:
    """The least number of counted ballots that, answered otherwise, would have given other winners (see above where
    this is an upper bound); None when it is not known, or when no change of ballots could do it (a quorum that was
    not reached)."""
    rule, kind = ask.rule, ask.kind
    ballots = [(answer, n) for answer, n in answers if answer.given is Given.ANSWER and n > 0]
    if rule is None or not ballots or any(one.name == QUORUM and not one.met for one in outcome.conditions):
        return None
    if rule.method == Method.CONSENT:
        return _consent(rule, marks.chosen(marks.tallied(kind, ballots)))
    if rule.seats > 1 and rule.threshold is not None:
        return None
    sums = _sums(ask)
    if sums is not None:
        return _by_sums(rule, outcome, ballots, sums)
    if len(outcome.winners) != 1 or rule.seats > 1:
        return None
    options, (winner,) = codes(kind), outcome.winners
    match rule.method, kind:
        case Method.MAJORITY_JUDGMENT, Grades():
            (_, scale), *_ = grades(kind)
            return majority(rule, options, winner, scale, ballots)
        case Method.IRV, Order():
            return runoff(rule, winner, outcome, options, rankings(ballots))
        case Method.SCHULZE, Order():
            return undefeated(rule, options, winner, rankings(ballots))
        case _:
            return None


def _consent(rule: Rule, stances: Mapping[str, int]) -> int | None:
    """One block stops what is adopted; what is not needs its blocks lifted, and agreement enough."""
    agree, block = stances.get(AGREE, 0), stances.get(BLOCK, 0)
    positions = sum(stances.values()) - stances.get(ABSTAIN, 0)
    if agree and not block and reaches(rule, Fraction(agree, positions)):
        return 1
    if not positions:
        return 1
    missing = _to_reach(rule, agree, positions)
    return max(block, missing, 1) if missing <= positions - agree else None


def _by_sums(rule: Rule, outcome: Outcome, ballots: Ballots, sums: _Sums) -> int | None:
    options = [line.code for line in outcome.lines]
    worths: Counter[tuple[tuple[str, Number], ...]] = Counter()
    for answer, n in ballots:
        worths[tuple(sums.worth(answer).items())] += n
    papers = [(dict(worth), n) for worth, n in worths.items()]
    if any(tie.how == Cut.OPEN for tie in outcome.ties):
        return _untied(outcome, papers, sums)
    if not outcome.winners:
        return _raised(rule, leading(outcome), papers, sums)
    found = [_overtaken(rule, options, outcome.winners, papers, sums)]
    if rule.threshold is not None:
        found += [_lowered(rule, winner, papers, sums) for winner in outcome.winners]
    return min((n for n in found if n is not None), default=None)


Papers = Sequence[tuple[Worth, int]]


def _overtaken(rule: Rule, options: Sequence[str], winners: Sequence[str], papers: Papers, sums: _Sums) -> int | None:
    """How many ballots bring a rival level with a winner, or ahead where the list would still favour the winner."""
    totals: dict[str, Number] = dict.fromkeys(options, 0)
    for worth, n in papers:
        for code in options:
            totals[code] += _of(worth, code) * n
    pairs = [(winner, rival) for winner in winners for rival in options if rival not in winners]
    least: int | None = None
    for winner, rival in sorted(pairs, key=lambda pair: totals[pair[0]] - totals[pair[1]]):
        apart = totals[winner] - totals[rival]
        if least is not None and apart >= least * sums.swing:
            break  # no ballot moves two options by more: nobody from here on can do with fewer
        gains: Counter[Number] = Counter()
        for worth, n in papers:
            gains[sums.gain(worth, winner, rival)] += n
        changed = _least(gains, apart, beyond=favoured(rule, options, winner, rival))
        least = changed if least is None or (changed is not None and changed < least) else least
    return least


def _lowered(rule: Rule, winner: str, papers: Papers, sums: _Sums) -> int | None:
    """How many ballots bring the winner below the threshold."""
    assert rule.threshold is not None
    reached = sum(sums.toward(_of(worth, winner)) * n for worth, n in papers)
    bar = rule.threshold * sums.whole * sum(n for _, n in papers)
    gains: Counter[Number] = Counter()
    for worth, n in papers:
        gains[sums.toward(_of(worth, winner)) if sums.free(worth) else 0] += n
    return _least(gains, reached - bar, beyond=not rule.strictly)


def _raised(rule: Rule, leaders: Sequence[str], papers: Papers, sums: _Sums) -> int | None:
    """How many ballots bring the one that leads up to the threshold."""
    if rule.threshold is None or len(leaders) != 1:
        return None
    reached = sum(sums.toward(_of(worth, leaders[0])) * n for worth, n in papers)
    bar = rule.threshold * sums.whole * sum(n for _, n in papers)
    gains: Counter[Number] = Counter()
    for worth, n in papers:
        gains[sums.whole - sums.toward(_of(worth, leaders[0]))] += n
    return _least(gains, bar - reached, beyond=rule.strictly)


def _untied(outcome: Outcome, papers: Papers, sums: _Sums) -> int | None:
    """One ballot cuts an open tie, if it can put one of those that are level ahead of all others of them."""
    if any(one.name == THRESHOLD and not one.met for one in outcome.conditions):
        return None
    level = next(tie.codes for tie in outcome.ties if tie.how == Cut.OPEN)
    alone = 1 + len(outcome.lines) - len(level) >= sums.fewest
    free = any(
        all(sums.gain(worth, other, code) > 0 for other in level if other != code) and (alone or code not in worth)
        for worth, _ in papers
        for code in level
    )
    return 1 if free else None


def _least(gains: Mapping[Number, int], needed: Number, *, beyond: bool) -> int | None:
    """How many ballots it takes, the most moving first, to gain what is needed, or more than it; at least one."""
    taken = 0
    for gain in sorted(gains, reverse=True):
        if gain <= 0:
            break
        wanted = floor(Fraction(needed) / gain) + 1 if beyond else ceil(Fraction(needed) / gain)
        if wanted <= gains[gain]:
            return max(1, taken + wanted)
        taken += gains[gain]
        needed -= gain * gains[gain]
    return None


def _to_reach(rule: Rule, found: int, whole: int) -> int:
    """How many more of `whole` it takes to reach the threshold; one at least must be found."""
    if rule.threshold is None:
        return max(0, 1 - found)
    bar = rule.threshold * whole
    return max((floor(bar) + 1 if rule.strictly else ceil(bar)) - found, 1 - found, 0)


def _of(worth: Worth, code: str) -> Number:
    return worth.get(code, 0)


def _sums(ask: Ask) -> _Sums | None:
    assert ask.rule is not None
    match ask.rule.method, ask.kind:
        case Method.PLURALITY, OneOf():
            return _Sums(worth=_chosen, gain=_of_one, swing=2, free=_always, toward=_itself, whole=1)
        case ((Method.PLURALITY | Method.APPROVAL), AnyOf(at_least=at_least)):
            return _Sums(
                worth=_chosen,
                gain=_of_several(ask.kind),
                swing=2,
                free=_spare(ask.kind),
                toward=_itself,
                whole=1,
                fewest=at_least,
            )
        case Method.SCORE, Points(most=most):
            return _Sums(worth=_points, gain=_up_to(most), swing=2 * most, free=_always, toward=_itself, whole=most)
        case ((Method.DOTS | Method.QUADRATIC), Points(most=most, total=total)):
            highest = most if total is None or ask.kind.squared else min(most, total)
            return _Sums(worth=_points, gain=_up_to(highest), swing=2 * highest, free=_always, toward=bool, whole=1)
        case Method.AVAILABILITY, Slots():
            return _Sums(worth=_dates, gain=_up_to(_CERTAIN), swing=2 * _CERTAIN, free=_always, toward=bool, whole=1)
        case Method.BORDA, Order():
            places = len(codes(ask.kind)) - 1
            listed = places if ask.kind.at_most is None else ask.kind.at_most
            lowest = Fraction(places - listed, 2) if listed < places else Fraction()
            return _Sums(
                worth=_places(codes(ask.kind)),
                gain=_up_to(places - lowest),
                swing=2 * places,
                free=_always,
                toward=_itself,
                whole=places,
            )
        case _:
            return None


def _itself(value: Number) -> Number:
    return value


def _chosen(answer: Answer) -> Worth:
    return dict.fromkeys(marks.several(answer), 1)


def _of_one(worth: Worth, winner: str, rival: str) -> Number:
    """A single choice can leave the winner, and go to the rival."""
    return _of(worth, winner) + 1 - _of(worth, rival)


def _of_several(kind: AnyOf) -> Callable[[Worth, str, str], Number]:
    free = _spare(kind)

    def gain(worth: Worth, winner: str, rival: str) -> Number:
        """One choice can be exchanged for another, given up where fewer may be made, and added in place of any."""
        for_winner, for_rival = _of(worth, winner), _of(worth, rival)
        if for_winner and for_rival:
            return int(free(worth))
        return for_winner + 1 - for_rival

    return gain


def _spare(kind: AnyOf) -> Callable[[Worth], bool]:
    """Fewer choices may be made, or there is one left to exchange for."""
    return lambda worth: len(worth) > kind.at_least or len(worth) < len(kind.choices)


def _always(worth: Worth) -> bool:
    return True


def _points(answer: Answer) -> Worth:
    return {code: int(value) for code, value in marks.pairs(answer).items()}


def _up_to(most: Number) -> Callable[[Worth, str, str], Number]:
    """The winner can be given nothing, and the rival the most."""

    def gain(worth: Worth, winner: str, rival: str) -> Number:
        return _of(worth, winner) + most - _of(worth, rival)

    return gain


_POSSIBLE = 1 << 40
_CERTAIN = _POSSIBLE + 1
"""What "if need be" and "yes" add to a date: however many ballots there are, no number of certain yeses makes up for
one person who could come."""


def _dates(answer: Answer) -> Worth:
    worth = {YES: _CERTAIN, MAYBE: _POSSIBLE}
    return {code: worth[str(value)] for code, value in marks.pairs(answer).items() if value in worth}


def _places(options: Sequence[str]) -> Callable[[Answer], Worth]:
    def worth(answer: Answer) -> Worth:
        ranked = [code for code in dict.fromkeys(marks.several(answer)) if code in options]
        if not ranked:
            return {}
        behind = Fraction(len(options) - len(ranked) - 1, 2) if len(ranked) < len(options) else 0
        points: dict[str, Number] = dict.fromkeys(options, behind)
        return points | {code: len(options) - 1 - place for place, code in enumerate(ranked)}

    return worth
