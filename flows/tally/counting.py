"""From a question and its ballots to its outcome: the right method, the right options, the declared conditions.

The one rule: what can be told from counters is told from counters, at closing too. So the tally that people watched
and the count of all ballots are one computation and not two that agree by luck. Only rankings and budgets need the
ballots themselves, because no counter knows what stands together on one ballot.

A code that the question does not offer has its place where participants may add options (one of, any of); elsewhere
the engine takes none, and it is passed over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from flows.flow import AnyOf, Ask, Basket, Grades, Kind, Method, OneOf, Order, Points, Slots
from flows.session import Answer, Given
from flows.tally import conditions, marks
from flows.tally.availability import availability
from flows.tally.borda import borda
from flows.tally.budget import both
from flows.tally.consent import consent
from flows.tally.irv import irv
from flows.tally.judgment import majority_judgment
from flows.tally.matrix import matrix
from flows.tally.outcome import Cut, Outcome, Tiebreak
from flows.tally.plurality import approval, plurality
from flows.tally.points import dots, quadratic, score
from flows.tally.rankings import Ballots, strict
from flows.tally.schulze import schulze
from flows.tally.stv import stv

Answers = Iterable[tuple[Answer, int]]
"""Answers, each with how many gave exactly it."""


def outcome(ask: Ask, answers: Answers, *, seed: str = "") -> Outcome | None:
    """The outcome of all answers to a question; None when it has no rule to decide by. A lot is drawn with `seed`,
    by default the hash of the answers themselves."""
    if ask.rule is None:
        return None
    given = list(answers)
    return decided(ask, given, marks.tallied(ask.kind, given), seed=seed)


def decided(
    ask: Ask, answers: Sequence[tuple[Answer, int]], counters: Mapping[str, int], *, seed: str = ""
) -> Outcome | None:
    """As `outcome`, of answers whose counters are at hand."""
    if ask.rule is None:
        return None
    if ask.rule.tie is Cut.DRAW and not seed:
        seed = seed_of((spelling(answer), n) for answer, n in answers)
    found = _from_ballots(ask, answers, Tiebreak(cut=ask.rule.tie, seed=seed))
    if found is None:
        return outcome_from_counters(ask, counters, seed=seed)
    return conditions.applied(found, ask.rule, people=conditions.took_part(counters))


def outcome_from_counters(ask: Ask, counters: Mapping[str, int], *, seed: str = "") -> Outcome | None:
    """The outcome as the counters tell it; None for rankings and budgets. Without a `seed`, ties that a lot will cut
    stay open: it is drawn when the last ballot is in."""
    if ask.rule is None:
        return None
    cut = Cut.OPEN if ask.rule.tie is Cut.DRAW and not seed else ask.rule.tie
    found = _from_counters(ask, counters, Tiebreak(cut=cut, seed=seed))
    return found and conditions.applied(found, ask.rule, people=conditions.took_part(counters))


def seed_of(ballots: Iterable[tuple[str, int]]) -> str:
    """The seed of a draw: a hash over all answers to the question, which nobody knows before the last one.

    `ballots` are answers in their spelling (see `spelling`), with how many gave each. To draw again by hand: write one
    line for each different answer, its spelling, a tab, how many gave it; sort the lines by their bytes in UTF-8; end
    each with a newline; take the SHA-256 of it all, in lower-case hexadecimal."""
    numbers: Counter[str] = Counter()
    for spelled, n in ballots:
        numbers[spelled] += n
    lines = sorted(f"{spelled}\t{n}\n".encode() for spelled, n in numbers.items() if n)
    return sha256(b"".join(lines)).hexdigest()


def spelling(answer: Answer) -> str:
    """An answer in JSON without spaces, letters as they are: `["answer",["a","b"]]`, `["blank",null]`."""
    return json.dumps(answer.to_json(), ensure_ascii=False, separators=(",", ":"))


def codes(kind: Kind, counters: Mapping[str, int] | None = None) -> tuple[str, ...]:
    """The options of a vote in flow order; behind them those that participants added, as the counters know them."""
    match kind:
        case OneOf(choices=offered) | AnyOf(choices=offered):
            known = tuple(choice.code for choice in offered)
            return (*known, *sorted(set(marks.chosen(counters or {})) - set(known)))
        case Points(choices=offered) | Order(choices=offered):
            return tuple(choice.code for choice in offered)
        case Grades(items=items):
            return tuple(item.code for item in items)
        case Slots(slots=slots):
            return tuple(slot.code for slot in slots)
        case Basket(projects=projects):
            return tuple(project.code for project in projects)
        case _:
            return ()


def rankings(answers: Answers) -> Ballots:
    """The ballots of a ranking."""
    return tuple((strict(marks.several(answer)), n) for answer, n in answers if answer.given is Given.ANSWER)


def points(counters: Mapping[str, int]) -> dict[str, dict[int, int]]:
    """Per option, how many gave each number of points."""
    return {
        code: {int(value): n for value, n in found.items() if value.isdecimal()}
        for code, found in marks.given(counters).items()
    }


def grades(kind: Grades) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each criterion's code, and its grades from best to worst."""
    return tuple((one.code, tuple(grade.code for grade in one.grades)) for one in kind.criteria)


