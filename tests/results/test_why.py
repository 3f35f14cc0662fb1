"""Why a result is what it is, read by somebody who has never heard of the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from randomvotes import a_flow, a_vote, options, some_ballots, text

from bot.results import why
from bot.results.votes import Vote, standings, verdict, vote_of
from flows import standard
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Criterion,
    Grades,
    Kind,
    Method,
    OneOf,
    Order,
    Project,
    Rule,
    Text,
)
from flows.messages import plain_text
from flows.session import Answer, Given, Value
from flows.tally.counts import Ballot, count
from flows.tally.outcome import Cut

WON = (" wins", "Elected", "Chosen:", "is adopted", "suits most people")
NAMES = {"a": "Ana", "b": "Bo", "c": "Cy"}


def people(codes: str = "abc") -> Order:
    return Order(choices=tuple(replace(one, label=text(NAMES[one.code])) for one in options(codes)))


def told(kind: Kind, rule: Rule, said: Sequence[tuple[Value | Given, int]], lang: str = "en") -> tuple[Vote, str]:
    """The explanation of a vote with these ballots."""
    ask = Ask(name="q", text=text("Who?"), kind=kind, rule=rule, wording="w")
    ballots, token = [], 0
    for value, n in said:
        answer = Answer(value) if isinstance(value, Given) else Answer(Given.ANSWER, value)
        for _ in range(n):
            token += 1
            ballots.append(Ballot(str(token), "q", answer, "w"))
    flow = a_flow(ask)
    vote = vote_of(flow, ask, count(flow, ballots, consultation="17").questions[0], lang)
    assert vote is not None
    more = why.beyond(vote, Counter(ballot.answer for ballot in ballots).items())
    return vote, plain_text(tuple(why.explain(vote, more)))


def test_rounds_are_told_one_by_one() -> None:
    ballots: list[tuple[Value | Given, int]] = [
        (("a", "c"), 8), (("b",), 7), (("c", "b"), 4), (("c",), 1), (Given.BLANK, 2), (Given.DONT_KNOW, 1),
    ]  # fmt: skip
    vote, said = told(people(), Rule(method=Method.IRV), ballots)
    assert verdict(vote) == ["Bo wins with 11 of the 19 votes left in round 2."]
    assert "20 ballots were counted. Not counted: 2 blank votes, 1 does not know." in said
    assert "Round 1: Ana 8, Bo 7, Cy 5. Cy is last and goes. Their votes go to the next choices: 4 votes" not in said
    assert "Round 1: Ana 8, Bo 7, Cy 5. Cy is last and goes." in said
    assert "Their votes go to the next choices: 4 to Bo and 1 to nobody." in said
    assert "Round 2: Bo 11, Ana 8. Bo has more than half of the votes left and wins." in said
    assert "With first choices alone (plurality): Ana." in said
    assert "Only the rule declared before the vote decides." in said
    assert "2 ballots filled in otherwise would have been enough for another result." in said


def test_a_circle_is_told_in_words() -> None:
    ballots: list[tuple[Value | Given, int]] = [(("a", "b", "c"), 8), (("b", "c", "a"), 7), (("c", "a", "b"), 6)]
    vote, said = told(people(), Rule(method=Method.SCHULZE), ballots)
    assert verdict(vote) == ["Ana wins: no other option has a stronger chain of victories."]
    assert "None of Ana, Bo, and Cy beats all the others." in said
    assert "People's preferences go round in a circle." in said
    assert "Bo beats Cy: 15 against 6." in said
    assert "The weakest of these victories is that of Cy over Ana: it counts least." in said
    assert "Cy beats Ana: 13 against 8. But Ana beats Bo and Bo beats Cy: each of these victories has at least" in said
    assert "14 people prefer Ana to Bo, 7 the other way round." in said


def test_who_beats_everybody_needs_no_chain() -> None:
    vote, said = told(people(), Rule(method=Method.SCHULZE), [(("a", "b"), 3), (("c", "a"), 1)])
    assert verdict(vote) == ["Ana wins: compared one by one, it is preferred to each of the others."]
    assert "circle" not in said


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (Cut.OPEN, "Ana and Bo were level. The rule does not cut this tie: people have to decide."),
        (Cut.ORDER, "Ana and Bo were level. By the order of the list Ana comes first."),
        (Cut.DRAW, "Anybody can draw again: the lot of an option is the SHA-256 of the seed"),
    ],
)
def test_a_tie_says_how_it_was_cut(cut: Cut, sentence: str) -> None:
    kind = OneOf(choices=people().choices)
    vote, said = told(kind, Rule(method=Method.PLURALITY, tie=cut), [("a", 5), ("b", 5), ("c", 1)])
    assert sentence in said
    assert bool(vote.outcome.winners) is (cut is not Cut.OPEN)
    if cut is Cut.OPEN:
        assert verdict(vote) == ["Tied in first place: Ana and Bo."]
    if cut is Cut.DRAW:
        seed = why.beyond(vote, [(Answer(Given.ANSWER, "a"), 5), (Answer(Given.ANSWER, "b"), 5),
                                 (Answer(Given.ANSWER, "c"), 1)]).seed  # fmt: skip
        assert len(seed) == 64
        assert seed in said


def test_conditions_that_are_met_and_missed() -> None:
    kind = OneOf(choices=people().choices)
    rule = Rule(method=Method.PLURALITY, quorum=10, threshold=Fraction(2, 3))
    assert verdict(told(kind, rule, [("a", 5)])[0]) == ["Nothing is decided: 5 took part, and 10 were needed (quorum)."]
    vote, said = told(kind, rule, [("a", 6), ("b", 6)])
    assert verdict(vote) == ["Nothing is decided: Ana and Bo come first with 50%. At least 2/3 was needed (threshold)."]
    assert "Quorum met: 12 took part, 10 were needed." in said
    assert "Threshold met: 100%, where 2/3 was needed." in told(kind, rule, [("c", 12)])[1]


def test_several_seats() -> None:
    ballots: list[tuple[Value | Given, int]] = [(("a", "b"), 10), (("c",), 4), (("b",), 1)]
    vote, said = told(people(), Rule(method=Method.STV, seats=2), ballots)
    assert verdict(vote) == ["Elected, in this order: Ana and Bo."]
    assert "6 votes are needed to be elected: more than the ballots (15) divided by the seats plus one (3)." in said
    assert "What Ana has beyond the needed number goes on: 4 to Bo." in said


def test_grades() -> None:
    scale = standard.grades(5, ("en",))
    kind = Grades(items=options("ab"), criteria=(Criterion(code="", label=Text({"en": ""}), grades=scale),))
    ballots: list[tuple[Value | Given, int]] = [
        ((("a", "good"), ("b", "excellent")), 3), ((("a", "good"), ("b", "poor")), 4), ((("a", "poor"),), 1),
    ]  # fmt: skip
    vote, said = told(kind, Rule(method=Method.MAJORITY_JUDGMENT), ballots)
    assert verdict(vote) == ["Option A wins with the middle grade “Good”."]
    assert "2. Option B — Poor (38% better, 13% worse)" in said
    assert "Who did not grade an option gave it the worst grade." in said


def test_a_tie_of_grades_names_the_published_rule() -> None:
    scale = standard.grades(5, ("en",))
    kind = Grades(items=options("ab"), criteria=(Criterion(code="", label=Text({"en": ""}), grades=scale),))
    ballots: list[tuple[Value | Given, int]] = [
        ((("a", "good"), ("b", "good")), 3), ((("a", "excellent"), ("b", "poor")), 1),
    ]  # fmt: skip
    _, said = told(kind, Rule(method=Method.MAJORITY_JUDGMENT), ballots)
    assert "Option A and Option B have the same middle grade. One such grade after the other is taken away" in said


def test_money_is_told_purchase_by_purchase_and_the_other_rule_beside_it() -> None:
    projects = tuple(
        Project(code=code, label=text(label), cost=cost)
        for code, label, cost in (("a", "Park", 100), ("b", "Path", 50), ("c", "Lamps", 40))
    )
    kind = Basket(projects=projects, limit=100, currency="EUR")
    ballots: list[tuple[Value | Given, int]] = [(("a",), 6), (("b", "c"), 4)]
    vote, said = told(kind, Rule(method=Method.EQUAL_SHARES), ballots)
    assert verdict(vote) == ["Chosen: Lamps and Path. That costs €90 of €100."]
    assert "Everybody has the same share: €100 divided by 10 is €10." in said
    assert "Purchase 1: Lamps for €40 (4 votes). €60 is left." in said
    assert "Purchase 2: Path for €50 (4 votes), from what was left over, by votes. €10 is left." in said
    assert "By number of votes alone: Park instead of Lamps and Path." in said
    assert "€10 is left over: nothing else that people chose costs so little." in said


def test_consent_with_a_block() -> None:
    kind = OneOf(choices=standard.stances(("en",)))
    vote, said = told(kind, Rule(method=Method.CONSENT), [("agree", 9), ("block", 1), ("abstain", 2)])
    assert verdict(vote) == ["The proposal is not adopted: 1 person blocks it."]
    assert "One person who blocks is enough to stop it" in said


def test_nobody_voted() -> None:
    for ballots in ([], [(Given.BLANK, 3)]):
        vote, said = told(people(), Rule(method=Method.IRV), ballots)  # type: ignore[arg-type]
        assert verdict(vote) == ["Nobody has voted."]
        assert "How it was counted" not in said


def test_an_approval_of_nothing() -> None:
    kind = AnyOf(choices=people().choices, at_least=0)
    assert verdict(told(kind, Rule(method=Method.APPROVAL), [((), 4)])[0]) == [
        "Nothing was chosen: no option got a vote."
    ]


def test_a_long_list_is_cut_in_a_chat_and_whole_on_the_page() -> None:
    codes = [f"o{n}" for n in range(30)]
    ask = Ask(name="q", text=text("?"), kind=Order(choices=options(codes)), rule=Rule(method=Method.BORDA), wording="w")
    flow = a_flow(ask)
    result = count(flow, [Ballot("1", "q", Answer(Given.ANSWER, tuple(codes)), "w")], consultation="17")
    vote = vote_of(flow, ask, result.questions[0], "en")
    assert vote is not None
    assert "18 more lines are on the page." in plain_text(tuple(why.explain(vote)))
    whole = plain_text(tuple(why.explain(vote, whole=True)))
    assert "more lines" not in whole
    assert all(f"Option {code.upper()}" in whole for code in codes)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("method", list(Method))
def test_every_outcome_can_be_told(method: Method, lang: str) -> None:
    """No code leaks, no blank stays empty, no winner is told who did not win."""
    for seed in range(60):
        random = Random(f"{method}{seed}")
        ask = a_vote(random, method)
        ballots = some_ballots(random, ask, seed % 13)
        flow = a_flow(ask)
        vote = vote_of(flow, ask, count(flow, ballots, consultation="17").questions[0], lang)
        assert vote is not None
        more = why.beyond(vote, Counter(ballot.answer for ballot in ballots).items())
        said = plain_text(tuple(why.explain(vote, more)))
        assert "{" not in said
        assert "None" not in said.replace("None of ", "")
        assert " ." not in said.replace(" ...", "")
        told_winner = any(word in " ".join(verdict(vote)) for word in WON)
        if method is not Method.MATRIX and lang == "en":
            assert told_winner is bool(vote.outcome.winners)
        assert len(standings(vote)) == len(vote.outcome.lines)
