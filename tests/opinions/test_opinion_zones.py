"""Where statements stand: by hand, by laws, and against the definition of the interval."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tally.gini import gini
from flows.tally.suspicion import crowds, pulled
from flows.tally.zones import (
    BOTH_SIDES,
    FEWEST,
    FEWEST_DIVIDED,
    Stands,
    Zone,
    interval,
    ranked,
    surely_below,
    surely_from,
    zone,
)

COUNTS = st.integers(0, 400)
VOTES = st.builds(Stands, agree=COUNTS, disagree=COUNTS, neutral=COUNTS)
MIRROR = {Zone.CONSENSUS: Zone.REJECTION, Zone.REJECTION: Zone.CONSENSUS}


@pytest.mark.parametrize(
    ("agree", "disagree", "neutral", "expected"),
    [
        (0, 0, 0, Zone.NOT_ENOUGH),
        (9, 0, 0, Zone.NOT_ENOUGH),  # nine votes claim nothing, whatever they are
        (10, 0, 0, Zone.CONSENSUS),  # all of ten: at least 72 % of everybody
        (9, 1, 2, Zone.NOT_ENOUGH),  # 75 % of twelve might be 47 % of everybody
        (80, 10, 10, Zone.CONSENSUS),
        (65, 30, 5, Zone.NOT_ENOUGH),  # 65 % of a hundred might be 55 %
        (650, 300, 50, Zone.CONSENSUS),
        (550, 60, 390, Zone.NOT_ENOUGH),  # too near to 40 % neutral
        (580, 70, 350, Zone.CONSENSUS),  # few against, not many neutral
        (10, 80, 10, Zone.REJECTION),
        (20, 20, 60, Zone.LIMBO),
        (45, 45, 10, Zone.CONTROVERSY),
        (6, 6, 0, Zone.NOT_ENOUGH),  # twelve votes, evenly split, are nothing yet
        (600, 400, 0, Zone.DIVIDED),  # exactly on the bound of a consensus, but surely two camps
        (36, 36, 0, Zone.DIVIDED),  # seventy-two votes, evenly split: each half may be 61 % of everybody
        (15, 15, 0, Zone.DIVIDED),
        (14, 15, 0, Zone.NOT_ENOUGH),  # too few to tell people that they are divided
        (25, 10, 0, Zone.NOT_ENOUGH),  # those against may be 16 % of everybody, or 45 %
    ],
)
def test_by_hand(agree: int, disagree: int, neutral: int, expected: Zone) -> None:
    assert zone(Stands(agree=agree, disagree=disagree, neutral=neutral)) is expected


@given(VOTES)
def test_agreement_and_disagreement_are_treated_alike(votes: Stands) -> None:
    turned = Stands(agree=votes.disagree, disagree=votes.agree, neutral=votes.neutral)
    assert zone(turned) is MIRROR.get(zone(votes), zone(votes))


@given(VOTES, st.integers(1, 60))
def test_more_agreement_never_ends_a_consensus(votes: Stands, more: int) -> None:
    if zone(votes) is Zone.CONSENSUS:
        assert zone(votes + Stands(agree=more)) is Zone.CONSENSUS


@given(VOTES, st.integers(2, 9))
def test_the_same_shares_of_more_people_keep_what_was_sure(votes: Stands, times: int) -> None:
    claimed = zone(votes)
    many = Stands(agree=votes.agree * times, disagree=votes.disagree * times, neutral=votes.neutral * times)
    if claimed is Zone.DIVIDED:
        assert zone(many) is not Zone.NOT_ENOUGH  # to be confirmed: more votes say what it is
    elif claimed is not Zone.NOT_ENOUGH:
        assert zone(many) is claimed


@given(VOTES)
def test_what_is_told_as_divided_surely_has_two_camps(votes: Stands) -> None:
    camps = [interval(side, votes.total)[0] for side in (votes.agree, votes.disagree)]
    if zone(votes) is Zone.DIVIDED:
        assert votes.total >= FEWEST_DIVIDED
        assert min(camps) >= float(BOTH_SIDES) - 1e-9
    if zone(votes) is Zone.NOT_ENOUGH and votes.total >= FEWEST_DIVIDED:
        assert min(camps) < float(BOTH_SIDES) + 1e-9


@given(st.integers(FEWEST_DIVIDED, 2000))
def test_an_even_split_is_never_told_as_a_lack_of_votes(total: int) -> None:
    assert zone(Stands(agree=total // 2, disagree=total - total // 2)) in (Zone.DIVIDED, Zone.CONTROVERSY)


@given(VOTES)
def test_few_votes_claim_nothing(votes: Stands) -> None:
    if votes.total < FEWEST:
        assert zone(votes) is Zone.NOT_ENOUGH


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([15, 25, 40, 60]))
def test_the_exact_comparison_is_that_of_the_interval(count: int, total: int, hundredths: int) -> None:
    count = min(count, total)
    low, high = interval(count, total)
    bound = Fraction(hundredths, 100)
    if not math.isclose(low, bound, abs_tol=1e-9):
        assert surely_from(count, total, bound) is (low > bound)
    if not math.isclose(high, bound, abs_tol=1e-9):
        assert surely_below(count, total, bound) is (high < bound)


def test_the_interval_is_wilsons() -> None:
    low, high = interval(8, 10)  # Newcombe, Statistics in Medicine 17 (1998), method 3, gives 0.4902 and 0.9433
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    low, high = interval(81, 263)  # the example of the same paper
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert interval(0, 0) == (0.0, 1.0)


def test_ninety_of_a_hundred_stand_before_nine_of_ten() -> None:
    order = ranked([("few", Stands(agree=9, disagree=1)), ("many", Stands(agree=85, disagree=15)), ("none", Stands())])
    assert [name for name, _votes in order] == ["many", "few", "none"]


def test_gini() -> None:
    assert gini([]) == gini([0, 0]) == gini([7]) == gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 8]) == Fraction(3, 4)
    assert gini([1, 2, 3]) == Fraction(2, 9)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.integers(1, 5))
def test_gini_is_the_mean_difference_and_does_not_ask_how_many(counts: list[int], times: int) -> None:
    whole = sum(counts)
    apart = sum(abs(a - b) for a in counts for b in counts)
    assert gini(counts) == (Fraction(apart, 2 * len(counts) * whole) if whole else 0)
    assert gini([count * times for count in counts]) == gini(counts)


def test_links_that_pull_the_other_way_are_marked() -> None:
    served = Stands(agree=5, disagree=25)
    assert pulled(served, Stands(agree=90, disagree=10))
    assert not pulled(served, Stands(agree=10, disagree=90))  # the same way
    assert not pulled(served, Stands(agree=19))  # few
    assert not pulled(Stands(agree=40, disagree=60), Stands(agree=52, disagree=48))  # not many more than served
    assert not pulled(Stands(agree=4, disagree=6), Stands(agree=26, disagree=24))  # chance explains it


def test_crowds() -> None:
    quiet = [hour * 3_600_000 + 60_000 for hour in range(1, 30) for _ in range(2)]
    rush = [40 * 3_600_000 + n for n in range(120)]
    (found,) = crowds(quiet + rush + [0] * 500)
    assert (found.people, found.usual, found.at_ms) == (120, 2, 40 * 3_600_000)
    assert crowds(quiet) == ()
    assert crowds(rush) == ()  # everybody at once: there is nothing to compare with
