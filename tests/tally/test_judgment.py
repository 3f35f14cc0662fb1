"""Majority judgment: what was published, and the procedure done by hand, one median at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tally.judgment import majority_judgment, values
from flows.tally.outcome import Cut, Outcome, Tie, Tiebreak

GRADES = ("excellent", "very_good", "good", "fair", "poor", "reject")

ORSAY = {
    # Michel Balinski and Rida Laraki, "Election by Majority Judgment: Experimental Evidence" (2007): the experiment of
    # 22 April 2007 in three polling stations of Orsay, 1733 ballots, in thousandths; the last number is "no grade".
    "besancenot": (41, 99, 163, 160, 226, 279, 32),
    "buffet": (25, 76, 125, 206, 264, 261, 43),
    "schivardi": (5, 10, 39, 95, 249, 546, 58),
    "bayrou": (136, 307, 251, 148, 84, 45, 29),
    "bove": (15, 60, 114, 160, 257, 353, 42),
    "voynet": (29, 93, 175, 237, 261, 162, 43),
    "villiers": (24, 64, 87, 113, 158, 512, 43),
    "royal": (167, 227, 191, 168, 122, 108, 18),
    "nihous": (3, 18, 53, 110, 267, 478, 72),
    "laguiller": (21, 53, 102, 166, 259, 348, 53),
    "sarkozy": (191, 198, 143, 115, 71, 265, 17),
}


def one_by_one(votes: Sequence[int]) -> list[int]:
    """The majority value as it is defined: take the (lower) median away, again and again."""
    left = sorted(votes)
    return [left.pop((len(left) - 1) // 2) for _ in votes]


def counted(profiles: dict[str, Sequence[int]], grades: int) -> Outcome:
    """Profiles given as one number for each ballot, 0 for the worst grade."""
    codes = [str(place) for place in range(grades - 1, -1, -1)]
    return majority_judgment(
        tuple(profiles),
        {code: Counter(str(vote) for vote in votes) for code, votes in profiles.items()},
        grades=codes,
        voters=len(next(iter(profiles.values()))),
    )


def flat(outcome: Outcome) -> list[str]:
    return [code for level in outcome.order for code in level]


def test_the_orsay_experiment_is_ranked_as_published() -> None:
    given_ = {code: dict(zip(GRADES, row[:6], strict=True)) for code, row in ORSAY.items()}
    outcome = majority_judgment(tuple(ORSAY), given_, grades=GRADES, voters=1000)
    assert flat(outcome) == [
        "bayrou",
        "royal",
        "sarkozy",
        "voynet",
        "besancenot",
        "buffet",
        "bove",
        "laguiller",
        "nihous",
        "villiers",
        "schivardi",
    ]
    lines = {line.code: line for line in outcome.lines}
    grade = {code: GRADES[::-1][int(line.score)] for code, line in lines.items()}
    assert [grade[code] for code in flat(outcome)] == ["good"] * 3 + ["fair"] + ["poor"] * 4 + ["reject"] * 3
    # The published gauge of the first: 44.3 % better than "good", 30.6 % worse.
    assert (lines["bayrou"].more["better"], lines["bayrou"].more["worse"]) == (443, 306)
    assert (lines["royal"].more["better"], lines["sarkozy"].more["better"]) == (394, 389)
    assert outcome.winners == ("bayrou",)
    assert outcome.ties == (
        Tie(codes=("bayrou", "royal", "sarkozy"), where="winner", how="majority gauge", first="bayrou"),
    )


def test_the_majority_values_of_the_book() -> None:
    # "Majority Judgment" (2010), section 1.5: wines graded by five judges.
    assert one_by_one([7, 11, 9, 9, 11]) == [9, 9, 11, 7, 11]
    assert one_by_one([8, 11, 9, 9, 10]) == [9, 9, 10, 8, 11]
    assert flat(counted({"first": [8, 11, 9, 9, 10], "second": [7, 11, 9, 9, 11]}, 12)) == ["second", "first"]


@pytest.mark.parametrize(
    ("profiles", "order"),
    [
        # The examples that the MieuxVoter libraries publish with their results.
        (
            {
                "pizza": [0, 0, 0, 1, 1, 2, 2, 3, 3, 3],
                "chips": [0, 0, 1, 1, 2, 2, 2, 2, 3, 3],
                "pasta": [0, 0, 1, 1, 1, 2, 2, 3, 3, 3],
                "bread": [0, 0, 1, 1, 1, 1, 2, 2, 2, 3],
            },
            ["chips", "pasta", "pizza", "bread"],
        ),
        (
            {
                "81": [0] + [1] * 6 + [2] * 2 + [3] * 12 + [4] * 8 + [5] * 8,
                "82": [0] + [1] * 8 + [2] * 2 + [3] * 2 + [4] * 8 + [5] * 16,
            },
            ["82", "81"],
        ),
    ],
)
def test_published_examples(profiles: dict[str, list[int]], order: list[str]) -> None:
    assert flat(counted(profiles, 6)) == order


PROFILES = st.integers(1, 9).flatmap(
    lambda voters: st.lists(st.lists(st.integers(0, 4), min_size=voters, max_size=voters), min_size=1, max_size=5)
)


@given(PROFILES)
def test_counts_give_the_order_of_medians_taken_away_one_by_one(votes: list[list[int]]) -> None:
    profiles = {f"o{i}": one for i, one in enumerate(votes)}
    by_hand: dict[tuple[int, ...], list[str]] = {}
    for code, one in profiles.items():
        by_hand.setdefault(tuple(one_by_one(one)), []).append(code)
    expected = tuple(tuple(by_hand[value]) for value in sorted(by_hand, reverse=True))
    outcome = counted(profiles, 5)
    assert outcome.order == expected
    assert outcome.winners == (expected[0] if len(expected[0]) == 1 else ())
    for line in outcome.lines:
        assert line.score == one_by_one(profiles[line.code])[0]


@given(PROFILES, st.randoms())
def test_names_and_order_of_the_ballots_change_nothing(votes: list[list[int]], random: object) -> None:
    profiles = {f"o{i}": one for i, one in enumerate(votes)}
    before = counted(profiles, 5)
    shuffled = {code: one[:] for code, one in profiles.items()}
    for one in shuffled.values():
        random.shuffle(one)  # type: ignore[attr-defined]
    assert counted(shuffled, 5) == before


def test_many_ballots_cost_no_more_than_few() -> None:
    million = values({"a": [10**9, 10**9 + 1, 10**9], "b": [10**9, 10**9, 10**9 + 1]}, 3 * 10**9 + 1)
    assert million["b"] > million["a"]
    assert len(million["a"]) < 20


def test_who_is_left_ungraded_has_the_lowest_grade() -> None:
    outcome = majority_judgment(
        ("known", "rare"),
        {"known": {"good": 3, "fair": 2}, "rare": {"excellent": 2}},
        grades=GRADES,
        voters=5,
    )
    known, rare = outcome.lines
    assert (rare.score, rare.more["ungraded"], known.more["ungraded"]) == (0, 3, 0)
    assert outcome.histograms[1].counts[0] == ("reject", 3)
    assert outcome.winners == ("known",)
    assert known.more["share"] == Fraction(3, 5)


def test_a_grade_that_is_not_declared_is_no_grade() -> None:
    outcome = majority_judgment(("a",), {"a": {"splendid": 2, "good": 1}}, grades=GRADES, voters=3)
    assert outcome.lines[0].more["ungraded"] == 2


def test_equal_grades_are_a_tie_and_the_list_may_cut_it() -> None:
    equal = {"a": {"good": 2}, "b": {"good": 2}}
    still = majority_judgment(("a", "b"), equal, grades=GRADES, voters=2)
    assert (still.winners, still.ties) == ((), (Tie(codes=("a", "b"), where="winner", how="open"),))
    cut = majority_judgment(("a", "b"), equal, grades=GRADES, voters=2, tiebreak=Tiebreak(cut=Cut.ORDER))
    assert cut.winners == ("a",)
    assert [tie.how for tie in cut.ties] == ["order"]


def test_without_ballots_there_is_no_median() -> None:
    outcome = majority_judgment(("a", "b"), {}, grades=GRADES, voters=0)
    assert (outcome.winners, outcome.ties, outcome.order) == ((), (), (("a", "b"),))
