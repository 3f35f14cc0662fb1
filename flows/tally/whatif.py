"""What the other methods would have given, and how many ballots would have changed it.

The one rule: never more than the ballots say. A method is counted here only where the ballots carry what it needs, by
a projection that is written down below; nobody's second choice is guessed from a single vote. These outcomes decide
nothing: the declared quorum and threshold are not applied to them, and their ties are told and not cut.

Projections:

- rankings: plurality counts first choices; instant runoff, Schulze and Borda (with one seat) count the whole ballot;
- approval ballots as dots: each ballot is one vote, shared equally among what it approves ("equal and even" cumulative
  voting; S. J. Brams and D. M. Kilgour, "Satisfaction Approval Voting", 2010);
- scores: approval of what has more than half of the most points, majority judgment with the points as grades;
- dots and quadratic: approval of what has at least one point; plurality of the ballots with one favourite;
- grades: approval of the upper half of the grades, score with the place of the grade as points;
- availability: approval of what was answered with yes alone.

A budget has the other rule beside it already (`Purchase.compared`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from flows.flow import AnyOf, Ask, Grades, Method, Order, Points, Slots
from flows.session import Answer, Given
from flows.tally import marks
from flows.tally.availability import YES
from flows.tally.borda import borda
from flows.tally.counting import Answers, codes, grades, points, rankings
from flows.tally.irv import irv
from flows.tally.judgment import majority_judgment, profile, upper
from flows.tally.levels import levels, seated
from flows.tally.margin import changed_by
from flows.tally.outcome import Line, Number, Outcome
from flows.tally.plurality import OPEN, approval, plurality
from flows.tally.points import score
from flows.tally.schulze import schulze

__all__ = ("changed_by", "others")


def others(ask: Ask, answers: Answers) -> tuple[Outcome, ...]:
    """What other methods would have given, in a fixed order; empty where the ballots do not carry it."""
    given = [(answer, n) for answer, n in answers if answer.given is Given.ANSWER]
    if ask.rule is None:
        return ()
    counters = marks.tallied(ask.kind, given)
    match ask.rule.method, ask.kind:
        case ((Method.SCHULZE | Method.IRV | Method.BORDA | Method.STV), Order()):
            return _of_rankings(ask.kind, given, ask.rule.method, ask.rule.seats)
        case Method.APPROVAL, AnyOf():
            return (_shared(ask.kind, given, counters, ask.rule.seats),)
        case Method.SCORE, Points():
            return _of_scores(ask.kind, counters)
        case ((Method.DOTS | Method.QUADRATIC), Points()):
            return _of_purses(ask.kind, given, counters)
        case Method.MAJORITY_JUDGMENT, Grades():
            return _of_grades(ask.kind, counters)
        case Method.AVAILABILITY, Slots():
            found = marks.given(counters)
            votes = {code: found.get(code, {}).get(YES, 0) for code in codes(ask.kind)}
            return (approval(codes(ask.kind), votes, voters=counters.get(marks.ANSWERED, 0), tiebreak=OPEN),)
        case _:
            return ()


def _of_rankings(kind: Order, given: Iterable[tuple[Answer, int]], method: Method, seats: int) -> tuple[Outcome, ...]:
    ballots, options = rankings(given), codes(kind)
    first: Counter[str] = Counter()
    for ranking, n in ballots:
        for code in ranking[0] if ranking else ():
            first[code] += n
    voters = sum(n for _, n in ballots)
    favourites = plurality(options, first, voters=voters, seats=seats, tiebreak=OPEN)
    if seats > 1:
        return (favourites,)
    counted = {
        Method.IRV: irv,
        Method.SCHULZE: schulze,
        Method.BORDA: borda,
    }
    return (favourites, *(count(options, ballots, OPEN) for name, count in counted.items() if name != method))


def _shared(kind: AnyOf, given: Iterable[tuple[Answer, int]], counters: Mapping[str, int], seats: int) -> Outcome:
    options = codes(kind, counters)
    parts: dict[str, Number] = dict.fromkeys(options, 0)
    for answer, n in given:
        liked = set(marks.several(answer))
        for code in liked:
            parts[code] += Fraction(n, len(liked))
    order = levels(options, lambda code: parts[code])
    winners, order, ties = seated(order, seats, OPEN, able={code for code in options if parts[code]})
    return Outcome(
        method=Method.DOTS,
        voters=counters.get(marks.ANSWERED, 0),
        winners=winners,
        order=order,
        lines=tuple(Line(code=code, score=parts[code], more={}) for code in options),
        ties=ties,
    )


def _of_scores(kind: Points, counters: Mapping[str, int]) -> tuple[Outcome, ...]:
    options, voters = codes(kind), counters.get(marks.ANSWERED, 0)
    found = points(counters)
    liked = {code: sum(n for value, n in found.get(code, {}).items() if value * 2 > kind.most) for code in options}
    scale = tuple(str(value) for value in range(kind.most, -1, -1))
    return (
        approval(options, liked, voters=voters, tiebreak=OPEN),
        majority_judgment(options, marks.given(counters), grades=scale, voters=voters, tiebreak=OPEN),
    )


def _of_purses(kind: Points, given: Iterable[tuple[Answer, int]], counters: Mapping[str, int]) -> tuple[Outcome, ...]:
    options, voters = codes(kind), counters.get(marks.ANSWERED, 0)
    liked = {code: sum(n for value, n in counts.items() if value) for code, counts in points(counters).items()}
    favourites: Counter[str] = Counter()
    deciding = 0
    for answer, n in given:
        purse = marks.pairs(answer)
        most = max((int(value) for value in purse.values()), default=0)
        first = [code for code, value in purse.items() if int(value) == most and most]
        if len(first) == 1:
            favourites[first[0]] += n
            deciding += n
    return (
        approval(options, liked, voters=voters, tiebreak=OPEN),
        plurality(options, favourites, voters=deciding, tiebreak=OPEN),
    )


def _of_grades(kind: Grades, counters: Mapping[str, int]) -> tuple[Outcome, ...]:
    options, voters = codes(kind), counters.get(marks.ANSWERED, 0)
    (_, scale), *_ = grades(kind)
    found = marks.given(counters)
    liked = {code: sum(found.get(code, {}).get(grade, 0) for grade in scale[: upper(len(scale))]) for code in options}
    places = {code: dict(enumerate(profile(found.get(code, {}), scale, voters))) for code in options}
    return (
        approval(options, liked, voters=voters, tiebreak=OPEN),
        score(options, places, most=len(scale) - 1, voters=voters, tiebreak=OPEN),
    )
