"""The pure parts: which state a line begins with, whether two answers are the same text, what people are asked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.followup import sameness, steps
from flows.flow import Answering, Choice, Text
from flows.load import from_source

TEMPLATE = "Thank you for your question about {}. My services look into it with great care and I will come back to you."


def states(*codes: str, confirm: bool = True) -> Answering:
    labels = {"taken_up": {"fr": "Prise en compte", "en": "Taken up"}, "refused": {"fr": "Refusée", "en": "Refused"}}
    return Answering(
        states=tuple(Choice(code=code, label=Text(labels.get(code, {"en": code.capitalize()}))) for code in codes),
        due=timedelta(days=30),
        confirm=Text({"en": "Well?"}) if confirm else None,
    )


FLOW = from_source("palabre: 1\nid: x\nlang: en\ntitle: X\nsteps:\n  - say: a\n    text: A\n  - end: b\n    text: B\n")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("taken_up because we want it", ("taken_up", "because we want it")),
        ("Taken up because we want it", ("taken_up", "because we want it")),
        ("prise en compte : en mai", ("taken_up", "en mai")),
        ("REFUSEE parce que", ("refused", "parce que")),
        ("refusé, trop cher", ("refused", "trop cher")),
        (".1 parce que", ("refused", "parce que")),
        ("refused", ("refused", "")),
        ("refused:\nno money\nthis year", ("refused", "no money\nthis year")),
        ("Taken up\nin May\nor June", ("taken_up", "in May\nor June")),
        (".7 because", None),
        (".x because", None),
        ("because", None),
        ("", None),
    ],
)
def test_the_state_that_a_line_begins_with(words: str, expected: tuple[str, str] | None) -> None:
    assert steps.state_meant(FLOW, states("taken_up", "refused"), words) == expected


def test_open_is_where_a_report_begins_and_nobody_answers_with_it() -> None:
    owed = states("open", "taken", "done")
    assert steps.first_state(owed) == "open"
    assert [one.code for one in steps.givable(owed)] == ["taken", "done"]
    assert steps.state_meant(FLOW, owed, "open again") is None


def test_what_people_are_asked_about_an_answer() -> None:
    assert steps.asked_after(states("taken_up", "refused"), "refused") == ("yes", "partly", "no")
    assert steps.asked_after(states("taken_up", confirm=False), "taken_up") == ()
    assert steps.asked_after(states("open", "taken", "done"), "taken") == ()
    assert steps.asked_after(states("open", "taken", "done"), "done") == ("yes", "no")
    assert steps.asked_after(states("taken_up"), None) == ()


def test_a_template_is_the_same_text_and_a_short_or_another_answer_is_not() -> None:
    first, again = TEMPLATE.format("the bus"), TEMPLATE.format("the trees").upper()
    before = "Something else, long enough to be compared with what comes after it here."
    assert sameness.same_as(again, [(1, before), (4, first)]) == 4
    assert sameness.same_as("Done in May.", [(1, "Done in May.")]) is None
    other = "The bus runs again from the first of May; the timetable hangs at every stop and stands on our page."
    assert sameness.same_as(other, [(1, first)]) is None


def test_pasted_names_the_first_one_each_time() -> None:
    bus, tram, bikes = (TEMPLATE.format(what) for what in ("the bus", "the tram", "bikes"))
    assert sameness.pasted([(3, bus), (5, "No."), (4, tram), (9, bikes)]) == {4: 3, 9: 3}


def test_a_long_text_is_compared_to_its_end() -> None:
    head = "We have heard what you say. " * 20
    tail = "And so we shall build the pool in the old harbour by next year. " * 20
    assert sameness.same_as(head + tail, [(1, head + tail[::-1])]) is None
    assert sameness.same_as(head + tail, [(1, head + tail)]) == 1


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(), st.text(max_size=100)), max_size=5))
def test_any_text_can_be_compared(text: str, earlier: list[tuple[int, str]]) -> None:
    found = sameness.same_as(text, earlier)
    assert found is None or found in [number for number, _text in earlier]
