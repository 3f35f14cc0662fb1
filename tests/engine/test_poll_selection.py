"""A whole selection in a messenger's own poll: what it carries, and what it does to the presser's session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import prompts
from flows.effects import Note, Record, Withdraw
from flows.flow import AnyOf, Ask, Choice, End, Flow, OneOf, Secrecy, Text
from flows.messages import Message, Poll, from_json, paragraph, to_json
from flows.session import Answer, Given, Session
from flows.shared import options, vote

DAYS = tuple(Choice(code=code, label=Text({"en": code.title()})) for code in ("mon", "tue", "wed"))
ONE = Ask(name="day", text=Text({"en": "Which day?"}), kind=OneOf(choices=DAYS), wording="w", blank=True, none=True)
SOME = replace(ONE, kind=AnyOf(choices=DAYS, at_most=2))
NEW = Session(id="7", flow="v", lang="en")


def flow_of(ask: Ask, secrecy: Secrecy = Secrecy.OPEN) -> Flow:
    steps = (ask, End(name="bye", text=Text({"en": "Thanks!"})))
    return Flow(
        id="day", version="v", lang="en", langs=("en",), title=Text({"en": "Day"}), secrecy=secrecy, steps=steps
    )


def selected(flow: Flow, session: Session, *places: int) -> Session:
    found = prompts.read_card(prompts.selection("v.day.", places))
    assert found is not None
    return vote(flow, session, found[1]).session


@given(st.sets(st.integers(0, 31)))
def test_what_was_chosen_comes_back(places: set[int]) -> None:
    data = prompts.selection(prompts.card("a" * 40, ""), places)
    assert len(data) <= 64
    found = prompts.read_card(data)
    assert found is not None
    assert prompts.read_selection(found[1]) == tuple(sorted(places))


@pytest.mark.parametrize("token", ["", "=", "1", "=g", "=-1", "=A", "= 1", "=1\n", "=123456789", "==1", "²"])
def test_what_is_no_selection_is_none(token: str) -> None:
    assert prompts.read_selection(token) is None


def test_one_choice_is_the_vote_and_none_takes_it_back() -> None:
    flow = flow_of(ONE)
    assert options(flow, ONE) == ("0", "1", "2", "none", "blank")
    session = selected(flow, NEW, 1)
    assert session.answers == {"day": Answer(Given.ANSWER, "tue")}
    assert selected(flow, session, 1) is session
    assert selected(flow, session, 4).answers == {"day": Answer(Given.BLANK)}
    assert selected(flow, session, 0, 1) is session, "more than one where there is one"
    assert selected(flow, session, 5) is session
    assert selected(flow, session).answers == {}
    step = vote(flow, session, "=0")
    assert isinstance(step.effects[0], Withdraw)
    assert vote(flow, NEW, "=0").effects == (Note(text="You have not voted here."),)


def test_several_choices_replace_what_was_chosen_before() -> None:
    flow = flow_of(SOME)
    assert options(flow, SOME) == ("0", "1", "2"), "blank goes with nothing else"
    session = selected(flow, NEW, 2, 0)
    assert session.answers["day"].value == ("mon", "wed")
    session = selected(flow, session, 1)
    assert session.answers["day"].value == ("tue",)
    step = vote(flow, session, "=7")
    assert step.session is session
    assert step.effects == (Note(text="You can choose at most 2 answers here."),)
    assert isinstance(vote(flow, NEW, "=1").effects[0], Record)


def test_a_confidential_question_takes_none() -> None:
    flow = flow_of(ONE, Secrecy.CONFIDENTIAL)
    assert vote(flow, NEW, "=1").session is NEW


def test_a_poll_survives_json() -> None:
    poll = Poll(id="v.day.", question="Which day?", options=("Monday", "Tuesday"), most=2, over=True)
    shown = Message(body=(paragraph("Which day?"),), poll=poll)
    assert from_json(to_json(shown)) == shown
