"""Majority judgment, score and approval voting against pref_voting (Holliday and Pacuit), on thousands of random small
profiles.

pref_voting cuts ties between equal medians by the majority gauge alone, one step; Palabre goes on as the book does
until the grades are all used. So where theirs names one winner ours must name the same one, and where theirs names
several ours must be among them. (The library that MieuxVoter publishes for Python, majority-judgment 0.1.0, installs
nothing but its version number: the examples that it documents are in tests/tally/test_judgment.py.)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from flows.tally.judgment import majority_judgment
from flows.tally.plurality import approval
from flows.tally.points import score

REASON = "The independent vote-counting libraries are not installed here: `make oracles` compares with them."
grade_profiles = pytest.importorskip("pref_voting.grade_profiles", reason=REASON)
methods = pytest.importorskip("pref_voting.grade_methods", reason=REASON)

CODES = "abcde"
Graded = dict[str, int]


def profiles(seed: int, number: int, most: int) -> Iterator[tuple[str, list[Graded]]]:
    """Options, and what each ballot gives to each of them; small, so that ties are frequent."""
    rng = random.Random(seed)
    for _ in range(number):
        options = CODES[: rng.randint(2, len(CODES))]
        voters = rng.randint(1, 9)
        yield options, [{code: rng.randint(0, most) for code in options} for _ in range(voters)]


def theirs(options: str, ballots: list[Graded], most: int) -> Any:
    maps = [{options.index(code): value for code, value in ballot.items()} for ballot in ballots]
    return grade_profiles.GradeProfile(maps, list(range(most + 1)), candidates=list(range(len(options))))


def given(options: str, ballots: list[Graded]) -> dict[str, Counter[int]]:
    return {code: Counter(ballot[code] for ballot in ballots) for code in options}


def first(order: tuple[tuple[str, ...], ...]) -> set[str]:
    return set(order[0])


@pytest.mark.parametrize("most", [1, 2, 4, 6])
def test_majority_judgment(most: int) -> None:
    finer = 0
    for options, ballots in profiles(17 + most, 1500, most):
        expected = {options[i] for i in methods.majority_judgement(theirs(options, ballots, most))}
        words = {
            code: {str(value): n for value, n in counts.items()} for code, counts in given(options, ballots).items()
        }
        scale = [str(value) for value in range(most, -1, -1)]
        outcome = majority_judgment(options, words, grades=scale, voters=len(ballots))
        assert first(outcome.order) <= expected, (options, ballots)
        if len(expected) == 1:
            assert set(outcome.winners) == expected, (options, ballots)
        finer += first(outcome.order) < expected
        for line in outcome.lines:
            assert line.score == theirs(options, ballots, most).median(options.index(line.code))
    assert most == 1 or finer > 10, "no profile on which the two rules differ: the comparison is too weak"


@pytest.mark.parametrize("most", [1, 2, 5])
def test_score(most: int) -> None:
    for options, ballots in profiles(29 + most, 1500, most):
        expected = {options[i] for i in methods.score_voting(theirs(options, ballots, most))}
        outcome = score(options, given(options, ballots), most=most, voters=len(ballots))
        assert first(outcome.order) == expected, (options, ballots)


def test_approval() -> None:
    for options, ballots in profiles(43, 2000, 1):
        expected = {options[i] for i in methods.approval(theirs(options, ballots, 1))}
        votes = {code: sum(ballot[code] for ballot in ballots) for code in options}
        assert first(approval(options, votes, voters=len(ballots)).order) == expected, (options, ballots)
