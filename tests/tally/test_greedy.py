"""The greedy rule: what it buys, where it stops, and that no tie is cut in silence."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from flows.tally.budget import both
from flows.tally.greedy import greedy
from flows.tally.outcome import Cut, Number, Outcome, Tie, Tiebreak

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)


def votes(**n: int) -> list[tuple[dict[str, Number], int]]:
    return [({code: 1}, many) for code, many in n.items()]


def test_most_votes_first_and_what_no_longer_fits_is_passed_over() -> None:
    outcome = greedy({"a": 6, "b": 7, "c": 4}, 10, votes(a=5, b=4, c=3), OPEN)
    assert outcome.winners == ("a", "c")
    assert outcome.order == (("a",), ("b",), ("c",))
    assert outcome.ties == ()
    assert outcome.purchase is not None
    assert (outcome.purchase.spent, outcome.purchase.chosen) == (10, (("a", 6, "votes"), ("c", 4, "votes")))


def test_without_skipping_it_stops_at_the_first_that_does_not_fit() -> None:
    assert greedy({"a": 6, "b": 7, "c": 4}, 10, votes(a=5, b=4, c=3), OPEN, skip=False).winners == ("a",)


def test_points_are_summed_and_less_than_nothing_is_nothing() -> None:
    ballots = [({"a": 1, "b": Fraction(5, 2)}, 2), ({"a": 3}, 1), ({"c": -9}, 4), ({"gone": 9}, 1)]
    outcome = greedy({"a": 1, "b": 1, "c": 1}, 3, ballots, OPEN)
    assert [line.score for line in outcome.lines] == [5, 5, 0]
    assert outcome.winners == ("a", "b")
    assert outcome.voters == 8


def test_nobody_voted() -> None:
    assert greedy({"a": 1}, 10, [], OPEN).winners == ()
    assert greedy({"a": 1, "b": 0}, 10, [({}, 7)], OPEN).winners == ()


def test_the_same_votes_are_no_tie_when_both_fit() -> None:
    outcome = greedy({"a": 6, "b": 4}, 10, votes(a=3, b=3), OPEN)
    assert (set(outcome.winners), outcome.ties) == ({"a", "b"}, ())


def test_between_the_same_votes_the_cheaper_goes_first() -> None:
    outcome = greedy({"a": 7, "b": 6}, 10, votes(a=3, b=3), OPEN)
    assert outcome.winners == ("b",)
    assert outcome.ties == (Tie(codes=("a", "b"), where="project", how="cheaper", first="b"),)


def test_the_same_votes_and_the_same_cost_stay_open_and_the_rest_is_bought() -> None:
    outcome = greedy({"a": 5, "b": 5, "c": 5, "d": 2}, 12, votes(a=9, b=3, c=3, d=1), OPEN)
    assert outcome.winners == ("a", "d")
    assert outcome.ties == (Tie(codes=("b", "c"), where="project", how="open"),)


def test_a_tie_is_cut_by_the_list_or_by_a_lot_that_can_be_drawn_again() -> None:
    costs: dict[str, Number] = {"a": 5, "b": 5}
    by_list = greedy(costs, 5, votes(a=3, b=3), ORDER)
    assert by_list.winners == ("a",)
    assert by_list.ties == (Tie(codes=("a", "b"), where="project", how="order", first="a"),)
    drawn = [greedy(costs, 5, votes(a=3, b=3), Tiebreak(cut=Cut.DRAW, seed=str(n))).winners for n in range(20)]
    assert set(drawn) == {("a",), ("b",)}
    assert drawn == [greedy(costs, 5, votes(a=3, b=3), Tiebreak(cut=Cut.DRAW, seed=str(n))).winners for n in range(20)]


def test_many_level_projects_end_soon() -> None:
    costs: dict[str, Number] = {f"p{n}": 5 for n in range(40)} | {"clear": 5}
    outcome = greedy(costs, 100, [(dict.fromkeys(costs, 1), 3), ({"clear": 1}, 1)], OPEN)
    assert outcome.winners == ("clear",)
    assert all(tie.how == "open" for tie in outcome.ties)


BUDGETS = st.tuples(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=1),
    st.integers(0, 30),
    st.lists(st.tuples(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)), st.integers(0, 4)), max_size=6),
)


@given(BUDGETS, st.sampled_from(Cut), st.booleans())
def test_the_limit_holds_and_an_outcome_survives_json(budget: object, cut: Cut, skip: bool) -> None:
    costs, limit, ballots = budget  # type: ignore[misc]
    outcome = greedy(costs, limit, ballots, Tiebreak(cut=cut, seed="x"), skip=skip)
    assert sum(costs[code] for code in outcome.winners) <= limit
    assert Outcome.from_json(outcome.to_json()) == outcome


@given(BUDGETS)
def test_what_open_ties_leave_is_bought_however_they_are_cut(budget: object) -> None:
    costs, limit, ballots = budget  # type: ignore[misc]
    certain = set(greedy(costs, limit, ballots, OPEN).winners)
    for seed in range(6):
        assert certain <= set(greedy(costs, limit, ballots, Tiebreak(cut=Cut.DRAW, seed=str(seed))).winners)


def test_the_other_rule_stands_beside_the_declared_one() -> None:
    costs: dict[str, Number] = {"a": 10, "b": 10, "c": 10}
    ballots: list[tuple[dict[str, Number], int]] = [({"a": 1, "b": 1}, 6), ({"c": 1}, 5)]
    by_votes = both(costs, 20, ballots, ORDER, rule="greedy")
    by_shares = both(costs, 20, ballots, ORDER, rule="equal_shares")
    assert by_votes.purchase is not None
    assert by_shares.purchase is not None
    assert (by_votes.winners, by_votes.purchase.compared) == (("a", "b"), ("equal_shares", by_shares.winners))
    assert (set(by_shares.winners), by_shares.purchase.compared) == ({"a", "c"}, ("greedy", ("a", "b")))
