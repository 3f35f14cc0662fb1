"""Which cards come next: what each policy promises, and that a choice can be made again."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import exposure
from flows.exposure import NEW_UNDER, Candidate, choose, heat, polis_priority, read, write
from flows.flow import Policy

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        number=st.integers(1, 400),
        seen=st.integers(0, 50),
        agree=st.integers(0, 40),
        disagree=st.integers(0, 40),
        neutral=st.integers(0, 40),
        author=st.sampled_from(["", "ann", "bob", "cid", "dora", "eve"]),
        category=st.sampled_from(["", "roads", "trees"]),
    ),
    max_size=60,
    unique_by=lambda one: one.number,
)


@given(CANDIDATES, st.sampled_from(Policy), st.integers(0, 60), st.integers(0, 2**62))
def test_every_policy_chooses_so_many_of_the_pool_and_none_twice(
    pool: list[Candidate], policy: Policy, n: int, seed: int
) -> None:
    chosen = choose(policy, pool, n, seed)
    assert len(chosen) == min(n, len(pool))
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= {one.number for one in pool}


@given(CANDIDATES, st.sampled_from(Policy), st.integers(1, 12), st.integers(0, 2**62), st.randoms())
def test_the_same_pool_and_seed_choose_the_same_in_whatever_order_the_pool_comes(
    pool: list[Candidate], policy: Policy, n: int, seed: int, dice: Random
) -> None:
    chosen = choose(policy, pool, n, seed)
    dice.shuffle(pool)
    assert choose(policy, pool, n, seed) == chosen
    assert choose(policy, [*pool, *pool], n, seed) == chosen


@given(CANDIDATES, st.sampled_from(Policy), st.integers(1, 12), st.integers(0, 2**62))
def test_a_choice_can_be_made_again_from_the_log(pool: list[Candidate], policy: Policy, n: int, seed: int) -> None:
    logged = write(pool)
    chosen = choose(policy, pool, n, seed)
    assert choose(policy, read(logged), len(chosen), seed) == chosen
    assert write(read(logged)) == logged
    assert not any(name in logged for name in ("ann", "roads"))


@given(CANDIDATES, st.integers(1, 12), st.integers(0, 2**62))
def test_least_seen_shows_nothing_while_something_was_seen_less(pool: list[Candidate], n: int, seed: int) -> None:
    seen = {one.number: one.seen for one in pool}
    chosen = choose(Policy.LEAST_SEEN, pool, n, seed)
    left = [seen[number] for number in seen if number not in chosen]
    assert [seen[number] for number in chosen] == sorted(seen[number] for number in chosen)
    assert not left or not chosen or max(seen[number] for number in chosen) <= min(left)


def test_among_equals_the_lot_decides() -> None:
    pool = [Candidate(number=at) for at in range(1, 31)]
    often = Counter(number for seed in range(3000) for number in choose(Policy.LEAST_SEEN, pool, 10, seed))
    assert set(often) == set(range(1, 31))
    assert max(often.values()) - min(often.values()) < 200, "each is expected a thousand times"


# --- Bandit ----------------------------------------------------------------------------------------------------------


def crowd() -> list[Candidate]:
    """Thirty new ones, ten that divide, sixty that are liked more or less; everybody wrote one."""
    new = [Candidate(number=at, agree=at % 5, author=f"n{at}") for at in range(1, 31)]
    hot = [Candidate(number=100 + at, agree=50, disagree=50 - at, author=f"h{at}") for at in range(10)]
    liked = [Candidate(number=200 + at, agree=20 + at, neutral=80 - at, author=f"l{at}") for at in range(60)]
    return [*new, *hot, *liked]


def test_three_in_ten_are_new_one_divides_and_the_others_are_promising() -> None:
    for seed in range(200):
        chosen = choose(Policy.BANDIT, crowd(), 10, seed)
        assert sum(number < 100 for number in chosen) == 3
        assert 100 in chosen, "the one that divides most"
    liked = Counter(number for seed in range(200) for number in choose(Policy.BANDIT, crowd(), 10, seed))
    assert liked[259] > 150 > 20 > liked[200], "what 79 in a hundred agree with comes more often than what 20 do"


def test_the_kind_of_a_card_cannot_be_read_from_its_place() -> None:
    first = Counter(choose(Policy.BANDIT, crowd(), 10, seed)[0] < 100 for seed in range(400))
    assert 80 < first[True] < 160, "three in ten of the first cards are new"


def test_one_of_an_author_and_one_of_a_category_where_there_are_enough() -> None:
    pool = [
        Candidate(number=at, agree=30, disagree=30, author=f"a{at % 12}", category=f"c{at % 11}")
        for at in range(1, 133)
    ]
    by_number = {one.number: one for one in pool}
    for seed in range(100):
        chosen = [by_number[number] for number in choose(Policy.BANDIT, pool, 10, seed)]
        assert len({one.author for one in chosen}) == len({one.category for one in chosen}) == 10


def test_where_there_are_not_enough_authors_the_batch_is_filled_all_the_same() -> None:
    pool = [Candidate(number=at, author="ann" if at < 20 else "bob") for at in range(1, 25)]
    chosen = choose(Policy.BANDIT, pool, 10, 1)
    assert len(chosen) == 10
    assert sum(number >= 20 for number in chosen) == 5, "both authors in turn"


def test_the_draws_from_beta_have_its_mean_and_spread() -> None:
    dice = Random(5)
    for a, b in ((1, 1), (3, 9), (40, 11)):
        drawn = [exposure._beta(dice, a, b) for _ in range(4000)]
        mean = sum(drawn) / len(drawn)
        spread = math.sqrt(sum((one - mean) ** 2 for one in drawn) / len(drawn))
        assert mean == pytest.approx(a / (a + b), abs=0.01)
        assert spread == pytest.approx(math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))), rel=0.06)


# --- Polis -----------------------------------------------------------------------------------------------------------


def test_the_priority_of_polis() -> None:
    untouched = Candidate(number=1)
    assert polis_priority(untouched) == pytest.approx((0.5 * 0.5 * 9) ** 2)
    known = Candidate(number=1, agree=60, disagree=20, neutral=20)
    newness = 1 + 8 * 2 ** (-100 / 5)
    assert polis_priority(known) == pytest.approx(((1 - 21 / 102) * (61 / 102) * newness) ** 2)


def test_polis_draws_in_proportion_to_the_priority() -> None:
    pool = [
        Candidate(number=1, agree=90, disagree=5, neutral=5),
        Candidate(number=2, agree=5, disagree=5, neutral=90),
        Candidate(number=3, agree=40, disagree=40, neutral=20),
    ]
    weights = {one.number: polis_priority(one) for one in pool}
    first = Counter(choose(Policy.POLIS, pool, 1, seed)[0] for seed in range(8000))
    for number, weight in weights.items():
        assert first[number] / 8000 == pytest.approx(weight / sum(weights.values()), abs=0.02)


# --- For ever --------------------------------------------------------------------------------------------------------


def test_what_was_chosen_once_is_chosen_for_ever() -> None:
    """A log of today must replay in ten years: these were chosen by the first version."""
    pool = read("1/3/12/4/2/1/1 2/1/0/1//2/2 3/4/30/9/5/3/1 4//1///1/2 5/2/6/6/6/4/1 6/9/20/19/2/5/2 7")
    assert choose(Policy.LEAST_SEEN, pool, 4, 2026) == LEAST_SEEN
    assert choose(Policy.BANDIT, pool, 4, 2026) == BANDIT
    assert choose(Policy.POLIS, pool, 4, 2026) == POLIS


LEAST_SEEN, BANDIT, POLIS = (7, 4, 2, 5), (7, 3, 4, 6), (1, 4, 7, 2)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=50)
def test_heat_is_a_share(agree: int, disagree: int, neutral: int) -> None:
    hot = heat(agree, disagree, neutral)
    assert 0 <= hot <= 1
    assert hot == heat(disagree, agree, neutral)
    assert (hot == 0) == (agree + disagree + neutral < NEW_UNDER or min(agree, disagree) == 0)


@pytest.mark.parametrize("text", ["x", "1/x", "1//2 /3"])
def test_a_damaged_log_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        read(text)
