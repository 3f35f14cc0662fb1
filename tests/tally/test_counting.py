"""From a question to its outcome, for every kind of vote: the counters moved at each vote, the recount of all ballots
and the outcome itself must agree."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Criterion,
    Flow,
    Grades,
    Kind,
    Method,
    OneOf,
    Order,
    Points,
    Project,
    Rule,
    Slot,
    Slots,
    Text,
    make_flow,
)
from flows.session import Answer, Given
from flows.tally import counting, marks
from flows.tally.counts import Ballot, QuestionResult, Result, agree, count, deltas, from_counters, percents
from flows.tally.outcome import Cut, Outcome, lots

CODES = ("a", "b", "c", "d")


def offered(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=Text({"fr": code.upper()})) for code in codes)


STANCES = ("agree", "abstain", "disagree", "block")
SCALE = ("great", "good", "fair", "bad", "awful")
DAYS = tuple(
    Slot(code=code, at=at)
    for code, at in (
        ("2026-12-03T18-00", datetime.fromisoformat("2026-12-03T18:00")),
        ("2026-12-04", date(2026, 12, 4)),
        ("2026-12-05T18:00", datetime.fromisoformat("2026-12-05T18:00")),
    )
)
COSTS = {"park": 60, "bench": 10, "trees": 30, "road": 90}
KINDS: dict[Method, Kind] = {
    Method.PLURALITY: OneOf(choices=offered(*CODES)),
    Method.APPROVAL: AnyOf(choices=offered(*CODES), at_least=0),
    Method.SCORE: Points(choices=offered(*CODES), most=5),
    Method.DOTS: Points(choices=offered(*CODES), most=4, total=6),
    Method.QUADRATIC: Points(choices=offered(*CODES), most=10, total=100, squared=True),
    Method.CONSENT: OneOf(choices=offered(*STANCES)),
    Method.AVAILABILITY: Slots(slots=DAYS, zone="Europe/Paris", lasts=timedelta(hours=2)),
    Method.SCHULZE: Order(choices=offered(*CODES)),
    Method.IRV: Order(choices=offered(*CODES)),
    Method.BORDA: Order(choices=offered(*CODES)),
    Method.STV: Order(choices=offered(*CODES)),
    Method.MAJORITY_JUDGMENT: Grades(
        items=offered(*CODES), criteria=(Criterion(code="", label=Text({}), grades=offered(*SCALE)),)
    ),
    Method.MATRIX: Grades(
        items=offered(*CODES),
        criteria=(
            Criterion(code="urgency", label=Text({"fr": "Urgent ?"}), grades=offered("now", "later", "never")),
            Criterion(code="use", label=Text({"fr": "Utile ?"}), grades=offered("yes", "no")),
        ),
        batch=2,
    ),
    Method.EQUAL_SHARES: Basket(
        projects=tuple(Project(code=code, label=Text({"fr": code}), cost=cost) for code, cost in COSTS.items()),
        limit=100,
        currency="EUR",
    ),
    Method.GREEDY: Basket(
        projects=tuple(Project(code=code, label=Text({"fr": code}), cost=cost) for code, cost in COSTS.items()),
        limit=100,
        currency="EUR",
    ),
}
WITH_BALLOTS = {Method.SCHULZE, Method.IRV, Method.BORDA, Method.STV, Method.EQUAL_SHARES, Method.GREEDY}


def subset(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(codes)).map(lambda found: tuple(code for code in codes if code in found))


def shuffled(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, min_size=1).map(tuple)


def pairs(items: tuple[str, ...], values: tuple[Any, ...]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    given_ = st.dictionaries(st.sampled_from(items), st.sampled_from(values))
    return given_.map(lambda found: tuple((code, found[code]) for code in items if code in found))


@st.composite
def judged(draw: st.DrawFn) -> tuple[tuple[str, Any], ...]:
    urgency = draw(pairs(tuple(f"{code}.urgency" for code in CODES), ("now", "later", "never")))
    return urgency + draw(pairs(tuple(f"{code}.use" for code in CODES), ("yes", "no")))


VALUES: dict[Method, st.SearchStrategy[Any]] = {
    Method.PLURALITY: st.sampled_from(CODES),
    Method.APPROVAL: subset(CODES),
    Method.SCORE: pairs(CODES, tuple(range(6))),
    Method.DOTS: pairs(CODES, (1, 2, 3)),
    Method.QUADRATIC: pairs(CODES, (1, 2, 5)),
    Method.CONSENT: st.sampled_from(STANCES),
    Method.AVAILABILITY: pairs(tuple(slot.code for slot in DAYS), ("yes", "maybe", "no")),
    Method.SCHULZE: shuffled(CODES),
    Method.IRV: shuffled(CODES),
    Method.BORDA: shuffled(CODES),
    Method.STV: shuffled(CODES),
    Method.MAJORITY_JUDGMENT: pairs(CODES, SCALE),
    Method.MATRIX: judged(),
    Method.EQUAL_SHARES: subset(tuple(COSTS)),
    Method.GREEDY: subset(tuple(COSTS)),
}


def asked(method: Method, **declared: Any) -> Ask:
    rule = Rule(method=method, **{"seats": 2 if method is Method.STV else 1, **declared})
    return Ask(name=method.value, text=Text({"fr": "?"}), kind=KINDS[method], wording="w", rule=rule)


def answers(method: Method) -> st.SearchStrategy[Answer]:
    others = st.sampled_from([Answer(given_) for given_ in Given if given_ is not Given.ANSWER])
    return st.one_of(VALUES[method].map(lambda value: Answer(Given.ANSWER, value)), others)


FLOW: Flow = make_flow(
    id="votes",
    version="v",
    lang="fr",
    langs=("fr",),
    title=Text({"fr": "Votes"}),
    steps=tuple(asked(method, quorum=2, threshold=Fraction(1, 3), tie=Cut.ORDER) for method in Method),
)


@st.composite
def one_ballot(draw: st.DrawFn) -> Ballot:
    method = draw(st.sampled_from(Method))
    return Ballot(draw(st.binary(min_size=1, max_size=1)), method.value, draw(answers(method)), "w")


BALLOTS = st.lists(one_ballot(), max_size=40)


def result_of(ballots: list[Ballot]) -> Result:
    return count(FLOW, ballots, consultation="17", finished=None)


def test_every_method_is_tried_here() -> None:
    assert set(KINDS) == set(VALUES) == set(Method)


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
    live = from_counters(FLOW, kept, consultation="17", participants=recount.participants)
    for ours, theirs in zip(live.questions, recount.questions, strict=True):
        assert (ours.rows, ours.histograms, ours.answered) == (theirs.rows, theirs.histograms, theirs.answered)
        assert theirs.outcome is not None
        assert ours.outcome == (None if Method(ours.name) in WITH_BALLOTS else theirs.outcome)


@given(st.data())
def test_a_withdrawn_answer_leaves_no_trace(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(Method))
    ask, first, second = asked(method), data.draw(answers(method)), data.draw(answers(method))
    counters: Counter[str] = Counter()
    for before, after in [(None, first), (first, second), (second, None)]:
        counters.update(deltas(ask, before, after))
    assert not any(counters.values())


@given(BALLOTS)
def test_a_result_survives_json(ballots: list[Ballot]) -> None:
    result = result_of(ballots)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


@given(
    st.sampled_from(Method).flatmap(lambda method: st.tuples(st.just(method), st.lists(answers(method), max_size=9)))
)
def test_grouped_or_one_by_one_in_any_order_the_outcome_is_the_same(told: tuple[Method, list[Answer]]) -> None:
    method, given_ = told
    for cut in Cut:
        ask = asked(method, tie=cut)
        grouped = counting.outcome(ask, Counter(given_).items())
        assert grouped == counting.outcome(ask, [(answer, 1) for answer in reversed(given_)])
        assert grouped is not None
        assert grouped.method == method
        assert grouped.voters == sum(answer.given is Given.ANSWER for answer in given_)
        assert Outcome.from_json(json.loads(json.dumps(grouped.to_json()))) == grouped
        known = set(counting.codes(ask.kind))
        assert set(grouped.winners) <= known
        assert sorted(code for level in grouped.order for code in level) == sorted(known)


def test_a_question_without_a_rule_has_no_outcome() -> None:
    ask = Ask(name="q", text=Text({"fr": "?"}), kind=KINDS[Method.PLURALITY])
    assert counting.outcome(ask, [(Answer(Given.ANSWER, "a"), 1)]) is None
    assert counting.outcome_from_counters(ask, {"c:a": 1}) is None


def test_a_rule_that_does_not_fit_its_ballots_is_refused_aloud() -> None:
    ask = Ask(name="q", text=Text({"fr": "?"}), kind=KINDS[Method.PLURALITY], rule=Rule(method=Method.SCORE))
    with pytest.raises(ValueError, match="q: score does not count ballots of OneOf"):
        counting.outcome(ask, [])


def answered(*values: Any) -> list[tuple[Answer, int]]:
    return [(Answer(Given.ANSWER, value), n) for value, n in values]


def test_an_option_that_somebody_added_takes_part() -> None:
    outcome = counting.outcome(asked(Method.PLURALITY), answered(("a", 1), ("added", 2)))
    assert outcome is not None
    assert (outcome.winners, outcome.lines[-1].code) == (("added",), "added")


def test_blank_and_none_count_for_the_quorum_and_not_for_the_share() -> None:
    ask = asked(Method.PLURALITY, quorum=5, threshold=Fraction(1, 2))
    given_ = [
        *answered(("a", 2), ("b", 1)),
        (Answer(Given.BLANK), 1),
        (Answer(Given.NONE), 1),
        (Answer(Given.SKIPPED), 9),
    ]
    outcome = counting.outcome(ask, given_)
    assert outcome is not None
    assert outcome.winners == ("a",)
    assert [(one.name, one.found) for one in outcome.conditions] == [("quorum", 5), ("threshold", Fraction(2, 3))]
    question = count(
        make_flow(id="f", version="v", lang="fr", langs=("fr",), title=Text({"fr": "F"}), steps=(ask,)),
        [Ballot(f"{i}{j}", ask.name, answer, "w") for i, (answer, n) in enumerate(given_) for j in range(n)],
        consultation="1",
    ).questions[0]
    assert (question.answered, question.blank, question.none, question.skipped) == (3, 1, 1, 9)
    assert question.outcome == outcome


def test_a_budget_tells_what_the_other_rule_would_have_bought() -> None:
    given_ = answered((("park",), 3), (("bench", "trees"), 2))
    outcome = counting.outcome(asked(Method.EQUAL_SHARES), given_)
    assert outcome is not None
    assert outcome.purchase is not None
    assert outcome.purchase.compared is not None
    assert outcome.purchase.compared[0] == "greedy"
    assert outcome.purchase.spent <= 100


def test_a_draw_waits_for_the_last_ballot_and_can_be_drawn_again_by_hand() -> None:
    ask = asked(Method.PLURALITY, tie=Cut.DRAW)
    given_ = [*answered(("é", 1), ("b", 1)), (Answer(Given.BLANK), 2)]
    live = counting.outcome_from_counters(ask, marks.tallied(ask.kind, given_))
    assert live is not None
    assert (live.winners, live.ties[0].how) == ((), "open")
    lines = ['["answer","b"]\t1\n', '["answer","é"]\t1\n', '["blank",null]\t2\n']
    seed = sha256("".join(lines).encode()).hexdigest()
    outcome = counting.outcome(ask, given_)
    assert outcome is not None
    assert outcome.winners == (lots(["b", "é"], seed)[0],)
    assert counting.outcome(ask, given_, seed="another") != outcome or lots(["b", "é"], "another")[0] in outcome.winners


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=6), st.randoms())
def test_the_seed_knows_ballots_and_not_their_order(ballots: list[tuple[str, int]], random: Any) -> None:
    before = counting.seed_of(ballots)
    written_out = [(code, 1) for code, n in ballots for _ in range(n)]
    random.shuffle(written_out)
    assert counting.seed_of(written_out) == before
    assert counting.seed_of([*ballots, ("a", 1)]) != before


def question_of(method: Method, *values: Any) -> QuestionResult:
    return next(
        question
        for question in result_of(
            [
                Ballot(f"{i}.{j}", method.value, Answer(Given.ANSWER, value), "w")
                for i, (value, n) in enumerate(values)
                for j in range(n)
            ]
        ).questions
        if question.name == method.value
    )


@pytest.mark.parametrize(
    ("method", "values", "rows", "shown"),
    [
        (Method.SCORE, (((("a", 5), ("b", 0)), 2), ((("b", 4),), 1)), [10, 4, 0, 0], (71, 29, 0, 0)),
        (Method.IRV, ((("a", "b"), 2), (("b",), 1)), [2, 1, 0, 0], (67, 33, 0, 0)),
        (
            Method.MAJORITY_JUDGMENT,
            (((("a", "good"),), 1), ((("a", "bad"), ("b", "bad")), 1)),
            [2, 1, 0, 0],
            (100, 50, 0, 0),
        ),
        (Method.GREEDY, ((("park", "bench"), 1), (("bench",), 1)), [1, 2, 0, 0], (50, 100, 0, 0)),
    ],
)
def test_rows_hold_one_number_each(
    method: Method, values: tuple[Any, ...], rows: list[int], shown: tuple[int, ...]
) -> None:
    question = question_of(method, *values)
    assert [row.count for row in question.rows] == rows
    assert percents(question) == shown


def test_histograms_are_worst_to_best() -> None:
    ranked = question_of(Method.IRV, (("a", "b", "c"), 2), (("b", "a"), 1)).histograms
    assert ranked[0].counts == (("2", 1), ("1", 2))
    graded = question_of(Method.MAJORITY_JUDGMENT, ((("a", "good"),), 2)).histograms
    assert graded[0].counts == (("awful", 0), ("bad", 0), ("fair", 0), ("good", 2), ("great", 0))
    dated = question_of(Method.AVAILABILITY, ((("2026-12-05T18:00", "maybe"),), 1)).histograms
    assert dated[2].counts == (("no", 0), ("maybe", 1), ("yes", 0))
    spread = question_of(Method.DOTS, ((("a", 4), ("b", 2)), 1)).histograms
    assert spread[0].counts == (("1", 0), ("2", 0), ("3", 0), ("4", 1))


def test_a_difference_in_a_histogram_is_told() -> None:
    result = result_of([Ballot("t", "majority_judgment", Answer(Given.ANSWER, (("a", "good"),)), "w")])
    assert agree(result, {"majority_judgment": {"n:answered": 1, "g:a:bad": 1}}) == [
        "majority_judgment, a, bad: 0 recounted, 1 kept",
        "majority_judgment, a, good: 1 recounted, 0 kept",
    ]


def test_counters_of_a_million_ballots_give_the_same_shares_as_those_of_a_hundred() -> None:
    few = {"n:answered": 100, "g:a:5": 60, "g:b:5": 40}
    many = {name: n * 10_000 for name, n in few.items()}
    found = [counting.outcome_from_counters(asked(Method.SCORE), counters) for counters in (few, many)]
    assert [one and one.winners for one in found] == [("a",), ("a",)]
    assert [one and one.lines[0].more["share"] for one in found] == [Fraction(3, 5), Fraction(3, 5)]
