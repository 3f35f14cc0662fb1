"""How a vote was counted, step by step: rounds, comparisons, medians, purchases, one sentence or two each.

The one rule: every step is read off the outcome, nothing is counted again; so what is told here is what decided.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from bot.results import phrases
from bot.results.purchases import purchases
from bot.results.votes import Vote
from flows.flow import Grades, Method
from flows.messages import Inline, Plain
from flows.tally.outcome import Duel, Round
from locales import tr, trn

BESIDE = 6
"""Options whose votes are told within one sentence of a round."""
CYCLE_LINES = 10

Items = list[tuple[Inline, ...]]


def told(vote: Vote) -> Items:
    """The steps, in their order; none where the numbers say it all."""
    match vote.method:
        case Method.IRV | Method.STV:
            said = _rounds(vote)
        case Method.SCHULZE:
            said = _duels(vote)
        case Method.BORDA:
            said = _places(vote)
        case Method.MAJORITY_JUDGMENT:
            said = [tr(vote.lang, "Median grade: at least half of the people gave it this grade or better.")]
        case Method.AVAILABILITY:
            said = [
                tr(
                    vote.lang,
                    "“If need be” counts as being there. Between dates that suit as many, the one with more "
                    "plain “yes” comes first.",
                )
            ]
        case Method.CONSENT:
            said = [tr(vote.lang, "One person who blocks is enough to stop it; who abstains leaves it to the others.")]
        case Method.GREEDY | Method.EQUAL_SHARES:
            said = purchases(vote)
        case Method.MATRIX:
            said = _overlaps(vote)
        case _:
            said = []
    return [(Plain(sentence),) for sentence in said]


# --- Rounds ----------------------------------------------------------------------------------------------------------


def _rounds(vote: Vote) -> list[str]:
    outcome, lang = vote.outcome, vote.lang
    said = []
    if outcome.quota is not None and vote.ask.rule is not None:
        said.append(
            trn(
                lang,
                "{quota} vote is needed to be elected: more than the ballots ({ballots}) divided by the seats plus "
                "one ({parts}).",
                "{quota} votes are needed to be elected: more than the ballots ({ballots}) divided by the seats plus "
                "one ({parts}).",
                int(outcome.quota),
                quota=vote.figure(outcome.quota),
                ballots=_votes(vote, Fraction(outcome.voters) - Fraction(outcome.rounds[0].exhausted)),
                parts=vote.figure(vote.ask.rule.seats + 1),
            )
        )
    rounds = outcome.rounds
    return said + [
        _round(vote, number, one, rounds[number] if number < len(rounds) else None)
        for number, one in enumerate(rounds, 1)
    ]


def _round(vote: Vote, number: int, one: Round, after: Round | None) -> str:
    lang = vote.lang
    ahead = sorted(one.votes, key=lambda code: -Fraction(one.votes[code]))
    listed = ", ".join(f"{vote.name(code)} {vote.figure(one.votes[code])}" for code in ahead[:BESIDE])
    if rest := len(ahead) - BESIDE if len(ahead) > BESIDE else 0:
        listed += ", " + trn(lang, "{count} other", "{count} others", rest, count=vote.figure(rest))
    said = [tr(lang, "Round {number}: {votes}.", number=number, votes=listed)]
    if one.elected:
        said.append(_elected(vote, one))
    if one.eliminated:
        said.append(
            trn(lang, "{names} is last and goes.", "{names} are last and go.", len(one.eliminated),
                names=vote.names(one.eliminated))
        )  # fmt: skip
    if after is not None:
        said.append(_moved(vote, one, after))
    return " ".join(sentence for sentence in said if sentence)


def _elected(vote: Vote, one: Round) -> str:
    lang, names = vote.lang, vote.names(one.elected)
    if vote.method is Method.IRV:
        if one.eliminated:
            return tr(lang, "{name} is left and wins.", name=names)
        return tr(lang, "{name} has more than half of the votes left and wins.", name=names)
    quota = vote.outcome.quota
    if quota is not None and any(one.votes[code] < quota for code in one.elected):
        return trn(
            lang,
            "{names} is elected: no more are left than there are seats.",
            "{names} are elected: no more are left than there are seats.",
            len(one.elected),
            names=names,
        )
    return trn(lang, "{names} is elected.", "{names} are elected.", len(one.elected), names=names)


def _moved(vote: Vote, one: Round, after: Round) -> str:
    """Where votes went between two rounds."""
    lang = vote.lang
    got = {code: Fraction(after.votes[code]) - Fraction(one.votes[code]) for code in after.votes if code in one.votes}
    gave = [code for code, n in got.items() if n < 0]
    taken = sorted(((code, n) for code, n in got.items() if n > 0), key=lambda pair: -pair[1])
    parts = [tr(lang, "{count} to {name}", count=_votes(vote, n), name=vote.name(code)) for code, n in taken[:BESIDE]]
    lost = Fraction(after.exhausted) - Fraction(one.exhausted)
    if lost > 0:
        parts.append(tr(lang, "{count} to nobody", count=_votes(vote, lost)))
    if not parts:
        return ""
    where = phrases.listed(lang, parts)
    if gave:
        return tr(lang, "What {name} has beyond the needed number goes on: {where}.", name=vote.names(gave),
                  where=where)  # fmt: skip
    return tr(lang, "Their votes go to the next choices: {where}.", where=where)


def _votes(vote: Vote, n: Fraction) -> str:
    return vote.figure(int(n) if n.denominator == 1 else n)


# --- Each two compared -----------------------------------------------------------------------------------------------


def _duels(vote: Vote) -> list[str]:
    outcome, lang = vote.outcome, vote.lang
    said = []
    if outcome.cycle:
        names = vote.names(outcome.cycle)
        said.append(tr(lang, "None of {names} beats all the others.", names=names))
        said += _circle(vote)
    for winner in outcome.winners:
        said += [_against(vote, winner, duel) for duel in outcome.duels if winner in (duel.a, duel.b)]
    return said


def _circle(vote: Vote) -> list[str]:
    """Who beats whom among those of whom nobody beats all the others; where each of them is beaten it is a circle, and
    the weakest victory in it is named."""
    lang, inside = vote.lang, set(vote.outcome.cycle)
    won = [_turned(duel) for duel in vote.outcome.duels if {duel.a, duel.b} <= inside and duel.for_a != duel.for_b]
    circle = {duel.b for duel in won} == inside
    said = []
    if circle:
        about = tr(
            lang,
            "People's preferences go round in a circle. That can happen though everybody's own order is clear.",
        )
        said.append(about)
    said += [
        tr(
            lang,
            "{winner} beats {loser}: {count} against {other}.",
            winner=vote.name(duel.a),
            loser=vote.name(duel.b),
            count=vote.figure(duel.for_a),
            other=vote.figure(duel.for_b),
        )
        for duel in sorted(won, key=lambda duel: -duel.for_a)[:CYCLE_LINES]
    ]
    weakest = min(won, key=lambda duel: (duel.for_a, -duel.for_b), default=None)
    if circle and weakest is not None and sum(duel.for_a == weakest.for_a for duel in won) == 1:
        said.append(
            tr(
                lang,
                "The weakest of these victories is that of {winner} over {loser}: it counts least.",
                winner=vote.name(weakest.a),
                loser=vote.name(weakest.b),
            )
        )
    return said


def _against(vote: Vote, winner: str, duel: Duel) -> str:
    """The winner and one rival: a victory, or a longer way round that is stronger than the defeat."""
    lang = vote.lang
    ours = duel if duel.a == winner else Duel(a=duel.b, b=duel.a, for_a=duel.for_b, for_b=duel.for_a)
    name, rival = vote.name(ours.a), vote.name(ours.b)
    count, other = vote.figure(ours.for_a), vote.figure(ours.for_b)
    if ours.for_a > ours.for_b:
        return trn(
            lang,
            "{count} person prefers {name} to {rival}, {other} the other way round.",
            "{count} people prefer {name} to {rival}, {other} the other way round.",
            ours.for_a,
            count=count,
            name=name,
            rival=rival,
            other=other,
        )
    if ours.for_a == ours.for_b:
        return tr(lang, "{name} and {rival} are level: {count} each way.", name=name, rival=rival, count=count)
    chain = _chain(vote, ours.a, ours.b)
    lost = tr(
        lang,
        "{rival} beats {name}: {other} against {count}.",
        rival=rival,
        name=name,
        other=other,
        count=count,
    )
    if len(chain) < 3:
        return lost
    back = _strength(vote, ours.b, ours.a)
    return lost + " " + tr(
        lang,
        "But {chain}: each of these victories has at least {count} votes; the way back has at most {back}.",
        chain=_said_chain(vote, chain),
        count=vote.figure(_strength(vote, ours.a, ours.b)),
        back=vote.figure(back),
    )  # fmt: skip


def _said_chain(vote: Vote, chain: list[str]) -> str:
    links = [
        tr(vote.lang, "{winner} beats {loser}", winner=vote.name(a), loser=vote.name(b)) for a, b in pairwise(chain)
    ]
    return phrases.listed(vote.lang, links)


def _chain(vote: Vote, start: str, goal: str) -> list[str]:
    """The shortest chain of victories from one option to another that is as strong as any; empty when none is."""
    strength = _strength(vote, start, goal)
    if not strength:
        return []
    beats: dict[str, list[str]] = {}
    for duel in map(_turned, vote.outcome.duels):
        if duel.for_a > duel.for_b and duel.for_a >= strength:
            beats.setdefault(duel.a, []).append(duel.b)
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for code in beats.get(way[-1], ()):
            if code == goal:
                return [*way, code]
            if code not in seen:
                seen.add(code)
                ways.append([*way, code])
    return []


def _strength(vote: Vote, start: str, goal: str) -> int:
    for path in vote.outcome.paths:
        if (path.a, path.b) == (start, goal):
            return path.for_a
        if (path.b, path.a) == (start, goal):
            return path.for_b
    return 0


def _turned(duel: Duel) -> Duel:
    """A duel with its winner first."""
    return duel if duel.for_a >= duel.for_b else Duel(a=duel.b, b=duel.a, for_a=duel.for_b, for_b=duel.for_a)


# --- Points for places, grades ---------------------------------------------------------------------------------------


def _places(vote: Vote) -> list[str]:
    n = len(vote.outcome.lines) - 1
    return [
        trn(
            vote.lang,
            "A first place gives {count} point, each place after it one less; options left out share what remains.",
            "A first place gives {count} points, each place after it one less; options left out share what remains.",
            n,
            count=vote.figure(n),
        )
    ]


def _overlaps(vote: Vote) -> list[str]:
    """How far the middle grades are sure."""
    if not isinstance(vote.ask.kind, Grades):
        return []
    said = [
        tr(
            vote.lang,
            "Each person judged some of them, so each number comes from other people. The range says where the middle "
            "grade of everybody probably lies; where two ranges overlap, these answers do not tell which is higher.",
        )
    ]
    for line in vote.outcome.lines:
        ranges = [
            tr(
                vote.lang,
                "{criterion} from {low} to {high}",
                criterion=one.label.read(vote.lang, vote.flow.lang) or one.code,
                low=vote.grade(line.more[f"{one.code}.low"], one.code),
                high=vote.grade(line.more[f"{one.code}.high"], one.code),
            )
            for one in vote.ask.kind.criteria
            if f"{one.code}.low" in line.more
        ]
        if ranges:
            told = tr(vote.lang, "{name}: {ranges}.", name=vote.name(line.code), ranges=", ".join(ranges))
            said.append(phrases.unpointed(told))
    return said
