"""What every ranked method must keep, whatever the ballots."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rankedprofiles import Profile, profiles, spelled

from flows.tally.borda import borda
from flows.tally.irv import irv
from flows.tally.outcome import Cut, Outcome, Tiebreak
from flows.tally.rankings import Ballots, duels, grouped, preferences, strict, tidy
from flows.tally.schulze import schulze
from flows.tally.stv import stv

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)
DRAW = Tiebreak(cut=Cut.DRAW, seed="4f2a")
CUTS = st.sampled_from([OPEN, ORDER, DRAW])
Method = Callable[[tuple[str, ...], Ballots, Tiebreak], Outcome]


def stv_for(seats: int, options: tuple[str, ...], ballots: Ballots, tiebreak: Tiebreak) -> Outcome:
    return stv(options, ballots, seats, tiebreak)


METHODS = {
    "irv": irv,
    "schulze": schulze,
    "borda": borda,
    "stv 1": partial(stv_for, 1),
    "stv 2": partial(stv_for, 2),
    "stv 3": partial(stv_for, 3),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())


def seats_of(method: Method) -> int:
    return method.args[0] if isinstance(method, partial) else 1


def undecided(outcome: Outcome) -> set[str]:
    """Those between whom nothing decided."""
    return {code for tie in outcome.ties if tie.how == "open" and tie.where in ("winner", "seat") for code in tie.codes}


@every_method
@given(profiles(), CUTS)
def test_an_outcome_is_complete_and_survives_json(method: Method, profile: Profile, tiebreak: Tiebreak) -> None:
    outcome = method(profile.options, profile.ballots, tiebreak)
    assert outcome.voters == sum(number for _, number in profile.ballots)
    assert set(outcome.winners) <= set(profile.options)
    assert sorted(code for level in outcome.order for code in level) == sorted(profile.options)
    assert [line.code for line in outcome.lines] == list(profile.options)
    heads = [code for level in outcome.order for code in level][: len(outcome.winners)]
    assert heads == list(outcome.winners)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


@every_method
@given(profiles(), CUTS)
def test_there_are_winners_or_an_open_tie_or_no_votes(method: Method, profile: Profile, tiebreak: Tiebreak) -> None:
    outcome = method(profile.options, profile.ballots, tiebreak)
    seats = min(seats_of(method), len(profile.options))
    if not any(ranking for ranking, _ in profile.ballots):
        assert outcome.winners == ()
        assert outcome.ties == ()
    elif tiebreak.cut is Cut.OPEN and undecided(outcome):
        assert len(outcome.winners) < seats < len(outcome.winners) + len(undecided(outcome))
    else:
        assert len(outcome.winners) == seats
        assert not undecided(outcome)


@every_method
@given(profiles(), CUTS, st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_does_not_matter(method: Method, profile: Profile, tiebreak: Tiebreak, random) -> None:
    one_by_one = [ranking for ranking, number in profile.ballots for _ in range(number)]
    random.shuffle(one_by_one)
    assert method(profile.options, grouped(one_by_one), tiebreak) == method(profile.options, profile.ballots, tiebreak)


@every_method
@given(profiles(), st.data())
def test_no_option_has_an_advantage(method: Method, profile: Profile, data: st.DataObject) -> None:
    """Other names in another list order: with ties left open, the same ones win or are level."""
    names = dict(zip(profile.options, data.draw(st.permutations(profile.options)), strict=True))
    listed = tuple(data.draw(st.permutations(profile.options)))
    renamed = [(tuple(tuple(names[code] for code in level) for level in r), n) for r, n in profile.ballots]
    before = method(profile.options, profile.ballots, OPEN)
    after = method(listed, renamed, OPEN)
    assert {names[code] for code in before.winners} == set(after.winners)
    assert {names[code] for code in undecided(before)} == undecided(after)
    if method in (schulze, borda):
        assert [{names[code] for code in level} for level in before.order] == [set(level) for level in after.order]


@every_method
@given(profiles(), st.sampled_from([ORDER, DRAW]))
def test_a_cut_only_decides_what_was_open(method: Method, profile: Profile, tiebreak: Tiebreak) -> None:
    before = method(profile.options, profile.ballots, OPEN)
    after = method(profile.options, profile.ballots, tiebreak)
    assert set(before.winners) <= set(after.winners) <= set(before.winners) | undecided(before)


@every_method
@pytest.mark.parametrize("cut", [OPEN, ORDER, DRAW])
@pytest.mark.parametrize("ballots", [(), (((), 3),)], ids=["none", "empty"])
def test_without_a_vote_nothing_wins(method: Method, cut: Tiebreak, ballots: Ballots) -> None:
    outcome = method(("a", "b", "c"), ballots, cut)
    assert outcome.winners == ()
    assert outcome.ties == ()
    assert outcome.order == (("a", "b", "c"),)


@every_method
def test_one_option_wins_with_one_vote(method: Method) -> None:
    assert method(("a",), [(strict("a"), 1)], OPEN).winners == ("a",)


@every_method
def test_unknown_and_doubled_codes_are_passed_over(method: Method) -> None:
    untidy = [((("x",), ("a", "a"), ("a", "b"), ()), 2), (strict("bxa"), 1)]
    clean = spelled("2 a > b \n 1 b > a")
    assert method(("a", "b", "c"), untidy, OPEN) == method(("a", "b", "c"), clean, OPEN)


@given(profiles())
def test_the_matrix_is_that_of_a_count_pair_by_pair(profile: Profile) -> None:
    papers = tidy(profile.options, profile.ballots)
    matrix = preferences(profile.options, papers)
    for a, b in combinations(profile.options, 2):
        for one, other in ((a, b), (b, a)):
            assert matrix[one][other] == sum(n for r, n in profile.ballots if rank(r, one) < rank(r, other))
    assert [(duel.a, duel.b) for duel in duels(profile.options, matrix)] == list(combinations(profile.options, 2))


def rank(ranking: tuple[tuple[str, ...], ...], code: str) -> int:
    return next((place for place, level in enumerate(ranking) if code in level), len(ranking))
