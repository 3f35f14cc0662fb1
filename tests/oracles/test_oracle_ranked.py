"""Ranked methods against pref_voting (Holliday and Pacuit) and STVPoll, on thousands of random small profiles: full,
truncated and empty ballots, ties inside rankings, ties everywhere.

The one rule: a difference is a failure unless the rule really differs, and then the test says which rule it compares.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from flows.tally.borda import borda
from flows.tally.irv import irv
from flows.tally.outcome import Cut, Outcome, Tie, Tiebreak
from flows.tally.rankings import Ranking, grouped, preferences, tidy
from flows.tally.schulze import schulze, smith_set
from flows.tally.stv import stv

REASON = "The independent vote-counting libraries are not installed here: `make oracles` compares with them."
with_ties = pytest.importorskip("pref_voting.profiles_with_ties", reason=REASON)
iterative = pytest.importorskip("pref_voting.iterative_methods", reason=REASON)
margins = pytest.importorskip("pref_voting.margin_based_methods", reason=REASON)
scoring = pytest.importorskip("pref_voting.scoring_methods", reason=REASON)
condorcet = pytest.importorskip("pref_voting.c1_methods", reason=REASON)
proportional = pytest.importorskip("pref_voting.proportional_methods", reason=REASON)
scottish = pytest.importorskip("stvpoll.scottish_stv", reason=REASON)

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)
CODES = "abcdef"


def one_ranking(rng: random.Random, size: int, *, level: float) -> Ranking:
    """A ranking of some of the options; each joins the level before it with the probability `level`."""
    levels: list[list[str]] = []
    for code in rng.sample(CODES[:size], rng.choice([0, 1, 2, size, size, rng.randint(0, size)]) % (size + 1)):
        if levels and rng.random() < level:
            levels[-1].append(code)
        else:
            levels.append([code])
    return tuple(tuple(one) for one in levels)


def profiles(seed: int, number: int, *, level: float = 0.25, most: int = 12) -> Iterator[tuple[str, list[Ranking]]]:
    """Options and ballots, one by one."""
    rng = random.Random(seed)
    for _ in range(number):
        size = rng.randint(1, len(CODES))
        yield CODES[:size], [one_ranking(rng, size, level=level) for _ in range(rng.randint(1, most))]


def theirs(options: str, ballots: list[Ranking]) -> Any:
    """The same profile as pref_voting holds it, left-out options behind all others."""
    maps = [
        {options.index(code): place for place, level in enumerate(ranking) for code in level} for ranking in ballots
    ]
    profile = with_ties.ProfileWithTies(maps, candidates=list(range(len(options))))
    profile.use_extended_strict_preference()
    return profile


def named(options: str, numbers: Any) -> set[str]:
    return {options[int(number)] for number in numbers}


def level_last(outcome: Outcome, tie: Tie) -> tuple[str, ...]:
    """All who were level in the round of a tie, before earlier rounds told some of them apart."""
    votes = outcome.rounds[(tie.round or 1) - 1].votes
    return tuple(code for code in votes if votes[code] == min(votes.values()))


def undecided(outcome: Outcome) -> set[str]:
    return {code for tie in outcome.ties if tie.how == "open" and tie.where in ("winner", "seat") for code in tie.codes}


@pytest.mark.parametrize("level", [0, 0.3], ids=["strict", "with ties"])
def test_instant_runoff_wins_in_one_of_the_parallel_universes(level: float) -> None:
    """Split IRV with ties tried each way. Ours cuts some of these ties by earlier rounds first, so what it leaves
    possible is part of what they find; where only one can win, it is the same one."""
    alone = 0
    for options, ballots in profiles(1, 1500, level=level):
        if not any(ballots):
            continue
        expected = named(options, iterative.split_irv_put(theirs(options, ballots)))
        outcome = irv(options, grouped(ballots), OPEN)
        possible = set(outcome.winners) or undecided(outcome)
        assert possible <= expected, ballots
        assert set(irv(options, grouped(ballots), ORDER).winners) <= possible, ballots
        alone += len(expected) == 1
        if len(expected) == 1:
            assert set(outcome.winners) == expected, ballots
    assert alone > 500


def test_instant_runoff_cut_by_the_list_order() -> None:
    """Split IRV with a fixed order for ties, wherever ours did not look at earlier rounds."""
    compared = 0
    for options, ballots in profiles(2, 3000, level=0.3):
        outcome = irv(options, grouped(ballots), ORDER)
        if any(tie.how == "earlier rounds" for tie in outcome.ties):
            continue
        if not any(ballots) or any(tie.codes != level_last(outcome, tie) for tie in outcome.ties):
            continue
        compared += 1
        last_first = list(reversed(range(len(options))))
        expected = named(options, iterative.split_irv_tb(theirs(options, ballots), tie_breaker=last_first))
        assert set(outcome.winners) == expected, ballots
    assert compared > 2000


def test_the_first_round_of_the_instant_runoff() -> None:
    for options, ballots in profiles(3, 1000, level=0.3):
        shares = theirs(options, ballots).tops_scores(score_type="split")
        votes = irv(options, grouped(ballots), OPEN).rounds[0].votes
        assert [float(votes[code]) for code in options] == pytest.approx(list(shares.values()))


def test_schulze_wins_by_beat_path_on_winning_votes() -> None:
    for options, ballots in profiles(4, 3000):
        if not any(ballots):
            continue
        profile = theirs(options, ballots)
        expected = named(options, margins.beat_path(profile, strength_function=profile.support))
        outcome = schulze(options, grouped(ballots), OPEN)
        assert (set(outcome.winners) or undecided(outcome)) == expected, ballots
        assert set(schulze(options, grouped(ballots), ORDER).winners) == {min(expected)}, ballots


def test_the_duels_and_the_smith_set() -> None:
    for options, ballots in profiles(5, 2000):
        profile = theirs(options, ballots)
        matrix = preferences(options, tidy(options, grouped(ballots)))
        for a in matrix:
            for b in matrix[a]:
                assert matrix[a][b] == profile.support(options.index(a), options.index(b)), ballots
        assert set(smith_set(options, matrix)) == named(options, condorcet.top_cycle(profile))


def test_borda_points() -> None:
    """Symmetric Borda: twice our points, less what every ballot gives on average."""
    for options, ballots in profiles(6, 3000):
        said = sum(map(bool, ballots))
        if not said:
            continue
        scores = scoring.symmetric_borda_scores(theirs(options, ballots))
        outcome = borda(options, grouped(ballots), OPEN)
        assert {line.code: 2 * line.score - said * (len(options) - 1) for line in outcome.lines} == {
            options[number]: Fraction(score) for number, score in scores.items()
        }, ballots


@pytest.mark.parametrize("seats", [1, 2, 3])
def test_scottish_stv(seats: int) -> None:
    """Strict, truncated ballots. Counts that come to a lot are left out: where earlier rounds tell only some of
    several apart, pref_voting draws among all of them again (STVPoll, and we, among those still level)."""
    compared = 0
    for options, ballots in profiles(7, 4000, level=0, most=20):
        cast = [ballot for ballot in ballots if ballot]
        outcome = stv(options, grouped(ballots), seats, OPEN)
        if seats > len(options) or not cast or any(tie.how in ("open", "no difference") for tie in outcome.ties):
            continue
        compared += 1
        for lot in range(2):
            elected = proportional.stv_scottish(theirs(options, cast), num_seats=seats, rng=random.Random(lot))
            assert named(options, elected) == set(outcome.winners), (ballots, lot)
    assert compared > 1000


@pytest.mark.parametrize("seats", [1, 2, 3])
def test_scottish_stv_whatever_the_lot(seats: int) -> None:
    """Strict, truncated ballots against STVPoll, whichever lot it draws: it must elect all that we say are elected in
    any case, and nobody whom we say could not be. It keeps the same rule, but rounds values half up, and still hands
    votes to others who are elected in the same stage; so counts in which several are elected before the last stage
    are left out."""
    compared, drawn = 0, 0
    for options, ballots in profiles(8, 4000, level=0, most=20):
        cast = [(tuple(code for (code,) in ballot), 1) for ballot in ballots if ballot]
        outcome = stv(options, grouped(ballots), seats, OPEN)
        if seats > len(options) or not cast or any(len(one.elected) > 1 for one in outcome.rounds[:-1]):
            continue
        compared += 1
        drawn += any(tie.how in ("open", "no difference") for tie in outcome.ties)
        sure = set(outcome.winners)
        for lot in range(4):
            order = tuple(random.Random(lot).sample(options, len(options)))
            elected = scottish.calculate_scottish_stv(order, cast, seats, random_shuffle=False).elected_as_set()
            assert sure <= elected <= sure | undecided(outcome), (ballots, order)
    assert compared > 1000
    assert drawn > 100
