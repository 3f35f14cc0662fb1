"""A vote that is asked again, and a list that several people answer: what is wrong with them is said."""

import pytest

from flows.flow import Ask, Propose
from flows.load import load_text

HEAD = """palabre: 1
id: debate
lang: en
title: T
steps:
"""
VOTE = """  - vote: {name}
    text: Now?
    options: {options}
    blank: true
{more}"""
END = """  - end: end
    text: Bye
"""


def vote(name: str, *more: str, options: str = "{yes_: Y, no_: N}") -> str:
    lines = "".join(f"    {line}\n" for line in more)
    return VOTE.format(name=name, options=options, more=lines)


DRAW = "  - draw: arm\n    among: {control: 10, texts: 90}\n"


def test_a_vote_may_repeat_an_earlier_one_between_the_groups_of_a_draw() -> None:
    loaded = load_text(HEAD + vote("a") + DRAW + vote("b", "again: a", "between: arm") + END, "f")
    assert not loaded.mistakes
    assert loaded.flow is not None
    ask = loaded.flow.step("b")
    assert isinstance(ask, Ask)
    assert (ask.again, ask.between) == ("a", "arm")


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        (vote("b", "again: a"), "there is no step a"),
        (vote("b", "again: a") + vote("a"), "a is asked later"),
        (vote("a", options="{yes_: Y, maybe: M}") + vote("b", "again: a"), "a has other options"),
        (DRAW + vote("b", "between: arm"), "between goes only with again"),
        (vote("a") + vote("b", "again: a", "between: a"), "a is not of the kind needed here: draw"),
        (vote("a") + vote("b", "again: a", "method: approval"), "again goes only with plurality"),
    ],
)
def test_what_cannot_be_compared_is_a_mistake(steps: str, what: str) -> None:
    loaded = load_text(HEAD + steps + END, "f")
    assert loaded.flow is None
    assert any(what in str(one) for one in loaded.mistakes), [str(one) for one in loaded.mistakes]


PROPOSE = """  - react: cards
    text: Well?
    of: idea
  - propose: idea
    text: And you?
    answers: {answers}
"""


def test_several_people_may_answer_the_same_list() -> None:
    loaded = load_text(HEAD + PROPOSE.replace("{answers}", "{each: {ann: Ann, bob: Bob}, top: 5}") + END, "f")
    assert not loaded.mistakes
    assert loaded.flow is not None
    ask = loaded.flow.step("idea")
    assert isinstance(ask, Ask)
    assert isinstance(ask.kind, Propose)
    assert ask.kind.answering is not None
    assert [one.code for one in ask.kind.answering.each] == ["ann", "bob"]
    assert ask.kind.answering.top == 5


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ("{top: 5}", "top goes only with each"),
        ("{each: {ann: Ann, bob: Bob}, confirm: Good?}", "confirm and each stand together"),
        ("{each: {ann: Ann, bob: Bob}, top: 50}", "20"),
    ],
)
def test_what_says_two_things_at_once_is_a_mistake(answers: str, what: str) -> None:
    loaded = load_text(HEAD + PROPOSE.replace("{answers}", answers) + END, "f")
    assert loaded.flow is None
    assert any(what in str(one) for one in loaded.mistakes), [str(one) for one in loaded.mistakes]
