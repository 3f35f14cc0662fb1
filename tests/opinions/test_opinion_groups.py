"""Groups: those that were planted are found again, and none where there are none."""

from __future__ import annotations

import random
from math import prod

import pytest
from sklearn.metrics import adjusted_rand_score

from bot.opinions import groups
from bot.opinions.groups import FEWEST_PLACED, LEAST_GROUP, find

Rows = list[tuple[str, int, str]]


def planted(
    people: int, statements: int, camps: int, *, judged: float = 1.0, sure: float = 0.85, seed: int = 1
) -> Rows:
    """Person n is of camp n % camps; all camps agree to statement 1."""
    dice = random.Random(seed)
    side = [[dice.choice([True, False]) for _ in range(statements)] for _ in range(camps)]
    rows = []
    for n in range(people):
        for at in range(statements):
            if dice.random() < judged:
                likes = at == 0 or side[n % camps][at]
                stand = "neutral" if dice.random() < 0.1 else "agree" if likes == (dice.random() < sure) else "disagree"
                rows.append((f"{n:032x}", at + 1, stand))
    return rows


@pytest.mark.parametrize(("camps", "judged"), [(2, 1.0), (2, 0.5), (3, 0.7)])
def test_planted_groups_are_found_again(camps: int, judged: float) -> None:
    found = find(planted(150, 40, camps, judged=judged), range(1, 41))
    assert len(found.groups) == camps
    truth = [int(token, 16) % camps for token in found.member]
    assert adjusted_rand_score(truth, list(found.member.values())) > 0.9
    assert sum(group.size for group in found.groups) == found.placed == 150
    assert [group.size for group in found.groups] == sorted((group.size for group in found.groups), reverse=True)
    assert 1 in found.common(5)


def test_the_order_of_the_votes_does_not_matter() -> None:
    rows = planted(90, 20, 2, judged=0.8)
    mixed = rows[:]
    random.Random(3).shuffle(mixed)
    assert find(rows, range(1, 21)) == find(mixed, range(1, 21))


@pytest.mark.parametrize("seed", range(4))
def test_independent_votes_make_no_groups(seed: int) -> None:
    dice = random.Random(seed)
    likes = [dice.random() for _ in range(30)]
    rows = [
        (f"{n:032x}", at + 1, "agree" if dice.random() < likes[at] else "disagree")
        for n in range(120)
        for at in range(30)
    ]
    found = find(rows, range(1, 31))
    assert not found.divided
    assert len(found.groups) == 1


def test_who_judged_little_is_counted_but_not_placed() -> None:
    rows = planted(80, 20, 2) + [("f" * 32, number, "agree") for number in range(1, 7)]
    found = find(rows, range(1, 21))
    assert (found.voters, found.placed) == (81, 80)
    assert "f" * 32 not in found.spots


@pytest.mark.parametrize("people", [0, 1, 10, FEWEST_PLACED - 1])
def test_below_fifty_people_nobody_is_placed(people: int) -> None:
    found = find(planted(people, 20, 2), range(1, 21))
    assert (found.placed, found.groups, dict(found.spots)) == (people, (), {})
    assert found.common(5) == []


def test_no_group_is_smaller_than_ten() -> None:
    rows = [row for row in planted(200, 30, 2) if int(row[0], 16) % 2 == 0 or int(row[0], 16) < 2 * (LEAST_GROUP - 2)]
    found = find(rows, range(1, 31))
    assert all(group.size >= LEAST_GROUP for group in found.groups)


def test_strange_votes() -> None:
    same = [(f"{n:032x}", number, "agree") for n in range(60) for number in range(1, 9)]
    assert not find(same, range(1, 9)).divided
    neutral = [(f"{n:032x}", number, "neutral") for n in range(60) for number in range(1, 9)]
    assert not find(neutral, range(1, 9)).divided
    one = [(f"{n:032x}", 1, "agree" if n % 2 else "disagree") for n in range(60)]
    assert not find(one, [1]).groups  # one statement divides, but it makes no map
    two = [(f"{n:032x}", number, "agree" if n % 2 else "disagree") for n in range(60) for number in (1, 2)]
    assert [group.size for group in find(two, [1, 2]).groups] == [30, 30]
    assert find([], []).voters == 0


def test_group_informed_consensus_is_the_product_of_smoothed_shares() -> None:
    assert groups.consensus([[9, 0], [4, 8]], [[10, 10], [6, 8]]) == pytest.approx([10 / 12 * 5 / 8, 1 / 12 * 9 / 10])
    found = find(planted(100, 20, 2), range(1, 21))
    for at in range(20):
        expected = prod((group.agree[at] + 1) / (group.judged[at] + 2) for group in found.groups)
        assert found.shared[at] == pytest.approx(expected)
    best = max(range(20), key=lambda at: found.shared[at])
    assert found.numbers[best] == found.common(1)[0]


def test_what_a_group_stands_for_sets_it_apart() -> None:
    found = find(planted(150, 20, 3), range(1, 21))
    for group in found.groups:
        assert group.stands_for
        for side in group.stands_for:
            assert side.share > 0.5
            assert side.share > side.others
            assert side.number != 1  # what all share sets nobody apart
