"""The Method of Equal Shares: published examples, ties, completions, and laws that hold for any budget."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.tally.equal_shares import Completion, equal_shares
from flows.tally.outcome import Cut, Number, Outcome, Tie, Tiebreak
from flows.tally.shares import Crowd, Wish, run

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)
COMPLETIONS: list[Completion] = ["none", "add1", "greedy", "add1u"]


def baskets(*said: tuple[int, str]) -> list[tuple[dict[str, Number], int]]:
    return [(dict.fromkeys(codes, 1), n) for n, codes in said]


def units(codes: str) -> dict[str, Number]:
    return dict.fromkeys(codes, 1)


def test_a_committee_of_three_from_the_literature() -> None:
    """Lackner and Skowron, Multi-Winner Voting with Approval Preferences (2023), example 12: c at 1/5, a at 13/40, and
    nobody can pay for a third."""
    ballots = baskets((3, "cd"), (2, "ab"), (2, "ac"), (1, "bd"))
    outcome = equal_shares(units("abcd"), 3, ballots, OPEN, satisfaction="cardinality", completion="none")
    assert outcome.winners == ("c", "a")
    assert outcome.ties == ()


def test_a_committee_of_four_from_the_literature() -> None:
    """The same book, example 11: a at 1/8, and nothing more."""
    ballots = baskets((3, "ab"), (3, "ac"), (2, "ad"), (1, "bcf"), (1, "e"), (1, "f"), (1, "g"))
    outcome = equal_shares(units("abcdefg"), 4, ballots, OPEN, satisfaction="cardinality", completion="none")
    assert outcome.winners == ("a",)


def test_half_and_half_get_half_each() -> None:
    """The example with which the method is motivated everywhere: 51 want red projects, 49 blue ones."""
    red, blue = [f"r{n}" for n in range(10)], [f"b{n}" for n in range(10)]
    costs: dict[str, Number] = dict.fromkeys([*red, *blue], 1000)
    ballots: list[tuple[dict[str, Number], int]] = [(dict.fromkeys(red, 1), 51), (dict.fromkeys(blue, 1), 49)]
    alone = equal_shares(costs, 10_000, ballots, ORDER, completion="none")
    assert sorted(code[0] for code in alone.winners) == ["b"] * 4 + ["r"] * 5
    raised = equal_shares(costs, 10_000, ballots, ORDER, completion="add1")
    assert sorted(code[0] for code in raised.winners) == ["b"] * 5 + ["r"] * 5
    assert raised.purchase is not None
    assert raised.purchase.raised == 10_300


def test_the_example_file_of_equalshares_net_where_everything_fits() -> None:
    costs: dict[str, Number] = {"1": 5000, "2": 10_000, "3": 85_000}
    ballots = [(dict.fromkeys(codes, 1), 1) for codes in (["1", "2"], ["1"], ["3"], ["1", "2", "3"])]
    for completion, bought in {"none": "12", "add1": "123", "greedy": "123", "add1u": "123"}.items():
        outcome = equal_shares(costs, 100_000, ballots, OPEN, completion=completion)  # type: ignore[arg-type]
        assert "".join(sorted(outcome.winners)) == bought


def test_supporters_who_run_out_leave_the_rest_to_the_others() -> None:
    """Share 5. a costs each of its three supporters 4. One of them also wants b and has 1 left; the other pays 4."""
    ballots = baskets((2, "a"), (1, "ab"), (1, "b"))
    assert equal_shares({"a": 12, "b": 5}, 20, ballots, OPEN, completion="none").winners == ("a", "b")
    assert equal_shares({"a": 12, "b": 6}, 20, ballots, OPEN, completion="none").winners == ("a", "b")
    assert equal_shares({"a": 12, "b": 7}, 20, ballots, OPEN, completion="none").winners == ("a",)


def test_points_are_paid_in_proportion() -> None:
    """a is worth 9 to one and 1 to the other: 9 and 1 of its 10. Then b, worth 1 to the second, who has 9 left."""
    ballots: list[tuple[dict[str, Number], int]] = [({"a": 9}, 1), ({"a": 1, "b": 1}, 1)]
    costs: dict[str, Number] = {"a": 10, "b": 9}
    assert equal_shares(costs, 20, ballots, OPEN, satisfaction="scores", completion="none").winners == ("a", "b")
    assert equal_shares(costs, 20, ballots, OPEN, satisfaction="cardinality", completion="none").winners == ("a",)


def test_what_decides_a_tie_is_told() -> None:
    cheaper = equal_shares({"a": 6, "b": 5}, 6, baskets((2, "ab")), OPEN, completion="none")
    assert cheaper.winners == ("b",)
    assert cheaper.ties == (Tie(codes=("a", "b"), where="project", how="cheaper", first="b"),)
    level = equal_shares({"a": 5, "b": 5}, 6, baskets((2, "ab")), ORDER, completion="none")
    assert (level.winners, level.ties[0].how, level.ties[0].first) == (("a",), "order", "a")


def test_an_open_tie_leaves_what_is_certain() -> None:
    outcome = equal_shares({"c": 2, "a": 5, "b": 5}, 8, baskets((3, "abc"), (1, "c")), OPEN)
    assert outcome.winners == ("c",)
    assert outcome.ties == (Tie(codes=("a", "b"), where="project", how="open"),)


def test_a_tie_that_changes_nothing_is_told_as_such() -> None:
    outcome = equal_shares({"a": 5, "b": 5}, 20, baskets((2, "a"), (2, "b")), OPEN)
    assert set(outcome.winners) == {"a", "b"}
    assert [tie.how for tie in outcome.ties] == ["no difference"]


def test_nobody_and_nothing() -> None:
    for completion in COMPLETIONS:
        assert equal_shares({"a": 5}, 10, [], OPEN, completion=completion).winners == ()
        assert equal_shares({"a": 5}, 10, [({}, 3)], OPEN, completion=completion).winners == ()
        assert equal_shares({"a": 5}, 0, baskets((3, "a")), OPEN, completion=completion).winners == ()
        assert equal_shares({"a": 5, "b": 0}, 4, baskets((3, "ab")), OPEN, completion=completion).winners == ("b",)


def test_costs_in_cents_are_exact() -> None:
    third = Fraction(10, 3)
    outcome = equal_shares({"a": third, "b": third, "c": third}, 10, baskets((3, "abc")), ORDER, completion="none")
    assert outcome.winners == ("a", "b", "c")
    assert outcome.purchase is not None
    assert outcome.purchase.spent == 10


BUDGETS = st.tuples(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9) | st.just(Fraction(7, 2)), min_size=1),
    st.integers(0, 40) | st.just(Fraction(55, 4)),
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3) | st.just(Fraction(1, 3))), st.integers(1, 4)
        ),
        max_size=6,
    ),
)


@given(BUDGETS, st.sampled_from(COMPLETIONS), st.sampled_from(["cost", "cardinality", "scores"]), st.sampled_from(Cut))
@settings(deadline=None)
def test_the_limit_holds_and_nobody_pays_for_what_nobody_wants(
    budget: object, completion: Completion, satisfaction: object, cut: Cut
) -> None:
    costs, limit, ballots = budget  # type: ignore[misc]
    ballots = [({code: n for code, n in worth.items() if code in costs}, many) for worth, many in ballots]
    outcome = equal_shares(
        costs,
        limit,
        ballots,
        Tiebreak(cut=cut, seed="x"),
        satisfaction=satisfaction,  # type: ignore[arg-type]
        completion=completion,
    )
    wanted = {code for worth, _ in ballots for code, n in worth.items() if n > 0}
    assert sum(costs[code] for code in outcome.winners) <= limit
    assert set(outcome.winners) <= wanted
    assert len(set(outcome.winners)) == len(outcome.winners)
    assert Outcome.from_json(outcome.to_json()) == outcome


@given(st.integers(0, 10_000), st.integers(0, 30))
@settings(deadline=None, max_examples=150)
def test_units_that_are_said_to_change_nothing_change_nothing(seed: int, more: int) -> None:
    chance = Random(seed)
    groups = chance.randint(1, 8)
    wishes = {
        code: Wish(
            cost=chance.randint(1, 40),
            members={(chance.randint(1, 3), 1): chance.sample(range(groups), chance.randint(1, groups))},
        )
        for code in "abcde"[: chance.randint(1, 5)]
    }
    crowd = Crowd(limit=chance.randint(0, 60), voters=groups + 2, groups=groups, wishes=wishes)
    found = run(crowd, more, lambda level: level[0], unit=1)
    last = found.same - 1 if found.same is not None else 200
    assert last >= 0
    for units_more in {0, last // 2, last}:
        assert run(crowd, more + units_more, lambda level: level[0]).chosen == found.chosen


def test_large_amounts_for_few_people_need_few_counts() -> None:
    """A share of 100,000 and more for each of seven: one unit at a time would be a hundred thousand counts."""
    chance = Random(3)
    costs: dict[str, Number] = {f"p{n}": chance.randint(50_000, 400_000) for n in range(12)}
    ballots: list[tuple[dict[str, Number], int]] = [
        (dict.fromkeys(chance.sample(list(costs), 4), 1), 1) for _ in range(7)
    ]
    counts: list[int] = []
    before = time.perf_counter()
    outcome = equal_shares(costs, 1_000_000, ballots, ORDER, progress=counts.append)
    assert time.perf_counter() - before < 5
    assert outcome.purchase is not None
    assert outcome.purchase.raised is not None
    assert 0 < len(counts) < 500


def test_many_ballots_are_counted_in_seconds() -> None:
    chance = Random(1)
    costs: dict[str, Number] = {f"p{n}": chance.randint(2_000, 90_000) for n in range(50)}
    ballots: list[tuple[dict[str, Number], int]] = [
        (dict.fromkeys(chance.choices(list(costs), k=chance.randint(1, 8)), 1), 1) for _ in range(20_000)
    ]
    before = time.perf_counter()
    outcome = equal_shares(costs, 600_000, ballots, ORDER)
    assert time.perf_counter() - before < 60
    assert outcome.winners
