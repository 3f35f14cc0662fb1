"""Where the path leads: jumps, ends, timeouts, reminders, and events that lead nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talking import AGE, AT, MOBILITY, MODE, Chat, answer, flow_of, text

from flows import prompts
from flows.effects import Arm, Send
from flows.engine import left
from flows.events import Blocked, Commanded, Event, Moved, Rang, Returned
from flows.expr import parse
from flows.flow import Ask, Audience, End, Goto, Number, Reminder, Say, Timeout, YesNo
from flows.session import Answer, Given, Session, Stage


def test_a_forward_goto_leaves_steps_out() -> None:
    flow = flow_of(
        MODE,
        Goto(name="goto_1", to="end", when=parse("mode == 'car'")),
        Ask(name="age", text=text("Age?"), kind=Number()),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow).press("Bus").say("30").say("1").press("Car")
    assert chat.stage() is Stage.RECAP
    assert chat.file == {"mode": answer("car")}


def test_an_end_that_comes_earlier_withdraws_what_lies_behind_it() -> None:
    flow = flow_of(
        MODE, End(name="out", text=text("Out"), when=parse("mode == 'car'")), AGE, End(name="e", text=text("Bye"))
    )
    chat = Chat(flow).press("Bus").say("30").say("1").press("Car")
    assert chat.file == {"mode": answer("car")}
    chat.press("Send")
    assert "Out" in chat.shown


def test_a_backward_goto_opens_its_target_again_and_takes_back_what_it_read() -> None:
    flow = flow_of(
        MODE,
        Ask(name="more", text=text("Another?"), kind=YesNo()),
        Goto(name="goto_1", to="mode", when=parse("more == yes")),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow).press("Bus").say("yes")
    assert chat.at == "mode"
    assert chat.file == {"mode": answer("bus")}
    chat.press("Car")
    assert chat.at == "more"
    chat.say("no")
    assert chat.stage() is Stage.RECAP


def test_a_question_left_alone_is_passed() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), timeout=Timeout(after=timedelta(days=2)))
    chat = Chat(flow_of(ask, MODE, End(name="end", text=text("Bye"))))
    assert chat.effects[-1] == Arm(timer="timeout", after=timedelta(days=2))
    chat.say("eh?")
    assert isinstance(chat.effects[-1], Arm)
    before = chat.session
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=before.seq - 1))
    assert chat.session == before
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=before.seq))
    assert chat.file["a"] == Answer(Given.SKIPPED)
    assert chat.at == "mode"
    chat.command("back")
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=chat.session.seq))
    chat.say("yes")
    assert chat.file["a"] == answer("yes")


def test_a_timeout_may_lead_elsewhere_until_the_question_is_answered() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), timeout=Timeout(after=timedelta(days=2), to="end"))
    chat = Chat(flow_of(ask, MODE, End(name="end", text=text("Bye"))))
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=chat.session.seq))
    assert chat.stage() is Stage.RECAP
    assert Session.from_json(chat.session.to_json(), id="s1", flow="v1", seq=chat.session.seq) == chat.session
    chat.say("1").say("oui")
    assert chat.at == "mode"


def test_a_reminder_moves_nothing_and_offers_to_go_on() -> None:
    flow = flow_of(
        MODE,
        AGE,
        End(name="end", text=text("Bye")),
        reminders=(
            Reminder(to=Audience.UNFINISHED, text=text("{left} to go"), after=timedelta(days=2)),
            Reminder(to=Audience.SUBSCRIBED, text=text("Begin?"), after=timedelta(days=2)),
        ),
    )
    chat = Chat(flow).press("Bus")
    before = chat.session
    chat.on(Rang(at=AT, timer="remind", subject="s1", detail="0"))
    assert chat.session == before
    (send,) = chat.effects
    assert isinstance(send, Send)
    assert not send.resend
    assert "1 to go" in chat.shown
    assert prompts.read_command(chat.buttons()["Continue"].data) == ("resume", "s1")
    for detail in ("1", "2", "", "-1", "x", "٣", "9" * 50):
        chat.on(Rang(at=AT, timer="remind", subject="s1", detail=detail))
        assert chat.effects == ()
    chat.say("continue")
    assert chat.at == "age"
    chat.command("stop").on(Rang(at=AT, timer="remind", subject="s1", detail="0"))
    assert chat.effects == ()


@pytest.mark.parametrize(
    "event",
    [
        Blocked(at=AT),
        Returned(at=AT),
        Moved(at=AT, to_chat="x"),
        Rang(at=AT, timer="close", subject="s1"),
        Commanded(at=AT, name="poll"),
    ],
)
def test_other_events_change_nothing(event: Event) -> None:
    chat = Chat(MOBILITY)
    before = chat.session
    chat.on(event)
    assert chat.session == before
    assert chat.effects == ()


def test_left_counts_what_is_open_on_the_path() -> None:
    chat = Chat(MOBILITY)
    assert left(MOBILITY, chat.session) == 2
    chat.press("Bus")
    assert left(MOBILITY, chat.session) == 2
    chat.say("1")
    assert left(MOBILITY, chat.session) == 1


def test_a_hundred_texts_an_event_and_the_rest_with_the_next() -> None:
    flow = flow_of(*(Say(name=f"s{i}", text=text(f"Text {i}")) for i in range(150)), MODE)
    chat = Chat(flow)
    assert len(chat.effects) == 100
    assert chat.at is None
    chat.say("hm")
    assert len(chat.effects) == 51
    assert chat.at == "mode"
