"""A vote on a card that everybody sees: counted once, changed, taken back, told to nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flows.effects import Amend, Note, Record, Withdraw
from flows.flow import AnyOf, Ask, Choice, End, Flow, OneOf, Scale, Secrecy, Text, Words, YesNo, make_flow
from flows.session import Answer, Given, OpenPrompt, Session, Stage
from flows.shared import votable, vote


def text(words: str) -> Text:
    return Text({"en": words})


def choices(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(code.title())) for code in codes)


DAYS = choices("monday", "tuesday", "friday")
ONE = Ask(name="day", text=text("Which day?"), kind=OneOf(choices=DAYS), wording="w1", blank=True)
SOME = replace(ONE, kind=AnyOf(choices=DAYS, at_most=2))


def flow_of(*asks: Ask, secrecy: Secrecy = Secrecy.OPEN) -> Flow:
    end = End(name="bye", text=text("Thanks!"))
    return make_flow(
        id="day", version="v", lang="en", langs=("en",), title=text("Day"), secrecy=secrecy, steps=(*asks, end)
    )


def press(flow: Flow, session: Session, *tokens: str) -> tuple[Session, list[object]]:
    """The session after these presses, and the effects of the last one."""
    effects: list[object] = []
    for token in tokens:
        step = vote(flow, session, token)
        session, effects = step.session, list(step.effects)
    return session, effects


NEW = Session(id="7", flow="v", lang="en")


def test_a_press_is_a_vote_and_the_session_has_finished() -> None:
    session, effects = press(flow_of(ONE), NEW, "1")
    assert session.answers == {"day": Answer(Given.ANSWER, "tuesday")}
    assert session.stage is Stage.SENT
    assert effects == [
        Record(question="day", answer=Answer(Given.ANSWER, "tuesday"), before=None, wording="w1"),
        Note(text="Your vote: Tuesday. You can change it until the closing."),
    ]


def test_the_same_press_again_changes_nothing_and_says_so() -> None:
    once, _ = press(flow_of(ONE), NEW, "1")
    twice, effects = press(flow_of(ONE), once, "1")
    assert twice is once
    assert effects == [Note(text="Your vote stands: Tuesday.")]


def test_another_press_changes_the_vote() -> None:
    session, effects = press(flow_of(ONE), NEW, "1", "2")
    assert session.answers["day"].value == "friday"
    assert isinstance(effects[0], Record)
    assert effects[0].before == Answer(Given.ANSWER, "tuesday")


def test_a_vote_can_be_withdrawn_and_given_again() -> None:
    session, effects = press(flow_of(ONE), NEW, "1", "out")
    assert session.answers == {}
    assert session.stage is Stage.ACTIVE
    assert effects == [
        Withdraw(question="day", before=Answer(Given.ANSWER, "tuesday")),
        Note(text="Your vote is withdrawn."),
    ]
    assert press(flow_of(ONE), session, "out")[1] == [Note(text="You have not voted here.")]
    assert press(flow_of(ONE), session, "0")[0].answers["day"].value == "monday"


def test_a_blank_vote_is_its_own_value_and_only_where_it_is_offered() -> None:
    assert press(flow_of(ONE), NEW, "blank")[0].answers["day"] == Answer(Given.BLANK)
    assert press(flow_of(replace(ONE, blank=False)), NEW, "blank")[0] is NEW


def test_several_choices_are_turned_on_and_off_one_by_one() -> None:
    session, effects = press(flow_of(SOME), NEW, "2", "0")
    assert session.answers["day"].value == ("monday", "friday")
    full, effects = press(flow_of(SOME), session, "1")
    assert full is session
    assert effects == [Note(text="You can choose at most 2 answers here.")]
    session, _ = press(flow_of(SOME), session, "2", "0")
    assert session.answers == {}


def test_the_same_question_open_in_private_is_settled_there() -> None:
    waiting = replace(NEW, open=OpenPrompt(id="abc", step="day"))
    session, effects = press(flow_of(ONE), waiting, "1")
    assert session.open is None
    assert any(isinstance(one, Amend) and one.prompt == "abc" and one.only_edit for one in effects)


@pytest.mark.parametrize("token", ["9", "-1", "01", "x", "", "dk", "1.2", "²", "1" * 70])
def test_a_forged_token_changes_nothing(token: str) -> None:
    session, effects = press(flow_of(ONE), NEW, token)
    assert session is NEW
    assert effects == [Note(text="This button is no longer in use.")]


def test_what_is_confidential_personal_long_or_written_is_answered_in_private() -> None:
    assert votable(flow_of(ONE)) is ONE
    assert votable(flow_of(replace(ONE, kind=YesNo())))
    assert votable(flow_of(replace(ONE, kind=Scale(low=1, high=5))))
    for flow in (
        flow_of(ONE, secrecy=Secrecy.CONFIDENTIAL),
        flow_of(ONE, replace(ONE, name="other")),
        flow_of(replace(ONE, personal=True)),
        flow_of(replace(ONE, kind=Words())),
        flow_of(replace(SOME, kind=AnyOf(choices=DAYS, at_least=2))),
        flow_of(replace(SOME, kind=AnyOf(choices=choices(*(f"c{i}" for i in range(30)))))),
    ):
        assert votable(flow) is None
        assert press(flow, NEW, "0") == (NEW, [Note(text="This question is answered in private.")])


@given(some.lists(some.sampled_from(["0", "1", "2", "3", "out", "blank", "x"]), max_size=12), some.booleans())
def test_records_and_withdrawals_give_the_answer_on_file(tokens: list[str], several: bool) -> None:
    flow, session, held = flow_of(SOME if several else ONE), NEW, None
    for token in tokens:
        step = vote(flow, session, token)
        for effect in step.effects:
            if isinstance(effect, Record):
                assert effect.before == held
                held = effect.answer
            elif isinstance(effect, Withdraw):
                assert effect.before == held
                held = None
        session = step.session
        assert session.answers.get("day") == held
        assert Session.from_json(session.to_json(), id="7", flow="v", seq=session.seq) == session