def _from_counters(ask: Ask, counters: Mapping[str, int], tiebreak: Tiebreak) -> Outcome | None:
    rule, kind = ask.rule, ask.kind
    assert rule is not None
    options = codes(kind, counters)
    voters, seats = counters.get(marks.ANSWERED, 0), rule.seats
    match rule.method, kind:
        case Method.PLURALITY, OneOf() | AnyOf():
            return plurality(options, marks.chosen(counters), voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.APPROVAL, AnyOf():
            return approval(options, marks.chosen(counters), voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.SCORE, Points(most=most):
            return score(options, points(counters), most=most, voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.DOTS, Points(most=most):
            return dots(options, points(counters), most=most, voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.QUADRATIC, Points(most=most):
            return quadratic(options, points(counters), most=most, voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.CONSENT, OneOf():
            return consent(marks.chosen(counters))
        case Method.AVAILABILITY, Slots():
            return availability(options, marks.given(counters), voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.MAJORITY_JUDGMENT, Grades():
            (_, scale), *_ = grades(kind)
            given = marks.given(counters)
            return majority_judgment(options, given, grades=scale, voters=voters, seats=seats, tiebreak=tiebreak)
        case Method.MATRIX, Grades():
            return matrix(options, grades(kind), marks.given(counters), voters=voters)
        case ((Method.SCHULZE | Method.IRV | Method.BORDA | Method.STV), Order()):
            return None
        case ((Method.EQUAL_SHARES | Method.GREEDY), Basket()):
            return None
        case _:
            raise ValueError(f"{ask.name}: {rule.method} does not count ballots of {type(kind).__name__}")


def _from_ballots(ask: Ask, answers: Answers, tiebreak: Tiebreak) -> Outcome | None:
    """The outcome by the methods that need to see the ballots; None for all others."""
    rule, kind = ask.rule, ask.kind
    assert rule is not None
    match rule.method, kind:
        case Method.SCHULZE, Order():
            return schulze(codes(kind), rankings(answers), tiebreak)
        case Method.IRV, Order():
            return irv(codes(kind), rankings(answers), tiebreak)
        case Method.BORDA, Order():
            return borda(codes(kind), rankings(answers), tiebreak)
        case Method.STV, Order():
            return stv(codes(kind), rankings(answers), rule.seats, tiebreak)
        case Method.EQUAL_SHARES, Basket():
            return both(*_budget(kind, answers), tiebreak, rule="equal_shares")
        case Method.GREEDY, Basket():
            return both(*_budget(kind, answers), tiebreak, rule="greedy")
        case _:
            return None


def _budget(kind: Basket, answers: Answers) -> tuple[dict[str, int], int, list[tuple[dict[str, int], int]]]:
    """Costs, limit and ballots of a budget."""
    ballots = [(dict.fromkeys(marks.several(one), 1), n) for one, n in answers if one.given is Given.ANSWER]
    return {project.code: project.cost for project in kind.projects}, kind.limit, ballots
