"""The result of a vote as a message: who won first, then the numbers, then whose votes were counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from randomvotes import a_flow, options, text

from bot.results import phrases
from bot.results.funnel import funnel_of, told
from bot.results.panels import sheets
from bot.results.tables import tables_of
from bot.results.votes import vote_of
from bot.results.wording import say_results
from flows.flow import Ask, Choice, Flow, Method, OneOf, Order, Points, ResultsMode, Rule
from flows.messages import plain_text
from flows.session import Answer, Given, Value
from flows.tally.consent import STANCES
from flows.tally.counts import Ballot, Result, count


def vote(ask: Ask, *given: tuple[Value | Given, int]) -> tuple[Flow, Result]:
    ballots, token = [], 0
    for value, n in given:
        answer = Answer(value) if isinstance(value, Given) else Answer(Given.ANSWER, value)
        for _ in range(n):
            token += 1
            ballots.append(Ballot(str(token), "q", answer, "w"))
    flow = a_flow(ask)
    return flow, count(flow, ballots, consultation="17", finished=token)


def said(flow: Flow, result: Result, *, closed: bool = True) -> str:
    return plain_text(say_results(flow, result, "en", closed=closed, place_url="https://x.example/c/17").body)


CHOICE = Ask(
    name="q",
    text=text("Which?"),
    kind=OneOf(choices=options("abc")),
    rule=Rule(method=Method.PLURALITY, quorum=5),
    wording="w",
)


def test_the_whole_message() -> None:
    flow, result = vote(CHOICE, ("a", 4), ("b", 2), (Given.BLANK, 1), (Given.NONE, 2), (Given.DONT_KNOW, 1),
                        (Given.ABSTAIN, 3), (Given.SKIPPED, 5))  # fmt: skip
    assert (
        said(flow, result)
        == """Results: Un vote

18 people took part, all to the end.

Which?

Option A wins with 4 votes of 6 (67%).

• Option A — 4 (67%)
• Option B — 2 (33%)
• Option C — 0 (0%)

Quorum met: 13 took part, 5 were needed. 6 answers · 1 blank vote · 2 “none of these” · 1 does not know · 3 abstentions · 5 skipped it.

Not a representative sample: everybody could take part, and accounts were not checked against a register.

Why this result? Type /why 17

See the results page (https://x.example/c/17)"""  # noqa: E501
    )


def test_points_and_ranks() -> None:
    kind = Points(choices=options("ab"), most=5)
    flow, result = vote(replace(CHOICE, kind=kind, rule=Rule(method=Method.SCORE)), ((("a", 5), ("b", 1)), 3))
    assert "Option A wins with 15 points.\n\n• Option A — 15 points, average 5 of 5\n• Option B — 3 points" in said(
        flow, result
    )
    flow, result = vote(replace(CHOICE, kind=Order(choices=options("ab")), rule=Rule(method=Method.BORDA)), (("a",), 1))
    assert "Option A wins with 1 point.\n\n• Option A — 1 point\n• Option B — 0 points" in said(flow, result)


def test_before_the_closing_a_hidden_vote_says_nothing_of_itself() -> None:
    for given in ((("a", 4),), (("b", 1),)):
        flow, result = vote(CHOICE, *given)
        assert "Option" not in said(flow, result, closed=False)
        assert "4" not in said(flow, result, closed=False)


def test_a_ranking_that_runs_tells_first_choices_and_no_winner() -> None:
    ask = replace(CHOICE, kind=Order(choices=options("ab")), rule=Rule(method=Method.IRV))
    flow, result = vote(ask, (("a", "b"), 3), (("b",), 1))
    running = replace(result, questions=(replace(result.questions[0], outcome=None),))
    text_ = said(replace(flow, results=ResultsMode.LIVE), running, closed=False)
    assert "wins" not in text_
    assert "First choices so far; the rest is counted at the closing." in text_
    assert "• Option A — 3 (75%)" in text_


def test_nobody_voted() -> None:
    flow, result = vote(CHOICE)
    assert "Nobody has voted." in said(flow, result)
    assert "%" not in said(flow, result)


@pytest.mark.parametrize(("given", "figure"), [(0, "0"), (3, "3"), (1234, "1,234")])
def test_figures(given: int, figure: str) -> None:
    assert phrases.figure("en", given) == figure


def test_how_far_people_came_and_where_few_stopped() -> None:
    flow = a_flow(CHOICE, replace(CHOICE, name="r", text=text("And then?")))
    opened = {"open": ["p1", "q", [], 0]}
    then = {"open": ["p2", "r", [], 0]}
    sessions = [("sent", {"open": None})] * 40 + [("active", opened)] * 12 + [("paused", then)] * 3
    found = funnel_of(flow, [*sessions, ("declined", None), ("active", None)])
    assert (found.started, found.finished, found.stopped) == (56, 40, (("q", 12), ("r", None)))
    assert told(flow, found, "en") == [
        "56 people began, 40 went to the end.",
        "Stopped at “Which?”: 12.",
        "Stopped at “And then?”: fewer than 10.",
    ]


def test_while_it_runs_nobody_has_won() -> None:
    flow, result = vote(CHOICE, ("a", 4), ("b", 2))
    running = replace(flow, results=ResultsMode.LIVE)
    text_ = said(running, result, closed=False)
    assert "Option A is ahead so far with 4 votes of 6 (67%)." in text_
    assert "wins" not in text_
    assert "these figures will change" in text_
    drawn = " ".join(sheet.panels[0].headline for sheet in sheets(running, result, "en", closed=False))
    assert "ahead so far" in drawn


def test_while_it_runs_a_tie_and_a_missing_quorum_are_told_as_of_now() -> None:
    flow, result = vote(CHOICE, ("a", 1), ("b", 1))
    text_ = said(replace(flow, results=ResultsMode.LIVE), result, closed=False)
    assert "Tied in first place so far: Option A and Option B." in text_
    assert "Not enough people so far: 2 took part, 5 are needed (quorum)." in text_
    flow, result = vote(CHOICE)
    assert "Nobody has voted yet." in said(replace(flow, results=ResultsMode.LIVE), result, closed=False)


def test_a_name_that_asks_is_followed_by_no_colon_or_full_stop() -> None:
    assert phrases.unpointed("Est-ce urgent\u00a0?: Pas urgent") == "Est-ce urgent\u00a0? Pas urgent"
    assert phrases.unpointed("Est-ce mûr ? : oui.") == "Est-ce mûr ? oui."
    assert phrases.unpointed("À 18:30.") == "À 18:30."


def test_stances_stand_in_their_own_order_each_as_a_share_of_all_who_answered() -> None:
    kind = OneOf(choices=tuple(Choice(code=code, label=text(code.title())) for code in STANCES))
    ask = replace(CHOICE, kind=kind, rule=Rule(method=Method.CONSENT))
    flow, result = vote(ask, ("agree", 3), ("abstain", 4), ("disagree", 4), ("block", 1))
    shown = "• Agree — 3 (25%)\n• Abstain — 4 (33%)\n• Disagree — 4 (33%)\n• Block — 1 (8%)"
    assert shown in said(flow, result)
    counted = vote_of(flow, ask, result.questions[0], "en")
    assert counted is not None
    assert [row[1:] for row in tables_of(counted)[0].rows] == [("3", "25%"), ("4", "33%"), ("4", "33%"), ("1", "8%")]
