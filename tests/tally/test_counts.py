"""Counting, against `collections.Counter` and `statistics` as a second opinion."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.flow import AnyOf, Ask, Choice, Day, Flow, Number, OneOf, Scale, Text, Words, YesNo, make_flow
from flows.session import Answer, Given
from flows.tally.counts import Ballot, Result, agree, count, deltas, from_counters, percents


def text(words: str) -> Text:
    return Text({"fr": words})


def offered(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(code.title())) for code in codes)


MODES = ("velo", "bus", "voiture")
FEARS = ("danger", "distance", "vol")
ASKS = (
    Ask(name="mode", text=text("Mode ?"), kind=OneOf(choices=offered(*MODES)), wording="w1"),
    Ask(name="freins", text=text("Freins ?"), kind=AnyOf(choices=offered(*FEARS)), wording="w2"),
    Ask(name="note", text=text("Note ?"), kind=Scale(low=-1, high=5, high_label=text("très bien")), wording="w3"),
    Ask(name="age", text=text("Âge ?"), kind=Number(whole=False), wording="w4", personal=True),
    Ask(name="idee", text=text("Une idée ?"), kind=Words(), wording="w5"),
    Ask(name="jour", text=text("Quel jour ?"), kind=Day(), wording="w6"),
    Ask(name="accord", text=text("D'accord ?"), kind=YesNo(), wording="w7"),
)
FLOW: Flow = make_flow(id="mobilite", version="v", lang="fr", langs=("fr",), title=text("Se déplacer"), steps=ASKS)
NOT_ANSWERS = st.sampled_from([Answer(g) for g in (Given.SKIPPED, Given.DONT_KNOW, Given.ABSTAIN)])
VALUES = {
    "mode": st.sampled_from(MODES),
    "freins": st.lists(st.sampled_from(FEARS), unique=True, min_size=1).map(tuple),
    "note": st.integers(-1, 5),
    "age": st.one_of(st.integers(-50, 150), st.decimals(-100, 100, places=2).map(float)),
    "idee": st.sampled_from(["", "Plus de bancs", "🙂", "=1+1"]),
    "jour": st.dates(date(2026, 1, 1), date(2026, 1, 5)).map(date.isoformat),
    "accord": st.sampled_from(["yes", "no"]),
}


def answers(question: str) -> st.SearchStrategy[Answer]:
    return st.one_of(VALUES[question].map(lambda value: Answer(Given.ANSWER, value)), NOT_ANSWERS)


@st.composite
def one_ballot(draw: st.DrawFn) -> Ballot:
    question = draw(st.sampled_from(FLOW.asks))
    token = draw(st.binary(min_size=1, max_size=1))
    return Ballot(token, question.name, draw(answers(question.name)), question.wording)


BALLOTS = st.lists(one_ballot(), max_size=40)


def result_of(ballots: list[Ballot]) -> Result:
    return count(FLOW, ballots, consultation="17", finished=3)


@given(BALLOTS)
def test_the_counts_are_those_of_a_second_opinion(ballots: list[Ballot]) -> None:
    result = result_of(ballots)
    assert result.participants == len({ballot.token for ballot in ballots})
    last: dict[tuple[object, str], Answer] = {}
    for ballot in ballots:
        last[ballot.token, ballot.question] = ballot.answer
    for question in result.questions:
        ours = [answer for (_, name), answer in last.items() if name == question.name]
        given_counts = Counter(answer.given for answer in ours)
        assert question.answered == given_counts[Given.ANSWER]
        assert question.skipped == given_counts[Given.SKIPPED]
        assert question.dont_know == given_counts[Given.DONT_KNOW]
        assert question.abstained == given_counts[Given.ABSTAIN]
        values = [answer.value for answer in ours if answer.given is Given.ANSWER]
        rows = {row.code: row.count for row in question.rows if row.count}
        match question.kind:
            case "one_of" | "yes_no" | "date" | "scale":
                assert rows == Counter(str(value) for value in values)
            case "any_of":
                assert rows == Counter(code for value in values for code in value)  # type: ignore[union-attr]
            case _:
                assert rows == {}
        if question.kind in {"scale", "number"} and values:
            exact = [Fraction(str(value)) for value in values]
            assert question.mean == float(statistics.mean(exact))
            assert question.median == float(statistics.median(exact))
            assert (question.min, question.max) == (min(values), max(values))  # type: ignore[type-var]
        else:
            assert (question.mean, question.median, question.min, question.max) == (None,) * 4


@given(BALLOTS, st.randoms())
def test_the_order_of_the_ballots_changes_nothing(ballots: list[Ballot], random: object) -> None:
    last = list({(ballot.token, ballot.question): ballot for ballot in ballots}.values())
    before = result_of(ballots)
    random.shuffle(last)  # type: ignore[attr-defined]
    assert result_of(last) == before


@given(BALLOTS)
def test_counters_kept_vote_by_vote_agree_with_the_recount(ballots: list[Ballot]) -> None:
    kept: dict[str, Counter[str]] = {ask.name: Counter() for ask in FLOW.asks}
    held: dict[tuple[object, str], Answer] = {}
    for ballot in ballots:
        ask = next(ask for ask in FLOW.asks if ask.name == ballot.question)
        key = (ballot.token, ballot.question)
        kept[ask.name].update(deltas(ask, held.get(key), ballot.answer))
        held[key] = ballot.answer
    recount = result_of(ballots)
    assert agree(recount, kept) == []
    again = from_counters(FLOW, kept, consultation="17", participants=recount.participants, finished=3)
    assert again == recount


@given(st.data())
def test_a_withdrawn_answer_leaves_no_trace(data: st.DataObject) -> None:
    ask = data.draw(st.sampled_from(FLOW.asks))
    first, second = data.draw(answers(ask.name)), data.draw(answers(ask.name))
    counters: Counter[str] = Counter()
    for before, after in [(None, first), (first, second), (second, None)]:
        counters.update(deltas(ask, before, after))
    assert not any(counters.values())
    assert deltas(ask, first, first) == {}
    assert deltas(ask, None, None) == {}


@given(BALLOTS)
def test_a_result_survives_json(ballots: list[Ballot]) -> None:
    result = result_of(ballots)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_equal_counts_always_show_equal_percentages(counts: list[int]) -> None:
    ballots = [
        Ballot(f"{code}{i}", "mode", Answer(Given.ANSWER, code), "w1")
        for code, n in zip(MODES, counts, strict=True)
        for i in range(n)
    ]
    shown = percents(result_of(ballots).questions[0])
    assert len(set(zip(counts, shown, strict=True))) == len(set(counts))
    whole = sum(counts)
    assert all(abs(part * whole - n * 100) * 2 <= whole for n, part in zip(counts, shown, strict=True))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((4, 3, 2), (44, 33, 22)),
        ((1, 1, 1), (33, 33, 33)),
        ((2, 1, 0), (67, 33, 0)),
        ((1, 7, 0), (13, 88, 0)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_each_share_is_rounded_by_itself(counts: tuple[int, ...], expected: tuple[int, ...]) -> None:
    ballots = [
        Ballot(f"{code}{i}", "mode", Answer(Given.ANSWER, code), "w1")
        for code, n in zip(MODES, counts, strict=True)
        for i in range(n)
    ]
    assert percents(result_of(ballots).questions[0]) == expected


def test_a_difference_is_told_with_both_figures() -> None:
    result = result_of([Ballot("a", "mode", Answer(Given.ANSWER, "bus"), "w1")])
    counters = {"mode": {"n:answered": 1, "c:velo": 1}, "gone": {"n:answered": 2}}
    assert agree(result, counters) == [
        "gone: counters are kept for a question that is not in the result",
        "mode, bus: 1 recounted, 0 kept",
        "mode, velo: 0 recounted, 1 kept",
    ]
    assert agree(result, {"mode": {"n:answered": 1, "c:bus": 1, "c:velo": 0}}) == []
    assert agree(result, {}) == ["mode, answered: 1 recounted, 0 kept", "mode, bus: 1 recounted, 0 kept"]


def test_a_code_that_the_flow_does_not_know_keeps_its_row() -> None:
    result = result_of([Ballot("a", "mode", Answer(Given.ANSWER, "trottinette"), "old")])
    assert [(row.code, row.count) for row in result.questions[0].rows][-1] == ("trottinette", 1)
    assert agree(result, {"mode": {"n:answered": 1, "c:trottinette": 1}}) == []


def test_a_ballot_for_an_unknown_question_still_makes_a_participant() -> None:
    result = result_of([Ballot("a", "gone", Answer(Given.ANSWER, "x"), "old")])
    assert result.participants == 1
    assert all(question.answered == 0 for question in result.questions)


def test_the_same_number_written_twice_is_one_counter() -> None:
    age = FLOW.asks[3]
    assert deltas(age, Answer(Given.ANSWER, 3), Answer(Given.ANSWER, 3.0)) == {}


def test_personal_questions_leave_the_public_result() -> None:
    assert "age" not in [question.name for question in result_of([]).public().questions]
    assert len(result_of([]).public().questions) == len(FLOW.asks) - 1
